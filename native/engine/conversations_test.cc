// Conversations of a capture with pods: the fixture's flows as test/fixtures/generate/cluster.ts makes them, and blocks that
// are damaged in every byte.
#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>

#include "engine/document.h"

namespace strato {
namespace {

std::string conversations_of(const std::string& path) {
  std::string error;
  auto d = Document::open(path, Settings(), &error);
  if (!d) return "";
  std::mutex m;
  std::condition_variable done;
  bool ready = false;
  d->index([&](const std::string& status) {
    if (status.find("\"state\":\"indexing\"") != std::string::npos) return;
    std::lock_guard<std::mutex> lock(m);
    ready = true;
    done.notify_all();
  });
  std::unique_lock<std::mutex> lock(m);
  done.wait(lock, [&] { return ready; });
  return d->conversations();
}

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) n++;
  return n;
}

const std::string kFixture = STRATO_REPO "/test/fixtures/captures/k8s-names.pcapng";

TEST(Conversations, SaysWhoTheEndsWere) {
  const std::string json = conversations_of(kFixture);
  EXPECT_NE(json.find("\"packets\":14,\"whole\":true,\"omitted\":0"), std::string::npos) << json;
  // front → Service, its answer behind NAT, another SYN to the Service; reused → front, node → back twice, strangers
  EXPECT_EQ(count(json, "\"kind\":\"tcp\""), 3u) << json;
  EXPECT_EQ(count(json, "\"kind\":\"udp\""), 4u) << json;
  EXPECT_EQ(count(json, "\"known\":\"nothing\""), 2u) << json;
}

TEST(Conversations, DamagedBlocksAreRead) {
  std::ifstream in(kFixture, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const size_t from = whole.find("StratoShark:k8s");
  ASSERT_NE(from, std::string::npos);
  const std::string path = testing::TempDir() + "/conversations-damaged.pcapng";
  for (size_t at = from + 16; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (at % 3 ? 0x81 : 0x1f));
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
    const std::string json = conversations_of(path);
    EXPECT_TRUE(json.empty() || json.back() == '}') << at;
  }
  std::remove(path.c_str());
}

}  // namespace
}  // namespace strato
