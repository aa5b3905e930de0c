// Valid filters with bytes changed, dropped, doubled and joined: whatever comes out is compiled or refused with a
// reason inside the text, and what compiles runs. Under the sanitizers this is the smoke test of filter text; the
// libFuzzer entry is test/fuzz/filter_text_fuzz.cc.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "engine/capture.h"
#include "filter/filter.h"
#include "packet/registry.h"

namespace strato {
namespace {

const char kAlphabet[] = "\"'\\.:;#@$&|!=<>~%+-*/()[]{},0x9aZ_ \n\t\x80\xff";

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  std::ifstream in(STRATO_REPO "/test/golden/filter/mixed.filters.tsv");
  for (std::string line; std::getline(in, line);) out.push_back(line.substr(0, line.find('\t')));
  return out;
}

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}
  std::string next() {
    std::string s = seeds_[random_() % seeds_.size()];
    for (size_t edits = 1 + random_() % 4; edits; edits--) edit(s);
    return s;
  }

 private:
  void edit(std::string& s) {
    size_t at = s.empty() ? 0 : random_() % s.size();
    char c = kAlphabet[random_() % (sizeof kAlphabet - 1)];
    switch (random_() % 6) {
      case 0: s.insert(at, 1, c); break;
      case 1: if (!s.empty()) s[at] = c; break;
      case 2: s.erase(at, 1 + random_() % 4); break;
      case 3: s.insert(at, s.substr(at, random_() % 8)); break;
      case 4: s.insert(at, seeds_[random_() % seeds_.size()]); break;
      case 5: s.resize(at); break;
    }
  }
  std::vector<std::string> seeds_;
  std::mt19937 random_{4};
};

TEST(FilterMutation, CompilesOrSaysWhereAndWhy) {
  std::vector<std::string> from = seeds();
  ASSERT_GT(from.size(), 1000u);
  std::string error_text;
  auto capture = Capture::open(STRATO_REPO "/test/golden/filter/mixed.pcap", Settings(), pcap::OpenOptions(), &error_text);
  ASSERT_TRUE(capture) << error_text;
  while (capture->read_more(1000) > 0) {}
  capture->scan_to(capture->size());
  Ctx packet(capture->session(), Registry::get());
  Capture::Want want;
  want.tree = true;
  capture->dissect(packet, 10, want);  // IP in IP
  Mutator mutator(from);
  int compiled = 0, refused = 0;
  for (int i = 0; i < 5000; i++) {
    std::string text = mutator.next();
    filter::Message error;
    std::vector<filter::Message> warnings;
    auto f = filter::Filter::compile(text, Registry::get(), &error, &warnings);
    for (const filter::Message& w : warnings) ASSERT_TRUE(w.start <= w.end && w.end <= text.size()) << text;
    if (f) {
      compiled++;
      f->matches(packet);
      EXPECT_FALSE(f->explain().empty());
      continue;
    }
    refused++;
    ASSERT_FALSE(error.text.empty()) << text;
    ASSERT_TRUE(error.start <= error.end && error.end <= text.size()) << text << "\n" << error.text;
  }
  EXPECT_GT(compiled, 300);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace strato
