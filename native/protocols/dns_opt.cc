// EDNS0 options (RFC 6891): client subnet (RFC 7871), cookies (RFC 7873), keepalive (RFC 7828), padding (RFC 7830),
// chain (RFC 7901), extended errors (RFC 8914), algorithm understanding (RFC 6975).
#include <algorithm>
#include <cstring>

#include "protocols/dns.h"

namespace strato::protocols {
namespace {

const ValueString kCodes[] = {{0, "Reserved"},
                              {1, "LLQ - Long-lived query"},
                              {2, "UL - Update lease"},
                              {3, "NSID - Name Server Identifier"},
                              {4, "Owner (reserved)"},
                              {5, "DAU - DNSSEC Algorithm Understood (RFC6975)"},
                              {6, "DHU - DS Hash Understood (RFC6975)"},
                              {7, "N3U - NSEC3 Hash Understood (RFC6975)"},
                              {8, "CSUBNET - Client subnet"},
                              {9, "EDNS EXPIRE (RFC7314)"},
                              {10, "COOKIE"},
                              {11, "EDNS TCP Keepalive"},
                              {12, "PADDING"},
                              {13, "CHAIN"},
                              {15, "Extended DNS Error"},
                              {20730, "Experimental - CSUBNET - Client subnet"}};
const ValueString kFamilies[] = {{1, "IPv4"}, {2, "IPv6"}};
const RangeString kErrors[] = {{0, 0, "Other Error"},
                               {1, 1, "Unsupported DNSKEY Algorithm"},
                               {2, 2, "Unsupported DS Digest Type"},
                               {3, 3, "Stale Answer"},
                               {4, 4, "Forged Answer"},
                               {5, 5, "DNSSEC Indeterminate"},
                               {6, 6, "DNSSEC Bogus"},
                               {7, 7, "Signature Expired"},
                               {8, 8, "Signature Not Yet Valid"},
                               {9, 9, "DNSKEY Missing"},
                               {10, 10, "RRSIGs Missing"},
                               {11, 11, "No Zone Key Bit Set"},
                               {12, 12, "NSEC Missing"},
                               {13, 13, "Cached Error"},
                               {14, 14, "Not Ready"},
                               {15, 15, "Blocked"},
                               {16, 16, "Censored"},
                               {17, 17, "Filtered"},
                               {18, 18, "Prohibited"},
                               {19, 19, "Stale NXDomain Answer"},
                               {20, 20, "Not Authoritative"},
                               {21, 21, "Not Supported"},
                               {22, 22, "No Reachable Authority"},
                               {23, 23, "Network Error"},
                               {24, 24, "Invalid Data"},
                               {30, 49151, "Unassigned"},
                               {49152, 65535, "Reserved for Private Use"}};

Protocol& proto = dns_protocol();
FieldDef opt(proto, "dns.opt", "Option", FT::None);
FieldDef code(proto, "dns.opt.code", "Option Code", FT::Uint16, Base::Dec, vals(kCodes));
FieldDef len(proto, "dns.opt.len", "Option Length", FT::Uint16, Base::Dec);
FieldDef data(proto, "dns.opt.data", "Option Data", FT::Bytes);
FieldDef dau(proto, "dns.opt.dau", "DAU", FT::Uint8, Base::Dec);
FieldDef dhu(proto, "dns.opt.dhu", "DHU", FT::Uint8, Base::Dec);
FieldDef n3u(proto, "dns.opt.n3u", "N3U", FT::Uint8, Base::Dec);
FieldDef client_family(proto, "dns.opt.client.family", "Family", FT::Uint16, Base::Dec, vals(kFamilies));
FieldDef client_netmask(proto, "dns.opt.client.netmask", "Source Netmask", FT::Uint8, Base::Dec);
FieldDef client_scope(proto, "dns.opt.client.scope", "Scope Netmask", FT::Uint8, Base::Dec);
FieldDef client_addr(proto, "dns.opt.client.addr", "Client Subnet", FT::Bytes);
FieldDef client_addr4(proto, "dns.opt.client.addr4", "Client Subnet", FT::IPv4);
FieldDef client_addr6(proto, "dns.opt.client.addr6", "Client Subnet", FT::IPv6);
FieldDef cookie_client(proto, "dns.opt.cookie.client", "Client Cookie", FT::Bytes);
FieldDef cookie_server(proto, "dns.opt.cookie.server", "Server Cookie", FT::Bytes);
FieldDef keepalive(proto, "dns.opt.edns_tcp_keepalive.timeout", "Timeout", FT::Uint16, Base::Dec);
FieldDef padding(proto, "dns.opt.padding", "Padding", FT::Bytes);
FieldDef chain(proto, "dns.opt.chain.fqdn", "Closest Trust Point", FT::String);
FieldDef error_code(proto, "dns.opt.ext_error.info_code", "Info Code", FT::Uint16, Base::Dec, ranges(kErrors));
FieldDef error_text(proto, "dns.opt.ext_error.extra_text", "Extra Text", FT::String);
ExpertDef bad_length(proto, "dns.rr.opt.bad_length", Severity::Error, Group::Malformed,
                     "Length too long for any type of IP address.");

void add_client_subnet(const DnsRecord& r, Item o, uint32_t at, uint32_t n) {
  uint16_t family = r.msg.u16(at);
  o.add(client_family, r.msg, at, 2);
  o.add(client_netmask, r.msg, at + 2, 1);
  o.add(client_scope, r.msg, at + 3, 1);
  if (n <= 4) return;
  uint32_t have = n - 4;
  if (have > 16) {
    o.expert(bad_length);
    return;
  }
  // the address is cut to the bytes its prefix needs; the rest is zero
  char full[16] = {};
  memcpy(full, r.msg.need(at + 4, have), have);
  std::string_view kept = r.c.keep({full, 16});
  const auto* p = reinterpret_cast<const uint8_t*>(kept.data());
  if (family == 1 && have <= 4)
    o.u(client_addr4, r.msg, at + 4, have, static_cast<uint32_t>(p[0]) << 24 | p[1] << 16 | p[2] << 8 | p[3]);
  else if (family == 2) o.s(client_addr6, r.msg, at + 4, have, kept);
  else o.add(client_addr, r.msg, at + 4, have);
}

void add_bytes_each(const DnsRecord& r, Item o, const FieldDef& f, uint32_t at, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) o.add(f, r.msg, at + i, 1);
}

void add_option(const DnsRecord& r, Item o, uint32_t kind, uint32_t at, uint32_t n) {
  switch (kind) {
    case 5: add_bytes_each(r, o, dau, at, n); break;
    case 6: add_bytes_each(r, o, dhu, at, n); break;
    case 7: add_bytes_each(r, o, n3u, at, n); break;
    case 8: case 20730:
      if (n >= 4) add_client_subnet(r, o, at, n);
      break;
    case 10:
      if (n < 8) break;
      o.add(cookie_client, r.msg, at, 8);
      o.add(cookie_server, r.msg, at + 8, n - 8);
      break;
    case 11:
      if (n >= 2) o.add(keepalive, r.msg, at, 2);
      break;
    case 12: o.add(padding, r.msg, at, n); break;
    case 13: r.name(chain, at); break;
    case 15:
      if (n < 2) break;
      o.add(error_code, r.msg, at, 2);
      if (n > 2) o.add(error_text, r.msg, at + 2, n - 2);
      break;
    default: break;
  }
}

}  // namespace

void dissect_dns_options(const DnsRecord& r) {
  for (uint32_t at = r.off; r.left(at) >= 4;) {
    uint32_t kind = r.msg.u16(at), n = r.msg.u16(at + 2);
    Item o = r.it.add(opt, r.msg, at, 4 + n);
    const char* name = name_of(code.strings, kind);
    if (o) o.append(": %s", name ? name : "Unknown");
    o.add(code, r.msg, at, 2);
    o.add(len, r.msg, at + 2, 2);
    o.add(data, r.msg, at + 4, n);
    add_option(r, o, kind, at + 4, n);
    at += 4 + n;
  }
}

}  // namespace strato::protocols
