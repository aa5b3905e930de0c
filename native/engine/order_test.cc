// The invariant that everything else stands on: packet n's dissection depends on file and settings only, not on what
// was looked at before. Any order of access must give the bytes a sequential run gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "engine/capture.h"
#include "engine/json_capture.h"
#include "packet/registry.h"

namespace strato {
namespace {

std::vector<std::string> fixtures() {
  std::vector<std::string> out;
  std::error_code none;
  for (const char* folder : {"captures", "recorded"})  // the recorded ones hold TLS with keys
    for (const auto& e : std::filesystem::directory_iterator(std::string(STRATO_REPO "/test/fixtures/") + folder, none))
      if (e.is_regular_file() && e.file_size() < 2000000) out.push_back(e.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string detail(Capture& c, Ctx& ctx, uint32_t n) {
  Capture::Want w;
  w.tree = w.columns = true;
  c.dissect(ctx, n, w);
  Text t;
  json_row(ctx, t);
  json_detail(ctx, t);
  return t.take();
}

TEST(Order, RandomAccessEqualsSequential) {
  size_t compared = 0;
  for (const std::string& path : fixtures()) {
    std::string error;
    auto c = Capture::open(path, {}, {}, &error);
    if (!c) continue;  // files that cannot be opened have their own tests
    while (c->read_more(4096)) {}
    c->scan_to(c->size());
    Ctx ctx(c->session(), Registry::get());
    std::vector<std::string> sequential;
    for (uint32_t n = 1; n <= c->size(); n++) sequential.push_back(detail(*c, ctx, n));
    std::mt19937 random(42);
    for (int i = 0; i < 1000 && c->size(); i++) {
      uint32_t n = 1 + random() % c->size();
      ASSERT_EQ(detail(*c, ctx, n), sequential[n - 1]) << path << " packet " << n;
      compared++;
    }
  }
  EXPECT_GT(compared, 10000u) << "the fixtures are missing";
}

// A tree must not change what the first pass remembers: reading with output at once (as the command line does)
// and indexing first must end in the same state.
TEST(Order, OnePassOutputLeavesTheSameState) {
  for (const std::string& path : fixtures()) {
    std::string error;
    auto a = Capture::open(path, {}, {}, &error), b = Capture::open(path, {}, {}, &error);
    if (!a || !b) continue;
    while (a->read_more(4096)) {}
    while (b->read_more(4096)) {}
    a->scan_to(a->size());
    Ctx ca(a->session(), Registry::get()), cb(b->session(), Registry::get());
    for (uint32_t n = 1; n <= b->size(); n++) detail(*b, cb, n);  // first pass with tree and columns
    ASSERT_EQ(b->scanned(), b->size());
    for (uint32_t n = 1; n <= a->size(); n++) ASSERT_EQ(detail(*a, ca, n), detail(*b, cb, n)) << path << " packet " << n;
  }
}

}  // namespace
}  // namespace strato
