#include "live/capture_filter.h"

#include <gtest/gtest.h>

namespace strato::live {
namespace {

// A machine for the few instructions before a filter proper (bpf(4)): loads of ancillary data, comparisons, jumps, returns.
uint32_t Answer(const Program& p, uint32_t hardware, uint32_t packet_type, uint32_t index = 0) {
  uint32_t a = 0;
  for (size_t at = 0; at < p.size(); at++) {
    const Instruction& i = p[at];
    if (i.code == 0x20 && i.k == 0xfffff01c) a = hardware;           // ld #hatype
    else if (i.code == 0x20 && i.k == 0xfffff004) a = packet_type;   // ld #type
    else if (i.code == 0x20 && i.k == 0xfffff008) a = index;         // ld #ifidx
    else if (i.code == 0x25) at += a > i.k ? i.jump_true : i.jump_false;
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

TEST(CaptureFilter, LinksAreTakenByTheirIndexHoweverManyThereAre) {
  for (const size_t count : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{65}, size_t{128}, size_t{250}, size_t{1000}}) {
    std::vector<uint32_t> links;
    for (size_t i = 0; i < count; i++) links.push_back(static_cast<uint32_t>(3 * (count - i)));  // 3, 6, 9 …, the last first
    Program p;
    std::string error;
    ASSERT_TRUE(program_for_links("", links, 96, &p, &error)) << error;
    EXPECT_LE(p.size(), count + count / 16 + 6);
    for (uint32_t index = 0; index <= 3 * count + 5; index++)
      EXPECT_EQ(Answer(p, 1, kHost, index), index != 0 && index <= 3 * count && index % 3 == 0 ? 96u : 0u) << count << " " << index;
  }
  Program p;
  std::string error;
  EXPECT_FALSE(program_for_links("tcp and and", {1}, 96, &p, &error));
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
