#include "flow/tcp_follower.h"

#include "flow/tcp_state.h"

namespace strato {

void TcpFollower::add(const Segment& s) {
  if (s.has_ack) give_up(s.direction ^ 1, s.frame, s.ack, false);
  place(s);
}

void TcpFollower::place(const Segment& s) {
  Side& side = sides_[s.direction];
  if (!side.known) {
    side.known = true;
    side.next = s.seq + (s.syn ? 1 : 0);
    if (s.syn && s.len == 0) return;
  }
  if (s.len == 0) return;
  Segment data = s;
  if (s.syn) data.seq++;  // TCP Fast Open: the SYN has a number of its own
  if (take(side, data)) drain(side);
  else if (side.waiting.size() < kMaxWaiting) side.waiting.push_back(data);
  else give_up(s.direction, s.frame, data.seq, true);
}

// Emits what is new of a segment that starts at or before the next byte; false: it starts after it.
bool TcpFollower::take(Side& side, const Segment& s) {
  if (seq_gt(s.seq, side.next)) return false;
  uint32_t skip = side.next - s.seq;
  if (skip >= s.len) return true;
  uint32_t have = s.captured > skip ? s.captured - skip : 0;
  if (have) emit_({s.direction, false, s.frame, s.part, skip, have});
  side.next = s.seq + s.len;
  return true;
}

void TcpFollower::drain(Side& side) {
  for (size_t i = 0; i < side.waiting.size();) {
    Segment s = side.waiting[i];
    if (seq_gt(s.seq, side.next)) {
      i++;
      continue;
    }
    side.waiting.erase(side.waiting.begin() + static_cast<ptrdiff_t>(i));
    take(side, s);
    i = 0;
  }
}

// Names the gap before the segments that wait, where `up_to` was acknowledged beyond it.
void TcpFollower::give_up(uint8_t direction, uint32_t frame, uint32_t up_to, bool all) {
  Side& side = sides_[direction];
  while (!side.waiting.empty()) {
    uint32_t first = side.waiting[0].seq;
    for (const Segment& s : side.waiting)
      if (seq_lt(s.seq, first)) first = s.seq;
    if (!all && !seq_gt(up_to, side.next)) return;
    if (seq_gt(first, side.next)) emit_({direction, true, frame, 0, 0, first - side.next});
    side.next = first;
    drain(side);
  }
}

void TcpFollower::end(uint32_t frame) {
  for (uint8_t d = 0; d < 2; d++) give_up(d, frame, 0, true);
}

}  // namespace strato
