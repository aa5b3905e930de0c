// The Internet checksum (RFC 1071) and how its outcome is named.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

enum class ChecksumStatus : uint8_t { Bad = 0, Good = 1, Unverified = 2, NotPresent = 3, Illegal = 4 };
inline constexpr ValueString kChecksumStatus[] = {
    {0, "Bad"}, {1, "Good"}, {2, "Unverified"}, {3, "Not present"}, {4, "Illegal"}};

/// Running one's complement sum of 16-bit words; pieces of odd length may only come last.
class InternetSum {
 public:
  InternetSum& add(const uint8_t* p, size_t n) {
    size_t i = 0;
    for (; i + 1 < n; i += 2) sum_ += static_cast<uint32_t>(p[i] << 8 | p[i + 1]);
    if (i < n) sum_ += static_cast<uint32_t>(p[i] << 8);
    return *this;
  }
  InternetSum& add32(uint32_t v) {
    sum_ += (v >> 16) + (v & 0xffff);
    return *this;
  }
  /// 0 when the checksum inside what was added is right.
  uint16_t finish() const {
    uint64_t s = sum_;
    while (s >> 16) s = (s & 0xffff) + (s >> 16);
    return static_cast<uint16_t>(~s & 0xffff);
  }

 private:
  uint64_t sum_ = 0;
};

/// What the checksum field should hold, given what it holds and the finished sum over all (field included).
inline uint16_t checksum_should_be(uint16_t held, uint16_t finished) {
  uint32_t s = static_cast<uint32_t>(held) + static_cast<uint16_t>(finished);
  s = (s & 0xffff) + (s >> 16);
  return static_cast<uint16_t>(s);
}

}  // namespace strato::protocols
