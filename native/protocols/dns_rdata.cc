// Data of the resource records of RFC 1035 and its everyday successors (AAAA RFC 3596, SRV RFC 2782, NAPTR RFC 3403,
// DNAME RFC 6672, SVCB and HTTPS RFC 9460).
#include <algorithm>

#include "packet/builtin.h"
#include "protocols/dns.h"
#include "protocols/dns_types.h"
#include "protocols/duration.h"
#include "protocols/ip_numbers.h"

namespace strato::protocols {
namespace {

const ValueString kParams[] = {{0, "mandatory"}, {1, "alpn"},     {2, "no-default-alpn"},
                               {3, "port"},      {4, "ipv4hint"}, {5, "echconfig"},
                               {6, "ipv6hint"},  {32769, "odohconfig"}, {65535, "key65535"}};

Protocol& proto = dns_protocol();
FieldDef a(proto, "dns.a", "Address", FT::IPv4);
FieldDef aaaa(proto, "dns.aaaa", "AAAA Address", FT::IPv6);
FieldDef ns(proto, "dns.ns", "Name Server", FT::String);
FieldDef md(proto, "dns.md", "Mail Destination", FT::String);
FieldDef mf(proto, "dns.mf", "Mail Forwarder", FT::String);
FieldDef cname(proto, "dns.cname", "CNAME", FT::String);
FieldDef soa_mname(proto, "dns.soa.mname", "Primary name server", FT::String);
FieldDef soa_rname(proto, "dns.soa.rname", "Responsible authority's mailbox", FT::String);
FieldDef soa_serial(proto, "dns.soa.serial_number", "Serial Number", FT::Uint32, Base::Dec);
FieldDef soa_refresh(proto, "dns.soa.refresh_interval", "Refresh Interval", FT::Uint32, Base::Dec);
FieldDef soa_retry(proto, "dns.soa.retry_interval", "Retry Interval", FT::Uint32, Base::Dec);
FieldDef soa_expire(proto, "dns.soa.expire_limit", "Expire limit", FT::Uint32, Base::Dec);
FieldDef soa_minimum(proto, "dns.soa.minimum_ttl", "Minimum TTL", FT::Uint32, Base::Dec);
FieldDef mb(proto, "dns.mb", "MailBox Domaine", FT::String);
FieldDef mg(proto, "dns.mg", "Mail Group member", FT::String);
FieldDef mr(proto, "dns.mr", "Mail Rename domaine", FT::String);
FieldDef null_data(proto, "dns.null", "Null (data)", FT::Bytes);
FieldDef wks_address(proto, "dns.wks.address", "Address", FT::IPv4);
FieldDef wks_protocol(proto, "dns.wks.protocol", "Protocol", FT::Uint8, Base::Dec, vals(kIpProtocols));
FieldDef wks_bits(proto, "dns.wks.bits", "Bits", FT::Uint8, Base::Hex);
FieldDef ptr(proto, "dns.ptr.domain_name", "Domain Name", FT::String);
FieldDef cpu_length(proto, "dns.hinfo.cpu_length", "CPU Length", FT::Uint8, Base::Dec);
FieldDef cpu(proto, "dns.hinfo.cpu", "CPU", FT::String);
FieldDef os_length(proto, "dns.hinfo.os_length", "OS Length", FT::Uint8, Base::Dec);
FieldDef os(proto, "dns.hinfo.os", "OS", FT::String);
FieldDef minfo_r(proto, "dns.minfo.r", "Responsible Mailbox", FT::String);
FieldDef minfo_e(proto, "dns.minfo.e", "Error Mailbox", FT::String);
FieldDef mx_preference(proto, "dns.mx.preference", "Preference", FT::Uint16, Base::Dec);
FieldDef mx_exchange(proto, "dns.mx.mail_exchange", "Mail Exchange", FT::String);
FieldDef txt_length(proto, "dns.txt.length", "TXT Length", FT::Uint8, Base::Dec);
FieldDef txt(proto, "dns.txt", "TXT", FT::String);
FieldDef spf_length(proto, "dns.spf.length", "SPF Length", FT::Uint8, Base::Dec);
FieldDef spf(proto, "dns.spf", "SPF", FT::String);
FieldDef srv_priority(proto, "dns.srv.priority", "Priority", FT::Uint16, Base::Dec);
FieldDef srv_weight(proto, "dns.srv.weight", "Weight", FT::Uint16, Base::Dec);
FieldDef srv_port(proto, "dns.srv.port", "Port", FT::Uint16, Base::Dec);
FieldDef srv_target(proto, "dns.srv.target", "Target", FT::String);
FieldDef naptr_order(proto, "dns.naptr.order", "Order", FT::Uint16, Base::Dec);
FieldDef naptr_preference(proto, "dns.naptr.preference", "Preference", FT::Uint16, Base::Dec);
FieldDef naptr_flags_length(proto, "dns.naptr.flags_length", "Flags Length", FT::Uint8, Base::Dec);
FieldDef naptr_flags(proto, "dns.naptr.flags", "Flags", FT::String);
FieldDef naptr_service_length(proto, "dns.naptr.service_length", "Service Length", FT::Uint8, Base::Dec);
FieldDef naptr_service(proto, "dns.naptr.service", "Service", FT::String);
FieldDef naptr_regex_length(proto, "dns.naptr.regex_length", "Regex Length", FT::Uint8, Base::Dec);
FieldDef naptr_regex(proto, "dns.naptr.regex", "Regex", FT::String);
FieldDef naptr_replacement_length(proto, "dns.naptr.replacement_length", "Replacement Length", FT::Uint8, Base::Dec);
FieldDef naptr_replacement(proto, "dns.naptr.replacement", "Replacement", FT::String);
FieldDef dname(proto, "dns.dname", "Dname", FT::String);
FieldDef svc_priority(proto, "dns.svcb.svcpriority", "SvcPriority", FT::Uint16, Base::Dec);
FieldDef svc_target(proto, "dns.svcb.targetname", "TargetName", FT::String);
FieldDef svc_param(proto, "dns.svcb.svcparam", "SvcParam", FT::None);
FieldDef svc_key(proto, "dns.svcb.svcparam.key", "SvcParamKey", FT::Uint16, Base::Dec, vals(kParams));
FieldDef svc_value_length(proto, "dns.svcb.svcparam.value.length", "SvcParamValue length", FT::Uint16, Base::Dec);
FieldDef svc_value(proto, "dns.svcb.svcparam.value", "SvcParamValue", FT::Bytes);
FieldDef svc_mandatory(proto, "dns.svcb.svcparam.mandatory.key", "Mandatory key", FT::Uint16, Base::Dec,
                       vals(kParams));
FieldDef svc_alpn_length(proto, "dns.svcb.svcparam.alpn.length", "ALPN length", FT::Uint8, Base::Dec);
FieldDef svc_alpn(proto, "dns.svcb.svcparam.alpn", "ALPN", FT::String);
FieldDef svc_port(proto, "dns.svcb.svcparam.port", "Port", FT::Uint16, Base::Dec);
FieldDef svc_ipv4(proto, "dns.svcb.svcparam.ipv4hint.ip", "IP", FT::IPv4);
FieldDef svc_ipv6(proto, "dns.svcb.svcparam.ipv6hint.ip", "IP", FT::IPv6);
FieldDef svc_ech(proto, "dns.svcb.svcparam.echconfig", "ECHConfig", FT::Bytes);

std::string_view address_text(const DnsRecord& r, bool v6) {
  Text t;
  if (v6) t.ipv6(r.msg.need(r.off, 16));
  else t.ipv4(r.msg.u32(r.off));
  return r.c.keep(t.view());
}

void named(const DnsRecord& r, const FieldDef& f, const char* label) {
  DnsName n = r.name(f, r.off);
  r.summary(label, n.text);
}

void add_seconds(const DnsRecord& r, const FieldDef& f, uint32_t at) {
  uint32_t v = r.msg.u32(at);
  Item it = r.it.add(f, r.msg, at, 4);
  if (!it) return;
  Text t;
  print_duration(v, t);
  it.append(" (%s)", t.str().c_str());
}

void add_soa(const DnsRecord& r) {
  DnsName m = r.name(soa_mname, r.off);
  r.summary("mname", m.text);
  DnsName n = r.name(soa_rname, r.off + m.used);
  uint32_t at = r.off + m.used + n.used;
  r.it.add(soa_serial, r.msg, at, 4);
  add_seconds(r, soa_refresh, at + 4);
  add_seconds(r, soa_retry, at + 8);
  add_seconds(r, soa_expire, at + 12);
  add_seconds(r, soa_minimum, at + 16);
}

void add_wks(const DnsRecord& r) {
  r.it.add(wks_address, r.msg, r.off, 4);
  r.summary("addr", address_text(r, false));
  r.it.add(wks_protocol, r.msg, r.off + 4, 1);
  for (uint32_t at = r.off + 5; at < r.end(); at++) {
    uint8_t v = r.msg.u8(at);
    if (!v) continue;
    Item it = r.it.add(wks_bits, r.msg, at, 1);
    bool first = true;
    for (uint32_t bit = 0; bit < 8; bit++) {
      if (!(v & 0x80 >> bit)) continue;
      it.append("%s%u", first ? " (" : ", ", (at - r.off - 5) * 8 + bit);
      first = false;
    }
    it.append_text(")");
  }
}

// A character string: a length byte and so many bytes; returns the offset after it.
uint32_t add_string(const DnsRecord& r, uint32_t at, const FieldDef& len_field, const FieldDef& f,
                    std::string_view* text = nullptr) {
  uint32_t n = r.msg.u8(at);
  r.it.add(len_field, r.msg, at, 1);
  std::string_view s = r.msg.str(at + 1, n);
  Item it = r.it.add(f, r.msg, at + 1, n);
  if (it.live()) expert_stray_characters(it, s);
  if (text) *text = s;
  return at + 1 + n;
}

void add_strings(const DnsRecord& r, const FieldDef& len_field, const FieldDef& f) {
  for (uint32_t at = r.off; at < r.end();) at = add_string(r, at, len_field, f);
}

void add_hinfo(const DnsRecord& r) {
  std::string_view c, o;
  uint32_t at = add_string(r, r.off, cpu_length, cpu, &c);
  add_string(r, at, os_length, os, &o);
  Item it = r.it;
  if (r.c.col.writable()) r.c.col.info_text() << ' ' << c << ' ' << o;
  if (it) it.append(", CPU %.*s, OS %.*s", static_cast<int>(c.size()), c.data(), static_cast<int>(o.size()), o.data());
}

void add_mx(const DnsRecord& r) {
  uint32_t p = r.msg.u16(r.off);
  r.it.add(mx_preference, r.msg, r.off, 2);
  DnsName n = r.name(mx_exchange, r.off + 2);
  if (r.c.col.writable()) r.c.col.info_text() << ' ' << p << ' ' << n.text;
  Item it = r.it;
  if (it) it.append(", preference %u, mx %s", p, r.c.keep_z(n.text));
}

void add_srv(const DnsRecord& r) {
  uint32_t p = r.msg.u16(r.off), w = r.msg.u16(r.off + 2), port = r.msg.u16(r.off + 4);
  r.it.add(srv_priority, r.msg, r.off, 2);
  r.it.add(srv_weight, r.msg, r.off + 2, 2);
  r.it.add(srv_port, r.msg, r.off + 4, 2);
  DnsName n = r.name(srv_target, r.off + 6);
  if (r.c.col.writable()) r.c.col.info_text() << ' ' << p << ' ' << w << ' ' << port << ' ' << n.text;
  Item it = r.it;
  if (it) it.append(", priority %u, weight %u, port %u, target %s", p, w, port, r.c.keep_z(n.text));
}

void add_naptr(const DnsRecord& r) {
  uint32_t order = r.msg.u16(r.off), preference = r.msg.u16(r.off + 2);
  r.it.add(naptr_order, r.msg, r.off, 2);
  r.it.add(naptr_preference, r.msg, r.off + 2, 2);
  std::string_view f;
  uint32_t at = add_string(r, r.off + 4, naptr_flags_length, naptr_flags, &f);
  at = add_string(r, at, naptr_service_length, naptr_service);
  at = add_string(r, at, naptr_regex_length, naptr_regex);
  DnsName n = read_dns_name(r.c, r.msg, at);
  r.it.u(naptr_replacement_length, r.msg, at, n.used, n.length).gen();
  r.it.s(naptr_replacement, r.msg, at, n.used, n.text);
  if (r.c.col.writable()) r.c.col.info_text() << ' ' << order << ' ' << preference << ' ' << f;
  Item it = r.it;
  if (it) it.append(", order %u, preference %u, flags %.*s", order, preference, static_cast<int>(f.size()), f.data());
}

void add_param(const DnsRecord& r, uint32_t at, uint32_t key, uint32_t len) {
  Item p = r.it.add(svc_param, r.msg, at, len + 4);
  const char* name = name_of(vals(kParams), key);
  if (p) p.append(": %s", name ? name : r.c.keep_z(r.c.fmt("key%u", key)));
  p.add(svc_key, r.msg, at, 2);
  p.add(svc_value_length, r.msg, at + 2, 2);
  uint32_t v = at + 4, end = v + len;
  switch (key) {
    case 0:
      for (; v + 2 <= end; v += 2) p.add(svc_mandatory, r.msg, v, 2);
      break;
    case 1:
      while (v < end) {
        uint32_t n = r.msg.u8(v);
        p.add(svc_alpn_length, r.msg, v, 1);
        p.add(svc_alpn, r.msg, v + 1, n);
        v += 1 + n;
      }
      break;
    case 3: p.add(svc_port, r.msg, v, 2); break;
    case 4:
      for (; v + 4 <= end; v += 4) p.add(svc_ipv4, r.msg, v, 4);
      break;
    case 5: p.add(svc_ech, r.msg, v, len); break;
    case 6:
      for (; v + 16 <= end; v += 16) p.add(svc_ipv6, r.msg, v, 16);
      break;
    default:
      if (len) p.add(svc_value, r.msg, v, len);
  }
}

void add_svcb(const DnsRecord& r) {
  r.it.add(svc_priority, r.msg, r.off, 2);
  DnsName n = r.name(svc_target, r.off + 2);
  for (uint32_t at = r.off + 2 + n.used; r.left(at) >= 4;) {
    uint32_t key = r.msg.u16(at), len = r.msg.u16(at + 2);
    add_param(r, at, key, len);
    at += 4 + len;
  }
}

}  // namespace

bool dissect_dns_rdata(const DnsRecord& r) {
  switch (r.type) {
    case 1:
      r.it.add(a, r.msg, r.off, 4);
      r.summary("addr", address_text(r, false));
      return true;
    case 2: named(r, ns, "ns"); return true;
    case 3: r.name(md, r.off); break;
    case 4: r.name(mf, r.off); break;
    case 5: named(r, cname, "cname"); return true;
    case 6: add_soa(r); return true;
    case 7: r.name(mb, r.off); break;
    case 8: r.name(mg, r.off); break;
    case 9: r.name(mr, r.off); break;
    case 10: r.it.add(null_data, r.msg, r.off, r.len); break;
    case 11: add_wks(r); return true;
    case 12: named(r, ptr, ""); return true;
    case 13: add_hinfo(r); return true;
    case 14: r.name(minfo_e, r.off + r.name(minfo_r, r.off).used); break;
    case 15: add_mx(r); return true;
    case 16: add_strings(r, txt_length, txt); return true;
    case 28:
      r.it.add(aaaa, r.msg, r.off, 16);
      r.summary("addr", address_text(r, true));
      return true;
    case 33: add_srv(r); return true;
    case 35: add_naptr(r); return true;
    case 39: named(r, dname, "dname"); return true;
    case 64: case 65: add_svcb(r); return true;
    case 99: add_strings(r, spf_length, spf); return true;
    default: return false;
  }
  // these show the record's own name in the Info column
  if (r.c.col.writable()) r.c.col.info_text() << ' ' << r.owner;
  return true;
}

}  // namespace strato::protocols
