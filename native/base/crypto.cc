#include "base/crypto.h"

#define OPENSSL_NO_DEPRECATED  // nor does our build of the library have what OpenSSL 3 deprecates
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstring>
#include <memory>

namespace strato::crypto {
namespace {

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

// The algorithms, looked up once: a look-up by name takes longer than to decrypt a small record.
struct Library {
  Library() {
    // threads may still decrypt while the process ends: nothing of the library is torn down then
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    const char* names[4] = {"MD5", "SHA1", "SHA256", "SHA384"};
    for (int i = 0; i < 4; i++) md[i] = EVP_MD_fetch(nullptr, names[i], nullptr);
    hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    gcm[0] = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
    gcm[1] = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    ccm[0] = EVP_CIPHER_fetch(nullptr, "AES-128-CCM", nullptr);
    ccm[1] = EVP_CIPHER_fetch(nullptr, "AES-256-CCM", nullptr);
    chacha = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    cbc[0][0] = EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr);
    cbc[0][1] = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
    cbc[1][0] = EVP_CIPHER_fetch(nullptr, "CAMELLIA-128-CBC", nullptr);
    cbc[1][1] = EVP_CIPHER_fetch(nullptr, "CAMELLIA-256-CBC", nullptr);
    cbc[2][0] = EVP_CIPHER_fetch(nullptr, "DES-EDE3-CBC", nullptr);
  }
  EVP_MD* md[4] = {};
  EVP_MAC* hmac = nullptr;
  EVP_CIPHER *gcm[2] = {}, *ccm[2] = {}, *chacha = nullptr, *cbc[3][2] = {};
};

const Library& library() {
  static const Library l;
  return l;
}

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const EVP_CIPHER* cipher_of(Aead a, size_t key) {
  const Library& l = library();
  if (a == Aead::ChaCha20Poly1305) return key == 32 ? l.chacha : nullptr;
  if (key != 16 && key != 32) return nullptr;
  return (a == Aead::AesGcm ? l.gcm : l.ccm)[key == 32];
}

const EVP_CIPHER* cipher_of(Block b, size_t key) {
  const Library& l = library();
  if (b == Block::TripleDes) return key == 24 ? l.cbc[2][0] : nullptr;
  if (key != 16 && key != 32) return nullptr;
  return l.cbc[static_cast<int>(b)][key == 32];
}

constexpr size_t kNonce = 12, kMaxTag = 16;

}  // namespace

uint32_t hash_size(Hash h) {
  switch (h) {
    case Hash::Md5: return 16;
    case Hash::Sha1: return 20;
    case Hash::Sha256: return 32;
    case Hash::Sha384: return 48;
  }
  return 0;
}

std::string hmac(Hash h, std::string_view key, std::string_view data) {
  const Library& l = library();
  std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> c(EVP_MAC_CTX_new(l.hmac), EVP_MAC_CTX_free);
  const EVP_MD* md = l.md[static_cast<int>(h)];
  if (!c || !md) return {};
  char name[32];
  strncpy(name, EVP_MD_get0_name(md), sizeof name - 1);
  name[sizeof name - 1] = 0;
  OSSL_PARAM p[2] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end()};
  // an empty key is a key: a null pointer would mean "the one before"
  const unsigned char* k = key.empty() ? reinterpret_cast<const unsigned char*>("") : bytes(key);
  std::string out(hash_size(h), 0);
  size_t n = 0;
  if (!EVP_MAC_init(c.get(), k, key.size(), p) || !EVP_MAC_update(c.get(), bytes(data), data.size()) ||
      !EVP_MAC_final(c.get(), bytes(out), &n, out.size()))
    return {};
  return out;
}

bool open(Aead a, std::string_view key, std::string_view nonce, std::string_view aad, std::string_view sealed,
          uint32_t tag, std::string& out) {
  out.clear();
  const EVP_CIPHER* cipher = cipher_of(a, key.size());
  if (!cipher || nonce.size() != kNonce || tag > kMaxTag || sealed.size() < tag || sealed.size() > INT32_MAX) return false;
  Context c(EVP_CIPHER_CTX_new());
  const int n = static_cast<int>(sealed.size() - tag);
  unsigned char expected[kMaxTag];
  memcpy(expected, sealed.data() + n, tag);
  unsigned char* set_tag = expected;
  int len = 0;
  bool ccm = a == Aead::AesCcm;
  if (!c || !EVP_DecryptInit_ex2(c.get(), cipher, nullptr, nullptr, nullptr) ||
      !EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_AEAD_SET_IVLEN, kNonce, nullptr) ||
      !EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag), set_tag) ||
      !EVP_DecryptInit_ex2(c.get(), nullptr, bytes(key), bytes(nonce), nullptr))
    return false;
  // CCM wants to know the length first (RFC 3610 2.2)
  if (ccm && !EVP_DecryptUpdate(c.get(), nullptr, &len, nullptr, n)) return false;
  if (!aad.empty() && !EVP_DecryptUpdate(c.get(), nullptr, &len, bytes(aad), static_cast<int>(aad.size()))) return false;
  out.resize(static_cast<size_t>(n) + 1);  // never a null pointer
  bool ok = EVP_DecryptUpdate(c.get(), bytes(out), &len, bytes(sealed), n) == 1;
  int more = 0;
  if (ok && !ccm) ok = EVP_DecryptFinal_ex(c.get(), bytes(out) + len, &more) == 1;
  out.resize(ok ? static_cast<size_t>(n) : 0);
  return ok;
}

uint32_t block_size(Block b) { return b == Block::TripleDes ? 8 : 16; }

bool decrypt_cbc(Block b, std::string_view key, std::string_view iv, std::string_view in, std::string& out) {
  out.clear();
  const EVP_CIPHER* cipher = cipher_of(b, key.size());
  if (!cipher || iv.size() != block_size(b) || in.size() % block_size(b) || in.size() > INT32_MAX) return false;
  Context c(EVP_CIPHER_CTX_new());
  int len = 0;
  out.resize(in.size() + block_size(b));
  bool ok = c && EVP_DecryptInit_ex2(c.get(), cipher, bytes(key), bytes(iv), nullptr) &&
            EVP_CIPHER_CTX_set_padding(c.get(), 0) &&
            EVP_DecryptUpdate(c.get(), bytes(out), &len, bytes(in), static_cast<int>(in.size()));
  out.resize(ok ? static_cast<size_t>(len) : 0);
  return ok;
}

}  // namespace strato::crypto
