// Neighbour discovery (RFC 4861, options of RFC 4191, 8106) and multicast listeners (RFC 2710, RFC 3810).
#include <algorithm>

#include "protocols/duration.h"
#include "protocols/icmpv6.h"

namespace strato::protocols {
namespace {

enum Message : uint8_t {
  kRouterSolicitation = 133, kRouterAdvertisement = 134, kNeighbourSolicitation = 135, kNeighbourAdvertisement = 136
};

const ValueString kOptions[] = {{1, "Source link-layer address"},
                                {2, "Target link-layer address"},
                                {3, "Prefix information"},
                                {4, "Redirected header"},
                                {5, "MTU"},
                                {6, "NBMA Shortcut Limit Option"},
                                {7, "Advertisement Interval"},
                                {8, "Home Agent Information"},
                                {9, "Source Address List"},
                                {10, "Target Address List"},
                                {11, "CGA"},
                                {12, "RSA Signature"},
                                {13, "Timestamp"},
                                {14, "Nonce"},
                                {15, "Trust Anchor"},
                                {16, "Certificate"},
                                {24, "Route Information"},
                                {25, "Recursive DNS Server"},
                                {26, "RA Flags Extension"},
                                {31, "DNS Search List Option"},
                                {33, "Address Registration Option"},
                                {34, "6LoWPAN Context Option"},
                                {35, "Authoritative Border Router"},
                                {37, "DHCP Captive-Portal"},
                                {38, "PREF64 Option"}};
const ValueString kPreferences[] = {{0, "Medium"}, {1, "High"}, {2, "Reserved"}, {3, "Low"}};
const ValueString kRecords[] = {{1, "Include"},           {2, "Exclude"},
                                {3, "Changed to include"}, {4, "Changed to exclude"},
                                {5, "Allow new sources"},  {6, "Block old sources"}};
const TrueFalse kSet = {"Set", "Not set"};

Protocol& proto = icmpv6_protocol();
FieldDef reserved(proto, "icmpv6.reserved", "Reserved", FT::Bytes);
FieldDef ra_hop_limit(proto, "icmpv6.nd.ra.cur_hop_limit", "Cur hop limit", FT::Uint8, Base::Dec);
FieldDef ra_flag(proto, "icmpv6.nd.ra.flag", "Flags", FT::Uint8, Base::Hex);
FieldDef ra_m(proto, "icmpv6.nd.ra.flag.m", "Managed address configuration", FT::Boolean, Base::None, tfs(kSet), 0x80);
FieldDef ra_o(proto, "icmpv6.nd.ra.flag.o", "Other configuration", FT::Boolean, Base::None, tfs(kSet), 0x40);
FieldDef ra_h(proto, "icmpv6.nd.ra.flag.h", "Home Agent", FT::Boolean, Base::None, tfs(kSet), 0x20);
FieldDef ra_prf(proto, "icmpv6.nd.ra.flag.prf", "Prf (Default Router Preference)", FT::Uint8, Base::Dec,
                vals(kPreferences), 0x18);
FieldDef ra_p(proto, "icmpv6.nd.ra.flag.p", "Proxy", FT::Boolean, Base::None, tfs(kSet), 0x04);
FieldDef ra_rsv(proto, "icmpv6.nd.ra.flag.rsv", "Reserved", FT::Uint8, Base::Dec, {}, 0x03);
FieldDef ra_lifetime(proto, "icmpv6.nd.ra.router_lifetime", "Router lifetime (s)", FT::Uint16, Base::Dec);
FieldDef ra_reachable(proto, "icmpv6.nd.ra.reachable_time", "Reachable time (ms)", FT::Uint32, Base::Dec);
FieldDef ra_retrans(proto, "icmpv6.nd.ra.retrans_timer", "Retrans timer (ms)", FT::Uint32, Base::Dec);
FieldDef ns_target(proto, "icmpv6.nd.ns.target_address", "Target Address", FT::IPv6);
FieldDef na_flag(proto, "icmpv6.nd.na.flag", "Flags", FT::Uint32, Base::Hex);
FieldDef na_r(proto, "icmpv6.nd.na.flag.r", "Router", FT::Boolean, Base::None, tfs(kSet), 0x80000000);
FieldDef na_s(proto, "icmpv6.nd.na.flag.s", "Solicited", FT::Boolean, Base::None, tfs(kSet), 0x40000000);
FieldDef na_o(proto, "icmpv6.nd.na.flag.o", "Override", FT::Boolean, Base::None, tfs(kSet), 0x20000000);
FieldDef na_rsv(proto, "icmpv6.nd.na.flag.rsv", "Reserved", FT::Uint32, Base::Dec, {}, 0x1fffffff);
FieldDef na_target(proto, "icmpv6.nd.na.target_address", "Target Address", FT::IPv6);
FieldDef rd_target(proto, "icmpv6.nd.rd.target_address", "Target Address", FT::IPv6);
FieldDef rd_destination(proto, "icmpv6.rd.na.destination_address", "Destination Address", FT::IPv6);
FieldDef opt(proto, "icmpv6.opt", "ICMPv6 Option", FT::None);
FieldDef opt_type(proto, "icmpv6.opt.type", "Type", FT::Uint8, Base::Dec, vals(kOptions));
FieldDef opt_length(proto, "icmpv6.opt.length", "Length", FT::Uint8, Base::Dec);
FieldDef opt_reserved(proto, "icmpv6.opt.reserved", "Reserved", FT::None);
FieldDef opt_linkaddr(proto, "icmpv6.opt.linkaddr", "Link-layer address", FT::Bytes);
FieldDef opt_src_linkaddr(proto, "icmpv6.opt.src_linkaddr", "Source Link-layer address", FT::Bytes);
FieldDef opt_target_linkaddr(proto, "icmpv6.opt.target_linkaddr", "Target Link-layer address", FT::Bytes);
FieldDef prefix_length(proto, "icmpv6.opt.prefix.length", "Prefix Length", FT::Uint8, Base::Dec);
FieldDef prefix_flag(proto, "icmpv6.opt.prefix.flag", "Flag", FT::Uint8, Base::Hex);
FieldDef prefix_l(proto, "icmpv6.opt.prefix.flag.l", "On-link flag(L)", FT::Boolean, Base::None, tfs(kSet), 0x80);
FieldDef prefix_a(proto, "icmpv6.opt.prefix.flag.a", "Autonomous address-configuration flag(A)", FT::Boolean,
                  Base::None, tfs(kSet), 0x40);
FieldDef prefix_r(proto, "icmpv6.opt.prefix.flag.r", "Router address flag(R)", FT::Boolean, Base::None, tfs(kSet),
                  0x20);
FieldDef prefix_reserved(proto, "icmpv6.opt.prefix.flag.reserved", "Reserved", FT::Uint8, Base::Dec, {}, 0x1f);
FieldDef prefix_valid(proto, "icmpv6.opt.prefix.valid_lifetime", "Valid Lifetime", FT::Uint32, Base::Dec);
FieldDef prefix_preferred(proto, "icmpv6.opt.prefix.preferred_lifetime", "Preferred Lifetime", FT::Uint32, Base::Dec);
FieldDef prefix(proto, "icmpv6.opt.prefix", "Prefix", FT::IPv6);
FieldDef opt_mtu(proto, "icmpv6.opt.mtu", "MTU", FT::Uint32, Base::Dec);
FieldDef route_flag(proto, "icmpv6.opt.route_info.flag", "Flag", FT::Uint8, Base::Hex);
FieldDef route_preference(proto, "icmpv6.opt.route_info.flag.route_preference", "Route Preference", FT::Uint8,
                          Base::Dec, vals(kPreferences), 0x18);
FieldDef route_lifetime(proto, "icmpv6.opt.route_lifetime", "Route Lifetime", FT::Uint32, Base::Dec);
FieldDef rdnss_lifetime(proto, "icmpv6.opt.rdnss.lifetime", "Lifetime", FT::Uint32, Base::Dec);
FieldDef rdnss(proto, "icmpv6.opt.rdnss", "Recursive DNS Servers", FT::IPv6);
FieldDef dnssl_lifetime(proto, "icmpv6.opt.dnssl.lifetime", "Lifetime", FT::Uint32, Base::Dec);
FieldDef redirected(proto, "icmpv6.opt.redirected_packet", "Redirected Packet", FT::None);
FieldDef unknown(proto, "icmpv6.unknown_data", "Unknown Data", FT::Bytes);
FieldDef mld_delay(proto, "icmpv6.mld.maximum_response_delay", "Maximum Response Delay [ms]", FT::Uint16, Base::Dec);
FieldDef mld_code(proto, "icmpv6.mld.maximum_response_code", "Maximum Response Code", FT::Uint16, Base::Dec);
FieldDef mld_address(proto, "icmpv6.mld.multicast_address", "Multicast Address", FT::IPv6);
FieldDef mld_flag(proto, "icmpv6.mld.flag", "Flags", FT::Uint8, Base::Hex);
FieldDef mld_s(proto, "icmpv6.mld.flag.s", "Suppress Router-Side Processing", FT::Boolean, Base::None, {}, 0x08);
FieldDef mld_qrv(proto, "icmpv6.mld.flag.qrv", "QRV (Querier's Robustness Variable)", FT::Uint8, Base::Dec, {}, 0x07);
FieldDef mld_rsv(proto, "icmpv6.mld.flag.reserved", "Reserved", FT::Uint8, Base::Dec, {}, 0xf0);
FieldDef mld_qqi(proto, "icmpv6.mld.qqi", "QQIC (Querier's Query Interval Code)", FT::Uint8, Base::Dec);
FieldDef mld_sources(proto, "icmpv6.mld.nb_sources", "Number of Sources", FT::Uint16, Base::Dec);
FieldDef mld_source(proto, "icmpv6.mld.source_address", "Source Address", FT::IPv6);
FieldDef mldr_records(proto, "icmpv6.mldr.nb_mcast_records", "Number of Multicast Address Records", FT::Uint16,
                      Base::Dec);
FieldDef mar(proto, "icmpv6.mldr.mar", "Multicast Address Record", FT::None);
FieldDef mar_type(proto, "icmpv6.mldr.mar.record_type", "Record Type", FT::Uint8, Base::Dec, vals(kRecords));
FieldDef mar_aux_len(proto, "icmpv6.mldr.mar.aux_data_len", "Aux Data Len", FT::Uint8, Base::Dec);
FieldDef mar_sources(proto, "icmpv6.mldr.mar.nb_sources", "Number of Sources", FT::Uint16, Base::Dec);
FieldDef mar_address(proto, "icmpv6.mldr.mar.multicast_address", "Multicast Address", FT::IPv6);
FieldDef mar_source(proto, "icmpv6.mldr.mar.source_address", "Source Address", FT::IPv6);
FieldDef mar_aux(proto, "icmpv6.mldr.mar.auxiliary_data", "Auxiliary Data", FT::Bytes);
ExpertDef bad_length(proto, "icmpv6.invalid_option_length", Severity::Error, Group::Malformed,
                     "Invalid Option Length");

const char* address(Ctx& c, const Buf& b, uint32_t at) {
  Text t;
  t.ipv6(b.need(at, 16));
  return c.keep_z(t.view());
}

// Option 1 or 2; returns the address as text.
std::string_view add_linkaddr(Ctx& c, const Buf& b, uint32_t at, uint32_t n, uint8_t kind, Item o) {
  uint32_t len = n - 2;
  Text t;
  t.hex_bytes(b.need(at + 2, len), len, ':');
  std::string_view text = c.keep(t.view());
  Item a = o.add(opt_linkaddr, b, at + 2, len);
  if (a) a.label("Link-layer address: %s", t.str().c_str());
  o.add(kind == 1 ? opt_src_linkaddr : opt_target_linkaddr, b, at + 2, len).hide();
  o.append(" : %s", t.str().c_str());
  return text;
}

void add_prefix(Ctx& c, const Buf& b, uint32_t at, Item o) {
  uint8_t flag = b.u8(at + 3);
  o.add(prefix_length, b, at + 2, 1);
  Item f = o.add(prefix_flag, b, at + 3, 1);
  if (f) {
    if (flag & 0x80) f.append_text(", On-link flag(L)");
    if (flag & 0x40) f.append_text(", Autonomous address-configuration flag(A)");
    if (flag & 0x20) f.append_text(", Router address flag(R)");
  }
  for (const FieldDef* d : {&prefix_l, &prefix_a, &prefix_r, &prefix_reserved}) f.add(*d, b, at + 3, 1);
  o.add(prefix_valid, b, at + 4, 4);
  o.add(prefix_preferred, b, at + 8, 4);
  o.add(opt_reserved, b, at + 12, 4);
  o.add(prefix, b, at + 16, 16);
  if (o) o.append(" : %s/%u", address(c, b, at + 16), b.u8(at + 2));
}

void add_route(const Buf& b, uint32_t at, uint32_t n, Item o, Ctx& c) {
  o.add(prefix_length, b, at + 2, 1);
  Item f = o.add(route_flag, b, at + 3, 1);
  f.add(route_preference, b, at + 3, 1);
  o.add(route_lifetime, b, at + 4, 4);
  uint32_t have = std::min(n - 8, 16u);
  char full[16] = {};
  std::string_view part = b.str(at + 8, have);
  std::copy(part.begin(), part.end(), full);
  o.s(prefix, b, at + 8, have, c.keep({full, 16}));
}

void add_rdnss(Ctx& c, const Buf& b, uint32_t at, uint32_t n, Item o) {
  o.add(opt_reserved, b, at + 2, 2);
  o.add(rdnss_lifetime, b, at + 4, 4);
  for (uint32_t k = 8; k + 16 <= n; k += 16) {
    o.add(rdnss, b, at + k, 16);
    if (o) o.append(" %s", address(c, b, at + k));
  }
}

// One option of n bytes; returns the link-layer address if it is one.
std::string_view add_option(Ctx& c, const Buf& b, uint32_t at, uint32_t n, Item o) {
  uint8_t kind = b.u8(at);
  switch (kind) {
    case 1: case 2: return add_linkaddr(c, b, at, n, kind, o);
    case 3:
      if (n >= 32) add_prefix(c, b, at, o);
      break;
    case 4:
      o.add(opt_reserved, b, at + 2, 6);
      o.add(redirected, b, at + 8, n - 8);
      break;
    case 5:
      o.add(opt_reserved, b, at + 2, 2);
      o.add(opt_mtu, b, at + 4, 4);
      if (o) o.append(" : %u", b.u32(at + 4));
      break;
    case 24: add_route(b, at, n, o, c); break;
    case 25: add_rdnss(c, b, at, n, o); break;
    case 31:
      o.add(opt_reserved, b, at + 2, 2);
      o.add(dnssl_lifetime, b, at + 4, 4);
      break;
    default: o.add(unknown, b, at + 2, n - 2);
  }
  return {};
}

void add_record(Ctx& c, const Buf& b, uint32_t at, uint32_t n, Item it) {
  uint32_t sources = b.u16(at + 2);
  Item r = it.add(mar, b, at, n);
  if (r) {
    const char* name = name_of(vals(kRecords), b.u8(at));
    r.label("Multicast Address Record %s: %s", name ? name : "Unknown", address(c, b, at + 4));
  }
  r.add(mar_type, b, at, 1);
  r.add(mar_aux_len, b, at + 1, 1);
  r.add(mar_sources, b, at + 2, 2);
  r.add(mar_address, b, at + 4, 16);
  for (uint32_t i = 0; i < sources; i++) r.add(mar_source, b, at + 20 + i * 16, 16);
  if (b.u8(at + 1)) r.add(mar_aux, b, at + 20 + sources * 16, b.u8(at + 1) * 4u);
}

void add_na_flags(Ctx& c, const Buf& b, Item it) {
  uint8_t bits = b.u8(4);
  Item f = it.add(na_flag, b, 4, 4);
  Text names, shorts;
  const struct {
    uint8_t bit;
    const char *name, *brief;
  } kFlags[] = {{0x80, "Router", "rtr"}, {0x40, "Solicited", "sol"}, {0x20, "Override", "ovr"}};
  for (const auto& k : kFlags) {
    if (!(bits & k.bit)) continue;
    names << ", " << k.name;
    shorts << (shorts.empty() ? "" : ", ") << k.brief;
  }
  if (f) f.append_text(names.view());
  for (const FieldDef* d : {&na_r, &na_s, &na_o, &na_rsv}) f.add(*d, b, 4, 4);
  if (c.col.writable())
    c.col.fmt_info(" %s (%s)", address(c, b, 8), shorts.empty() ? "none" : shorts.str().c_str());
}

void dissect_advertisement(const Buf& b, Item it) {
  it.add(ra_hop_limit, b, 4, 1);
  Item f = it.add(ra_flag, b, 5, 1);
  if (f) {
    uint8_t v = b.u8(5);
    if (v & 0x80) f.append_text(", Managed address configuration");
    if (v & 0x40) f.append_text(", Other configuration");
    if (v & 0x20) f.append_text(", Home Agent");
    f.append(", Prf (Default Router Preference): %s", name_of(vals(kPreferences), v >> 3 & 3));
    if (v & 0x04) f.append_text(", Proxy");
  }
  for (const FieldDef* d : {&ra_m, &ra_o, &ra_h, &ra_prf, &ra_p, &ra_rsv}) f.add(*d, b, 5, 1);
  it.add(ra_lifetime, b, 6, 2);
  it.add(ra_reachable, b, 8, 4);
  it.add(ra_retrans, b, 12, 4);
}

}  // namespace

std::string_view dissect_nd_options(Ctx& c, const Buf& b, uint32_t at, Item it) {
  std::string_view first;
  while (b.left(at) >= 2) {
    uint32_t n = b.u8(at + 1) * 8u;
    const char* name = name_of(vals(kOptions), b.u8(at));
    Item o = it.add(opt, b, at, n);
    if (o) o.label("ICMPv6 Option (%s", name ? name : "Unknown");
    o.add(opt_type, b, at, 1);
    Item l = o.add(opt_length, b, at + 1, 1);
    if (l) l.append(" (%u bytes)", n);
    if (!n) {  // RFC 4861 4.6: a length of zero is invalid, and nothing after it can be found
      l.expert(bad_length);
      return first;
    }
    std::string_view a = add_option(c, b, at, n, o);
    if (o) o.append_text(")");
    if (first.empty()) first = a;
    at += n;
  }
  return first;
}

void dissect_neighbour_discovery(Ctx& c, const Buf& b, uint8_t t, Item it) {
  uint32_t at = 8;
  const char* joint = " from ";
  switch (t) {
    case kRouterSolicitation: it.add(reserved, b, 4, 4); break;
    case kRouterAdvertisement:
      dissect_advertisement(b, it);
      at = 16;
      break;
    case kNeighbourSolicitation:
      it.add(reserved, b, 4, 4);
      it.add(ns_target, b, 8, 16);
      if (c.col.writable()) c.col.info_text() << " for " << address(c, b, 8);
      at = 24;
      break;
    case kNeighbourAdvertisement:
      add_na_flags(c, b, it);
      it.add(na_target, b, 8, 16);
      at = 24;
      joint = " is at ";
      break;
    default:
      it.add(reserved, b, 4, 4);
      it.add(rd_target, b, 8, 16);
      it.add(rd_destination, b, 24, 16);
      at = 40;
      joint = " is at ";
  }
  std::string_view link = dissect_nd_options(c, b, at, it);
  if (!link.empty() && c.col.writable()) c.col.info_text() << joint << link;
}

void dissect_multicast_listener(const Buf& b, uint8_t t, Item it) {
  if (t == 143) {
    it.add(reserved, b, 4, 2);
    uint32_t count = b.u16(6);
    it.add(mldr_records, b, 6, 2);
    // a record takes at least 20 bytes, so reading fails before the loop gets long
    for (uint32_t i = 0, at = 8; i < count; i++) {
      uint32_t n = 20 + b.u16(at + 2) * 16u + b.u8(at + 1) * 4u;
      b.u32(at + 16);
      if (it.live()) add_record(*it.ctx(), b, at, n, it);
      at += n;
    }
    return;
  }
  bool v2 = t == 130 && b.size() >= 28;
  it.add(v2 ? mld_code : mld_delay, b, 4, 2);
  it.add(reserved, b, 6, 2);
  it.add(mld_address, b, 8, 16);
  if (!v2) return;
  Item f = it.add(mld_flag, b, 24, 1);
  for (const FieldDef* d : {&mld_rsv, &mld_s, &mld_qrv}) f.add(*d, b, 24, 1);
  it.add(mld_qqi, b, 25, 1);
  uint32_t count = b.u16(26);
  it.add(mld_sources, b, 26, 2);
  for (uint32_t i = 0; i < count; i++) it.add(mld_source, b, 28 + i * 16, 16);
}

}  // namespace strato::protocols
