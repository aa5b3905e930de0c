// Data of the records of DNSSEC and its kin: DNSKEY, RRSIG, NSEC, DS (RFC 4034), NSEC3 (RFC 5155), CDS (RFC 7344),
// KEY and SIG (RFC 2535), SSHFP (RFC 4255), TLSA (RFC 6698), TSIG (RFC 8945), TKEY (RFC 2930), CAA (RFC 8659).
#include <algorithm>

#include "protocols/dns.h"
#include "protocols/dns_types.h"
#include "protocols/duration.h"

namespace strato::protocols {
namespace {

const ValueString kAlgorithms[] = {{1, "RSA/MD5"},
                                   {2, "Diffie-Hellman"},
                                   {3, "DSA"},
                                   {4, "Elliptic curve crypto"},
                                   {5, "RSA/SHA1"},
                                   {6, "DSA + NSEC3/SHA1"},
                                   {7, "RSA/SHA1 + NSEC3/SHA1"},
                                   {8, "RSA/SHA-256"},
                                   {10, "RSA/SHA-512"},
                                   {12, "GOST R 34.10-2001"},
                                   {13, "ECDSA Curve P-256 with SHA-256"},
                                   {14, "ECDSA Curve P-386 with SHA-386"},
                                   {15, "Ed25519"},
                                   {16, "Ed448"},
                                   {157, "HMAC/MD5"},
                                   {252, "Indirect key"},
                                   {253, "Private, domain name"},
                                   {254, "Private, OID"}};
const ValueString kDigests[] = {
    {0, "Reserved digest"}, {1, "SHA-1"}, {2, "SHA-256"}, {3, "GOST R 34.11-94"}, {4, "SHA-384"}};
const ValueString kSshAlgorithms[] = {{0, "Reserved"}, {1, "RSA"},     {2, "DSA"},
                                      {3, "ECDSA"},    {4, "Ed25519"}, {5, "XMSS"}};
const ValueString kSshHashes[] = {{0, "Reserved"}, {1, "SHA1"}, {2, "SHA256"}};
const ValueString kNsec3Hashes[] = {{0, "Reserved"}, {1, "SHA-1"}};
const ValueString kUsages[] = {{0, "CA constraint (PKIX-TA)"},
                               {1, "Service certificate constraint (PKIX-EE)"},
                               {2, "Trust anchor assertion (DANE-TA)"},
                               {3, "Domain-issued certificate (DANE-EE)"}};
const ValueString kSelectors[] = {{0, "Full certificate (Cert)"}, {1, "SubjectPublicKeyInfo (SPKI)"}};
const ValueString kMatching[] = {{0, "No Hash Used (Full)"},
                                 {1, "256 bit hash by SHA2 (SHA2-256)"},
                                 {2, "512 bit hash by SHA2 (SHA2-512)"}};
const TrueFalse kZoneKey = {"This is the zone key for specified zone", "This it not a zone key"};
const TrueFalse kYesNo = {"Yes", "No"};
const TrueFalse kOptOut = {"Additional insecure delegations allowed", "Additional insecure delegations forbidden"};
const TrueFalse kCritical = {"Critical", "Not critical"};

Protocol& proto = dns_protocol();
FieldDef sig_covered(proto, "dns.rrsig.type_covered", "Type Covered", FT::Uint16, Base::Dec, vals(kDnsTypeTexts));
FieldDef sig_algorithm(proto, "dns.rrsig.algorithm", "Algorithm", FT::Uint8, Base::Dec, vals(kAlgorithms));
FieldDef sig_labels(proto, "dns.rrsig.labels", "Labels", FT::Uint8, Base::Dec);
FieldDef sig_ttl(proto, "dns.rrsig.original_ttl", "Original TTL", FT::Uint32, Base::Dec);
FieldDef sig_expiration(proto, "dns.rrsig.signature_expiration", "Signature Expiration", FT::AbsTime, Base::Utc);
FieldDef sig_inception(proto, "dns.rrsig.signature_inception", "Signature Inception", FT::AbsTime, Base::Utc);
FieldDef sig_key_tag(proto, "dns.rrsig.key_tag", "Key Tag", FT::Uint16, Base::Dec);
FieldDef sig_signer(proto, "dns.rrsig.signers_name", "Signer's name", FT::String);
FieldDef sig_signature(proto, "dns.rrsig.signature", "Signature", FT::Bytes);
FieldDef key_flags(proto, "dns.dnskey.flags", "Flags", FT::Uint16, Base::Hex);
FieldDef key_zone(proto, "dns.dnskey.flags.zone_key", "Zone Key", FT::Boolean, Base::None, tfs(kZoneKey), 0x0100);
FieldDef key_revoked(proto, "dns.dnskey.flags.key_revoked", "Key Revoked", FT::Boolean, Base::None, tfs(kYesNo),
                     0x0080);
FieldDef key_sep(proto, "dns.dnskey.flags.secure_entry_point", "Key Signing Key", FT::Boolean, Base::None,
                 tfs(kYesNo), 0x0001);
FieldDef key_reserved(proto, "dns.dnskey.flags.reserved", "Key Signing Key", FT::Uint16, Base::Hex, {}, 0xfe7e);
FieldDef key_protocol(proto, "dns.dnskey.protocol", "Protocol", FT::Uint8, Base::Dec);
FieldDef key_algorithm(proto, "dns.dnskey.algorithm", "Algorithm", FT::Uint8, Base::Dec, vals(kAlgorithms));
FieldDef key_id(proto, "dns.dnskey.key_id", "Key id", FT::Uint16, Base::Dec);
FieldDef key_public(proto, "dns.dnskey.public_key", "Public Key", FT::Bytes);
FieldDef old_key_flags(proto, "dns.key.flags", "Flags", FT::Uint16, Base::Hex);
FieldDef old_key_protocol(proto, "dns.key.protocol", "Protocol", FT::Uint8, Base::Dec);
FieldDef old_key_algorithm(proto, "dns.key.algorithm", "Algorithm", FT::Uint8, Base::Dec, vals(kAlgorithms));
FieldDef old_key_id(proto, "dns.key.key_id", "Key ID", FT::Uint16, Base::Dec);
FieldDef old_key_public(proto, "dns.key.public_key", "Public Key", FT::Bytes);
FieldDef ds_key_id(proto, "dns.ds.key_id", "Key id", FT::Uint16, Base::Hex);
FieldDef ds_algorithm(proto, "dns.ds.algorithm", "Algorithm", FT::Uint8, Base::Dec, vals(kAlgorithms));
FieldDef ds_digest_type(proto, "dns.ds.digest_type", "Digest Type", FT::Uint8, Base::Dec, vals(kDigests));
FieldDef ds_digest(proto, "dns.ds.digest", "Digest", FT::Bytes);
FieldDef ssh_algorithm(proto, "dns.sshfp.algorithm", "Algorithm", FT::Uint8, Base::Dec, vals(kSshAlgorithms));
FieldDef ssh_type(proto, "dns.sshfp.fingerprint.type", "Fingerprint type", FT::Uint8, Base::Dec, vals(kSshHashes));
FieldDef ssh_fingerprint(proto, "dns.sshfp.fingerprint", "Fingerprint", FT::Bytes);
FieldDef next_domain(proto, "dns.nsec.next_domain_name", "Next Domain Name", FT::String);
FieldDef nsec3_algo(proto, "dns.nsec3.algo", "Hash algorithm", FT::Uint8, Base::Dec, vals(kNsec3Hashes));
FieldDef nsec3_flags(proto, "dns.nsec3.flags", "NSEC3 flags", FT::Uint8, Base::Dec);
FieldDef nsec3_opt_out(proto, "dns.nsec3.flags.opt_out", "NSEC3 Opt-out flag", FT::Boolean, Base::None, tfs(kOptOut),
                       0x01);
FieldDef nsec3_iterations(proto, "dns.nsec3.iterations", "NSEC3 iterations", FT::Uint16, Base::Dec);
FieldDef nsec3_salt_length(proto, "dns.nsec3.salt_length", "Salt length", FT::Uint8, Base::Dec);
FieldDef nsec3_salt(proto, "dns.nsec3.salt_value", "Salt value", FT::Bytes);
FieldDef nsec3_hash_length(proto, "dns.nsec3.hash_length", "Hash length", FT::Uint8, Base::Dec);
FieldDef nsec3_hash(proto, "dns.nsec3.hash_value", "Next hashed owner", FT::String);
FieldDef tlsa_usage(proto, "dns.tlsa.certificate_usage", "Certificate Usage", FT::Uint8, Base::Dec, vals(kUsages));
FieldDef tlsa_selector(proto, "dns.tlsa.selector", "Selector", FT::Uint8, Base::Dec, vals(kSelectors));
FieldDef tlsa_matching(proto, "dns.tlsa.matching_type", "Matching Type", FT::Uint8, Base::Dec, vals(kMatching));
FieldDef tlsa_data(proto, "dns.tlsa.certificate_association_data", "Certificate Association Data", FT::Bytes);
FieldDef tsig_algorithm(proto, "dns.tsig.algorithm_name", "Algorithm Name", FT::String);
FieldDef tsig_time(proto, "dns.tsig.time_signed", "Time Signed", FT::AbsTime, Base::Utc);
FieldDef tsig_fudge(proto, "dns.tsig.fudge", "Fudge", FT::Uint16, Base::Dec);
FieldDef tsig_mac_size(proto, "dns.tsig.mac_size", "MAC Size", FT::Uint16, Base::Dec);
FieldDef tsig_mac(proto, "dns.tsig.mac", "MAC", FT::None);
FieldDef tsig_id(proto, "dns.tsig.original_id", "Original Id", FT::Uint16, Base::Dec);
FieldDef tsig_error(proto, "dns.tsig.error", "Error", FT::Uint16, Base::Dec);
FieldDef tsig_other_len(proto, "dns.tsig.other_len", "Other Len", FT::Uint16, Base::Dec);
FieldDef tsig_other(proto, "dns.tsig.other_data", "Other Data", FT::Bytes);
FieldDef tkey_algorithm(proto, "dns.tkey.algo_name", "Algorithm name", FT::String);
FieldDef tkey_inception(proto, "dns.tkey.signature_inception", "Signature Inception", FT::AbsTime, Base::Utc);
FieldDef tkey_expiration(proto, "dns.tkey.signature_expiration", "Signature Expiration", FT::AbsTime, Base::Utc);
FieldDef tkey_mode(proto, "dns.tkey.mode", "Mode", FT::Uint16, Base::Dec);
FieldDef tkey_error(proto, "dns.tkey.error", "Error", FT::Uint16, Base::Dec);
FieldDef tkey_size(proto, "dns.tkey.key_size", "Key Size", FT::Uint16, Base::Dec);
FieldDef tkey_data(proto, "dns.tkey.key_data", "Key Data", FT::Bytes);
FieldDef tkey_other_size(proto, "dns.tkey.other_size", "Other Size", FT::Uint16, Base::Dec);
FieldDef tkey_other(proto, "dns.tkey.other_data", "Other Data", FT::Bytes);
FieldDef caa_flags(proto, "dns.caa.flags", "CAA Flags", FT::Uint8, Base::Hex);
FieldDef caa_critical(proto, "dns.caa.flags.issuer_critical", "Issuer Critical", FT::Boolean, Base::None,
                      tfs(kCritical), 0x80);
FieldDef caa_issue(proto, "dns.caa.issue", "Issue", FT::String);
FieldDef caa_issuewild(proto, "dns.caa.issuewild", "Issue Wildcard", FT::String);
FieldDef caa_iodef(proto, "dns.caa.iodef", "Report URL", FT::String);
FieldDef caa_unknown(proto, "dns.caa.unknown", "Unknown tag", FT::String);
FieldDef caa_tag_length(proto, "dns.caa.tag_length", "Tag length", FT::Uint8, Base::Dec);
FieldDef caa_tag(proto, "dns.caa.tag", "Tag", FT::String);
FieldDef caa_value(proto, "dns.caa.value", "Value", FT::String);

void add_rest(const DnsRecord& r, const FieldDef& f, uint32_t at) {
  if (r.left(at)) r.it.add(f, r.msg, at, r.left(at));
}

void add_time(const DnsRecord& r, const FieldDef& f, uint32_t at) {
  r.it.i(f, r.msg, at, 4, static_cast<int64_t>(r.msg.u32(at)) * 1000000000);
}

void add_signature(const DnsRecord& r) {
  r.it.add(sig_covered, r.msg, r.off, 2);
  r.it.add(sig_algorithm, r.msg, r.off + 2, 1);
  r.it.add(sig_labels, r.msg, r.off + 3, 1);
  uint32_t ttl = r.msg.u32(r.off + 4);
  Item t = r.it.add(sig_ttl, r.msg, r.off + 4, 4);
  if (t) {
    Text d;
    print_duration(ttl, d);
    t.append(" (%s)", d.str().c_str());
  }
  add_time(r, sig_expiration, r.off + 8);
  add_time(r, sig_inception, r.off + 12);
  r.it.add(sig_key_tag, r.msg, r.off + 16, 2);
  DnsName n = r.name(sig_signer, r.off + 18);
  add_rest(r, sig_signature, r.off + 18 + n.used);
}

// Key tag of RFC 4034 appendix B (algorithm 1: the low bytes of the modulus).
uint16_t key_tag(const DnsRecord& r) {
  const uint8_t* p = r.msg.need(r.off, r.len);
  if (p[3] == 1) return r.len >= 7 ? static_cast<uint16_t>(p[r.len - 3] << 8 | p[r.len - 2]) : 0;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < r.len; i++) sum += i & 1 ? p[i] : static_cast<uint32_t>(p[i] << 8);
  return static_cast<uint16_t>(sum + (sum >> 16));
}

void add_key(const DnsRecord& r) {
  bool old = r.type == 25;
  Item f = r.it.add(old ? old_key_flags : key_flags, r.msg, r.off, 2);
  if (!old)
    for (const FieldDef* d : {&key_zone, &key_revoked, &key_sep, &key_reserved}) f.add(*d, r.msg, r.off, 2);
  r.it.add(old ? old_key_protocol : key_protocol, r.msg, r.off + 2, 1);
  r.it.add(old ? old_key_algorithm : key_algorithm, r.msg, r.off + 3, 1);
  r.it.u(old ? old_key_id : key_id, r.msg, r.off, 0, key_tag(r)).gen();
  add_rest(r, old ? old_key_public : key_public, r.off + 4);
}

void add_ds(const DnsRecord& r) {
  r.it.add(ds_key_id, r.msg, r.off, 2);
  r.it.add(ds_algorithm, r.msg, r.off + 2, 1);
  r.it.add(ds_digest_type, r.msg, r.off + 3, 1);
  add_rest(r, ds_digest, r.off + 4);
}

void add_sshfp(const DnsRecord& r) {
  r.it.add(ssh_algorithm, r.msg, r.off, 1);
  r.it.add(ssh_type, r.msg, r.off + 1, 1);
  add_rest(r, ssh_fingerprint, r.off + 2);
}

// base32hex without padding (RFC 4648 7), lower case as zone files write it
std::string_view base32hex(const DnsRecord& r, uint32_t at, uint32_t n) {
  static const char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
  Text t;
  uint32_t acc = 0, bits = 0;
  for (uint32_t i = 0; i < n; i++) {
    acc = acc << 8 | r.msg.u8(at + i);
    for (bits += 8; bits >= 5; bits -= 5) t << kDigits[acc >> (bits - 5) & 31];
  }
  if (bits) t << kDigits[acc << (5 - bits) & 31];
  return r.c.keep(t.view());
}

void add_nsec3(const DnsRecord& r) {
  r.it.add(nsec3_algo, r.msg, r.off, 1);
  Item f = r.it.add(nsec3_flags, r.msg, r.off + 1, 1);
  if (r.type == 50) f.add(nsec3_opt_out, r.msg, r.off + 1, 1);
  r.it.add(nsec3_iterations, r.msg, r.off + 2, 2);
  uint32_t salt = r.msg.u8(r.off + 4), at = r.off + 5;
  r.it.add(nsec3_salt_length, r.msg, r.off + 4, 1);
  r.it.add(nsec3_salt, r.msg, at, salt);
  at += salt;
  if (r.type != 50) {
    if (r.c.col.writable()) r.c.col.info_text() << ' ' << r.owner;
    return;
  }
  uint32_t n = r.msg.u8(at);
  r.it.add(nsec3_hash_length, r.msg, at, 1);
  r.it.s(nsec3_hash, r.msg, at + 1, n, base32hex(r, at + 1, n)).gen();
  add_dns_type_bitmap(r, at + 1 + n);
}

void add_tsig(const DnsRecord& r) {
  DnsName n = r.name(tsig_algorithm, r.off);
  uint32_t at = r.off + n.used;
  int64_t seconds = static_cast<int64_t>(r.msg.be(at, 6));
  constexpr int64_t kLast = INT64_MAX / 1000000000;  // our times end in the year 2262
  r.it.i(tsig_time, r.msg, at, 6, (seconds < kLast ? seconds : kLast) * 1000000000);
  r.it.add(tsig_fudge, r.msg, at + 6, 2);
  uint32_t mac = r.msg.u16(at + 8);
  r.it.add(tsig_mac_size, r.msg, at + 8, 2);
  r.it.add(tsig_mac, r.msg, at + 10, mac);
  at += 10 + mac;
  r.it.add(tsig_id, r.msg, at, 2);
  r.it.add(tsig_error, r.msg, at + 2, 2);
  uint32_t other = r.msg.u16(at + 4);
  r.it.add(tsig_other_len, r.msg, at + 4, 2);
  if (other) r.it.add(tsig_other, r.msg, at + 6, other);
}

void add_tkey(const DnsRecord& r) {
  DnsName n = r.name(tkey_algorithm, r.off);
  uint32_t at = r.off + n.used;
  add_time(r, tkey_inception, at);
  add_time(r, tkey_expiration, at + 4);
  r.it.add(tkey_mode, r.msg, at + 8, 2);
  r.it.add(tkey_error, r.msg, at + 10, 2);
  uint32_t size = r.msg.u16(at + 12);
  r.it.add(tkey_size, r.msg, at + 12, 2);
  if (size) r.it.add(tkey_data, r.msg, at + 14, size);
  at += 14 + size;
  uint32_t other = r.msg.u16(at);
  r.it.add(tkey_other_size, r.msg, at, 2);
  if (other) r.it.add(tkey_other, r.msg, at + 2, other);
}

void add_caa(const DnsRecord& r) {
  Item f = r.it.add(caa_flags, r.msg, r.off, 1);
  f.add(caa_critical, r.msg, r.off, 1);
  uint32_t n = r.msg.u8(r.off + 1), value = r.off + 2 + n;
  std::string_view tag = r.msg.str(r.off + 2, n);
  const FieldDef& kind = tag == "issue" ? caa_issue : tag == "issuewild" ? caa_issuewild
                         : tag == "iodef" ? caa_iodef : caa_unknown;
  Item it = r.it.s(kind, r.msg, value, r.left(value), r.msg.str(value, r.left(value)));
  it.add(caa_tag_length, r.msg, r.off + 1, 1);
  it.add(caa_tag, r.msg, r.off + 2, n);
  it.add(caa_value, r.msg, value, r.left(value));
}

void add_tlsa(const DnsRecord& r) {
  if (r.c.col.writable()) r.c.col.info_text() << ' ' << r.owner;
  r.it.add(tlsa_usage, r.msg, r.off, 1);
  r.it.add(tlsa_selector, r.msg, r.off + 1, 1);
  r.it.add(tlsa_matching, r.msg, r.off + 2, 1);
  add_rest(r, tlsa_data, r.off + 3);
}

void add_nsec(const DnsRecord& r) {
  DnsName n = r.name(next_domain, r.off);
  r.summary("next domain name", n.text);
  add_dns_type_bitmap(r, r.off + n.used);
}

}  // namespace

void add_dns_type_bitmap(const DnsRecord& r, uint32_t at) {
  while (at < r.end()) {
    uint32_t window = r.msg.u8(at), n = r.msg.u8(at + 1);
    at += 2;
    for (uint32_t i = 0; i < n; i++) {
      uint8_t bits = r.msg.u8(at + i);
      for (uint32_t k = 0; k < 8; k++) {
        if (!(bits & 0x80 >> k)) continue;
        uint32_t type = window * 256 + i * 8 + k;
        const char* name = name_of(vals(kDnsTypeTexts), type);
        r.it.u(dns_type_field(), r.msg, at + i, 1, type)
            .label("RR type in bit map: %s", name ? name : r.c.keep_z(r.c.fmt("Unknown (%u)", type)));
      }
    }
    at += n;
  }
}

bool dissect_dns_rdata_security(const DnsRecord& r) {
  switch (r.type) {
    case 24: case 46: add_signature(r); return true;
    case 25: case 48: case 60: add_key(r); return true;
    case 43: case 59: case 32768: case 32769: add_ds(r); return true;
    case 44: add_sshfp(r); return true;
    case 47: add_nsec(r); return true;
    case 50: case 51: add_nsec3(r); return true;
    case 52: add_tlsa(r); return true;
    case 249: add_tkey(r); return true;
    case 250: add_tsig(r); return true;
    case 257: add_caa(r); return true;
    default: return false;
  }
}

}  // namespace strato::protocols
