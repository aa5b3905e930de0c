// Conversations worked out by hand, in the terms of RFC 9293, 5681 and 6298.
#include <gtest/gtest.h>

#include "flow/tcp_state.h"

namespace strato {
namespace {

using namespace tcp_flag;
using namespace tcp_mark;

constexpr int64_t kMs = 1'000'000;

struct Talk {
  TcpState t;
  uint32_t frame = 0;
  uint32_t rto = 0;

  TcpRecord say(int dir, uint32_t seq, uint32_t ack, uint32_t len, uint16_t flags, int64_t ms, uint16_t window = 1000) {
    TcpRecord r{};
    tcp_analyze(t, dir, {++frame, seq, ack, len, ms * kMs, window, flags}, r, rto);
    return r;
  }
  // 1–3: client's ISN 99, server's 499; first data bytes 100 and 500
  void handshake() {
    say(0, 99, 0, 0, kSyn, 0);
    say(1, 499, 100, 0, kSyn | kAck, 10);
    say(0, 100, 500, 0, kAck, 20);
    t.first_rtt = 20 * kMs;
  }
};

TEST(TcpAnalysis, HandshakeAcknowledgesEachSyn) {
  Talk k;
  EXPECT_EQ(k.say(0, 99, 0, 0, kSyn, 0).acked, 0u);
  EXPECT_EQ(k.say(1, 499, 100, 0, kSyn | kAck, 10).acked, 1u);
  TcpRecord last = k.say(0, 100, 500, 0, kAck, 20);
  EXPECT_EQ(last.acked, 2u);
  EXPECT_EQ(last.marks, 0);
}

TEST(TcpAnalysis, CountsBytesInFlightUntilTheyAreAcknowledged) {
  Talk k;
  k.handshake();
  EXPECT_EQ(k.say(0, 100, 500, 50, kAck | kPush, 30).x, 50u);
  TcpRecord second = k.say(0, 150, 500, 30, kAck, 31);
  EXPECT_EQ(second.x, 80u);
  EXPECT_EQ(second.y, 30u) << "bytes since the PSH before";
  EXPECT_EQ(k.say(1, 500, 150, 0, kAck, 32).acked, 4u);
  EXPECT_EQ(k.say(0, 180, 500, 5, kAck, 33).x, 35u);
}

TEST(TcpAnalysis, ThirdDuplicateAckThenFastRetransmission) {
  Talk k;
  k.handshake();
  k.say(0, 100, 500, 10, kAck, 30);
  k.say(0, 110, 500, 10, kAck, 30);
  k.say(0, 120, 500, 10, kAck, 30);
  k.say(1, 500, 110, 0, kAck, 40);
  for (uint32_t n = 1; n <= 3; n++) {
    TcpRecord r = k.say(1, 500, 110, 0, kAck, 40 + n);
    EXPECT_EQ(r.marks, kDupAck);
    EXPECT_EQ(r.x, n);
    EXPECT_EQ(r.y, 7u) << "the first ACK with this number was frame 7";
  }
  EXPECT_EQ(k.say(0, 110, 500, 10, kAck, 50).marks, kFast);
}

TEST(TcpAnalysis, RetransmissionAfterATimeout) {
  Talk k;
  k.handshake();
  k.say(0, 100, 500, 10, kAck, 30);
  EXPECT_EQ(k.say(0, 100, 500, 10, kAck, 300).marks, kRetransmission);
  EXPECT_EQ(k.rto, 4u) << "measured from the frame that was not acknowledged";
}

TEST(TcpAnalysis, WhatWasAcknowledgedBeforeIsSpurious) {
  Talk k;
  k.handshake();
  k.say(0, 100, 500, 10, kAck, 30);
  k.say(1, 500, 110, 0, kAck, 40);
  EXPECT_EQ(k.say(0, 100, 500, 10, kAck, 300).marks, kSpurious);
}

TEST(TcpAnalysis, GapThenLateSegment) {
  Talk k;
  k.handshake();
  EXPECT_EQ(k.say(0, 110, 500, 10, kAck, 30).marks, kLost);
  EXPECT_EQ(k.say(0, 100, 500, 10, kAck, 31).marks, kOutOfOrder) << "within the round trip of 20 ms";
}

TEST(TcpAnalysis, ZeroWindowAndItsProbe) {
  Talk k;
  k.handshake();
  k.say(0, 100, 500, 10, kAck, 30);
  EXPECT_EQ(k.say(1, 500, 110, 0, kAck, 40, 0).marks, kZeroWindow);
  EXPECT_EQ(k.say(0, 110, 500, 1, kAck, 1000).marks, kProbe);
}

TEST(TcpAnalysis, SequenceNumbersWrap) {
  Talk k;
  k.say(0, 0xfffffff0u, 0, 0, kSyn, 0);
  k.say(1, 499, 0xfffffff1u, 0, kSyn | kAck, 10);
  k.say(0, 0xfffffff1u, 500, 0, kAck, 20);
  EXPECT_EQ(k.say(0, 0xfffffff1u, 500, 32, kAck, 30).x, 32u);
  TcpRecord r = k.say(0, 17, 500, 8, kAck, 31);  // 0xfffffff1 + 32 = 17 modulo 2^32
  EXPECT_EQ(r.marks, 0);
  EXPECT_EQ(r.x, 40u);
}

TEST(TcpUnacked, StopsGrowing) {
  TcpUnackedList l;
  for (uint32_t i = 0; i < TcpUnackedList::kMax + 5; i++) l.add({i * 10, i * 10 + 10, i + 1});
  EXPECT_EQ(l.size(), TcpUnackedList::kMax);
  EXPECT_EQ(l.acked(25).frame, 0u) << "ends at no segment's end";
  EXPECT_EQ(l.low(), 25u) << "the rest of the one that was acknowledged in part";
  EXPECT_EQ(l.acked(40).frame, 4u);
}

TEST(TcpRecord, IsKeptWhole) {
  TcpRecord all;
  all.flow = 0xfffffffe;
  all.prev_frame = 299;
  all.acked = 7;
  all.x = 0xffffffff;
  all.y = 128;
  all.marks = 0xffff;
  all.completeness = 63;
  all.dir = 1;
  all.rto = true;
  TcpRecord none;
  none.flow = 3;
  for (const TcpRecord& r : {all, none}) {
    const TcpRecord::Packed p = r.pack(300);
    const TcpRecord back = TcpRecord::unpack(300, reinterpret_cast<const uint8_t*>(&p));
    EXPECT_EQ(back.flow, r.flow);
    EXPECT_EQ(back.prev_frame, r.prev_frame);
    EXPECT_EQ(back.acked, r.acked);
    EXPECT_EQ(back.x, r.x);
    EXPECT_EQ(back.y, r.y);
    EXPECT_EQ(back.marks, r.marks);
    EXPECT_EQ(back.completeness, r.completeness);
    EXPECT_EQ(back.dir, r.dir);
    EXPECT_EQ(back.rto, r.rto);
    EXPECT_LE(p.size, 30u);
  }
  EXPECT_EQ(none.pack(300).size, 10u) << "most packets have little to keep";
}

}  // namespace
}  // namespace strato
