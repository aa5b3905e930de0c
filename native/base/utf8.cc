#include "base/utf8.h"

#include <cstdint>

namespace strato {

size_t utf8_length(std::string_view s, size_t i) {
  auto at = [&](size_t k) { return k < s.size() ? static_cast<uint8_t>(s[k]) : uint8_t{0}; };
  auto tail = [&](size_t k) { return (at(k) & 0xc0) == 0x80; };
  uint8_t a = at(i), b = at(i + 1);
  if (i >= s.size()) return 0;
  if (a < 0x80) return 1;
  if (a >= 0xc2 && a <= 0xdf) return tail(i + 1) ? 2 : 0;
  if (a >= 0xe0 && a <= 0xef) {
    if (!tail(i + 1) || !tail(i + 2)) return 0;
    if (a == 0xe0 && b < 0xa0) return 0;
    if (a == 0xed && b > 0x9f) return 0;
    return 3;
  }
  if (a >= 0xf0 && a <= 0xf4) {
    if (!tail(i + 1) || !tail(i + 2) || !tail(i + 3)) return 0;
    if (a == 0xf0 && b < 0x90) return 0;
    if (a == 0xf4 && b > 0x8f) return 0;
    return 4;
  }
  return 0;
}

}  // namespace strato
