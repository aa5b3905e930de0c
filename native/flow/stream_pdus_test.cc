#include "flow/stream_pdus.h"

#include <gtest/gtest.h>

namespace strato {
namespace {

// Frames of ten bytes each: frame n holds the digit n ten times.
class Digits : public FrameSource {
 public:
  Digits() {
    for (int n = 0; n < 10; n++) frames_[n] = std::string(10, static_cast<char>('0' + n));
  }
  FrameMeta meta(uint32_t) const override { return {}; }
  Buf bytes(uint32_t n) const override { return Buf(reinterpret_cast<const uint8_t*>(frames_[n].data()), 10, 10); }
  std::string_view interface_name(uint32_t) const override { return {}; }
  std::string_view interface_description(uint32_t) const override { return {}; }
  std::vector<std::string> comments(uint32_t) const override { return {}; }

 private:
  std::string frames_[10];
};

StreamPart part(uint32_t seq, uint32_t len, uint32_t frame) { return {seq, len, frame, {frame, 0, len}}; }

TEST(StreamPdus, CompleteOnlyWithoutGap) {
  StreamPdu p;
  p.seq = 100;
  p.end = 115;
  p.parts = {part(100, 5, 1), part(110, 5, 3)};
  EXPECT_FALSE(complete(p));
  p.parts.push_back(part(105, 5, 2));  // the late one
  EXPECT_TRUE(complete(p));
}

TEST(StreamPdus, AssemblesByPlaceAndTheFirstComerWins) {
  Digits frames;
  Session s({}, frames);
  StreamPdu p;
  p.seq = 0xfffffffeu;  // wraps after two bytes
  p.end = 9;            // 11 bytes
  p.parts = {part(p.seq, 4, 1), part(5, 4, 3), part(1, 6, 2)};
  std::string out;
  ASSERT_TRUE(complete(p));
  assemble(p, s, out);
  EXPECT_EQ(out, "11112222233") << "bytes 0-3 of frame 1, 4-8 of frame 2 (it began at 3), 9-10 of frame 3 (it began at 7)";
}

TEST(StreamPdus, FindsTheNewestThatStartsBefore) {
  StreamPdus all;
  EXPECT_EQ(all.at_or_before(5), StreamPdus::kNone);
  StreamPdu p;
  p.seq = 10;
  all.add(p);
  p.seq = 20;
  all.add(p);
  EXPECT_EQ(all.at_or_before(9), StreamPdus::kNone);
  EXPECT_EQ(all.at_or_before(10), 0u);
  EXPECT_EQ(all.at_or_before(19), 0u);
  EXPECT_EQ(all.at_or_before(25), 1u);
}

}  // namespace
}  // namespace strato
