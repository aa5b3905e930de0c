// IPv6 (RFC 8200): the fixed header; extension headers are in ipv6_ext.cc.
#include "packet/registry.h"
#include "protocols/dsfield.h"
#include "protocols/ip_numbers.h"
#include "protocols/ipv6.h"

namespace strato::protocols {
namespace {

constexpr uint8_t kNoNext = 59;  // "no next header"

uint32_t dissect_ipv6(Buf b, Ctx& c, Item root);

Protocol& proto = ipv6_protocol();
FieldDef version(proto, "ipv6.version", "Version", FT::Uint8, Base::Dec);
// filters on ip.version find both families
FieldDef any_version(proto, "ip.version", "Version", FT::Uint8, Base::Dec);
FieldDef tclass(proto, "ipv6.tclass", "Traffic Class", FT::Uint32, Base::Hex, {}, 0x0ff00000);
FieldDef dscp(proto, "ipv6.tclass.dscp", "Differentiated Services Codepoint", FT::Uint32, Base::Dec, vals(kDscpNames),
              0x0fc00000);
FieldDef ecn(proto, "ipv6.tclass.ecn", "Explicit Congestion Notification", FT::Uint32, Base::Dec, vals(kEcnNames),
             0x00300000);
FieldDef flow(proto, "ipv6.flow", "Flow Label", FT::Uint24, Base::Hex, {}, 0x0fffff);
FieldDef plen(proto, "ipv6.plen", "Payload Length", FT::Uint16, Base::Dec);
FieldDef nxt(proto, "ipv6.nxt", "Next Header", FT::Uint8, Base::Dec, vals(kIpProtocols));
FieldDef hlim(proto, "ipv6.hlim", "Hop Limit", FT::Uint8, Base::Dec);
FieldDef src(proto, "ipv6.src", "Source Address", FT::IPv6);
FieldDef dst(proto, "ipv6.dst", "Destination Address", FT::IPv6);
FieldDef addr(proto, "ipv6.addr", "Source or Destination Address", FT::IPv6);
FieldDef src_host(proto, "ipv6.src_host", "Source Host", FT::String);
FieldDef dst_host(proto, "ipv6.dst_host", "Destination Host", FT::String);
FieldDef host(proto, "ipv6.host", "Source or Destination Host", FT::String);
FieldDef src_slaac(proto, "ipv6.src_slaac_mac", "Source SLAAC MAC", FT::Ether);
FieldDef dst_slaac(proto, "ipv6.dst_slaac_mac", "Destination SLAAC MAC", FT::Ether);
FieldDef slaac(proto, "ipv6.slaac_mac", "SLAAC MAC", FT::Ether);
ExpertDef bogus_version(proto, "ipv6.bogus_ipv6_version", Severity::Error, Group::Malformed, "Bogus IPv6 version");
ExpertDef plen_zero(proto, "ipv6.plen_zero", Severity::Error, Group::Protocol,
                    "IPv6 payload length equals 0 (maybe because of \"TCP segmentation offload\" (TSO))");
ExpertDef plen_framing(proto, "ipv6.plen_exceeds_framing", Severity::Warn, Group::Protocol,
                       "IPv6 payload length does not match expected framing length");

void add_host(Item it, const FieldDef& one, const Buf& b, uint32_t off) {
  Ctx& c = *it.ctx();
  if (!c.tree.wants(one) && !c.tree.wants(host)) return;
  Text t;
  t.ipv6(b.need(off, 16));
  std::string_view s = c.keep(t.view());
  it.s(one, b, off, 16, s).gen().hide();
  it.s(host, b, off, 16, s).gen().hide();
}

void add_header(Item it, const Buf& b) {
  const uint8_t* p = b.need(0, 40);
  uint8_t ds = static_cast<uint8_t>(b.u16(0) >> 4);
  if (it) {
    Text t;
    t << "Internet Protocol Version 6, Src: ";
    t.ipv6(p + 8) << ", Dst: ";
    t.ipv6(p + 24);
    it.label_text(t.view());
  }
  Item tc = it.add(tclass, b, 0, 4);
  if (tc) tc.append(" (DSCP: %s, ECN: %s)", dscp_short(ds), ecn_short(ds));
  tc.add(dscp, b, 0, 4);
  tc.add(ecn, b, 0, 4);
  it.add(flow, b, 1, 3);
}

// An interface identifier made from a MAC address: ff:fe in the middle, universal bit turned (RFC 4291 appendix A).
void add_slaac(Item it, const FieldDef& f, const Buf& b, uint32_t off) {
  const uint8_t* p = b.need(off, 16);
  if (!(p[8] & 2) || p[11] != 0xff || p[12] != 0xfe) return;
  char mac[6] = {static_cast<char>(p[8] ^ 2), static_cast<char>(p[9]),  static_cast<char>(p[10]),
                 static_cast<char>(p[13]),    static_cast<char>(p[14]), static_cast<char>(p[15])};
  std::string_view kept = it.ctx()->keep({mac, 6});
  it.s(f, b, off + 8, 8, kept).gen();
  it.s(slaac, b, off + 8, 8, kept).gen().hide();
}

void add_addresses(Item it, const Buf& b) {
  it.add(src, b, 8, 16);
  it.add(addr, b, 8, 16).hide();
  add_host(it, src_host, b, 8);
  it.add(dst, b, 24, 16);
  it.add(addr, b, 24, 16).hide();
  add_host(it, dst_host, b, 24);
  add_slaac(it, src_slaac, b, 8);
  add_slaac(it, dst_slaac, b, 24);
}

uint32_t dissect_ipv6(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  Item it = root.proto(proto, b, 0, 40);
  uint8_t first = b.u8(0);
  Item v = it.u(version, b, 0, 1, first >> 4);
  if (v) v.label("%d%d%d%d .... = Version: %u", first >> 7 & 1, first >> 6 & 1, first >> 5 & 1, first >> 4 & 1,
                 first >> 4);
  it.u(any_version, b, 0, 1, first >> 4).hide();
  if (first >> 4 != 6) {
    v.expert(bogus_version);
    return 0;
  }
  c.col.protocol("IPv6");
  c.col.clear_info();
  const uint8_t* p = b.need(0, 40);
  if (it.live()) add_header(it, b);
  uint32_t len = b.u16(4);
  bool zero = len == 0;
  Item l = it.add(plen, b, 4, 2);
  if (zero && p[6] != 0 && p[6] != kNoNext && b.size() > 40) {
    len = b.size() - 40;
    l.expert(plen_zero);
  } else if (zero && p[6] == 0) {
    len = b.size() - 40;
  } else if (len > b.size() - 40 && !c.in_error && l.live()) {
    l.expert(plen_framing, c.fmt("IPv6 payload length exceeds framing length (%u bytes)", b.size() - 40));
  }
  it.add(nxt, b, 6, 1);
  it.add(hlim, b, 7, 1);
  c.net_src = c.src = Address::ipv6(p + 8);
  c.net_dst = c.dst = Address::ipv6(p + 24);
  if (it.live()) add_addresses(it, b);
  Buf payload = b.clamp(40, len);
  Ipv6Call call;
  call.version = 6;
  call.proto = p[6];
  call.ttl = p[7];
  call.tree = it;
  call.zero_plen = zero;
  c.payload_used = 0xffffffffu;
  continue_ipv6(c, call, p[6], payload, 0, root);
  c.payload_used = 40 + payload.size();
  return b.size();
}

}  // namespace

Protocol& ipv6_protocol() {
  static Protocol p("ipv6", "IPv6", "Internet Protocol Version 6", dissect_ipv6);
  return p;
}

Ipv6Call* ipv6_call(const Ctx& c) {
  const auto* p = static_cast<const IpCall*>(c.data);
  return p && p->version == 6 ? static_cast<Ipv6Call*>(const_cast<IpCall*>(p)) : nullptr;
}

uint32_t continue_ipv6(Ctx& c, const Ipv6Call& call, uint8_t next, const Buf& b, uint32_t skip, Item root) {
  Buf payload = b.sub(skip);
  Ipv6Call own = call;
  own.proto = next;
  if (next == kNoNext) {
    c.col.info("IPv6 no next header");
    c.show_data(payload, root);
  } else if (!call_ip_proto(c, own, payload, root)) {
    if (c.col.writable()) {
      const char* name = name_of(vals(kIpProtocols), next);
      c.col.clear_info();
      c.col.fmt_info("Unknown IP Protocol: %s (%u)", name ? name : "Unassigned", next);
    }
    c.show_data(payload, root);
  }
  return b.size();
}

void register_ipv6(Registry& r) {
  r.add(proto);
  r.attach("ethertype", 0x86dd, proto);
  r.attach("linktype", 229, proto);
  r.attach("ip.proto", 41, proto);
}

}  // namespace strato::protocols
