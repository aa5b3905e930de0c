// Data of records seldom met: RP, AFSDB, X25, ISDN, RT (RFC 1183), NSAP (RFC 1706), PX (RFC 2163), GPOS (RFC 1712),
// LOC (RFC 1876), NXT (RFC 2535), KX (RFC 2230), CERT (RFC 4398), A6 (RFC 2874), APL (RFC 3123), IPSECKEY (RFC 4025),
// DHCID (RFC 4701), OPENPGPKEY (RFC 7929), CSYNC (RFC 7477), ZONEMD (RFC 8976), ILNP (RFC 6742), EUI (RFC 7043).
#include <cstring>

#include "protocols/dns.h"

namespace strato::protocols {
namespace {

Protocol& proto = dns_protocol();
FieldDef rp_mailbox(proto, "dns.rp.mailbox", "Mailbox", FT::String);
FieldDef rp_txt(proto, "dns.rp.txt_rr", "TXT RR", FT::String);
FieldDef afsdb_subtype(proto, "dns.afsdb.subtype", "Subtype", FT::Uint16, Base::Dec);
FieldDef afsdb_hostname(proto, "dns.afsdb.hostname", "Hostname", FT::String);
FieldDef x25_length(proto, "dns.x25.length", "Length", FT::Uint8, Base::Dec);
FieldDef x25_address(proto, "dns.x25.psdn_address", "PSDN-Address", FT::String);
FieldDef isdn_length(proto, "dns.idsn.length", "Length", FT::Uint8, Base::Dec);
FieldDef isdn_address(proto, "dns.idsn.address", "ISDN Address", FT::String);
FieldDef isdn_sa_length(proto, "dns.idsn.sa.length", "Length", FT::Uint8, Base::Dec);
FieldDef isdn_sa(proto, "dns.idsn.sa.address", "Sub Address", FT::String);
FieldDef rt_preference(proto, "dns.rt.subtype", "Preference", FT::Uint16, Base::Dec);
FieldDef rt_host(proto, "dns.rt.intermediate_host", "Intermediate Hostname", FT::String);
FieldDef nsap(proto, "dns.nsap.rdata", "NSAP Data", FT::Bytes);
FieldDef nsap_owner(proto, "dns.nsap_ptr.owner", "Owner", FT::String);
FieldDef px_preference(proto, "dns.px.preference", "Preference", FT::Uint16, Base::Dec);
FieldDef px_822(proto, "dns.px.map822", "MAP822", FT::String);
FieldDef px_400(proto, "dns.px.map400", "MAPX400", FT::String);
FieldDef gpos_longitude_length(proto, "dns.gpos.longitude_length", "Longitude length", FT::Uint8, Base::Dec);
FieldDef gpos_longitude(proto, "dns.gpos.longitude", "Longitude", FT::String);
FieldDef gpos_latitude_length(proto, "dns.gpos.latitude_length", "Latitude length", FT::Uint8, Base::Dec);
FieldDef gpos_latitude(proto, "dns.gpos.latitude", "Latitude", FT::String);
FieldDef gpos_altitude_length(proto, "dns.gpos.altitude_length", "Altitude length", FT::Uint8, Base::Dec);
FieldDef gpos_altitude(proto, "dns.gpos.altitude", "Altitude", FT::String);
FieldDef loc_version(proto, "dns.loc.version", "Version", FT::Uint8, Base::Dec);
FieldDef loc_size(proto, "dns.loc.size", "Size", FT::Uint8, Base::Dec);
FieldDef loc_horizontal(proto, "dns.loc.horizontal_precision", "Horizontal Precision", FT::Uint8, Base::Dec);
FieldDef loc_vertical(proto, "dns.loc.vertical_precision", "Vertical Precision", FT::Uint8, Base::Dec);
FieldDef loc_latitude(proto, "dns.loc.latitude", "Latitude", FT::Uint32, Base::Dec);
FieldDef loc_longitude(proto, "dns.loc.longitude", "Longitude", FT::Uint32, Base::Dec);
FieldDef loc_altitude(proto, "dns.loc.altitude", "Altitude", FT::Uint32, Base::Dec);
FieldDef loc_unknown(proto, "dns.loc.unknown_data", "Unknown data", FT::Bytes);
FieldDef nxt_next(proto, "dns.nxt.next_domain_name", "Next Domain Name", FT::String);
FieldDef kx_preference(proto, "dns.kx.preference", "Preference", FT::Uint16, Base::Dec);
FieldDef kx_exchange(proto, "dns.kx.key_exchange", "Key Exchange", FT::String);
FieldDef cert_type(proto, "dns.cert.type", "Type", FT::Uint16, Base::Dec);
FieldDef cert_tag(proto, "dns.cert.key_tag", "Key Tag", FT::Uint16, Base::Hex);
FieldDef cert_algorithm(proto, "dns.cert.algorithm", "Algorithm", FT::Uint8, Base::Dec);
FieldDef cert_data(proto, "dns.cert.certificate", "Certificate (or CRL)", FT::Bytes);
FieldDef a6_prefix(proto, "dns.a6.prefix_len", "Prefix len", FT::Uint8, Base::Dec);
FieldDef a6_suffix(proto, "dns.a6.address_suffix", "Address Suffix", FT::IPv6);
FieldDef a6_name(proto, "dns.a6.prefix_name", "Prefix name", FT::String);
FieldDef apl_family(proto, "dns.apl.address_family", "Address Family", FT::Uint16, Base::Dec);
FieldDef apl_prefix(proto, "dns.apl.coded_prefix", "Prefix Length", FT::Uint8, Base::Dec);
FieldDef apl_negation(proto, "dns.apl.negation", "Negation Flag", FT::Boolean, Base::None, {}, 0x80);
FieldDef apl_length(proto, "dns.apl.afdlength", "Address Length", FT::Uint8, Base::Dec, {}, 0x7f);
FieldDef apl_data(proto, "dns.apl.afdpart.data", "Address", FT::Bytes);
FieldDef dhcid(proto, "dns.dhcid.rdata", "DHCID Data", FT::Bytes);
FieldDef pgp(proto, "dns.openpgpkey", "OpenPGP Key", FT::String);
FieldDef csync_soa(proto, "dns.csync.soa", "SOA", FT::Uint32, Base::Dec);
FieldDef csync_flags(proto, "dns.csync.flags", "Flags", FT::Uint16, Base::Hex);
FieldDef zonemd_serial(proto, "dns.zonemd.serial", "Serial", FT::Uint32, Base::Dec);
FieldDef zonemd_scheme(proto, "dns.zonemd.scheme", "Scheme", FT::Uint8, Base::Dec);
FieldDef zonemd_hash(proto, "dns.zonemd.hash_algo", "Hash Algorithm", FT::Uint8, Base::Dec);
FieldDef zonemd_digest(proto, "dns.zonemd.digest", "Digest", FT::Bytes);
FieldDef eui48(proto, "dns.eui48", "EUI48 Address", FT::Ether);
FieldDef eui64(proto, "dns.eui64", "EUI64 Address", FT::Eui64);

void add_rest(const DnsRecord& r, const FieldDef& f, uint32_t at) {
  if (r.left(at)) r.it.add(f, r.msg, at, r.left(at));
}

uint32_t add_string(const DnsRecord& r, uint32_t at, const FieldDef& n_field, const FieldDef& f) {
  uint32_t n = r.msg.u8(at);
  r.it.add(n_field, r.msg, at, 1);
  r.it.add(f, r.msg, at + 1, n);
  return at + 1 + n;
}

void owner_in_info(const DnsRecord& r) {
  if (r.c.col.writable()) r.c.col.info_text() << ' ' << r.owner;
}

// RFC 1876: a size is a digit and a power of ten, in centimetres
void add_loc_size(const DnsRecord& r, const FieldDef& f, uint32_t at) {
  uint8_t v = r.msg.u8(at);
  Item it = r.it.add(f, r.msg, at, 1);
  double cm = v >> 4;
  for (int i = 0; i < (v & 15); i++) cm *= 10;
  it.append(" (%g m)", cm / 100);
}

void add_loc_angle(const DnsRecord& r, const FieldDef& f, uint32_t at, char positive, char negative) {
  uint32_t v = r.msg.u32(at);
  Item it = r.it.add(f, r.msg, at, 4);
  int64_t ms = static_cast<int64_t>(v) - 0x80000000ll;
  char side = ms < 0 ? negative : positive;
  if (ms < 0) ms = -ms;
  it.append(" (%u deg %u min %u.%03u sec %c)", static_cast<unsigned>(ms / 3600000),
            static_cast<unsigned>(ms / 60000 % 60), static_cast<unsigned>(ms / 1000 % 60),
            static_cast<unsigned>(ms % 1000), side);
}

void add_loc(const DnsRecord& r) {
  uint8_t v = r.msg.u8(r.off);
  r.it.add(loc_version, r.msg, r.off, 1);
  if (v) {
    add_rest(r, loc_unknown, r.off + 1);
    return;
  }
  add_loc_size(r, loc_size, r.off + 1);
  add_loc_size(r, loc_horizontal, r.off + 2);
  add_loc_size(r, loc_vertical, r.off + 3);
  add_loc_angle(r, loc_latitude, r.off + 4, 'N', 'S');
  add_loc_angle(r, loc_longitude, r.off + 8, 'E', 'W');
  int64_t altitude = static_cast<int64_t>(r.msg.u32(r.off + 12)) - 10000000;
  Item a = r.it.add(loc_altitude, r.msg, r.off + 12, 4);
  a.append(" (%g m)", static_cast<double>(altitude) / 100);
}

void add_a6(const DnsRecord& r) {
  uint32_t prefix = r.msg.u8(r.off);
  r.it.add(a6_prefix, r.msg, r.off, 1);
  uint32_t n = prefix > 128 ? 0 : (128 - prefix + 7) / 8;
  char full[16] = {};
  memcpy(full + 16 - n, r.msg.need(r.off + 1, n), n);
  std::string_view kept = r.c.keep({full, 16});
  r.it.s(a6_suffix, r.msg, r.off + 1, n, kept);
  Text t;
  t << prefix << ' ';
  t.ipv6(reinterpret_cast<const uint8_t*>(kept.data()));
  if (prefix) t << ' ' << r.name(a6_name, r.off + 1 + n).text;
  r.summary("addr", r.c.keep(t.view()));
}

void add_apl(const DnsRecord& r) {
  owner_in_info(r);
  for (uint32_t at = r.off; r.left(at) >= 4;) {
    uint32_t n = r.msg.u8(at + 3) & 0x7f;
    r.it.add(apl_family, r.msg, at, 2);
    r.it.add(apl_prefix, r.msg, at + 2, 1);
    r.it.add(apl_negation, r.msg, at + 3, 1);
    r.it.add(apl_length, r.msg, at + 3, 1);
    if (n) r.it.add(apl_data, r.msg, at + 4, n);
    at += 4 + n;
  }
}

void add_nxt(const DnsRecord& r) {
  DnsName n = r.name(nxt_next, r.off);
  r.summary("next domain name", n.text);
}

void add_kx(const DnsRecord& r) {
  uint32_t p = r.msg.u16(r.off);
  r.it.add(kx_preference, r.msg, r.off, 2);
  DnsName n = r.name(kx_exchange, r.off + 2);
  if (r.c.col.writable()) r.c.col.info_text() << ' ' << p << ' ' << n.text;
  Item it = r.it;
  it.append(", preference %u, kx %s", p, r.c.keep_z(n.text));
}

void add_named_pair(const DnsRecord& r, const FieldDef& number, const FieldDef& name) {
  owner_in_info(r);
  r.it.add(number, r.msg, r.off, 2);
  r.name(name, r.off + 2);
}

void add_gpos(const DnsRecord& r) {
  owner_in_info(r);
  uint32_t at = add_string(r, r.off, gpos_longitude_length, gpos_longitude);
  at = add_string(r, at, gpos_latitude_length, gpos_latitude);
  add_string(r, at, gpos_altitude_length, gpos_altitude);
}

}  // namespace

bool dissect_dns_rdata_rare(const DnsRecord& r) {
  switch (r.type) {
    case 17:
      owner_in_info(r);
      r.name(rp_txt, r.off + r.name(rp_mailbox, r.off).used);
      return true;
    case 18: add_named_pair(r, afsdb_subtype, afsdb_hostname); return true;
    case 19:
      owner_in_info(r);
      add_string(r, r.off, x25_length, x25_address);
      return true;
    case 20: {
      owner_in_info(r);
      uint32_t at = add_string(r, r.off, isdn_length, isdn_address);
      if (r.left(at)) add_string(r, at, isdn_sa_length, isdn_sa);
      return true;
    }
    case 21: add_named_pair(r, rt_preference, rt_host); return true;
    case 22:
      owner_in_info(r);
      add_rest(r, nsap, r.off);
      return true;
    case 23:
      owner_in_info(r);
      r.name(nsap_owner, r.off);
      return true;
    case 26: {
      owner_in_info(r);
      r.it.add(px_preference, r.msg, r.off, 2);
      r.name(px_400, r.off + 2 + r.name(px_822, r.off + 2).used);
      return true;
    }
    case 27: add_gpos(r); return true;
    case 29: add_loc(r); return true;
    case 30: add_nxt(r); return true;
    case 36: add_kx(r); return true;
    case 37:
      r.it.add(cert_type, r.msg, r.off, 2);
      r.it.add(cert_tag, r.msg, r.off + 2, 2);
      r.it.add(cert_algorithm, r.msg, r.off + 4, 1);
      add_rest(r, cert_data, r.off + 5);
      return true;
    case 38: add_a6(r); return true;
    case 42: add_apl(r); return true;
    case 49:
      owner_in_info(r);
      add_rest(r, dhcid, r.off);
      return true;
    case 61: add_rest(r, pgp, r.off); return true;
    case 62:
      r.it.add(csync_soa, r.msg, r.off, 4);
      r.it.add(csync_flags, r.msg, r.off + 4, 2);
      add_dns_type_bitmap(r, r.off + 6);
      return true;
    case 63:
      r.it.add(zonemd_serial, r.msg, r.off, 4);
      r.it.add(zonemd_scheme, r.msg, r.off + 4, 1);
      r.it.add(zonemd_hash, r.msg, r.off + 5, 1);
      add_rest(r, zonemd_digest, r.off + 6);
      return true;
    case 108: r.it.add(eui48, r.msg, r.off, 6); return true;
    case 109: r.it.add(eui64, r.msg, r.off, 8); return true;
    default: return false;
  }
}

}  // namespace strato::protocols
