// Vectors: RFC 4231 (HMAC), RFC 2202 (HMAC-MD5/SHA-1), the GCM specification (McGrew, Viega) test case 4, RFC 3610
// packet vector 1 has a nonce of 13 bytes, so CCM is checked by NIST SP 800-38C example 3; RFC 8439 2.8.2 (ChaCha20),
// NIST SP 800-38A F.2.2 (AES-CBC).
#include "base/crypto.h"

#include <gtest/gtest.h>

namespace strato::crypto {
namespace {

std::string hex(std::string_view s) {
  std::string out;
  auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (size_t i = 0; i + 1 < s.size(); i += 2) out.push_back(static_cast<char>(digit(s[i]) << 4 | digit(s[i + 1])));
  return out;
}

TEST(Crypto, Hmac) {
  std::string key = "Jefe", data = "what do ya want for nothing?";
  EXPECT_EQ(hmac(Hash::Md5, key, data), hex("750c783e6ab0b503eaa86e310a5db738"));
  EXPECT_EQ(hmac(Hash::Sha1, key, data), hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
  EXPECT_EQ(hmac(Hash::Sha256, key, data), hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  EXPECT_EQ(hmac(Hash::Sha384, key, data), hex("af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                                               "8e2240ca5e69e2c78b3239ecfab21649"));
}

TEST(Crypto, Gcm) {
  std::string key = hex("feffe9928665731c6d6a8f9467308308"), nonce = hex("cafebabefacedbaddecaf888");
  std::string aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  std::string plain = hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
                          "b16aedf5aa0de657ba637b39");
  std::string sealed = hex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
                           "1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47");
  std::string out;
  ASSERT_TRUE(open(Aead::AesGcm, key, nonce, aad, sealed, 16, out));
  EXPECT_EQ(out, plain);
  sealed[0] ^= 1;
  EXPECT_FALSE(open(Aead::AesGcm, key, nonce, aad, sealed, 16, out));
  EXPECT_TRUE(out.empty());
  EXPECT_FALSE(open(Aead::AesGcm, key, nonce, aad, "short", 16, out));
}

TEST(Crypto, Ccm) {
  std::string aad, plain;
  for (int i = 0; i < 20; i++) aad.push_back(static_cast<char>(i));
  std::string out;
  ASSERT_TRUE(open(Aead::AesCcm, hex("404142434445464748494a4b4c4d4e4f"), hex("101112131415161718191a1b"), aad,
                   hex("e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951"), 8, out));
  EXPECT_EQ(out, hex("202122232425262728292a2b2c2d2e2f3031323334353637"));
}

TEST(Crypto, ChaCha20Poly1305) {
  std::string out;
  ASSERT_TRUE(open(Aead::ChaCha20Poly1305, hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
                   hex("070000004041424344454647"), hex("50515253c0c1c2c3c4c5c6c7"),
                   hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
                       "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                       "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"), 16, out));
  EXPECT_EQ(out, "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.");
}

TEST(Crypto, Cbc) {
  std::string out, key = hex("2b7e151628aed2a6abf7158809cf4f3c"), iv = hex("000102030405060708090a0b0c0d0e0f");
  ASSERT_TRUE(decrypt_cbc(Block::Aes, key, iv, hex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"), out));
  EXPECT_EQ(out, hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"));
  EXPECT_FALSE(decrypt_cbc(Block::Aes, key, iv, "no whole block", out));
  EXPECT_FALSE(decrypt_cbc(Block::Aes, key, "short", hex("7649abac8119b246cee98e9b12e9197d"), out));
  EXPECT_FALSE(decrypt_cbc(Block::Aes, "odd key", iv, hex("7649abac8119b246cee98e9b12e9197d"), out));
}

}  // namespace
}  // namespace strato::crypto
