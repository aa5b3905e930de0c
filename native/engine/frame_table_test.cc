// What was put into a FrameTable comes out of it, whatever was left off of which packets.
#include "engine/frame_table.h"

#include <gtest/gtest.h>

namespace strato {
namespace {

// A chunk of whole packets; one with some cut off from its middle on; one whose first is; one of blocks without a time.
TEST(FrameTable, GivesBackWhatItTook) {
  constexpr uint32_t kChunk = 16384, kFrames = 4 * kChunk;
  std::vector<pcap::PacketRecord> all;
  FrameTable table;
  uint64_t at = 5'000'000'000;
  for (uint32_t i = 0; i < kFrames; i++) {
    pcap::PacketRecord r;
    r.block_offset = at;
    r.offset = at + 28;
    r.caplen = 60 + i % 1400;
    const bool cut = (i > kChunk * 3 / 2 && i < kChunk * 2 && i % 3 == 0) || i == kChunk * 2;
    r.len = cut ? r.caplen + 1 + i % 9000 : r.caplen;
    r.ts_ns = i < kChunk * 3 ? 1'772'366'400'000'000'000 + int64_t{i} * 999'983 : 0;
    r.iface = i % 5;
    r.flags = i < kChunk * 3 ? pcap::PacketRecord::kHasTs : 0;
    if (i % 1000 == 999) r.len = r.caplen = 300'000 + i;  // longer than a row can say
    if (i % 7777 == 7776) r.len = 10;                     // shorter than what is there: the file says so
    all.push_back(r);
    table.push(r);
    at += 40 + r.caplen;
  }
  ASSERT_EQ(table.size(), kFrames);
  for (uint32_t i = 0; i < kFrames; i++) {
    const pcap::PacketRecord &want = all[i], got = table.at(i + 1);
    ASSERT_EQ(got.offset, want.offset) << i;
    ASSERT_EQ(got.block_offset, want.block_offset) << i;
    ASSERT_EQ(got.caplen, want.caplen) << i;
    ASSERT_EQ(got.len, want.len) << i;
    ASSERT_EQ(got.ts_ns, want.ts_ns) << i;
    ASSERT_EQ(table.ts(i + 1), want.ts_ns) << i;
    ASSERT_EQ(got.iface, want.iface) << i;
    ASSERT_EQ(got.flags, want.flags) << i;
  }
}

}  // namespace
}  // namespace strato
