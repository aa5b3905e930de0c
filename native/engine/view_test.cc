// How rows look and what finds find, over our own capture of one HTTP exchange. What is right: Wireshark's custom
// columns and filters for that file (tshark -o gui.column.format, -Y), and the bytes of the request as it was made.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "engine/document.h"
#include "packet/builtin.h"

namespace strato {
namespace {

std::unique_ptr<Document> indexed() {
  std::string error;
  auto d = Document::open(STRATO_REPO "/test/fixtures/captures/http-get.pcapng", {}, &error);
  EXPECT_TRUE(d) << error;
  std::mutex m;
  std::condition_variable ready;
  bool done = false;
  d->index([&](const std::string& status) {
    std::lock_guard<std::mutex> lock(m);
    if (status.find("\"ready\"") != std::string::npos) done = true, ready.notify_all();
  });
  std::unique_lock<std::mutex> lock(m);
  ready.wait(lock, [&] { return done; });
  return d;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Look, FieldColumnsShowWhatWiresharksCustomColumnsDo) {
  auto d = indexed();
  LookRequest r;
  r.fields = {{"tcp.flags.syn", 0}, {"ip.addr", 0}, {"ip.addr", -1}, {"ip.addr", 2}, {"ip.addr", 3}, {"ip.proto", 0},
              {"tcp.flags", 0}, {"tcp", 0}, {"http.host", 0}};
  EXPECT_EQ(d->set_look(1, r), "{\"problems\":[]}");
  std::string first = d->rows(0, 1, false, 1), third = d->rows(2, 1, false, 1);
  EXPECT_TRUE(holds(first, R"("cells":["Set","192.0.2.10,198.51.100.20","198.51.100.20","198.51.100.20","","TCP","0x002","✓",""])")) << first;
  EXPECT_TRUE(holds(third, R"("cells":["Not set",)")) << third;
  EXPECT_TRUE(holds(third, R"("0x010")")) << third;
  EXPECT_FALSE(holds(d->rows(0, 1, false, 2), "cells")) << "another view has a look of its own";
}

TEST(Look, FirstMatchingRuleWinsAndInvalidOnesAreNamed) {
  auto d = indexed();
  LookRequest r;
  r.rules = {"tcp.flags.syn == 1", "nosuch.field", "tcp"};
  std::string problems = d->set_look(1, r);
  EXPECT_TRUE(holds(problems, R"("kind":"rule","index":1)")) << problems;
  EXPECT_TRUE(holds(d->rows(0, 1, false, 1), R"("rule":0)"));
  EXPECT_TRUE(holds(d->rows(2, 1, false, 1), R"("rule":2)"));
}

TEST(Look, TimesCountFromTheLastReference) {
  auto d = indexed();
  LookRequest r;
  r.digits = 3;
  r.references = {3};
  d->set_look(1, r);
  // the packets of this capture are 1 ms apart
  EXPECT_TRUE(holds(d->rows(1, 1, false, 1), R"("time":"0.001")"));
  EXPECT_TRUE(holds(d->rows(2, 1, false, 1), R"("time":"0.000")"));
  EXPECT_TRUE(holds(d->rows(3, 1, false, 1), R"("time":"0.001")"));
}

TEST(Look, IgnoredFramesMatchNoFilter) {
  auto d = indexed();
  LookRequest r;
  r.ignored = {2, 1};
  d->set_look(1, r);
  std::string error;
  std::string all = d->filter("tcp", 2, false, {}, &error), left = d->filter("tcp", 1, false, {}, &error);
  auto matched = [](const std::string& s) { return std::stoi(s.substr(s.find("\"matched\":") + 10)); };
  EXPECT_EQ(matched(all) - 2, matched(left));
}

std::string find(Document& d, FindRequest::Where where, const std::string& text, uint32_t from, bool forward = true,
                 bool wrap = false, bool match_case = false) {
  std::string error;
  Document::FindFrom f;
  f.frame = from;
  f.forward = forward;
  f.wrap = wrap;
  std::string answer = d.find({where, text, match_case}, f, {}, &error);
  return error.empty() ? answer : error;
}

std::string at(uint32_t frame, bool wrapped = false) {
  return "{\"frame\":" + std::to_string(frame) + ",\"wrapped\":" + (wrapped ? "true" : "false") + ",\"cancelled\":false}";
}

TEST(Find, TextBytesAndFilters) {
  auto d = indexed();
  using W = FindRequest::Where;
  EXPECT_EQ(find(*d, W::List, "get /index", 0), at(4));
  EXPECT_EQ(find(*d, W::List, "get /index", 0, true, false, true), at(0));
  EXPECT_EQ(find(*d, W::Details, "host: app.example.com", 0), at(4));
  EXPECT_EQ(find(*d, W::Bytes, "APP.example", 0), at(4));
  EXPECT_EQ(find(*d, W::Hex, "48 6f 73 74 3a", 0), at(4));
  EXPECT_EQ(find(*d, W::Hex, "0x486F73743a", 0), at(4));
  EXPECT_EQ(find(*d, W::Filter, "tcp.flags.syn == 1", 1), at(2));
  EXPECT_EQ(find(*d, W::Filter, "tcp.flags.syn == 1", 2), at(0));
}

TEST(Find, BackwardsAndAroundTheEnds) {
  auto d = indexed();
  using W = FindRequest::Where;
  EXPECT_EQ(find(*d, W::Filter, "tcp.flags.syn == 1", 2, true, true), at(1, true));
  EXPECT_EQ(find(*d, W::Filter, "tcp.flags.syn == 1", 4, false), at(2));
  EXPECT_EQ(find(*d, W::Filter, "tcp.flags.syn == 1", 1, false, true), at(2, true));
  // the only packet that matches is the one it starts from
  EXPECT_EQ(find(*d, W::Filter, "frame.number == 3", 3, true, true), at(3, true));
}

TEST(Find, SaysWhatIsWrong) {
  auto d = indexed();
  using W = FindRequest::Where;
  EXPECT_TRUE(holds(find(*d, W::Hex, "0d 0", 0), "0d 0"));
  EXPECT_TRUE(holds(find(*d, W::Hex, "xy", 0), "xy"));
  EXPECT_TRUE(holds(find(*d, W::Filter, "nosuch.field", 0), "nosuch.field"));
  EXPECT_FALSE(find(*d, W::List, "", 0).empty());
}

TEST(Sort, TextsBeyondTheLimitAreRefusedAndRowsStayAsCaptured) {
  auto d = indexed();
  OrderRequest r;
  r.by = OrderRequest::By::Info;
  r.descending = true;
  std::string error;
  EXPECT_TRUE(d->sort(r, 1, {}, &error));
  EXPECT_EQ(error, "");
  EXPECT_FALSE(holds(d->rows(0, 1, false, 1), R"("n":1,)"));
  // Two texts of a handshake are more than this already.
  r.most_text = 100;
  EXPECT_TRUE(d->sort(r, 1, {}, &error));
  EXPECT_TRUE(holds(error, "too many to be sorted")) << error;
  EXPECT_TRUE(holds(error, "apply a filter that leaves fewer packets")) << error;
  EXPECT_TRUE(holds(d->rows(0, 1, false, 1), R"("n":1,)"));
  // Numbers have no such limit.
  r.by = OrderRequest::By::Length;
  error.clear();
  EXPECT_TRUE(d->sort(r, 1, {}, &error));
  EXPECT_EQ(error, "");
}

}  // namespace
}  // namespace strato
