#include "protocols/tls_cipher.h"

#include "protocols/tls.h"

namespace strato::protocols::tls {
namespace {

using crypto::Hash;

constexpr uint32_t kIv = 12;            // of the AEAD suites
constexpr uint32_t kSaltOf12 = 4;       // GCM and CCM of TLS 1.2: the rest of the nonce is in the record (RFC 5288 3)
constexpr uint32_t kExplicit = 8;

bool has(std::string_view all, std::string_view part) { return all.find(part) != all.npos; }

void put(std::string& s, uint64_t v, int n) {
  while (n-- > 0) s.push_back(static_cast<char>(v >> (8 * n)));
}

// RFC 8446 5.3, RFC 7905 2
std::string nonce_of(std::string_view iv, uint64_t seq) {
  std::string n(iv);
  for (size_t i = 0; i < 8 && i < n.size(); i++) n[n.size() - 1 - i] ^= static_cast<char>(seq >> (8 * i));
  return n;
}

crypto::Aead aead_of(Suite::Mode m) {
  return m == Suite::kGcm ? crypto::Aead::AesGcm : m == Suite::kChaCha ? crypto::Aead::ChaCha20Poly1305 : crypto::Aead::AesCcm;
}

// seq, type, version, length: RFC 5246 6.2.3.1 and 6.2.3.3
std::string pseudo_header(const Sealed& s, size_t n) {
  std::string h;
  put(h, s.seq, 8);
  put(h, s.type, 1);
  put(h, s.version, 2);
  put(h, n, 2);
  return h;
}

bool open13(const Keys& k, const Sealed& s, std::string& plain, uint8_t& type) {
  std::string aad;
  // before draft 25 the record's header was not protected
  bool header = k.version == kTls13 || (k.version >> 8 == 0x7f && (k.version & 0xff) >= 25);
  if (header) {
    put(aad, s.type, 1);
    put(aad, s.version, 2);
    put(aad, s.bytes.size(), 2);
  }
  if (!crypto::open(aead_of(k.suite.mode), k.key, nonce_of(k.iv, s.seq), aad, s.bytes, k.suite.tag(), plain)) return false;
  size_t end = plain.find_last_not_of('\0');
  if (end == plain.npos) return false;  // RFC 8446 5.4: no type in it
  type = static_cast<uint8_t>(plain[end]);
  plain.resize(end);
  return true;
}

bool open_aead(const Keys& k, const Sealed& s, std::string& plain) {
  bool chacha = k.suite.mode == Suite::kChaCha;
  uint32_t before = chacha ? 0 : kExplicit;
  if (s.bytes.size() < before + k.suite.tag()) return false;
  std::string nonce = chacha ? nonce_of(k.iv, s.seq) : k.iv + std::string(s.bytes.substr(0, kExplicit));
  std::string aad = pseudo_header(s, s.bytes.size() - before - k.suite.tag());
  return crypto::open(aead_of(k.suite.mode), k.key, nonce, aad, s.bytes.substr(before), k.suite.tag(), plain);
}

// Bytes of padding with its length byte, 0 when it is not one (RFC 5246 6.2.3.2; SSL 3 leaves its content open).
size_t padding_of(const Keys& k, std::string_view plain) {
  if (plain.empty()) return 0;
  size_t n = static_cast<uint8_t>(plain.back()) + size_t{1};
  if (n > plain.size()) return 0;
  for (size_t i = plain.size() - n; i < plain.size() && k.version > kSsl3; i++)
    if (plain[i] != plain.back()) return 0;
  return n;
}

bool open_cbc(const Keys& k, const Sealed& s, std::string& plain) {
  std::string_view in = s.bytes;
  const uint32_t mac = crypto::hash_size(k.suite.mac);
  auto mac_fits = [&](std::string_view of, std::string_view given) {
    return crypto::hmac(k.suite.mac, k.mac, pseudo_header(s, of.size()) + std::string(of)) == given;
  };
  if (k.encrypt_then_mac) {
    if (in.size() < mac) return false;
    if (!mac_fits(in.substr(0, in.size() - mac), in.substr(in.size() - mac))) return false;
    in.remove_suffix(mac);
  }
  std::string_view iv = s.chain;
  if (k.version >= kTls11) {
    iv = in.substr(0, crypto::block_size(k.suite.block));
    in.remove_prefix(iv.size());
  }
  if (in.empty() || !crypto::decrypt_cbc(k.suite.block, k.key, iv.empty() ? std::string_view(k.iv) : iv, in, plain)) return false;
  size_t pad = padding_of(k, plain);
  if (pad == 0) return false;
  plain.resize(plain.size() - pad);
  if (k.encrypt_then_mac) return true;
  if (plain.size() < mac) return false;
  std::string given = plain.substr(plain.size() - mac);
  plain.resize(plain.size() - mac);
  return mac_fits(plain, given);
}

// RFC 5246 6.2.3.1: the MAC is sealed with the content
bool open_rc4(const Keys& k, const Sealed& s, std::string& plain) {
  const uint32_t mac = crypto::hash_size(k.suite.mac);
  if (!s.stream || s.bytes.size() < mac) return false;
  plain = s.stream->read(s.place, s.bytes);
  const std::string given = plain.substr(plain.size() - mac);
  plain.resize(plain.size() - mac);
  return crypto::hmac(k.suite.mac, k.mac, pseudo_header(s, plain.size()) + plain) == given;
}

// P_hash of RFC 5246 5
std::string p_hash(Hash h, std::string_view secret, std::string_view seed, uint32_t n) {
  std::string out, a(seed);
  while (out.size() < n) {
    a = crypto::hmac(h, secret, a);
    std::string block = crypto::hmac(h, secret, a + std::string(seed));
    if (block.empty()) return {};
    out += block;
  }
  out.resize(n);
  return out;
}

}  // namespace

Suite suite_of(uint16_t id) {
  const char* found = name_of(cipher_names(), id);
  Suite s;
  if (!found) return s;
  std::string_view name = found;
  if (has(name, "SHA384")) s.prf = Hash::Sha384;
  s.mac = has(name, "SHA384") ? Hash::Sha384 : has(name, "SHA256") ? Hash::Sha256 : name.ends_with("MD5") ? Hash::Md5 : Hash::Sha1;
  bool aes = has(name, "AES_128") || has(name, "AES_256"), camellia = has(name, "CAMELLIA_");
  s.key = has(name, "_128_") ? 16 : 32;
  if (camellia) s.block = crypto::Block::Camellia;
  if (has(name, "3DES_EDE_CBC")) {
    s.block = crypto::Block::TripleDes;
    s.key = 24;
    s.mode = Suite::kCbc;
  } else if ((aes || camellia) && has(name, "_CBC_")) {
    s.mode = Suite::kCbc;
  } else if (aes && has(name, "_GCM_")) {
    s.mode = Suite::kGcm;
  } else if (aes && has(name, "_CCM_8")) {
    s.mode = Suite::kCcm8;
  } else if (aes && has(name, "_CCM")) {
    s.mode = Suite::kCcm;
  } else if (has(name, "CHACHA20_POLY1305")) {
    s.mode = Suite::kChaCha;
  } else if (has(name, "_RC4_128_")) {
    s.mode = Suite::kRc4;
  }
  return s;
}

bool open_record(const Keys& k, const Sealed& s, std::string& plain, uint8_t& type) {
  if (!k.suite || k.key.empty()) return false;
  type = s.type;
  if (k.tls13()) return k.suite.aead() && open13(k, s, plain, type);
  if (k.suite.mode == Suite::kRc4) return open_rc4(k, s, plain);
  return k.suite.mode == Suite::kCbc ? open_cbc(k, s, plain) : open_aead(k, s, plain);
}

std::string prf(uint16_t version, Hash h, std::string_view secret, std::string_view label, std::string_view seed, uint32_t n) {
  std::string all = std::string(label) + std::string(seed);
  if (version >= kTls12) return p_hash(h, secret, all, n);
  // RFC 2246 5: the two halves share the middle byte of an odd length
  size_t half = (secret.size() + 1) / 2;
  std::string a = p_hash(Hash::Md5, secret.substr(0, half), all, n);
  std::string b = p_hash(Hash::Sha1, secret.substr(secret.size() - half), all, n);
  for (size_t i = 0; i < a.size() && i < b.size(); i++) a[i] ^= b[i];
  return a;
}

void keys_of_master(const Suite& s, uint16_t version, std::string_view master, std::string_view client_random,
                    std::string_view server_random, Keys out[2]) {
  const uint32_t mac = s.aead() ? 0 : crypto::hash_size(s.mac);
  const uint32_t iv = s.mode == Suite::kChaCha                    ? kIv
                      : s.aead()                                  ? kSaltOf12
                      : s.mode == Suite::kCbc && version < kTls11 ? crypto::block_size(s.block)
                                                                  : 0;
  std::string seed = std::string(server_random) + std::string(client_random);
  std::string block = prf(version, s.prf, master, "key expansion", seed, 2 * (mac + s.key + iv));
  if (block.size() != 2 * (mac + s.key + iv)) return;
  std::string_view left = block;
  auto take = [&](uint32_t n) {
    std::string part(left.substr(0, n));
    left.remove_prefix(n);
    return part;
  };
  for (int i = 0; i < 2; i++) {
    out[i].suite = s;
    out[i].version = version;
    out[i].mac = take(mac);
  }
  for (int i = 0; i < 2; i++) out[i].key = take(s.key);
  for (int i = 0; i < 2; i++) out[i].iv = take(iv);
}

std::string expand_label(Hash h, std::string_view secret, std::string_view label, uint32_t n) {
  std::string info;
  put(info, n, 2);
  put(info, 6 + label.size(), 1);
  info += "tls13 ";
  info += label;
  put(info, 0, 1);
  // HKDF-Expand, RFC 5869 2.3
  std::string out, t;
  for (uint8_t i = 1; out.size() < n; i++) {
    t = crypto::hmac(h, secret, t + info + static_cast<char>(i));
    if (t.empty()) return {};
    out += t;
  }
  out.resize(n);
  return out;
}

Keys keys_of_traffic(const Suite& s, uint16_t version, std::string_view secret) {
  Keys k;
  k.suite = s;
  k.version = version;
  k.key = expand_label(s.prf, secret, "key", s.key);
  k.iv = expand_label(s.prf, secret, "iv", kIv);
  return k;
}

std::string next_traffic_secret(const Suite& s, std::string_view secret) {
  return expand_label(s.prf, secret, "traffic upd", crypto::hash_size(s.prf));
}

}  // namespace strato::protocols::tls
