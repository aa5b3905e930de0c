// ICMP multi-part messages (RFC 4884): MPLS labels (RFC 4950), interface information (RFC 5837) and identification
// (RFC 8335).
#include "protocols/icmp_ext.h"

#include <algorithm>

#include "protocols/checksum.h"

namespace strato::protocols {
namespace {

const ValueString kClasses[] = {{1, "MPLS Label Stack Class"},
                                {2, "Interface Information Object"},
                                {3, "Interface Identification Object"}};
const ValueString kRoles[] = {{0, "IP interface upon which datagram arrived"},
                              {1, "sub-IP component of an IP interface upon which datagram arrived"},
                              {2, "IP interface through which datagram would be forwarded"},
                              {3, "IP next-hop to which datagram would be forwarded"}};
const ValueString kFamilies[] = {{1, "IPv4"}, {2, "IPv6"}, {6, "802 (includes all 802 media plus Ethernet)"}};
const TrueFalse kPresent = {"Present", "Not Present"};
const TrueFalse kSet = {"Set", "Not set"};

Protocol& proto = icmp_protocol();
FieldDef ext(proto, "icmp.ext", "ICMP Extensions", FT::None);
FieldDef version(proto, "icmp.ext.version", "Version", FT::Uint8, Base::Dec);
FieldDef reserved(proto, "icmp.ext.res", "Reserved", FT::Uint16, Base::Hex, {}, 0x0fff);
FieldDef checksum(proto, "icmp.ext.checksum", "Checksum", FT::Uint16, Base::Hex);
FieldDef checksum_status(proto, "icmp.ext.checksum.status", "Checksum Status", FT::Uint8, Base::None,
                         vals(kChecksumStatus));
FieldDef length(proto, "icmp.ext.length", "Length", FT::Uint16, Base::Dec);
FieldDef cls(proto, "icmp.ext.class", "Class", FT::Uint8, Base::Dec, vals(kClasses));
FieldDef ctype(proto, "icmp.ext.ctype", "C-Type", FT::Uint8, Base::Dec);
FieldDef ext_data(proto, "icmp.ext.data", "Data", FT::Bytes);
FieldDef mpls_label(proto, "icmp.mpls.label", "Label", FT::Uint24, Base::Dec, {}, 0xfffff0);
FieldDef mpls_exp(proto, "icmp.mpls.exp", "Experimental", FT::Uint24, Base::Dec, {}, 0x00000e);
FieldDef mpls_s(proto, "icmp.mpls.s", "Stack bit", FT::Boolean, Base::None, tfs(kSet), 0x000001);
FieldDef mpls_ttl(proto, "icmp.mpls.ttl", "Time to live", FT::Uint8, Base::Dec);
FieldDef info_role(proto, "icmp.int_info.role", "Interface Role", FT::Uint8, Base::Dec, vals(kRoles), 0xc0);
FieldDef info_reserved(proto, "icmp.int_info.reserved", "Reserved", FT::Uint8, Base::Dec, {}, 0x30);
FieldDef info_has_index(proto, "icmp.int_info.ifindex", "ifIndex", FT::Boolean, Base::None, {}, 0x08);
FieldDef info_has_address(proto, "icmp.int_info.ipaddr", "IP Address", FT::Boolean, Base::None, tfs(kPresent), 0x04);
FieldDef info_has_name(proto, "icmp.int_info.name_present", "Interface Name", FT::Boolean, Base::None, tfs(kPresent),
                       0x02);
FieldDef info_has_mtu(proto, "icmp.int_info.mtu_present", "MTU", FT::Boolean, Base::None, tfs(kPresent), 0x01);
FieldDef info_index(proto, "icmp.int_info.index", "Interface Index", FT::Uint32, Base::Dec);
FieldDef info_afi(proto, "icmp.int_info.afi", "Address Family Identifier", FT::Uint16, Base::Dec);
FieldDef info_ipv4(proto, "icmp.int_info.ipv4", "Source", FT::IPv4);
FieldDef info_ipv6(proto, "icmp.int_info.ipv6", "Source", FT::IPv6);
FieldDef info_name_length(proto, "icmp.int_info.name_length", "Name Length", FT::Uint8, Base::Dec);
FieldDef info_name(proto, "icmp.int_info.name", "Name", FT::String);
FieldDef info_mtu(proto, "icmp.int_info.mtu", "Maximum Transmission Unit", FT::Uint32, Base::Dec);
FieldDef ident_name(proto, "icmp.int_ident.name", "Name", FT::String);
FieldDef ident_index(proto, "icmp.int_ident.index", "Interface Index", FT::Uint32, Base::Dec);
FieldDef ident_afi(proto, "icmp.int_ident.afi", "Address Family Identifier", FT::Uint16, Base::Dec, vals(kFamilies));
FieldDef ident_addr_length(proto, "icmp.int_ident.addr_length", "Address Length", FT::Uint8, Base::Dec);
FieldDef ident_reserved(proto, "icmp.int_ident.reserved", "Reserved", FT::Bytes);
FieldDef ident_ipv4(proto, "icmp.int_ident.ipv4", "Address", FT::IPv4);
FieldDef ident_ipv6(proto, "icmp.int_ident.ipv6", "Address", FT::IPv6);
FieldDef ident_address(proto, "icmp.int_ident.address", "Address", FT::Bytes);
ExpertDef checksum_bad(proto, "icmp.ext.checksum_bad", Severity::Warn, Group::Checksum, "Bad checksum");

enum Class : uint8_t { kMpls = 1, kInterfaceInfo = 2, kInterfaceIdent = 3 };

void add_mpls(const Buf& b, Item it) {
  for (uint32_t at = 0; b.left(at) >= 4; at += 4) {
    it.add(mpls_label, b, at, 3);
    it.add(mpls_exp, b, at, 3);
    it.add(mpls_s, b, at, 3);
    it.add(mpls_ttl, b, at + 3, 1);
  }
}

std::string_view text_until_zero(const Buf& b, uint32_t off, uint32_t len) {
  std::string_view s = b.str(off, len);
  return s.substr(0, std::min(s.find('\0'), s.size()));
}

void add_interface_info(const Buf& b, uint8_t bits, Item it) {
  for (const FieldDef* f :
       {&info_role, &info_reserved, &info_has_index, &info_has_address, &info_has_name, &info_has_mtu})
    it.u(*f, b, 0, 0, (bits & f->mask) >> f->shift);
  uint32_t at = 0;
  if (bits & 0x08) {
    it.add(info_index, b, at, 4);
    at += 4;
  }
  if (bits & 0x04) {
    uint16_t family = b.u16(at);
    it.add(info_afi, b, at, 2);
    if (family == 1) it.add(info_ipv4, b, at + 4, 4);
    if (family == 2) it.add(info_ipv6, b, at + 4, 16);
    at += family == 2 ? 20 : 8;
  }
  if (bits & 0x02) {
    uint8_t n = b.u8(at);
    it.add(info_name_length, b, at, 1);
    if (n > 1) it.s(info_name, b, at + 1, n - 1u, text_until_zero(b, at + 1, n - 1u));
    at += n ? n : 1;
  }
  if (bits & 0x01) it.add(info_mtu, b, at, 4);
}

void add_interface_ident(const Buf& b, uint8_t kind, Item it) {
  if (kind == 1) it.s(ident_name, b, 0, b.size(), text_until_zero(b, 0, b.size()));
  if (kind == 2) it.add(ident_index, b, 0, 4);
  if (kind != 3) return;
  uint16_t family = b.u16(0);
  uint8_t n = b.u8(2);
  it.add(ident_afi, b, 0, 2);
  it.add(ident_addr_length, b, 2, 1);
  it.add(ident_reserved, b, 3, 1);
  if (family == 1 && n == 4) it.add(ident_ipv4, b, 4, 4);
  else if (family == 2 && n == 16) it.add(ident_ipv6, b, 4, 16);
  else if (n) it.add(ident_address, b, 4, n);
}

void add_object(const Buf& b, Item it) {
  uint8_t k = b.u8(2), kind = b.u8(3);
  const char* name = name_of(vals(kClasses), k);
  Item o = it.text(b, 0, b.size(), "%s", name ? name : "Unknown object");
  if (o && !name) o.append(" (%u/%u)", k, kind);
  o.add(length, b, 0, 2);
  o.add(cls, b, 2, 1);
  o.add(ctype, b, 3, 1);
  Buf rest = b.sub(4);
  if (k == kMpls) add_mpls(rest, o);
  else if (k == kInterfaceInfo) add_interface_info(rest, kind, o);
  else if (k == kInterfaceIdent) add_interface_ident(rest, kind, o);
  else if (rest.captured()) o.add(ext_data, rest, 0, rest.captured());
}

void add_checksum(const Buf& b, Item it) {
  Item s = it.add(checksum, b, 2, 2);
  if (!s || b.captured() < b.size()) return;
  uint16_t rest = InternetSum().add(b.need(0, b.size()), b.size()).finish();
  if (b.u16(2) == 0) return;
  it.u(checksum_status, b, 2, 2, rest ? 0 : 1).gen();
  if (!rest) {
    s.append_text(" [correct]");
    return;
  }
  uint16_t want = checksum_should_be(b.u16(2), rest);
  s.append(" incorrect, should be 0x%04x", want);
  s.expert(checksum_bad, s.ctx()->fmt("Bad checksum [should be 0x%04x]", want));
}

}  // namespace

void dissect_icmp_extensions(Ctx& c, Buf b, Item at) {
  (void)c;
  if (b.size() < 4) return;
  Item it = at.add(ext, b, 0, b.size());
  uint8_t v = b.u8(0) >> 4;
  if (v != 2) {
    if (it) it.label("ICMP Multi-Part Extensions (unsupported version)");
    return;
  }
  if (it) it.label("ICMP Multi-Part Extensions");
  it.u(version, b, 0, 1, v);
  it.add(reserved, b, 0, 2);
  add_checksum(b, it);
  for (uint32_t off = 4; b.left(off) >= 4;) {
    uint32_t n = b.u16(off);
    if (n < 4) break;  // an object is at least its own header
    add_object(b.clamp(off, n), it);
    off += n;
  }
}

}  // namespace strato::protocols
