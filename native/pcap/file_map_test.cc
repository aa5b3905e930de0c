// Growth of a mapped file, also beyond the address space kept for it; the list that grows while others read.
#include "pcap/file_map.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "pcap/stable_list.h"
#include "pcap/test_bytes.h"

namespace strato::pcap {
namespace {

TEST(FileMap, GrowsBeyondItsRoomAndKeepsOldViews) {
  test::TempPath path("first");
  std::string error;
  const auto map = FileMap::Map(Fd(open(path.name().c_str(), O_RDONLY)), path.name(), true, &error);
  ASSERT_TRUE(map) << error;
  const auto first = map->view();
  ASSERT_EQ(first.size(), 5u);
  path.Append("second");
  ASSERT_TRUE(map->Grow());
  EXPECT_EQ(map->view().data(), first.data());  // in the room kept
  EXPECT_EQ(map->view()[10], 'd');
  constexpr off_t kFar = (off_t{1} << 30) + 12345;  // a hole: takes no space
  ASSERT_EQ(truncate(path.name().c_str(), kFar), 0);
  path.Append("end");
  ASSERT_TRUE(map->Grow());
  ASSERT_EQ(map->view().size(), static_cast<size_t>(kFar) + 3);
  EXPECT_EQ(map->view()[static_cast<size_t>(kFar)], 'e');
  EXPECT_EQ(first[0], 'f');
  map->ReadUpTo(static_cast<uint64_t>(kFar));
  EXPECT_EQ(map->view()[0], 'f');  // pages let go come back
  EXPECT_FALSE(map->Grow());
}

TEST(StableList, ElementsStayWhileOthersReadAndOneAppends) {
  StableList<uint64_t> list;
  std::atomic<bool> wrong{false};
  std::thread reader([&] {
    for (size_t seen = 0; seen < 100000;) {
      seen = list.size();
      if (seen > 0 && (list[seen - 1] != seen - 1 || list[seen / 2] != seen / 2)) wrong = true;
    }
  });
  const uint64_t* first = &list.push_back(0);
  for (uint64_t i = 1; i < 100000; ++i) list.push_back(i);
  reader.join();
  EXPECT_FALSE(wrong);
  EXPECT_EQ(first, &list[0]);
  uint64_t sum = 0;
  for (const uint64_t v : list) sum += v;
  EXPECT_EQ(sum, uint64_t{99999} * 100000 / 2);
}

}  // namespace
}  // namespace strato::pcap
