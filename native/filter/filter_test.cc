// What the golden file cannot hold: messages, positions, trees built by hand, limits.
#include "filter/filter.h"

#include <gtest/gtest.h>

#include "packet/context.h"
#include "packet/registry.h"

namespace strato::filter {
namespace {

class NoFrames : public FrameSource {
 public:
  FrameMeta meta(uint32_t) const override { return {}; }
  Buf bytes(uint32_t) const override { return {}; }
  std::string_view interface_name(uint32_t) const override { return {}; }
  std::string_view interface_description(uint32_t) const override { return {}; }
  std::vector<std::string> comments(uint32_t) const override { return {}; }
};

const FieldDef& field(const char* name) { return *Registry::get().find(name).at(0); }

// One packet: 12 bytes, two IP layers.
class Packet {
 public:
  Packet() : session_(Settings(), frames_), ctx(session_, Registry::get()) {
    ctx.sources.push_back({"Frame", kBytes, sizeof kBytes});
    ctx.tree.reset(nullptr);
  }
  Node& add(const char* name, Value v, uint32_t off = 0, uint32_t len = 0) {
    Buf b(kBytes, sizeof kBytes, sizeof kBytes);
    return ctx.tree.at(ctx.tree.append(kNoNode, &field(name), v, b, off, len));
  }
  bool matches(const char* text) {
    Message error;
    auto f = Filter::compile(text, Registry::get(), &error, nullptr);
    EXPECT_TRUE(f) << text << ": " << error.text;
    return f && f->matches(ctx);
  }

 private:
  static constexpr uint8_t kBytes[12] = {'G', 'E', 'T', ' ', 0, 1, 2, 3, 10, 0, 0, 1};
  NoFrames frames_;
  Session session_;

 public:
  Ctx ctx;
};
constexpr uint8_t Packet::kBytes[12];

Message error_of(const char* text) {
  Message error;
  EXPECT_FALSE(Filter::compile(text, Registry::get(), &error, nullptr)) << text;
  return error;
}

TEST(Filter, BlankMatchesEverythingAndNeedsNothing) {
  Packet p;
  for (const char* text : {"", "  \t\n"}) {
    auto f = Filter::compile(text, Registry::get(), nullptr, nullptr);
    ASSERT_TRUE(f);
    EXPECT_TRUE(f->matches_all());
    EXPECT_TRUE(f->field_list().empty());
    EXPECT_TRUE(f->matches(p.ctx));
  }
}

TEST(Filter, ErrorsPointAtTheirPlaceAndOfferARemedy) {
  struct { const char* text; uint32_t start, end; const char* code; const char* replacement; } cases[] = {
      {"ip.addr == 300.1.1.1", 11, 20, "literal", ""},
      {"ip.adr == 10.0.0.1", 0, 6, "unknown-field", "ip.addr"},
      {"ip6", 0, 3, "unknown-field", "ipv6"},
      {"eth.scr == 00:00:00:00:00:01", 0, 7, "unknown-field", "eth.src"},
      {"frame.number = 1", 13, 14, "syntax", "=="},
      {"frame.number => 1", 13, 15, "syntax", ">="},
      {"frame.number <> 1", 13, 15, "syntax", "!="},
      {"ip AND eth", 3, 6, "syntax", "and"},
      {"frame.number == \"1\"", 16, 19, "literal", "1"},
      {"ip.src == \"10.0.0.1\"", 10, 20, "literal", "10.0.0.1"},
      {"frame contains GET", 15, 18, "literal", "\"GET\""},
      {"frame contains 'GET'", 15, 20, "bad-character", "\"GET\""},
      {"frame matches GET", 14, 17, "pattern", "\"GET\""},
      {"frame contains \"\\q\"", 16, 18, "bad-escape", ""},
      {"frame contains \"a\\", 15, 18, "unclosed-string", ""},
      {"frame[2-1] == 00", 6, 9, "bad-range", ""},
      {"ip.ttl == 1 and", 15, 15, "incomplete", ""},
      {"frame.protocols == ip", 19, 21, "type", "\"ip\""},
      {"len(ip)", 0, 7, "function-alone", ""},
      {"lenn(ip) > 1", 0, 4, "unknown-function", "len"},
  };
  for (const auto& c : cases) {
    Message e = error_of(c.text);
    EXPECT_EQ(e.start, c.start) << c.text << ": " << e.text;
    EXPECT_EQ(e.end, c.end) << c.text << ": " << e.text;
    EXPECT_STREQ(e.code, c.code) << c.text << ": " << e.text;
    EXPECT_EQ(e.replacement, c.replacement) << c.text << ": " << e.text;
    EXPECT_EQ(e.text.back() == '.' || e.text.back() == '?' || e.text.back() == '"' || e.text.back() == ')', true) << e.text;
  }
}

TEST(Filter, WarnsWithoutRefusing) {
  struct { const char* text; const char* code; const char* replacement; } cases[] = {
      {"frame.number ~= 1", "deprecated", "!=="},
      {"frame.number in {9..1}", "empty-range", ""},
      {"gryphon", "not-dissected", ""},
      {"ip.src == ${ip.dst}", "no-reference", ""},
  };
  for (const auto& c : cases) {
    std::vector<Message> warnings;
    ASSERT_TRUE(Filter::compile(c.text, Registry::get(), nullptr, &warnings)) << c.text;
    ASSERT_EQ(warnings.size(), 1u) << c.text;
    EXPECT_STREQ(warnings[0].code, c.code);
    EXPECT_EQ(warnings[0].replacement, c.replacement);
  }
}

TEST(Filter, NamesWhatMustBeInTheTree) {
  auto f = Filter::compile("ip.src[0] == 0a or (frame contains \"x\" and count(eth.addr#2) > 1)", Registry::get(), nullptr, nullptr);
  ASSERT_TRUE(f);
  for (const char* name : {"ip.src", "frame", "eth.addr", "eth"}) EXPECT_TRUE(f->fields().has(field(name))) << name;
  EXPECT_FALSE(f->fields().has(field("ip.dst")));
}

TEST(Filter, RawBytesAreThePacketsOwn) {
  Packet p;
  p.add("ip.ttl", Value::of_u(99), 5, 1);
  EXPECT_TRUE(p.matches("ip.ttl == 99"));
  EXPECT_TRUE(p.matches("@ip.ttl == 01"));
  EXPECT_FALSE(p.matches("@ip.ttl == 63"));
  p.add("ip.src", Value::of_u(0x0a000001), 8, 4);
  EXPECT_TRUE(p.matches("@ip.src == 0a:00:00:01"));
  EXPECT_TRUE(p.matches("@ip.src[3] == 01"));
}

TEST(Filter, ProtocolsReachOverTheirPayloadOnlyWhenSearched) {
  Packet p;
  p.add("ip", Value::of_s("GET payload"), 0, 3);
  EXPECT_TRUE(p.matches("ip contains \"payload\""));
  EXPECT_TRUE(p.matches("ip matches \"PAY\""));
  EXPECT_TRUE(p.matches("len(ip) == 3"));
  EXPECT_TRUE(p.matches("ip[-1] == \"T\""));
  EXPECT_FALSE(p.matches("ip[3]"));
}

TEST(Filter, BytesAreOrderedByLengthTextAsInADictionary) {
  Packet p;
  p.add("eth.trailer", Value::of_s(std::string_view("\x47\x45", 2)));
  p.add("frame.comment", Value::of_s("GE"));
  EXPECT_TRUE(p.matches("eth.trailer > 48"));   // two bytes come after one
  EXPECT_FALSE(p.matches("eth.trailer < 48"));
  EXPECT_TRUE(p.matches("eth.trailer < 47:46"));
  EXPECT_TRUE(p.matches("frame.comment < \"H\""));
  EXPECT_TRUE(p.matches("frame.comment > \"G\""));
}

TEST(Filter, LayersCountFromBothEnds) {
  Packet p;
  for (uint16_t layer = 1; layer <= 3; layer++) {
    p.add("ip", Value(), 0, 4).layer = layer;
    p.add("ip.ttl", Value::of_u(layer * 10u)).layer = layer;
  }
  struct { const char* text; bool expected; } cases[] = {
      {"ip.ttl#1 == 10", true},      {"ip.ttl#3 == 30", true},         {"ip.ttl#4", false},
      {"ip.ttl#[-1] == 30", true},   {"ip.ttl#[-1] == 10", false},     {"ip.ttl#[1-2] == 30", false},
      {"ip.ttl#[2:] == 30", true},   {"ip.ttl#[2:] == 10", false},     {"ip.ttl#[1,3] == 20", false},
      {"ip.ttl#[-3] == 10", true},   {"ip.ttl#[-4]", false},           {"count(ip.ttl#[-2--1]) == 2", true},
      {"ip#3", true},                {"ip#4", false},
  };
  for (const auto& c : cases) EXPECT_EQ(p.matches(c.text), c.expected) << c.text;
}

TEST(Filter, KeysPickFromListsOfPairs) {
  Packet p;
  p.add("frame.comment", Value::of_s("app.kubernetes.io/name=web"));
  p.add("frame.comment", Value::of_s("tier=front=a"));
  EXPECT_TRUE(p.matches("frame.comment[\"app.kubernetes.io/name\"] == \"web\""));
  EXPECT_TRUE(p.matches("frame.comment[\"app.kubernetes.io/name\"] == web"));
  EXPECT_TRUE(p.matches("frame.comment[\"tier\"] == \"front=a\""));
  EXPECT_TRUE(p.matches("frame.comment[\"tier\"]"));
  EXPECT_FALSE(p.matches("frame.comment[\"tie\"]"));
  EXPECT_FALSE(p.matches("frame.comment[\"tear\"]"));
  EXPECT_FALSE(p.matches("frame.comment[\"app\"] == \"web\""));
}

TEST(Filter, BarewordsOfStringsMayHoldSlashes) {
  Packet p;
  p.add("frame.comment", Value::of_s("apps/v1/web-1.2_x"));
  EXPECT_TRUE(p.matches("frame.comment == apps/v1/web-1.2_x"));
  EXPECT_TRUE(p.matches("frame.comment contains /v1/"));
  EXPECT_TRUE(p.matches("frame.comment in {other/x, apps/v1/web-1.2_x}"));
  p.add("ip.len", Value::of_u(40));
  EXPECT_TRUE(p.matches("ip.len/2 == 20"));
}

TEST(Filter, HostileTextIsRefusedNotFatal) {
  std::string deep(5000, '('), nots(5000, '!'), sums = "ip.len == 1", braces(3000, '{'), slices = "frame";
  for (int i = 0; i < 5000; i++) sums += "+1", slices += "[0:9]";
  for (const std::string& text : {deep + "ip", nots + "ip", sums, "ip.len == " + braces, slices, std::string(100000, 'a')})
    EXPECT_FALSE(Filter::compile(text, Registry::get(), nullptr, nullptr)) << text.substr(0, 20);
  std::string wide = "ip";
  for (int i = 0; i < 5000; i++) wide += " or ip";
  EXPECT_TRUE(Filter::compile(wide, Registry::get(), nullptr, nullptr));
  EXPECT_FALSE(Filter::compile(std::string_view("ip\0ip", 5), Registry::get(), nullptr, nullptr));
}

TEST(Filter, PatternsThatNeverEndGiveUp) {
  Packet p;
  std::string text(60, 'a');
  p.add("frame.comment", Value::of_s(text));
  EXPECT_FALSE(p.matches("frame.comment matches \"^(a+)+(?:x|y)$\""));
}

TEST(Filter, ExplainShowsEveryStage) {
  auto f = Filter::compile("ip.src == 10.0.0.0/8 and not ip.ttl in {1, 5..9}", Registry::get(), nullptr, nullptr);
  ASSERT_TRUE(f);
  std::string text = f->explain();
  for (const char* part : {"Tokens", "Syntax tree", "ip.src  FT_IPv4", "any ip.src == 10.0.0.0/8", "if false go to",
                           "any ip.ttl in {1, 5 .. 9}"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

}  // namespace
}  // namespace strato::filter
