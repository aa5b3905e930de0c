// Addresses and byte sequences as filters write them.
#include "filter/literal.h"

namespace strato::filter {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Groups of an IPv6 address up to "::" or the end; returns how many bytes, -1 on an error.
int ipv6_groups(std::string_view s, uint8_t* out) {
  int n = 0;
  while (!s.empty()) {
    size_t colon = s.find(':');
    std::string_view group = s.substr(0, colon);
    uint32_t v4;
    if (colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
      if (n > 12 || !parse_ipv4(group, &v4)) return -1;
      for (int i = 0; i < 4; i++) out[n++] = static_cast<uint8_t>(v4 >> (24 - 8 * i));
      return n;
    }
    if (group.empty() || group.size() > 4 || n > 14) return -1;
    uint32_t v = 0;
    for (char c : group) {
      if (hex_digit(c) < 0) return -1;
      v = v << 4 | static_cast<uint32_t>(hex_digit(c));
    }
    out[n++] = static_cast<uint8_t>(v >> 8);
    out[n++] = static_cast<uint8_t>(v);
    if (colon == std::string_view::npos) return n;
    s.remove_prefix(colon + 1);
    if (s.empty()) return -1;
  }
  return n;
}

}  // namespace

bool parse_ipv4(std::string_view s, uint32_t* out) {
  uint32_t address = 0;
  for (int part = 0; part < 4; part++) {
    if (part && (s.empty() || s[0] != '.')) return false;
    if (part) s.remove_prefix(1);
    uint32_t v = 0;
    size_t n = 0;
    while (n < s.size() && n < 4 && s[n] >= '0' && s[n] <= '9') v = v * 10 + static_cast<uint32_t>(s[n++] - '0');
    if (n == 0 || n > 3 || v > 255 || (n > 1 && s[0] == '0')) return false;
    s.remove_prefix(n);
    address = address << 8 | v;
  }
  *out = address;
  return s.empty();
}

bool parse_ipv6(std::string_view s, uint8_t out[16]) {
  uint8_t head[16], tail[16];
  size_t gap = s.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(s, out) == 16;
  std::string_view rest = s.substr(gap + 2);
  if (rest.find("::") != std::string_view::npos) return false;
  int a = ipv6_groups(s.substr(0, gap), head), b = ipv6_groups(rest, tail);
  if (a < 0 || b < 0 || a + b > 14) return false;
  // the head cannot end in an IPv4 part
  if (s.substr(0, gap).find('.') != std::string_view::npos) return false;
  for (int i = 0; i < 16; i++) out[i] = i < a ? head[i] : i >= 16 - b ? tail[i - (16 - b)] : 0;
  return true;
}

bool parse_bytes(std::string_view s, std::string* out) {
  out->clear();
  if (s.size() > 2 && s[0] == '0' && (s[1] | 32) == 'x') {
    if (s.size() != 4 || hex_digit(s[2]) < 0 || hex_digit(s[3]) < 0) return false;
    *out += static_cast<char>(hex_digit(s[2]) << 4 | hex_digit(s[3]));
    return true;
  }
  if (!s.empty() && s[0] == ':') s.remove_prefix(1);
  while (!s.empty()) {
    int high = hex_digit(s[0]);
    if (high < 0) return false;
    int low = s.size() > 1 ? hex_digit(s[1]) : -1;
    *out += static_cast<char>(low < 0 ? high : high << 4 | low);
    s.remove_prefix(low < 0 ? 1 : 2);
    if (s.empty()) return true;
    if (s[0] != ':' && s[0] != '-' && s[0] != '.') continue;
    s.remove_prefix(1);
    if (s.empty()) return false;
  }
  return !out->empty();
}

}  // namespace strato::filter
