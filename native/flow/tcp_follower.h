// Puts the segments of a TCP connection into the order of the stream: each byte once, retransmissions passed over, what
// the other side acknowledged without its being in the capture named as missing. Says only which bytes, copies none.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace strato {

class TcpFollower {
 public:
  struct Segment {
    uint8_t direction;
    bool syn, has_ack;
    uint32_t seq, ack, len;  // raw; payload on the wire
    uint32_t captured;       // of it
    uint32_t frame, part;    // for the owner
  };
  struct Out {
    uint8_t direction;
    bool missing;            // `len` bytes that are not in the capture; frame: the one that acknowledged them
    uint32_t frame, part;
    uint32_t skip;           // bytes at the segment's start that came before
    uint32_t len;
  };
  using Emit = std::function<void(const Out&)>;

  explicit TcpFollower(Emit emit) : emit_(std::move(emit)) {}
  /// Segments in the order of the capture.
  void add(const Segment& s);
  /// The capture ends: what waits for bytes that never came is given up with a gap before it.
  void end(uint32_t frame);

  /// Segments that wait for earlier ones, each direction; a capture that lost more is shown with a gap.
  static constexpr size_t kMaxWaiting = 10000;

 private:
  struct Side {
    bool known = false;
    uint32_t next = 0;
    std::vector<Segment> waiting;  // by arrival
  };
  void place(const Segment& s);
  bool take(Side& side, const Segment& s);
  void drain(Side& side);
  void give_up(uint8_t direction, uint32_t frame, uint32_t up_to, bool all);

  Emit emit_;
  Side sides_[2];
};

}  // namespace strato
