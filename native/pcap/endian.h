// Unaligned integer loads in a chosen byte order. No checks: callers have measured the space.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace strato::pcap {

static_assert(std::endian::native == std::endian::little, "byte order of records is taken relative to little-endian");

inline uint16_t SwapBytes(uint16_t v) { return __builtin_bswap16(v); }
inline uint32_t SwapBytes(uint32_t v) { return __builtin_bswap32(v); }
inline uint64_t SwapBytes(uint64_t v) { return __builtin_bswap64(v); }

/** Loads a T stored little-endian at p, or big-endian when `big`. */
template <typename T>
inline T Load(const uint8_t* p, bool big) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return big ? SwapBytes(v) : v;
}

inline uint16_t Load16(const uint8_t* p, bool big) { return Load<uint16_t>(p, big); }
inline uint32_t Load32(const uint8_t* p, bool big) { return Load<uint32_t>(p, big); }
inline uint64_t Load64(const uint8_t* p, bool big) { return Load<uint64_t>(p, big); }

}  // namespace strato::pcap
