// What tshark 4.0.17 prints of the same bytes in Info, where not said otherwise.
#include "base/shown.h"

#include <gtest/gtest.h>

#include <string>

namespace strato {
namespace {

std::string shown(std::string_view s, size_t limit = SIZE_MAX) {
  Text t;
  print_shown(s, t, limit);
  return t.take();
}

TEST(Shown, WritesOutWhatTerminalsObey) {
  EXPECT_EQ(shown("a\x1b[2J\x1b]0;x\x07 \b\t\n\v\f\r\x7f"), "a\\033[2J\\033]0;x\\a \\b\\t\\n\\v\\f\\r\\177");
  EXPECT_EQ(shown(std::string_view("\0z", 2)), "\\000z");
  EXPECT_EQ(shown("\xc2\x9b""31m"), "\\u009B31m");
}

TEST(Shown, WritesOutWhatTurnsAndHidesText) {
  EXPECT_EQ(shown("exe.\u202egnp\u202c \u2066x\u2069 \u200b\u200f\ufeff\u00ad"), "exe.\\u202Egnp\\u202C \\u2066x\\u2069 \\u200B\\u200F\\uFEFF\\u00AD");
  EXPECT_EQ(shown("\U000e0041\uffff"), "\\U000E0041\\uFFFF");
  EXPECT_EQ(shown("\u2028"), "\\u2028");  // tshark prints it; a page would break its line there
}

TEST(Shown, LeavesTextAsItIs) {
  const char* text = "<b>&amp;</b> \"caf\u00e9\" \u65e5\u672c \U0001f988 \\n \u00a0\u3000";
  EXPECT_EQ(shown(text), text);
}

TEST(Shown, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(shown("a\xff\xc3(\xe2\x80"), "a\ufffd\ufffd(\ufffd\ufffd");
}

TEST(Shown, CutsBetweenCharacters) {
  EXPECT_EQ(shown("abc", 2), "ab…");
  EXPECT_EQ(shown("abc", 3), "abc");
  EXPECT_EQ(shown("a\u00e9""bc", 2), "a\u00e9…");
}

}  // namespace
}  // namespace strato
