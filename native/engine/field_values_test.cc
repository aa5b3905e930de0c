// Values of a field in a capture, for completion; counts as `tshark -r shop.pcapng -T fields -e FIELD | sort | uniq -c`.
#include "engine/field_values.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "engine/document.h"
#include "packet/registry.h"

namespace strato {
namespace {

std::unique_ptr<Document> indexed() {
  std::string error;
  auto d = Document::open(STRATO_REPO "/test/fixtures/demo/shop.pcapng", Settings(), &error);
  EXPECT_TRUE(d) << error;
  std::mutex m;
  std::condition_variable done;
  bool ready = false;
  d->index([&](const std::string& status) {
    if (status.find("\"state\":\"ready\"") == std::string::npos) return;
    std::lock_guard<std::mutex> lock(m);
    ready = true;
    done.notify_all();
  });
  std::unique_lock<std::mutex> lock(m);
  done.wait(lock, [&] { return ready; });
  return d;
}

TEST(FieldValues, CountsWhatTsharkCounts) {
  auto d = indexed();
  EXPECT_EQ(d->field_values("http.request.method", 1000, 5000), "{\"values\":[[\"\\\"GET\\\"\",24]],\"packets\":287,\"whole\":true}");
  EXPECT_EQ(d->field_values("http.request.method", 0, 5000), "{\"values\":[],\"packets\":0,\"whole\":true}");
}

TEST(FieldValues, EndsInTimeAndKnowsWhatHasNoValues) {
  auto d = indexed();
  EXPECT_EQ(d->field_values("tcp.port", 1000, 0), "{\"values\":[],\"packets\":0,\"whole\":false}");
  for (const char* name : {"tcp", "tcp.analysis.flags", "no.such", ""})
    EXPECT_EQ(d->field_values(name, 1000, 5000), "{\"values\":[],\"packets\":0,\"whole\":false}") << name;
}

TEST(FieldValues, StaysBounded) {
  const std::vector<const FieldDef*>& number = Registry::get().find("frame.number");
  ASSERT_FALSE(number.empty());
  FieldValues values(number);
  static const uint8_t byte = 0;
  Buf none(&byte, 0, 0);
  for (uint32_t i = 0; i < FieldValues::kMostKept + 5000; i++) {
    Tree tree;
    tree.reset(nullptr);
    tree.append(kNoNode, number[0], Value::of_u(i % (FieldValues::kMostKept + 1000)), none, 0, 0);
    values.add(tree);
  }
  Text out;
  JsonWriter j(out);
  values.write(j);
  size_t pairs = 0;
  for (char c : out.view()) pairs += c == '[';
  EXPECT_EQ(pairs, FieldValues::kMostWritten + 1);
  // the first 4,000 came round again; later new ones were not kept
  EXPECT_EQ(out.view().substr(0, 10), "[[\"0\",2],[");
}

TEST(FieldValues, LongValuesAreNoChoice) {
  const std::vector<const FieldDef*>& host = Registry::get().find("http.host");
  ASSERT_FALSE(host.empty());
  FieldValues values(host);
  static const uint8_t byte = 0;
  Buf none(&byte, 0, 0);
  Tree tree;
  tree.reset(nullptr);
  std::string longest(FieldValues::kLongest, 'x');
  tree.append(kNoNode, host[0], Value::of_s(longest), none, 0, 0);
  tree.append(kNoNode, host[0], Value::of_s("a\"b"), none, 0, 0);
  values.add(tree);
  Text out;
  JsonWriter j(out);
  values.write(j);
  EXPECT_EQ(out.view(), "[[\"\\\"a\\\\\\\"b\\\"\",1]]");
}

}  // namespace
}  // namespace strato
