// Secrets of TLS connections as applications log them (SSLKEYLOGFILE): the "NSS key log format", one secret a line,
// from a file or from the secrets blocks of a capture.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace strato {

class KeyLog {
 public:
  /// What a line's secret is; the id beside it is the client random (kSession: the session id).
  enum Label : uint8_t { kMaster, kSession, kClientEarly, kClientHandshake, kServerHandshake, kClientTraffic, kServerTraffic };

  /// Reads lines; what is no line of a secret known here is passed over. Later lines win.
  void add(std::string_view text);
  /// The secret, nullptr when it is not there.
  const std::string* find(Label label, std::string_view id) const;
  bool empty() const { return secrets_.empty(); }
  size_t size() const { return secrets_.size(); }

  /// A connection has five secrets of about 200 bytes in memory: more are no log of one capture.
  static constexpr size_t kMaxSecrets = 1u << 20;

 private:
  void add_line(std::string_view line);
  std::unordered_map<std::string, std::string> secrets_;  // label byte and id → secret
};

}  // namespace strato
