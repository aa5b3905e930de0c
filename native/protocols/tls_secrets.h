// What is kept of a connection to decrypt its records on demand: no plaintext, no packet bytes.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "flow/stream_pdus.h"
#include "packet/key_log.h"
#include "protocols/tls_cipher.h"

namespace strato::protocols::tls {

/// How far a side is in its keys and bytes. With it a record can be opened at any time.
struct Position {
  uint16_t epoch = 0;   // index + 1 in Secrets::epochs of the side, 0: not encrypted
  uint32_t seq = 0;     // of the next record in this epoch
  uint32_t offset = 0;  // bytes of application data decrypted before
};

/// The keys of one side from one change to the next.
struct Epoch {
  enum Kind : uint8_t { kMaster, kEarly, kHandshake, kTraffic, kUpdate };
  Kind kind = kMaster;
  uint32_t known_from = 0;  // frame at which the keys were found, 0 not yet
  Keys keys;
  std::string secret;       // TLS 1.3: the traffic secret
  std::unique_ptr<crypto::Rc4Stream> stream;  // of RC4
};

struct Secrets {
  std::string client_random, server_random, client_session, server_session, client_ticket;
  std::vector<uint16_t> offered;  // suites, kept only while early data may come
  Suite suite;
  uint16_t version = 0;           // with a draft's number
  uint8_t client = 0;             // side
  bool encrypt_then_mac = false;
  uint32_t alpn = 0;              // text_key() of the agreed protocol, 0 none
  std::vector<Epoch> epochs[2];   // by side
  Position now[2];
  std::string chain[2];           // TLS 1.0 with CBC: last block of the record before
  uint64_t place[2] = {};         // RC4: bytes of the stream used so far
  StreamPdus pdus[2];
  const Protocol* app = nullptr;  // found by a heuristic
  uint32_t app_from = 0;          // frame of that
};

}  // namespace strato::protocols::tls
