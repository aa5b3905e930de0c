#include "live/flow_sight.h"

#include <gtest/gtest.h>

#include <chrono>

#include "live/test_frames.h"

namespace strato::live {
namespace {

using namespace test;
using Names = std::vector<std::string>;

// As the capture's clock has it: a scan is expected for a time from when it is asked for.
int64_t now() { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string form(uint8_t protocol, const char* from, uint16_t sport, const char* to, uint16_t dport) {
  return flow_key({protocol, from, to, sport, dport, 0});
}
/// A name server's Service at .9, whose pod is at .3.
const std::string kCalled = form(kUdp, "10.0.0.1", 40000, "10.0.0.9", 53), kBehind = form(kUdp, "10.0.0.1", 40000, "10.0.0.3", 5353);

TEST(FlowSight, AFlowIsToldOfOnceByAPacketOfEitherFormAndDirection) {
  for (const auto& frame : {Frame(kUdp, 1, 40000, 9, 53), Frame(kUdp, 9, 53, 1, 40000), Frame(kUdp, 1, 40000, 3, 5353), Frame(kUdp, 3, 5353, 1, 40000)}) {
    HeldFlows<std::string> held;
    ASSERT_TRUE(held.hold({kCalled, kBehind}, "dns"));
    EXPECT_TRUE(held.sight()->waits());
    for (const auto& other : {Frame(kUdp, 1, 40001, 9, 53), Frame(kTcp, 1, 40000, 9, 53), Frame(kUdp, 2, 40000, 9, 53), Frame(kUdp, 1, 40000, 9, 5353)})
      held.sight()->look(other, now());
    EXPECT_EQ(held.seen(), Names{});
    held.sight()->look(frame, now());
    held.sight()->look(frame, now());
    EXPECT_EQ(held.seen(), Names{"dns"});
    EXPECT_FALSE(held.sight()->waits());
    EXPECT_FALSE(held.drop(kCalled));
  }
}

TEST(FlowSight, BothEndsOfOneConnectionAreSeenByOnePacket) {
  HeldFlows<std::string> held;
  ASSERT_TRUE(held.hold({form(kTcp, "10.0.0.1", 40000, "10.0.0.2", 80)}, "client"));
  ASSERT_TRUE(held.hold({form(kTcp, "10.0.0.2", 80, "10.0.0.1", 40000)}, "server"));
  held.sight()->look(Frame(kTcp, 1, 40000, 2, 80), now());
  EXPECT_EQ(held.seen(), (Names{"client", "server"}));
}

TEST(FlowSight, WhatEndedBeforeItsPacketIsNotTold) {
  HeldFlows<std::string> held;
  ASSERT_TRUE(held.hold({kCalled, kBehind}, "dns"));
  EXPECT_TRUE(held.drop(kCalled));
  EXPECT_FALSE(held.drop(kCalled));
  held.sight()->look(Frame(kUdp, 1, 40000, 3, 5353), now());
  EXPECT_EQ(held.seen(), Names{});
  // Seen, and ended before anybody asked.
  ASSERT_TRUE(held.hold({kCalled, kBehind}, "dns"));
  held.sight()->look(Frame(kUdp, 1, 40000, 9, 53), now());
  EXPECT_TRUE(held.drop(kCalled));
  EXPECT_EQ(held.seen(), Names{});
}

TEST(FlowSight, ALaterRecordTakesThePlaceOfTheOneBefore) {
  HeldFlows<std::string> held;
  ASSERT_TRUE(held.hold({kCalled, kBehind}, "old"));
  ASSERT_TRUE(held.hold({kCalled, form(kUdp, "10.0.0.1", 40000, "10.0.0.4", 5353)}, "new"));
  held.sight()->look(Frame(kUdp, 1, 40000, 3, 5353), now());
  EXPECT_EQ(held.seen(), Names{});
  held.sight()->look(Frame(kUdp, 4, 5353, 1, 40000), now());
  EXPECT_EQ(held.seen(), Names{"new"});
}

TEST(FlowSight, APacketThatCameBeforeTheScanWasReadCounts) {
  HeldFlows<std::string> held;
  held.sight()->look(Frame(kUdp, 9, 53, 1, 40000), now());
  held.sight()->expect();
  EXPECT_TRUE(held.sight()->waits());
  held.sight()->look(Frame(kUdp, 9, 53, 1, 40001), now());
  ASSERT_TRUE(held.hold({kCalled, kBehind}, "before"));
  ASSERT_TRUE(held.hold({form(kUdp, "10.0.0.1", 40001, "10.0.0.9", 53)}, "meanwhile"));
  EXPECT_EQ(held.seen(), Names{"meanwhile"});
  // Only as long as a scan takes.
  held.sight()->look(Frame(kUdp, 9, 53, 1, 40002), now() + 2 * FlowSight::kExpectNs);
  ASSERT_TRUE(held.hold({form(kUdp, "10.0.0.1", 40001, "10.0.0.9", 53)}, "again"));
  EXPECT_EQ(held.seen(), Names{});
}

TEST(FlowSight, WhatThereIsNoRoomForIsToldAtOnce) {
  HeldFlows<int> held;
  const auto nth = [](size_t n) { return form(kUdp, "10.0.0.1", static_cast<uint16_t>(n), "10.0.0.9", static_cast<uint16_t>(1 + n / 65536)); };
  for (size_t n = 1; n <= 2 * FlowSight::kMost; n++) ASSERT_TRUE(held.hold({nth(n)}, 1)) << n;
  EXPECT_FALSE(held.hold({nth(2 * FlowSight::kMost + 1)}, 1));
  EXPECT_TRUE(held.drop(nth(1)));
  EXPECT_TRUE(held.hold({nth(2 * FlowSight::kMost + 1)}, 1));
  // Nor may two wait for one form, as lo's addresses of two pods.
  HeldFlows<int> other;
  ASSERT_TRUE(other.hold({kCalled, kBehind}, 1));
  EXPECT_FALSE(other.hold({kBehind}, 2));
}

TEST(FlowSight, SixteenByteAddresses) {
  HeldFlows<std::string> held;
  ASSERT_TRUE(held.hold({form(kTcp, "fd00::1", 40000, "fd00::2", 80)}, "six"));
  std::vector<uint8_t> f(12, 2);
  f.insert(f.end(), {0x86, 0xdd, 0x60, 0, 0, 0, 0, 20, kTcp, 64});
  for (const uint8_t last : {2, 1}) {
    f.insert(f.end(), {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    f.push_back(last);
  }
  f.insert(f.end(), {0, 80, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 0, 0, 0, 0, 0, 0});
  held.sight()->look(f, now());
  EXPECT_EQ(held.seen(), Names{"six"});
  for (size_t n = 0; n < f.size(); n++) held.sight()->look(std::span(f).first(n), now());
}

}  // namespace
}  // namespace strato::live
