#include "flow/tcp_state.h"

namespace strato {

void TcpUnackedList::add(const TcpUnacked& s) {
  if (size() >= kMax) return;
  if (measured_) {
    if (empty() || seq_lt(s.seq, low_)) low_ = s.seq;
    if (empty() || seq_gt(s.next, high_)) high_ = s.next;
  }
  list_.push_back(s);
}

void TcpUnackedList::measure() {
  if (measured_ || empty()) return;
  low_ = begin()->seq;
  high_ = begin()->next;
  for (const TcpUnacked& s : *this) {
    if (seq_lt(s.seq, low_)) low_ = s.seq;
    if (seq_gt(s.next, high_)) high_ = s.next;
  }
  measured_ = true;
}

uint32_t TcpUnackedList::low() {
  measure();
  return low_;
}

uint32_t TcpUnackedList::high() {
  measure();
  return high_;
}

TcpUnacked TcpUnackedList::acked(uint32_t ack) {
  TcpUnacked found{};
  if (empty() || seq_le(ack, low())) return found;
  size_t keep = 0;
  for (size_t i = 0; i < list_.size(); i++) {
    TcpUnacked s = list_[i];
    if (s.next == ack && !found.frame) found = s;
    if (seq_gt(s.next, ack)) {
      if (seq_gt(ack, s.seq)) s.seq = ack;  // part of it is acknowledged
      list_[keep++] = s;
    }
  }
  list_.resize(keep);
  measured_ = false;
  // small again: give back what a burst took
  if (list_.capacity() > 64) settle();
  return found;
}

}  // namespace strato
