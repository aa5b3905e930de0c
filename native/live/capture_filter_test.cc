#include "live/capture_filter.h"

#include <gtest/gtest.h>

namespace strato::live {
namespace {

// A machine for the few instructions before a filter proper (bpf(4)): loads of ancillary data, equality, jumps, returns.
uint32_t Answer(const Program& p, uint32_t hardware, uint32_t packet_type) {
  uint32_t a = 0;
  for (size_t at = 0; at < p.size(); at++) {
    const Instruction& i = p[at];
    if (i.code == 0x20 && i.k == 0xfffff01c) a = hardware;           // ld #hatype
    else if (i.code == 0x20 && i.k == 0xfffff004) a = packet_type;   // ld #type
    else if (i.code == 0x15) at += a == i.k ? i.jump_true : i.jump_false;
    else if (i.code == 0x05) at += i.k;
    else if (i.code == 0x06) return i.k;
    else ADD_FAILURE() << "an instruction that accepting all does not need: " << i.code;
  }
  ADD_FAILURE() << "ran off the end";
  return 0;
}

constexpr uint32_t kHost = 0, kOutgoing = 4;

TEST(CaptureFilter, AllInterfacesTakesWhatIsUnderstoodAndLoopbackOnce) {
  Program p;
  std::string error;
  ASSERT_TRUE(program_for_all("", 96, &p, &error));
  EXPECT_EQ(Answer(p, 1, kHost), 96u);
  EXPECT_EQ(Answer(p, 1, kOutgoing), 96u);
  EXPECT_EQ(Answer(p, 65534, kOutgoing), 96u);  // tun
  EXPECT_EQ(Answer(p, 772, kHost), 96u);        // loopback, coming in
  EXPECT_EQ(Answer(p, 772, kOutgoing), 0u);     // the same packet, going out
  EXPECT_EQ(Answer(p, 824, kHost), 0u);         // netlink monitor: not understood
}

TEST(CaptureFilter, WithoutEthernetAFilterOnEthernetMatchesNothing) {
  Program p;
  std::string error;
  ASSERT_TRUE(program_for_all("ether host 02:00:00:00:00:01", 96, &p, &error)) << error;
  EXPECT_EQ(Answer(p, 65534, kHost), 0u);
}

TEST(CaptureFilter, VlanLooksAtMetadataWhereLinuxKeepsTags) {
  Program p;
  std::string error;
  ASSERT_TRUE(compile_filter("vlan 5", kEthernet, 96, &p, &error));
  int present = 0;
  for (const Instruction& i : p) present += i.code == 0x30 && i.k == 0xfffff030;  // ldb #vlan_avail
  EXPECT_GT(present, 0);
}

TEST(CaptureFilter, ErrorsNameTheWordTheyMean) {
  Program p;
  std::string error;
  const std::string text = "tcp port httpx";
  ASSERT_FALSE(compile_filter(text, kEthernet, 96, &p, &error));
  const FilterPosition at = position_of_error(text, error);
  EXPECT_EQ(text.substr(at.start, at.length), "httpx");
  EXPECT_FALSE(compile_filter("tcp and and", kEthernet, 96, &p, &error));
  EXPECT_EQ(position_of_error("tcp and and", error).length, 0u);
  EXPECT_FALSE(compile_filter(std::string(200000, '('), kEthernet, 96, &p, &error));
}

}  // namespace
}  // namespace strato::live
