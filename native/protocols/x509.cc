// X.509 certificates: RFC 5280 4.1.
#include "protocols/x509.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "packet/builtin.h"
#include "packet/registry.h"

namespace strato::protocols {

Protocol& x509af() {
  static Protocol p("x509af", "X509AF", "X.509 Authentication Framework", nullptr);
  return p;
}

namespace {

const ValueString kVersions[] = {{0, "v1"}, {1, "v2"}, {2, "v3"}};
const ValueString kTimes[] = {{0, "utcTime"}, {1, "generalizedTime"}};
const ValueString kNames[] = {{0, "rdnSequence"}};

FieldDef signed_certificate(x509af(), "x509af.signedCertificate_element", "signedCertificate", FT::None);
FieldDef version(x509af(), "x509af.version", "version", FT::Int32, Base::Dec, vals(kVersions));
FieldDef serial(x509af(), "x509af.serialNumber", "serialNumber", FT::Bytes);
FieldDef signature(x509af(), "x509af.signature_element", "signature", FT::None);
FieldDef algorithm_id(x509af(), "x509af.algorithm.id", "Algorithm Id", FT::Oid);
FieldDef issuer(x509af(), "x509af.issuer", "issuer", FT::Uint32, Base::Dec, vals(kNames));
FieldDef validity(x509af(), "x509af.validity_element", "validity", FT::None);
FieldDef not_before(x509af(), "x509af.notBefore", "notBefore", FT::Uint32, Base::Dec, vals(kTimes));
FieldDef not_after(x509af(), "x509af.notAfter", "notAfter", FT::Uint32, Base::Dec, vals(kTimes));
FieldDef utc_time(x509af(), "x509af.utcTime", "utcTime", FT::String);
FieldDef generalized_time(x509af(), "x509af.generalizedTime", "generalizedTime", FT::AbsTime, Base::Local);
FieldDef subject(x509af(), "x509af.subject", "subject", FT::Uint32, Base::Dec, vals(kNames));
FieldDef rdn_sequence(x509af(), "x509af.rdnSequence", "rdnSequence", FT::Uint32, Base::Dec);
FieldDef public_key_info(x509af(), "x509af.subjectPublicKeyInfo_element", "subjectPublicKeyInfo", FT::None);
FieldDef algorithm(x509af(), "x509af.algorithm_element", "algorithm", FT::None);
FieldDef public_key(x509af(), "x509af.subjectPublicKey", "subjectPublicKey", FT::Bytes);
FieldDef extensions(x509af(), "x509af.extensions", "extensions", FT::Uint32, Base::Dec);
FieldDef algorithm_identifier(x509af(), "x509af.algorithmIdentifier_element", "algorithmIdentifier", FT::None);
FieldDef encrypted(x509af(), "x509af.encrypted", "encrypted", FT::Bytes);

Protocol pkcs1("pkcs-1", "PKCS#1", "PKCS#1", nullptr);
FieldDef modulus(pkcs1, "pkcs1.modulus", "modulus", FT::Bytes);
FieldDef exponent(pkcs1, "pkcs1.publicExponent", "publicExponent", FT::Int64, Base::Dec);

int digits(std::string_view s, size_t at, size_t n) {
  int v = 0;
  for (size_t i = at; i < at + n; i++) {
    if (i >= s.size() || s[i] < '0' || s[i] > '9') return -1;
    v = v * 10 + (s[i] - '0');
  }
  return v;
}

// Seconds since the epoch of UTCTime or GeneralizedTime in the forms of RFC 5280 4.1.2.5 ("…Z"); false otherwise.
bool parse_time(std::string_view s, bool generalized, int64_t* seconds) {
  size_t y = generalized ? 4 : 2;
  if (s.size() < y + 9) return false;
  struct tm tm = {};
  int year = digits(s, 0, y);
  if (!generalized) year += year < 50 ? 2000 : 1900;
  tm.tm_year = year - 1900;
  tm.tm_mon = digits(s, y, 2) - 1;
  tm.tm_mday = digits(s, y + 2, 2);
  tm.tm_hour = digits(s, y + 4, 2);
  tm.tm_min = digits(s, y + 6, 2);
  bool has_seconds = s.size() > y + 9 && s[y + 8] != 'Z';
  tm.tm_sec = has_seconds ? digits(s, y + 8, 2) : 0;
  if (year < 0 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_hour < 0 || tm.tm_min < 0 || tm.tm_sec < 0)
    return false;
  *seconds = timegm(&tm);
  return true;
}

// Returns the time, or INT64_MIN when it could not be read.
int64_t dissect_time(const Buf& b, Ctx& c, Item at, const FieldDef& choice, const Ber& v) {
  bool generalized = v.is(ber::kGeneralizedTime);
  Item it = at.u(choice, b, v.off, v.len, generalized);
  std::string_view text = b.str(v.off, v.len);
  int64_t seconds = 0;
  bool ok = parse_time(text, generalized, &seconds);
  if (generalized) {
    // our times end in the year 2262; certificates "without end" name later ones
    constexpr int64_t kLast = INT64_MAX / 1000000000;
    int64_t held = std::clamp(seconds, -kLast, kLast);
    if (ok) it.i(generalized_time, b, v.off, v.len, held * 1000000000);
  } else if (it.live()) {
    time_t t = static_cast<time_t>(seconds);
    struct tm tm;
    gmtime_r(&t, &tm);
    std::string_view shown = !ok ? text
                                 : c.fmt("%04d-%02d-%02d %02d:%02d:%02d (UTC)", tm.tm_year + 1900, tm.tm_mon + 1,
                                         tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    it.s(utc_time, b, v.off, v.len, shown);
  }
  return ok ? seconds : INT64_MIN;
}

// What the capture's own clock says of the validity: the on-call question "has it expired?".
void add_time_left(Ctx& c, Item at, const Buf& b, int64_t from, int64_t until) {
  if (from == INT64_MIN || until == INT64_MIN || !c.frame.has_ts) return;
  int64_t now = c.frame.ts_ns / 1000000000;
  const int64_t day = 86400;
  if (now < from) at.text(b, 0, 0, "[Not yet valid when captured: starts in %lld day(s)]", static_cast<long long>((from - now + day - 1) / day));
  else if (now > until) at.text(b, 0, 0, "[Expired when captured: %lld day(s) before]", static_cast<long long>((now - until) / day));
  else at.text(b, 0, 0, "[Valid when captured: %lld day(s) left]", static_cast<long long>((until - now) / day));
}

void dissect_validity(const Buf& b, Ctx& c, Item at, const Ber& v) {
  Item it = at.add(validity, b, v.start, v.end() - v.start);
  Ber first = read_ber(b, v.off, v.end());
  int64_t from = dissect_time(b, c, it, not_before, first);
  Ber second = read_ber(b, first.end(), v.end());
  int64_t until = dissect_time(b, c, it, not_after, second);
  add_time_left(c, it, b, from, until);
}

std::string dissect_algorithm(const Buf& b, Item at, const FieldDef& field, const Ber& v) {
  Item it = at.add(field, b, v.start, v.end() - v.start);
  Ber oid = read_ber(b, v.off, v.end());
  it.add(algorithm_id, b, oid.off, oid.len);
  std::string dotted = oid_text(b, oid);
  if (const char* n = oid_name(dotted)) it.append(" (%s)", n);
  return dotted;
}

void dissect_public_key(const Buf& b, Ctx& c, Item at, const Ber& v) {
  Item it = at.add(public_key_info, b, v.start, v.end() - v.start);
  Ber alg = read_ber(b, v.off, v.end());
  std::string dotted = dissect_algorithm(b, it, algorithm, alg);
  Ber bits = read_ber(b, alg.end(), v.end());
  if (!bits.is(ber::kBitString) || bits.len < 1) return;
  Item key = it.add(public_key, b, bits.off + 1, bits.len - 1);
  if (dotted == "1.2.840.10045.2.1") {  // id-ecPublicKey: RFC 5480 2.1.1
    Ber oid = read_ber(b, alg.off, alg.end());
    if (oid.end() < alg.end()) c.layers.push_back(&pkcs1);
    return;
  }
  if (dotted != "1.2.840.113549.1.1.1") return;  // rsaEncryption: RFC 8017 A.1.1
  Ber rsa = read_ber(b, bits.off + 1, bits.end());
  Ber n = read_ber(b, rsa.off, rsa.end());
  key.add(modulus, b, n.off, n.len);
  Ber e = read_ber(b, n.end(), rsa.end());
  if (e.len >= 1 && e.len <= 8) key.i(exponent, b, e.off, e.len, static_cast<int64_t>(b.be(e.off, e.len)));
}

void dissect_name_choice(const Buf& b, Ctx& c, Item at, const FieldDef& field, const Ber& v, std::string* text,
                          const FieldDef* sequence) {
  Item it = at.u(field, b, v.start, v.end() - v.start, 0);
  dissect_name(b, c, it, v, text, sequence);
}

uint32_t dissect_tbs(const Buf& b, Ctx& c, Item at, const Ber& tbs, std::string* subject_text) {
  Item it = at.add(signed_certificate, b, tbs.start, tbs.end() - tbs.start);
  uint32_t off = tbs.off;
  Ber v = read_ber(b, off, tbs.end());
  if (v.context(0)) {
    Ber n = read_ber(b, v.off, v.end());
    if (n.len >= 1 && n.len <= 4) it.i(version, b, n.off, n.len, static_cast<int64_t>(b.be(n.off, n.len)));
    v = read_ber(b, v.end(), tbs.end());
  }
  it.add(serial, b, v.off, v.len);
  v = read_ber(b, v.end(), tbs.end());
  dissect_algorithm(b, it, signature, v);
  v = read_ber(b, v.end(), tbs.end());
  dissect_name_choice(b, c, it, issuer, v, nullptr, nullptr);
  v = read_ber(b, v.end(), tbs.end());
  dissect_validity(b, c, it, v);
  v = read_ber(b, v.end(), tbs.end());
  dissect_name_choice(b, c, it, subject, v, subject_text, &rdn_sequence);
  v = read_ber(b, v.end(), tbs.end());
  dissect_public_key(b, c, it, v);
  for (off = v.end(); off < tbs.end(); off = v.end()) {
    v = read_ber(b, off, tbs.end());
    if (!v.context(3)) continue;  // unique identifiers [1], [2] are not used on the web
    Ber list = read_ber(b, v.off, v.end());
    uint32_t count = 0;
    for (uint32_t o = list.off; o < list.end(); count++) o = read_ber(b, o, list.end()).end();
    Item ext = it.u(extensions, b, list.start, list.end() - list.start, count);
    ext.label("extensions: %u item%s", count, count == 1 ? "" : "s");
    dissect_extensions(b, c, ext, list);
  }
  return tbs.end();
}

}  // namespace

bool parse_generalized_time(std::string_view s, int64_t* seconds) {
  return parse_time(s, true, seconds) && *seconds < INT64_MAX / 1000000000 && *seconds > INT64_MIN / 1000000000;
}

void dissect_certificate(const Buf& b, Ctx& c, Item parent) {
  Ber cert = read_ber(b, 0, b.size());
  Ber tbs = read_ber(b, cert.off, cert.end());
  std::string subject_text;
  uint32_t off = dissect_tbs(b, c, parent, tbs, &subject_text);
  if (!subject_text.empty()) parent.append(" (%s)", subject_text.c_str());
  Ber alg = read_ber(b, off, cert.end());
  dissect_algorithm(b, parent, algorithm_identifier, alg);
  Ber sig = read_ber(b, alg.end(), cert.end());
  if (sig.len > 1) parent.add(encrypted, b, sig.off + 1, sig.len - 1);
}

std::string oid_text(const Buf& b, const Ber& v) {
  Text t;
  print_value(algorithm_id, Value::of_s(b.str(v.off, v.len)), t);
  return t.take();
}

void register_x509(Registry& r) {
  r.add(x509af());
  r.add(pkcs1);
}

}  // namespace strato::protocols
