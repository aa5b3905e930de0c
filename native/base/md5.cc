#include "base/md5.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace strato {
namespace {

struct Tables {
  uint32_t k[64];
  Tables() {  // RFC 1321 3.4: the integer part of 2^32 × |sin(i)|, i from 1
    for (int i = 0; i < 64; i++) k[i] = static_cast<uint32_t>(std::floor(std::fabs(std::sin(i + 1.0)) * 4294967296.0));
  }
};

void block(uint32_t state[4], const uint8_t* p) {
  static const Tables tables;
  static constexpr int kShift[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  uint32_t w[16], a = state[0], b = state[1], c = state[2], d = state[3];
  for (int i = 0; i < 16; i++)
    w[i] = static_cast<uint32_t>(p[4 * i]) | static_cast<uint32_t>(p[4 * i + 1]) << 8 |
           static_cast<uint32_t>(p[4 * i + 2]) << 16 | static_cast<uint32_t>(p[4 * i + 3]) << 24;
  for (int i = 0; i < 64; i++) {
    uint32_t f;
    int g;
    switch (i / 16) {
      case 0: f = (b & c) | (~b & d), g = i; break;
      case 1: f = (d & b) | (~d & c), g = (5 * i + 1) % 16; break;
      case 2: f = b ^ c ^ d, g = (3 * i + 5) % 16; break;
      default: f = c ^ (b | ~d), g = 7 * i % 16;
    }
    uint32_t next = b + std::rotl(a + f + tables.k[i] + w[g], kShift[i / 16][i % 4]);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

}  // namespace

std::string md5_hex(std::string_view data) {
  uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::string padded(data);
  padded += static_cast<char>(0x80);
  while (padded.size() % 64 != 56) padded += '\0';
  uint64_t bits = static_cast<uint64_t>(data.size()) * 8;
  for (int i = 0; i < 8; i++) padded += static_cast<char>(bits >> 8 * i);
  for (size_t at = 0; at < padded.size(); at += 64) block(state, reinterpret_cast<const uint8_t*>(padded.data()) + at);
  uint8_t out[16];
  for (int i = 0; i < 16; i++) out[i] = static_cast<uint8_t>(state[i / 4] >> 8 * (i % 4));
  Text t;
  t.hex_bytes(out, 16);
  return t.take();
}

}  // namespace strato
