#include "filter/range.h"

#include <cctype>

namespace strato::filter {
namespace {

void skip_blanks(std::string_view& s) {
  while (!s.empty() && (s[0] == ' ' || (s[0] >= '\t' && s[0] <= '\r'))) s.remove_prefix(1);
}

// A number with C's prefixes and an optional sign. False when there is none or it is too big.
bool take_number(std::string_view& s, int32_t* out, bool* too_big) {
  std::string_view p = s;
  bool negative = false;
  if (!p.empty() && (p[0] == '-' || p[0] == '+')) negative = p[0] == '-', p.remove_prefix(1);
  uint32_t base = 10;
  if (p.size() > 2 && p[0] == '0' && (p[1] | 32) == 'x') base = 16, p.remove_prefix(2);
  else if (p.size() > 1 && p[0] == '0') base = 8;
  size_t digits = 0;
  int64_t v = 0;
  for (; !p.empty(); p.remove_prefix(1), digits++) {
    char c = p[0];
    uint32_t d = c >= '0' && c <= '9' ? static_cast<uint32_t>(c - '0')
                 : base == 16 && isxdigit(static_cast<unsigned char>(c)) ? static_cast<uint32_t>((c | 32) - 'a' + 10)
                                                                       : 99;
    if (d >= base) break;
    v = v * base + d;
    if (v > INT32_MAX) { *too_big = true; v = INT32_MAX; }
  }
  if (!digits || *too_big) return false;
  *out = static_cast<int32_t>(negative ? -v : v);
  s = p;
  return true;
}

}  // namespace

bool parse_range(std::string_view text, Range* out, std::string* why) {
  std::string_view s = text;
  bool too_big = false;
  auto bad = [&] {
    std::string t(text);
    *why = too_big ? "The number in \"" + t + "\" is too big for a slice."
                   : "\"" + t + "\" is no range: write a position (3, -1), start:length (0:4) or first-last (1-3).";
    return false;
  };
  Range r;
  bool has_start = !s.empty() && s[0] != ':';
  if (has_start && !take_number(s, &r.offset, &too_big)) return bad();
  skip_blanks(s);
  if (s.empty()) {
    r.length = 1;
  } else if (s[0] == ':') {
    s.remove_prefix(1);
    skip_blanks(s);
    if (s.empty()) {
      r.length = Range::kToEnd;
    } else {
      if (!take_number(s, &r.length, &too_big)) return bad();
      if (r.length <= 0) {
        *why = "The length in \"" + std::string(text) + "\" must be at least 1: start:length is meant.";
        return false;
      }
    }
  } else if (s[0] == '-') {
    s.remove_prefix(1);
    skip_blanks(s);
    r.inclusive = true;
    if (!take_number(s, &r.length, &too_big)) return bad();
    if ((r.offset < 0) != (r.length < 0)) {
      *why = "Both ends of \"" + std::string(text) + "\" must count from the same side.";
      return false;
    }
    if (r.offset >= r.length) {
      *why = "\"" + std::string(text) + "\" ends before it starts: first-last is meant.";
      return false;
    }
  } else {
    return bad();
  }
  skip_blanks(s);
  if (!s.empty()) return bad();
  *out = r;
  return true;
}

}  // namespace strato::filter
