#include "live/flow_remarks.h"

#include <gtest/gtest.h>

#include "live/test_frames.h"

namespace strato::live {
namespace {

using namespace test;

constexpr int64_t kNow = 50'000'000'000;
const FlowEnds kCalled{kTcp, "10.0.0.1", "10.0.0.2", 40000, 80, kNow - 5}, kBehind{kTcp, "10.0.0.1", "10.0.0.3", 40000, 8080, kNow - 5};

TEST(FlowRemarks, AreGivenOnceToEitherDirectionOfEitherForm) {
  for (const auto& frame : {Frame(kTcp, 1, 40000, 2, 80), Frame(kTcp, 2, 80, 1, 40000), Frame(kTcp, 1, 40000, 3, 8080), Frame(kTcp, 3, 8080, 1, 40000)}) {
    FlowRemarks r;
    r.add({kCalled, kBehind}, "a → b", kNow);
    EXPECT_EQ(r.take(Frame(kTcp, 1, 40001, 2, 80), kNow), "");
    EXPECT_EQ(r.take(Frame(kUdp, 1, 40000, 2, 80), kNow), "");
    EXPECT_EQ(r.take(Frame(kTcp, 1, 40000, 2, 8080), kNow), "");
    EXPECT_EQ(r.take(frame, kNow), "a → b");
    EXPECT_TRUE(r.empty());
    EXPECT_EQ(r.take(frame, kNow), "");
  }
}

TEST(FlowRemarks, ALaterTextReplacesTheOneThatWaits) {
  FlowRemarks r;
  r.add({kCalled, kBehind}, "unknown → b", kNow);
  r.add({kBehind}, "a → b", kNow + 1);
  EXPECT_EQ(r.take(Frame(kTcp, 1, 40000, 2, 80), kNow + 2), "");
  EXPECT_EQ(r.take(Frame(kTcp, 1, 40000, 3, 8080), kNow + 2), "a → b");
}

TEST(FlowRemarks, PacketsOfAnotherFlowWithItsPortsGetNone) {
  FlowRemarks r;
  r.add({kCalled}, "a → b", kNow);
  EXPECT_EQ(r.take(Frame(kTcp, 1, 40000, 2, 80), kNow - 6), "");  // before it began
  EXPECT_EQ(r.take(Frame(kTcp, 1, 40000, 2, 80, kSyn), kNow), "a → b");
  r.add({kCalled}, "a → b", kNow);
  EXPECT_EQ(r.take(Frame(kTcp, 1, 40000, 2, 80, kSyn), kNow + 1), "");  // another connection
  EXPECT_EQ(r.take(Frame(kTcp, 1, 40000, 2, 80), kNow + 2), "");
  r.add({kCalled}, "a → b", kNow);
  EXPECT_EQ(r.take(Frame(kTcp, 1, 40000, 2, 80), kNow + FlowRemarks::kWaitNs + 1), "");
  EXPECT_TRUE(r.empty());
}

TEST(FlowRemarks, NobodyAndNonsenseAreNoFlows) {
  FlowRemarks r;
  r.add({{kUdp, "10.0.0.2", "0.0.0.0", 53, 0, 0}, {kUdp, "nonsense", "10.0.0.2", 1, 2, 0}}, "x", kNow);
  EXPECT_TRUE(r.empty());
}

TEST(FlowRemarks, NeverMoreThanAreMeantToWait) {
  FlowRemarks r;
  for (uint32_t i = 0; i <= FlowRemarks::kMost; i++) r.add({{kTcp, "10.0.0.1", "10.0.0.2", static_cast<uint16_t>(20000 + i), 80, 0}}, "x", kNow);
  EXPECT_EQ(r.take(Frame(kTcp, 1, 20000, 2, 80), kNow), "");
  EXPECT_EQ(r.take(Frame(kTcp, 1, 20001, 2, 80), kNow), "x");
  r.add({kCalled}, "x", kNow + FlowRemarks::kWaitNs + 1);
  EXPECT_EQ(r.take(Frame(kTcp, 1, 20002, 2, 80), kNow), "");  // forgotten: they have ended
}

}  // namespace
}  // namespace strato::live
