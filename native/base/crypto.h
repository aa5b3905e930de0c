// The ciphers and digests that protocols need to be read with their keys. A thin layer over OpenSSL's EVP; nothing here
// encrypts, makes keys or reads the machine's configuration.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace strato::crypto {

enum class Hash : uint8_t { Md5, Sha1, Sha256, Sha384 };
/// Bytes of a digest.
uint32_t hash_size(Hash h);
/// RFC 2104; empty when the library refuses.
std::string hmac(Hash h, std::string_view key, std::string_view data);

enum class Aead : uint8_t { AesGcm, AesCcm, ChaCha20Poly1305 };
/// Decrypts and checks `sealed`, which is the ciphertext and behind it the tag of `tag` bytes. The key's length chooses
/// AES-128 or AES-256; nonce of 12 bytes. False when the tag does not fit: out is then empty.
bool open(Aead a, std::string_view key, std::string_view nonce, std::string_view aad, std::string_view sealed,
          uint32_t tag, std::string& out);

enum class Block : uint8_t { Aes, Camellia, TripleDes };
/// Bytes of a block, which is also the length of an initialisation vector.
uint32_t block_size(Block b);
/// CBC without padding: `in` must be whole blocks. False when lengths do not fit.
bool decrypt_cbc(Block b, std::string_view key, std::string_view iv, std::string_view in, std::string& out);

}  // namespace strato::crypto
