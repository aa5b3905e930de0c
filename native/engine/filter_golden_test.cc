// Filters over our own capture against the referee's recorded answers, and against the collection of valid and invalid
// filters where that is at hand.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "engine/capture.h"
#include "filter/filter.h"
#include "packet/registry.h"

namespace strato {
namespace {

struct Case {
  std::string filter, expected;
  bool differs;
};

std::vector<Case> read_cases(const std::string& path) {
  std::vector<Case> cases;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    size_t tab = line.find('\t');
    if (line.empty() || line[0] == '#' || tab == std::string::npos) {
      // "#" alone is a filter too
      if (tab == std::string::npos || line[0] != '#' || line.size() > tab + 2) continue;
    }
    std::string rest = line.substr(tab + 1);
    size_t second = rest.find('\t');
    cases.push_back({line.substr(0, tab), rest.substr(0, second), second != std::string::npos});
  }
  return cases;
}

class Answers {
 public:
  explicit Answers(const std::string& path) {
    Settings settings;
    settings.wireshark_defaults = true;
    std::string error;
    capture_ = Capture::open(path, settings, pcap::OpenOptions(), &error);
    if (!capture_) return;
    while (capture_->read_more(1000) > 0) {}
    capture_->scan_to(capture_->size());
    ctx_ = std::make_unique<Ctx>(capture_->session(), Registry::get());
  }
  bool open() const { return capture_ != nullptr; }
  /// Frames matched, "1,2"; the tree pruned to the filter's fields, or whole.
  std::string frames(const filter::Filter& f, bool pruned) {
    std::string out;
    for (uint32_t n = 1; n <= capture_->size(); n++) {
      Capture::Want want;
      want.tree = true;
      if (pruned) want.fields = &f.fields();
      capture_->dissect(*ctx_, n, want);
      if (f.matches(*ctx_)) out += (out.empty() ? "" : ",") + std::to_string(n);
    }
    return out;
  }

 private:
  std::unique_ptr<Capture> capture_;
  std::unique_ptr<Ctx> ctx_;
};

const char* const kFolder = STRATO_REPO "/test/golden/filter/";

TEST(FilterGolden, MatchesAsTheRefereeDoes) {
  setenv("TZ", "UTC", 1);
  tzset();
  Answers answers(std::string(kFolder) + "mixed.pcap");
  ASSERT_TRUE(answers.open());
  std::vector<Case> cases = read_cases(std::string(kFolder) + "mixed.filters.tsv");
  ASSERT_GT(cases.size(), 1000u);
  for (const char* needed : {"tcp", "http", "dns"})
    if (Registry::get().find(needed).empty()) GTEST_SKIP() << needed << " is not dissected in this build";
  int differing = 0, wrong = 0, unknown = 0;
  for (const Case& c : cases) {
    filter::Message error;
    std::vector<filter::Message> warnings;
    auto f = filter::Filter::compile(c.filter, Registry::get(), &error, &warnings);
    bool dissected = true;
    for (const filter::Message& w : warnings) dissected = dissected && std::string(w.code) != "not-dissected";
    if (!dissected) {
      unknown++;
      continue;
    }
    std::string got = f ? answers.frames(*f, true) : "!";
    if (f) {
      EXPECT_EQ(got, answers.frames(*f, false)) << c.filter << " (whole tree)";
    }
    bool good = (got == c.expected) != c.differs;
    differing += c.differs && good;
    if (good) continue;
    wrong++;
    ADD_FAILURE() << c.filter << "\n  ours     " << got << "\n  referee  " << c.expected << (c.differs ? " (should differ)" : "")
                  << (f ? "" : "\n  " + error.text);
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(differing, 10);
  RecordProperty("filters on protocols not dissected yet", unknown);
}

// Strings of a JSON object of strings, or its keys, from the text after "name": {
std::vector<std::string> json_strings(const std::string& text, const std::string& name, bool keys) {
  std::vector<std::string> out;
  size_t at = text.find("\"" + name + "\"");
  if (at == std::string::npos) return out;
  at = text.find('{', at);
  bool key = true;
  for (at++; at < text.size() && text[at] != '}'; at++) {
    if (text[at] == ':') key = false;
    if (text[at] == ',') key = true;
    if (text[at] != '"') continue;
    std::string s;
    for (at++; at < text.size() && text[at] != '"'; at++) {
      if (text[at] == '\\') at++;
      s += text[at];
    }
    if (key == keys) out.push_back(s);
  }
  return out;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

TEST(FilterGolden, AcceptsAndRefusesTheCollection) {
  std::string folder = STRATO_REPO "/../shared/corpus/truth/";
  std::string valid = read_file(folder + "filters.json"), invalid = read_file(folder + "invalid.json");
  if (valid.empty() || invalid.empty()) GTEST_SKIP() << "the collection of captures is not at hand: " << folder;
  std::vector<std::string> good = json_strings(valid, "valid", false), bad = json_strings(invalid, "rejected", true);
  ASSERT_GT(good.size(), 400u);
  ASSERT_GT(bad.size(), 100u);
  filter::Message error;
  for (const std::string& f : good)
    EXPECT_TRUE(filter::Filter::compile(f, Registry::get(), &error, nullptr)) << f << "\n  " << error.text;
  for (const std::string& f : bad) {
    error = filter::Message();
    EXPECT_FALSE(filter::Filter::compile(f, Registry::get(), &error, nullptr)) << f;
    EXPECT_FALSE(error.text.empty()) << f;
    EXPECT_LE(error.start, error.end) << f;
    EXPECT_LE(error.end, f.size()) << f;
  }
}

}  // namespace
}  // namespace strato
