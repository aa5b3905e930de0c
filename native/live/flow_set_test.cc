#include "live/flow_set.h"

#include <gtest/gtest.h>

#include <vector>

#include "live/test_frames.h"

namespace strato::live {
namespace {

using namespace test;

TEST(FlowSet, HasBothDirectionsOfAFlowAndNothingElse) {
  FlowSet s;
  EXPECT_FALSE(s.has(Frame(kTcp, 1, 40000, 2, 80), 0));
  const FlowEnds flow{kTcp, "10.0.0.1", "10.0.0.2", 40000, 80, 0};
  s.add(flow);
  EXPECT_TRUE(s.has(Frame(kTcp, 1, 40000, 2, 80), 0));
  EXPECT_TRUE(s.has(Frame(kTcp, 2, 80, 1, 40000), 0));
  EXPECT_FALSE(s.has(Frame(kUdp, 1, 40000, 2, 80), 0));
  EXPECT_FALSE(s.has(Frame(kTcp, 1, 40001, 2, 80), 0));
  EXPECT_FALSE(s.has(Frame(kTcp, 1, 80, 2, 40000), 0));
  EXPECT_FALSE(s.has(Frame(kTcp, 3, 40000, 2, 80), 0));
  s.remove(flow);
  EXPECT_TRUE(s.empty());
}

TEST(FlowSet, APortThatAnswersEverybody) {
  FlowSet s;
  s.add({kUdp, "10.0.0.2", "", 53, 0, 0});
  EXPECT_TRUE(s.has(Frame(kUdp, 9, 1234, 2, 53), 0));
  EXPECT_TRUE(s.has(Frame(kUdp, 2, 53, 8, 4321), 0));
  EXPECT_FALSE(s.has(Frame(kUdp, 2, 54, 8, 53), 0));
}

TEST(FlowSet, AConnectionThatBeginsLaterIsNotTheOneBefore) {
  constexpr int64_t kLearned = 5'000'000'000, kLater = kLearned + FlowSet::kAfterNs + 1;
  for (const int64_t first : {kLearned - 1'000'000, kLearned, kLearned + 1'000'000}) {
    FlowSet s;
    s.add({kTcp, "10.0.0.1", "10.0.0.2", 40000, 80, kLearned});
    EXPECT_TRUE(s.has(Frame(kTcp, 1, 40000, 2, 80, kSyn, 7), first));
    EXPECT_TRUE(s.has(Frame(kTcp, 2, 80, 1, 40000, kSynAck, 9), first));
    EXPECT_TRUE(s.has(Frame(kTcp, 1, 40000, 2, 80, kSyn, 7), kLater));  // repeated: nobody had answered
    EXPECT_FALSE(s.has(Frame(kTcp, 1, 40000, 2, 80, kSyn, 8), kLater));
    EXPECT_FALSE(s.has(Frame(kTcp, 2, 80, 1, 40000), kLater));
  }
  FlowSet s;
  s.add({kTcp, "10.0.0.1", "10.0.0.2", 40000, 80, kLearned});  // its beginning was not seen
  EXPECT_TRUE(s.has(Frame(kTcp, 1, 40000, 2, 80), kLater));
  EXPECT_FALSE(s.has(Frame(kTcp, 1, 40000, 2, 80, kSyn, 7), kLater));
  EXPECT_TRUE(s.empty());
}

TEST(FlowSet, PartsCutFramesAndNonsenseAreNone) {
  FlowSet s;
  s.add({kUdp, "nonsense", "10.0.0.2", 1, 2, 0});
  s.add({kUdp, "10.0.0.1", "fd00::1", 1, 2, 0});
  EXPECT_TRUE(s.empty());
  s.add({kUdp, "10.0.0.2", "", 53, 0, 0});
  std::vector<uint8_t> part = Frame(kUdp, 9, 1234, 2, 53);
  part[21] = 1;  // a later fragment: what stands there are no ports
  EXPECT_FALSE(s.has(part, 0));
  const std::vector<uint8_t> whole = Frame(kUdp, 9, 1234, 2, 53);
  for (size_t n = 0; n < whole.size(); n++) EXPECT_EQ(s.has(std::span(whole).first(n), 0), n >= 38) << n;
}

TEST(FlowSet, OfIpv6) {
  FlowSet s;
  s.add({kUdp, "fd00::2", "", 53, 0, 0});
  std::vector<uint8_t> f(12, 2);
  f.insert(f.end(), {0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, kUdp, 64});
  f.insert(f.end(), {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  f.insert(f.end(), {4, 0, 0, 53});
  EXPECT_TRUE(s.has(f, 0));
  f.back() = 54;
  EXPECT_FALSE(s.has(f, 0));
}

}  // namespace
}  // namespace strato::live
