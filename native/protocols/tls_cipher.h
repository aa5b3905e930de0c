// Keys of a TLS connection and the opening of its records: RFC 5246 5 and 6, RFC 8446 5 and 7, and what TLS 1.0/1.1
// did differently (RFC 2246, RFC 4346). No packet or state here: bytes in, bytes out.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/rc4.h"

namespace strato::protocols::tls {

/// What a cipher suite does to records.
struct Suite {
  enum Mode : uint8_t { kNone, kGcm, kCcm, kCcm8, kChaCha, kCbc, kRc4 };
  Mode mode = kNone;                            // kNone: not one that can be read here
  crypto::Block block = crypto::Block::Aes;
  crypto::Hash mac = crypto::Hash::Sha1;        // with kCbc and kRc4
  crypto::Hash prf = crypto::Hash::Sha256;      // of TLS 1.2 and 1.3
  uint8_t key = 0;                              // bytes
  explicit operator bool() const { return mode != kNone; }
  uint32_t tag() const { return mode == kCcm8 ? 8 : 16; }
  bool aead() const { return mode != kCbc && mode != kRc4; }
};
/// Taken from the suite's IANA name, which says it all.
Suite suite_of(uint16_t id);

/// How one side's records are sealed from one change of keys to the next.
struct Keys {
  Suite suite;
  uint16_t version = 0;          // as agreed, with the number of a draft of TLS 1.3 where it is one
  bool encrypt_then_mac = false; // RFC 7366
  std::string key, iv, mac;
  bool tls13() const { return version >= 0x0304; }
};

/// A record as it is on the wire.
struct Sealed {
  uint8_t type;
  uint16_t version;          // of its header
  uint64_t seq;
  std::string_view bytes;    // without the header
  std::string_view chain;    // TLS 1.0 with CBC: last block of the record before; else unused
  crypto::Rc4Stream* stream = nullptr;  // RC4: that of these keys, and
  uint64_t place = 0;                   // where in it the record begins
};
/// Opens a record. False when it does not fit these keys; `type` becomes the inner type of TLS 1.3.
bool open_record(const Keys& k, const Sealed& s, std::string& plain, uint8_t& type);

/// RFC 5246 5 (versions before 1.2: RFC 2246 5): n bytes.
std::string prf(uint16_t version, crypto::Hash h, std::string_view secret, std::string_view label, std::string_view seed, uint32_t n);
/// Keys of both sides from the master secret (RFC 5246 6.3); [0] the client's.
void keys_of_master(const Suite& s, uint16_t version, std::string_view master, std::string_view client_random,
                    std::string_view server_random, Keys out[2]);

/// RFC 8446 7.1, with an empty context.
std::string expand_label(crypto::Hash h, std::string_view secret, std::string_view label, uint32_t n);
/// Keys from a traffic secret (RFC 8446 7.3).
Keys keys_of_traffic(const Suite& s, uint16_t version, std::string_view secret);
/// The next traffic secret after a KeyUpdate (RFC 8446 7.2).
std::string next_traffic_secret(const Suite& s, std::string_view secret);

}  // namespace strato::protocols::tls
