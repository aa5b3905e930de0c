// Handshake messages about keys: ServerKeyExchange, ClientKeyExchange, CertificateVerify (RFC 5246 7.4.3, 7.4.7,
// 7.4.8; RFC 8422 5.4, 5.7; RFC 8446 4.4.3).
#include "protocols/tls.h"

namespace strato::protocols::tls {
namespace {

const ValueString kCurveTypes[] = {{1, "explicit_prime"}, {2, "explicit_char2"}, {3, "named_curve"}};
const ValueString kHashes[] = {{0, "None"}, {1, "MD5"}, {2, "SHA1"}, {3, "SHA224"}, {4, "SHA256"}, {5, "SHA384"},
                               {6, "SHA512"}};
const ValueString kSigners[] = {{0, "Anonymous"}, {1, "RSA"}, {2, "DSA"}, {3, "ECDSA"}, {4, "SM2"}};

FieldDef curve_type(proto(), "tls.handshake.server_curve_type", "Curve Type", FT::Uint8, Base::Hex, vals(kCurveTypes));
FieldDef named_curve(proto(), "tls.handshake.server_named_curve", "Named Curve", FT::Uint16, Base::Hex, group_names());
FieldDef server_point_len(proto(), "tls.handshake.server_point_len", "Pubkey Length", FT::Uint8, Base::Dec);
FieldDef server_point(proto(), "tls.handshake.server_point", "Pubkey", FT::Bytes);
FieldDef client_point_len(proto(), "tls.handshake.client_point_len", "Pubkey Length", FT::Uint8, Base::Dec);
FieldDef client_point(proto(), "tls.handshake.client_point", "Pubkey", FT::Bytes);
FieldDef epms_len(proto(), "tls.handshake.epms_len", "Encrypted PreMaster length", FT::Uint16, Base::Dec);
FieldDef epms(proto(), "tls.handshake.epms", "Encrypted PreMaster", FT::Bytes);
FieldDef p_len(proto(), "tls.handshake.p_len", "p Length", FT::Uint16, Base::Dec);
FieldDef p_field(proto(), "tls.handshake.p", "p", FT::Bytes);
FieldDef g_len(proto(), "tls.handshake.g_len", "g Length", FT::Uint16, Base::Dec);
FieldDef g_field(proto(), "tls.handshake.g", "g", FT::Bytes);
FieldDef ys_len(proto(), "tls.handshake.ys_len", "Pubkey Length", FT::Uint16, Base::Dec);
FieldDef ys(proto(), "tls.handshake.ys", "Pubkey", FT::Bytes);
FieldDef yc_len(proto(), "tls.handshake.yc_len", "Pubkey Length", FT::Uint16, Base::Dec);
FieldDef yc(proto(), "tls.handshake.yc", "Pubkey", FT::Bytes);
FieldDef sig_len(proto(), "tls.handshake.sig_len", "Signature Length", FT::Uint16, Base::Dec);
FieldDef sig(proto(), "tls.handshake.sig", "Signature", FT::Bytes);
FieldDef verify_len(proto(), "tls.handshake.client_cert_vrfy.sig_len", "Signature length", FT::Uint16, Base::Dec);
FieldDef verify_sig(proto(), "tls.handshake.client_cert_vrfy.sig", "Signature", FT::Bytes);
FieldDef sig_alg(proto(), "tls.handshake.sig_hash_alg", "Signature Algorithm", FT::Uint16, Base::Hex, signature_names());
FieldDef sig_hash(proto(), "tls.handshake.sig_hash_hash", "Signature Hash Algorithm Hash", FT::Uint8, Base::Dec,
                  vals(kHashes));
FieldDef sig_signer(proto(), "tls.handshake.sig_hash_sig", "Signature Hash Algorithm Signature", FT::Uint8, Base::Dec,
                    vals(kSigners));

/// What the agreed suite's name says of the exchange.
enum class Exchange : uint8_t { Unknown, Rsa, Dhe, DhAnonymous, Ecdhe, EcdhStatic, EcdhAnonymous };

Exchange exchange_of(const Run& r) {
  const char* found = r.conn ? name_of(cipher_names(), r.conn->suite) : nullptr;
  std::string_view name = found ? found : "";
  auto starts = [&](std::string_view s) { return name.substr(0, s.size()) == s; };
  if (name.find("_PSK_") != name.npos) return Exchange::Unknown;
  if (starts("TLS_ECDHE_")) return Exchange::Ecdhe;
  if (starts("TLS_ECDH_anon_")) return Exchange::EcdhAnonymous;
  if (starts("TLS_ECDH_")) return Exchange::EcdhStatic;
  if (starts("TLS_DHE_")) return Exchange::Dhe;
  if (starts("TLS_DH_anon_")) return Exchange::DhAnonymous;
  if (starts("TLS_RSA_")) return Exchange::Rsa;
  return Exchange::Unknown;
}

// A length of two bytes and so many bytes.
uint32_t opaque(const Buf& b, uint32_t off, Item at, const FieldDef& length, const FieldDef& bytes) {
  uint16_t n = b.u16(off);
  at.add(length, b, off, 2);
  if (n) at.add(bytes, b, off + 2, n);
  return off + 2 + n;
}

}  // namespace

void add_signature_algorithm(const Buf& b, uint32_t off, Item at) {
  Item it = at.add(sig_alg, b, off, 2);
  it.add(sig_hash, b, off, 1);
  it.add(sig_signer, b, off + 1, 1);
}

void dissect_server_key_exchange(Run& r, const Buf& b, Item at) {
  uint32_t off = 0;
  Exchange x = exchange_of(r);
  if (x == Exchange::Ecdhe || x == Exchange::EcdhAnonymous) {
    at.add(curve_type, b, 0, 1);
    if (b.u8(0) != 3) return;  // only named curves are in use
    at.add(named_curve, b, 1, 2);
    uint8_t n = b.u8(3);
    at.add(server_point_len, b, 3, 1);
    at.add(server_point, b, 4, n);
    off = 4u + n;
  } else if (x == Exchange::Dhe || x == Exchange::DhAnonymous) {
    off = opaque(b, 0, at, p_len, p_field);
    off = opaque(b, off, at, g_len, g_field);
    off = opaque(b, off, at, ys_len, ys);
  } else {
    return;
  }
  if (x == Exchange::EcdhAnonymous || x == Exchange::DhAnonymous) return;
  if (r.version() == kTls12) {
    add_signature_algorithm(b, off, at);
    off += 2;
  }
  opaque(b, off, at, sig_len, sig);
}

void dissect_client_key_exchange(Run& r, const Buf& b, Item at) {
  switch (exchange_of(r)) {
    case Exchange::Ecdhe:
    case Exchange::EcdhStatic:
    case Exchange::EcdhAnonymous: {
      uint8_t n = b.u8(0);
      at.add(client_point_len, b, 0, 1);
      at.add(client_point, b, 1, n);
      break;
    }
    case Exchange::Dhe:
    case Exchange::DhAnonymous: opaque(b, 0, at, yc_len, yc); break;
    case Exchange::Rsa:
      // SSL 3 sends it without a length
      if (r.version() > kSsl3) opaque(b, 0, at, epms_len, epms);
      else at.add(epms, b, 0, b.size());
      break;
    case Exchange::Unknown: break;
  }
}

void dissect_certificate_verify(Run& r, const Buf& b, Item at) {
  uint32_t off = 0;
  if (r.version() >= kTls12) {
    add_signature_algorithm(b, 0, at);
    off = 2;
  }
  opaque(b, off, at, verify_len, verify_sig);
}

}  // namespace strato::protocols::tls
