// The sequence analysis: conditions as Wireshark's user's guide describes them ("TCP Analysis"), tested against its
// answers.
#include "flow/tcp_state.h"

namespace strato {
namespace {

using namespace tcp_flag;
using namespace tcp_mark;

constexpr uint16_t kControl = kSyn | kFin | kRst;
constexpr int64_t kFastWindow = 20'000'000;   // ns: a fast retransmission follows its duplicate ACKs that closely
constexpr int64_t kOooDefault = 3'000'000;    // ns: out of order within this time where no RTT is known

struct Analysis {
  TcpState& t;
  TcpSide &fwd, &rev;
  const TcpSegment& s;
  TcpRecord& r;
  uint32_t rto_frame = 0;

  uint32_t end() const { return s.seq + s.len; }
  bool control() const { return s.flags & kControl; }

  // Pure ACKs by what they repeat. true: the segment is settled, no other test of this kind applies.
  bool ack_kinds() {
    if (s.len || control() || s.seq != fwd.next_seq || !fwd.next_set) return false;
    bool same_window = s.window == fwd.window;
    bool same_ack = s.ack == fwd.last_ack;
    if (s.window && same_window && same_ack && (rev.last_marks & kKeepAlive)) {
      r.marks |= kKeepAliveAck;
      return true;
    }
    if (!s.window && same_window && (same_ack || s.ack == fwd.last_ack + 1) && (rev.last_marks & kProbe)) {
      r.marks |= kProbeAck;
      // some receivers take the byte of the probe
      if (!same_ack) fwd.last_ack = s.ack;
      return true;
    }
    if (s.window && same_window && same_ack) {
      r.marks |= kDupAck;
      r.x = ++fwd.dup_acks;
      r.y = fwd.last_ack_frame;
    }
    return false;
  }

  void forward_kinds() {
    if (s.len == 1 && fwd.next_set && s.seq == fwd.next_seq && rev.next_set && rev.window == 0) {
      r.marks |= kProbe;
      return;
    }
    if (s.window == 0 && !control()) r.marks |= kZeroWindow;
    if (fwd.next_set && seq_gt(s.seq, fwd.next_seq) && !(s.flags & kRst)) {
      r.marks |= kLost;
      fwd.in_flight_valid = false;
    }
    if (s.len <= 1 && fwd.next_set && s.seq == fwd.next_seq - 1 && !control()) r.marks |= kKeepAlive;
    if (!s.len && s.window && s.window != fwd.window && fwd.next_set && s.seq == fwd.next_seq &&
        s.ack == fwd.last_ack && !control())
      r.marks |= kWindowUpdate;
    if (s.len && rev.scale != TcpSide::kScaleUnknown && !control()) {
      uint32_t shift = rev.window_unscaled || rev.scale < 0 ? 0 : static_cast<uint32_t>(rev.scale);
      if (end() == rev.last_ack + (rev.window << shift)) r.marks |= kWindowFull;
    }
    ack_kinds();
  }

  bool sacked() const {
    for (uint32_t i = 0; i < rev.sacks; i++)
      if (seq_ge(s.seq, rev.sack[i].left) && seq_le(end(), rev.sack[i].right)) return true;
    return false;
  }

  void retransmission_kinds() {
    if (!(s.len || (s.flags & (kSyn | kFin))) || !fwd.next_set || !seq_lt(s.seq, fwd.next_seq)) return;
    if (r.marks & kKeepAlive) return;
    // new data right behind a possible probe of one byte
    bool behind = !(s.len > 1 && fwd.next_seq - 1 == s.seq);
    if (s.len && rev.last_ack_frame && seq_le(end(), rev.last_ack)) {
      r.marks |= kSpurious;
      return;
    }
    if (!behind) return;
    int64_t since_ack = s.ts - rev.last_ack_ts;
    if (rev.dup_acks >= 2 && since_ack >= 0 && since_ack < kFastWindow &&
        (rev.last_ack == s.seq || (rev.sacks && seq_gt(s.seq, rev.last_ack) && !sacked()))) {
      r.marks |= kFast;
      return;
    }
    int64_t limit = t.first_rtt ? t.first_rtt : kOooDefault;
    int64_t since_newest = s.ts - fwd.next_seq_ts;  // negative where a file's clock went back
    if (since_newest >= 0 && since_newest < limit && fwd.next_seq != end() + (control() ? 1 : 0)) {
      r.marks |= kOutOfOrder;
      return;
    }
    r.marks |= kRetransmission;
    // measured from the oldest segment that is not acknowledged
    rto_frame = fwd.unacked.empty() ? fwd.next_seq_frame : fwd.unacked.begin()->frame;
  }

  void remember() {
    uint32_t next = end();
    if (s.len || (s.flags & (kSyn | kFin))) {
      if (s.flags & (kSyn | kFin)) next++;
      fwd.unacked.add({s.seq, next, s.frame});
    }
    bool probe = r.marks & kProbe;
    if (!probe && (!fwd.next_set || seq_gt(next, fwd.next_seq))) {
      fwd.next_seq = next;
      fwd.next_set = true;
      fwd.next_seq_frame = s.frame;
      fwd.next_seq_ts = s.ts;
    }
    if (!probe && (!fwd.max_set || s.seq == fwd.max_to_ack)) {
      fwd.max_to_ack = fwd.next_seq;
      fwd.max_set = true;
    }
    fwd.window = s.window;
    fwd.window_unscaled = s.flags & kSyn;
    fwd.last_ack = s.ack;
    fwd.last_ack_ts = s.ts;
    fwd.last_marks = r.marks;
  }

  void in_flight() {
    if (!s.len || !fwd.in_flight_valid || fwd.unacked.empty()) return;
    uint32_t n = fwd.unacked.high() - fwd.unacked.low();
    if (s.flags & (kSyn | kFin)) n--;
    for (uint32_t i = 0; i < rev.sacks; i++) n -= rev.sack[i].right - rev.sack[i].left;
    if (n > 0 && n < 2'000'000'000u) r.x = n;
    if (fwd.push_seen) fwd.push_bytes = 0;
    fwd.push_bytes += s.len;
    fwd.push_seen = s.flags & kPush;
    r.y = fwd.push_bytes;
  }

  // A connection that ends keeps no room for more.
  void settle() {
    rev.unacked.settle();
    for (StreamPdus& p : t.pdus) p.settle();
  }

  void run() {
    uint32_t before = fwd.last_ack_frame ? fwd.last_ack : s.ack + 1;
    forward_kinds();
    if (s.ack != fwd.last_ack || !fwd.last_ack_frame) {
      fwd.last_ack_frame = s.frame;
      fwd.dup_acks = 0;
    }
    if ((s.flags & kAck) && rev.max_set && seq_gt(s.ack, rev.max_to_ack) && s.ack != before) {
      r.marks |= kAckLost;
      rev.max_to_ack = rev.next_seq;  // told once
    }
    retransmission_kinds();
    remember();
    r.acked = rev.unacked.acked(s.ack).frame;
    if (t.fin_seen) settle();
    if (s.flags & kAck) rev.in_flight_valid = true;  // a gap seen before does not matter any more
    in_flight();
  }
};

}  // namespace

void tcp_analyze(TcpState& t, int dir, const TcpSegment& s, TcpRecord& r, uint32_t& rto_frame) {
  Analysis a{t, t.side[dir], t.side[1 - dir], s, r};
  a.run();
  rto_frame = a.rto_frame;
}

}  // namespace strato
