#include "packet/key_log.h"

namespace strato {
namespace {

struct Name {
  std::string_view text;
  KeyLog::Label label;
};
// The names that NSS's documentation and draft-ietf-tls-keylogfile give
constexpr Name kNames[] = {{"CLIENT_RANDOM", KeyLog::kMaster},
                           {"CLIENT_EARLY_TRAFFIC_SECRET", KeyLog::kClientEarly},
                           {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", KeyLog::kClientHandshake},
                           {"SERVER_HANDSHAKE_TRAFFIC_SECRET", KeyLog::kServerHandshake},
                           {"CLIENT_TRAFFIC_SECRET_0", KeyLog::kClientTraffic},
                           {"SERVER_TRAFFIC_SECRET_0", KeyLog::kServerTraffic}};

constexpr size_t kRandom = 32, kMaxId = 32;
// Master secrets have 48 bytes, the others those of a digest (SHA-512's 64 at most)
constexpr size_t kMinSecret = 16, kMaxSecret = 64;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Hexadecimal text as bytes; empty when it is none.
std::string bytes_of(std::string_view hex) {
  std::string out;
  if (hex.size() % 2) return out;
  for (size_t i = 0; i < hex.size(); i += 2) {
    int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

// The next word of a line, taken off it.
std::string_view word(std::string_view& line) {
  size_t from = line.find_first_not_of(" \t");
  if (from == line.npos) from = line.size();
  size_t to = line.find_first_of(" \t", from);
  if (to == line.npos) to = line.size();
  std::string_view w = line.substr(from, to - from);
  line.remove_prefix(to);
  return w;
}

}  // namespace

void KeyLog::add_line(std::string_view line) {
  std::string_view name = word(line), id = word(line), secret = word(line);
  std::string key, value;
  if (name == "RSA" && id.starts_with("Session-ID:") && secret.starts_with("Master-Key:")) {
    key = bytes_of(id.substr(11));
    value = bytes_of(secret.substr(11));
    if (key.empty() || key.size() > kMaxId || value.size() != 48) return;
    key.insert(key.begin(), static_cast<char>(kSession));
  } else {
    for (const Name& n : kNames) {
      if (name != n.text) continue;
      key = bytes_of(id);
      value = bytes_of(secret);
      if (key.size() != kRandom || value.size() < kMinSecret || value.size() > kMaxSecret) return;
      key.insert(key.begin(), static_cast<char>(n.label));
      break;
    }
  }
  if (key.empty() || (secrets_.size() >= kMaxSecrets && !secrets_.contains(key))) return;
  secrets_.insert_or_assign(std::move(key), std::move(value));
}

void KeyLog::add(std::string_view text) {
  while (!text.empty()) {
    size_t end = text.find_first_of("\r\n");
    add_line(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

const std::string* KeyLog::find(Label label, std::string_view id) const {
  if (secrets_.empty()) return nullptr;
  std::string key(1, static_cast<char>(label));
  key += id;
  auto i = secrets_.find(key);
  return i == secrets_.end() ? nullptr : &i->second;
}

}  // namespace strato
