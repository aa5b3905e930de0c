// TLS with keys: what an input says is sealed with secrets that the engine knows, so that it reaches what lies behind
// decryption: handshake messages, key updates, application data. The first byte chooses the suite; then come records:
// side and content type, length, bytes; or (by the top bit of the first) a record as it is on the wire.
#include <openssl/evp.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "memory_frames.h"
#include "protocols/tls_cipher.h"

namespace strato {
namespace {

using protocols::tls::Keys;
using protocols::tls::Suite;
using fuzz::put;

const std::string kRandom(32, '\x5a');

std::string hex(std::string_view s) { return Text().hex_bytes(s.data(), s.size()).take(); }

std::string record(uint8_t type, std::string_view body) {
  std::string r(1, static_cast<char>(type));
  put(r, 0x0303, 2);
  put(r, body.size(), 2);
  return r + std::string(body);
}

std::string hello(uint8_t type, uint16_t suite) {
  std::string b;
  put(b, 0x0303, 2);
  b += kRandom;
  put(b, 0, 1);
  if (type == 1) put(b, 2, 2);
  put(b, suite, 2);
  if (type == 1) put(b, 0x0100, 2);
  else put(b, 0, 1);
  std::string e;
  put(e, 43, 2);
  put(e, type == 1 ? 3 : 2, 2);
  if (type == 1) put(e, 2, 1);
  put(e, 0x0304, 2);
  put(b, e.size(), 2);
  b += e;
  std::string m(1, static_cast<char>(type));
  put(m, b.size(), 3);
  return record(22, m + b);
}

const EVP_CIPHER* cipher_of(const Suite& s) {
  if (s.mode == Suite::kChaCha) return EVP_chacha20_poly1305();
  return s.key == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

std::string seal(const Keys& k, uint64_t seq, uint8_t type, std::string_view body) {
  std::string plain(body), nonce = k.iv, aad(1, 23), out;
  plain.push_back(static_cast<char>(type));
  for (int i = 0; i < 8; i++) nonce[11 - static_cast<size_t>(i)] ^= static_cast<char>(seq >> (8 * i));
  put(aad, 0x0303, 2);
  put(aad, plain.size() + 16, 2);
  out.resize(plain.size() + 16);
  auto bytes = [](const std::string& s) { return reinterpret_cast<const unsigned char*>(s.data()); };
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  EVP_CIPHER_CTX* c = EVP_CIPHER_CTX_new();
  int n = 0;
  EVP_EncryptInit_ex(c, cipher_of(k.suite), nullptr, bytes(k.key), bytes(nonce));
  EVP_EncryptUpdate(c, nullptr, &n, bytes(aad), static_cast<int>(aad.size()));
  EVP_EncryptUpdate(c, to, &n, bytes(plain), static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(c, to + plain.size(), &n);
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, to + plain.size());
  EVP_CIPHER_CTX_free(c);
  return record(23, out);
}

/// What a sender does: which of its secrets it seals with, and how often.
struct Sender {
  Keys handshake, traffic;
  std::string secret;
  bool done = false;  // its Finished was sent
  uint64_t seq = 0;
  void sent(const Suite& s, uint8_t type, std::string_view body) {
    seq++;
    if (type != 22 || body.size() < 4) return;
    if (body[0] == 20 && !done) {
      done = true;
      seq = 0;
    } else if (body[0] == 24 && done) {
      secret = protocols::tls::next_traffic_secret(s, secret);
      traffic = protocols::tls::keys_of_traffic(s, 0x0304, secret);
      seq = 0;
    }
  }
};

}  // namespace
}  // namespace strato

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace strato;
  if (size < 4 || size > 65536) return 0;
  static const uint16_t kSuites[] = {0x1301, 0x1302, 0x1303};
  const uint16_t id = kSuites[data[0] % 3];
  const Suite suite = protocols::tls::suite_of(id);
  const size_t n = crypto::hash_size(suite.prf);
  const char* names[] = {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0",
                         "SERVER_TRAFFIC_SECRET_0"};
  std::string log, secrets[4];
  for (int i = 0; i < 4; i++) {
    secrets[i] = std::string(n, static_cast<char>(i + 1));
    log += std::string(names[i]) + " " + hex(kRandom) + " " + hex(secrets[i]) + "\n";
  }
  Sender senders[2];
  for (int i = 0; i < 2; i++) {
    senders[i].handshake = protocols::tls::keys_of_traffic(suite, 0x0304, secrets[i]);
    senders[i].traffic = protocols::tls::keys_of_traffic(suite, 0x0304, secrets[2 + i]);
    senders[i].secret = secrets[2 + i];
  }
  fuzz::MemoryFrames frames;
  fuzz::Conversation talk(frames, true, 443);
  talk.say(0, hello(1, id));
  talk.say(1, hello(2, id));
  constexpr int kMostRecords = 64;
  size_t at = 1;
  for (int i = 0; i < kMostRecords && at + 3 <= size; i++) {
    const int side = data[at] & 1;
    const uint8_t type = static_cast<uint8_t>(20 + (data[at] >> 1 & 7));
    const bool raw = data[at] & 0x80;
    size_t len = static_cast<size_t>(data[at + 1]) << 8 | data[at + 2];
    at += 3;
    if (len > size - at) len = size - at;
    if (len > 16384) len = 16384;
    std::string_view body(reinterpret_cast<const char*>(data + at), len);
    at += len;
    Sender& s = senders[side];
    if (raw) {
      talk.say(side, record(type, body));
      continue;
    }
    talk.say(side, seal(s.done ? s.traffic : s.handshake, s.seq, type, body));
    s.sent(suite, type, body);
  }
  Session session(Settings(), frames);
  session.keys.add(log);
  fuzz::look_at_all(session, frames, false);
  return 0;
}
