#include "base/text.h"

#include <cstdio>
#include <cstring>

namespace strato {
namespace {
const char kHex[] = "0123456789abcdef";
}

Text& Text::dec(uint64_t v) {
  char b[20];
  int n = 20;
  do b[--n] = static_cast<char>('0' + v % 10);
  while (v /= 10);
  s_.append(b + n, static_cast<size_t>(20 - n));
  return *this;
}

Text& Text::sdec(int64_t v) {
  if (v >= 0) return dec(static_cast<uint64_t>(v));
  s_.push_back('-');
  return dec(~static_cast<uint64_t>(v) + 1);
}

Text& Text::dec(uint64_t v, int width, char pad) {
  size_t at = s_.size();
  dec(v);
  size_t n = s_.size() - at;
  if (n < static_cast<size_t>(width)) s_.insert(at, static_cast<size_t>(width) - n, pad);
  return *this;
}

Text& Text::hex(uint64_t v, int digits) {
  char b[16];
  int n = 16;
  do b[--n] = kHex[v & 15];
  while (v >>= 4);
  while (16 - n < digits && n > 0) b[--n] = '0';
  s_.append(b + n, static_cast<size_t>(16 - n));
  return *this;
}

Text& Text::hex_bytes(const void* p, size_t n, char sep) {
  const uint8_t* b = static_cast<const uint8_t*>(p);
  s_.reserve(s_.size() + n * (sep ? 3 : 2));
  for (size_t i = 0; i < n; i++) {
    if (sep && i) s_.push_back(sep);
    s_.push_back(kHex[b[i] >> 4]);
    s_.push_back(kHex[b[i] & 15]);
  }
  return *this;
}

Text& Text::ipv4(uint32_t a) {
  dec(a >> 24) << '.';
  dec(a >> 16 & 255) << '.';
  dec(a >> 8 & 255) << '.';
  return dec(a & 255);
}

Text& Text::ipv6(const uint8_t* p) {
  uint16_t w[8];
  for (int i = 0; i < 8; i++) w[i] = static_cast<uint16_t>(p[2 * i] << 8 | p[2 * i + 1]);
  int best = -1, best_n = 1;  // RFC 5952 4.2.2: a single zero group is not shortened
  for (int i = 0; i < 8;) {
    int j = i;
    while (j < 8 && w[j] == 0) j++;
    if (j - i > best_n) best = i, best_n = j - i;
    i = j > i ? j : i + 1;
  }
  // RFC 5952 5: the last 32 bits are dotted where the prefix is a well-known IPv4 one
  bool v4 = best == 0 && (best_n == 6 || (best_n == 5 && w[5] == 0xffff));
  for (int i = 0; i < 8; i++) {
    if (v4 && i == 6) {
      if (i != best + best_n) s_.push_back(':');
      return ipv4(static_cast<uint32_t>(w[6]) << 16 | w[7]);
    }
    if (i == best) {
      s_.append("::");
      i += best_n - 1;
      continue;
    }
    if (i && i != best + best_n) s_.push_back(':');
    hex(w[i], 1);
  }
  return *this;
}

Text& Text::ether(const uint8_t* p) { return hex_bytes(p, 6, ':'); }

Text& Text::seconds(int64_t ns, int digits) {
  uint64_t a = static_cast<uint64_t>(ns);
  if (ns < 0) {
    s_.push_back('-');
    a = ~a + 1;
  }
  dec(a / 1000000000u);
  if (digits <= 0) return *this;
  s_.push_back('.');
  uint64_t f = a % 1000000000u;
  for (int i = digits; i < 9; i++) f /= 10;
  return dec(f, digits, '0');
}

Text& Text::real(double v, int precision) { return fmt("%.*g", precision, v); }

Text& Text::fmt(const char* f, ...) {
  va_list ap;
  va_start(ap, f);
  vfmt(f, ap);
  va_end(ap);
  return *this;
}

Text& Text::vfmt(const char* f, va_list ap) {
  char b[256];
  va_list again;
  va_copy(again, ap);
  int n = vsnprintf(b, sizeof b, f, ap);
  if (n > 0 && static_cast<size_t>(n) < sizeof b) {
    s_.append(b, static_cast<size_t>(n));
  } else if (n > 0) {
    size_t at = s_.size();
    s_.resize(at + static_cast<size_t>(n) + 1);
    vsnprintf(s_.data() + at, static_cast<size_t>(n) + 1, f, again);
    s_.resize(at + static_cast<size_t>(n));
  }
  va_end(again);
  return *this;
}

}  // namespace strato
