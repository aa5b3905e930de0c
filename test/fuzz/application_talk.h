// The input of application_fuzz: a byte that chooses the protocol, then what both ends say: a byte of flags (bit 0 the
// side, bit 7 the last of that side), two of length, bytes.
#pragma once
#include <cstdint>
#include <cstddef>

namespace strato::fuzz {

/// By whose port a protocol is reached.
struct Application {
  bool tcp;
  uint16_t port;
};
constexpr Application kApplications[] = {
    {false, 53}, {true, 53}, {false, 5353}, {false, 5355}, {false, 67}, {true, 80}, {true, 443}, {false, 1900},
    {false, 161}, {true, 3128}, {true, 9}, {false, 9},
};
/// Beside these: the blocks that say who sent a packet.
constexpr size_t kChoices = sizeof kApplications / sizeof kApplications[0] + 1;
constexpr size_t kMostMessages = 32;
constexpr uint8_t kSide = 1, kLast = 0x80;

}  // namespace strato::fuzz
