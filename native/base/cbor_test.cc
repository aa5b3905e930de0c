// Encodings are those of RFC 8949, appendix A, and by hand.
#include "base/cbor.h"

#include <gtest/gtest.h>

#include <string>

namespace strato {
namespace {

std::string of(std::initializer_list<int> bytes) {
  std::string s;
  for (int b : bytes) s.push_back(static_cast<char>(b));
  return s;
}

TEST(Cbor, ReadsNumbersOfAllWidths) {
  const std::string all = of({0x00, 0x17, 0x18, 0x18, 0x19, 0x03, 0xe8, 0x1a, 0x00, 0x0f, 0x42, 0x40, 0x1b, 0x00, 0x00, 0x00, 0xe8, 0xd4, 0xa5, 0x10, 0x00});
  CborReader r(all);
  for (uint64_t expected : {0ull, 23ull, 24ull, 1000ull, 1000000ull, 1000000000000ull}) {
    uint64_t v = 1;
    ASSERT_TRUE(r.number(&v));
    EXPECT_EQ(v, expected);
  }
  uint64_t v;
  EXPECT_FALSE(r.number(&v)) << "nothing is left";
  EXPECT_TRUE(r.failed());
}

TEST(Cbor, LeavesWhatIsOfAnotherKind) {
  const std::string s = of({0x62, 'a', 'b', 0xf5, 0x42, 1, 2});
  CborReader r(s);
  uint64_t n;
  bool b = false;
  std::string_view t;
  EXPECT_FALSE(r.number(&n));
  EXPECT_FALSE(r.bytes(&t));
  EXPECT_FALSE(r.failed());
  ASSERT_TRUE(r.text(&t));
  EXPECT_EQ(t, "ab");
  ASSERT_TRUE(r.boolean(&b));
  EXPECT_TRUE(b);
  ASSERT_TRUE(r.bytes(&t));
  EXPECT_EQ(t, std::string_view("\1\2", 2));
}

// {"a": [1, [2, 3], {"x": -1}], 5: 1.5, "b": 7, "c": tag(1) 9}
TEST(Cbor, PassesOverWhatNobodyReads) {
  const std::string s = of({0xa4, 0x61, 'a', 0x83, 0x01, 0x82, 0x02, 0x03, 0xa1, 0x61, 'x', 0x20, 0x05, 0xf9, 0x3e, 0x00,
                            0x61, 'b', 0x07, 0x61, 'c', 0xc1, 0x09});
  CborReader r(s);
  uint64_t b = 0;
  std::string keys;
  EXPECT_TRUE(r.each_key([&](std::string_view k) {
    keys += k;
    return k == "b" && r.number(&b);
  }));
  EXPECT_EQ(keys, "abc");
  EXPECT_EQ(b, 7u);
}

TEST(Cbor, RefusesLengthsThatAreNotThere) {
  for (const std::string& s : {of({0x62, 'a'}), of({0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), of({0xbb, 0x80, 0, 0, 0, 0, 0, 0, 1, 1}),
                               of({0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}), of({0x9f, 0xff}), of({0x1c}), of({0x19, 1}), of({0x82, 1}),
                               of({0xa1, 0x61, 'a'}), of({0xc1})}) {
    CborReader r(s);
    EXPECT_FALSE(r.skip()) << s.size();
    EXPECT_TRUE(r.failed());
    CborReader again(s);
    std::string_view t;
    uint64_t n;
    EXPECT_FALSE(again.text(&t) || again.bytes(&t) || again.number(&n));
  }
}

TEST(Cbor, NestsAsDeepAsThereAreBytes) {
  std::string s(1 << 20, '\x81');
  s.push_back('\x01');
  CborReader r(s);
  EXPECT_TRUE(r.skip());
  CborReader cut(std::string_view(s).substr(0, 1 << 20));
  EXPECT_FALSE(cut.skip());
}

}  // namespace
}  // namespace strato
