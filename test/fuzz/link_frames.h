// The input of link_transport_fuzz: a byte that chooses the link type, then frames: a byte of flags (bit 0: 100 bytes
// were not captured), two of length, bytes.
#pragma once
#include <cstdint>
#include <iterator>

namespace strato::fuzz {

constexpr uint16_t kLinkTypes[] = {0, 1, 9, 12, 14, 101, 105, 108, 113, 228, 229, 276};
constexpr size_t kMostFrames = 32;
constexpr uint32_t kNotCaptured = 100;

}  // namespace strato::fuzz
