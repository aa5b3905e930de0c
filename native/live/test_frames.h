// Frames for the tests of this room.
#pragma once
#include <cstdint>
#include <vector>

namespace strato::live::test {

constexpr uint8_t kTcp = 6, kUdp = 17, kSyn = 2, kSynAck = 0x12;

/// Ethernet, IPv4 from 10.0.0.`from` to 10.0.0.`to`, then ports and what is needed of TCP.
inline std::vector<uint8_t> Frame(uint8_t protocol, uint8_t from, uint16_t sport, uint8_t to, uint16_t dport, uint8_t flags = 0x10,
                                  uint8_t sequence = 1) {
  std::vector<uint8_t> f(12, 2);
  f.insert(f.end(), {8, 0, 0x45, 0, 0, 40, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, from, 10, 0, 0, to});
  f.insert(f.end(), {uint8_t(sport >> 8), uint8_t(sport), uint8_t(dport >> 8), uint8_t(dport), 0, 0, 0, sequence, 0, 0, 0, 1, 0x50, flags, 0, 0, 0, 0, 0, 0});
  return f;
}

}  // namespace strato::live::test
