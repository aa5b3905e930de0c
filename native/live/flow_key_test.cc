#include "live/flow_key.h"

#include <gtest/gtest.h>

namespace strato::live {
namespace {

TEST(FlowKey, ALineIsAFlow) {
  const std::vector<FlowEnds> flows = flows_of_lines("6 10.0.0.1 40000 10.96.0.7 80 1764400000123456789\n17 fd00::1 65535 fd00::2 53 0");
  ASSERT_EQ(flows.size(), 2U);
  EXPECT_EQ(flows[0].protocol, 6);
  EXPECT_EQ(flows[0].local, "10.0.0.1");
  EXPECT_EQ(flows[0].local_port, 40000);
  EXPECT_EQ(flows[0].remote, "10.96.0.7");
  EXPECT_EQ(flows[0].remote_port, 80);
  EXPECT_EQ(flows[0].time_ns, 1764400000123456789);
  EXPECT_EQ(flows[1].protocol, 17);
  EXPECT_EQ(flows[1].local_port, 65535);
  EXPECT_EQ(flows[1].remote, "fd00::2");
  EXPECT_EQ(flows[1].time_ns, 0);
}

TEST(FlowKey, WhatIsNoLineOfAFlowIsLeftOut) {
  for (const char* lines : {"", "\n\n", "6", "6 10.0.0.1 40000 10.96.0.7 80", "6 10.0.0.1 40000 10.96.0.7 80 ", "6 10.0.0.1 65536 10.96.0.7 80 0",
                            "6 10.0.0.1 -1 10.96.0.7 80 0", "256 10.0.0.1 1 10.96.0.7 80 0", "6 10.0.0.1 1 10.96.0.7 80 0x", "6  10.0.0.1 1 10.96.0.7 80 0",
                            "6 10.0.0.1 1 10.96.0.7 80 0 0"})
    EXPECT_TRUE(flows_of_lines(lines).empty()) << lines;
  EXPECT_EQ(flows_of_lines("nothing\n6 10.0.0.1 1 10.96.0.7 80 0\n\n").size(), 1U);
}

}  // namespace
}  // namespace strato::live
