// What dissectors tell whoever follows a stream: the bytes that belong to it, packet by packet. Costs a branch when
// nobody listens.
#pragma once
#include <cstdint>
#include <vector>

#include "base/buf.h"

namespace strato {

struct Flow;

/// Whose bytes: of the transport, or of what was undone above it.
enum class FollowLayer : uint8_t { Tcp, Udp, Http, Tls };

struct FollowPiece {
  FollowLayer layer;
  uint8_t direction;      // Flow::direction
  const Flow* flow;
  Buf bytes;              // lives as long as the dissection
  uint32_t seq = 0, ack = 0, len = 0;  // TCP: as in the header; payload on the wire
  bool syn = false, has_ack = false;   // TCP's flags
};

struct FollowTap {
  std::vector<FollowPiece> pieces;
};

}  // namespace strato
