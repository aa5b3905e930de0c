// Dates and spans of time as filters write them.
#include <ctime>

#include "filter/literal.h"

namespace strato::filter {
namespace {

constexpr int64_t kSecond = 1000000000;

struct Scanner {
  std::string_view s;
  char peek() const { return s.empty() ? '\0' : s[0]; }
  bool take(char c) {
    if (peek() != c) return false;
    s.remove_prefix(1);
    return true;
  }
  bool blanks() {
    bool any = false;
    while (peek() == ' ' || peek() == '\t') s.remove_prefix(1), any = true;
    return any;
  }
  /// Up to `most` digits, low … high.
  bool number(size_t most, int low, int high, int* out) {
    int v = 0;
    size_t n = 0;
    while (n < most && n < s.size() && s[n] >= '0' && s[n] <= '9') v = v * 10 + (s[n++] - '0');
    if (!n || v < low || v > high) return false;
    s.remove_prefix(n);
    *out = v;
    return true;
  }
  /// ".123456789"; digits beyond nanoseconds are dropped
  void fraction(int64_t* ns) {
    if (!take('.')) return;
    int64_t v = 0, scale = kSecond;
    while (peek() >= '0' && peek() <= '9') {
      if (scale > 1) v = v * 10 + (peek() - '0'), scale /= 10;
      s.remove_prefix(1);
    }
    *ns = v * scale;
  }
};

struct Stamp {
  struct tm tm = {};
  int64_t ns = 0;
  bool zoned = false;
  int64_t offset = 0;  // seconds east of UTC
};

bool month_name(Scanner& in, int* month) {
  static const char kNames[] = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (in.s.size() < 3) return false;
  for (int m = 0; m < 12; m++) {
    bool same = true;
    for (int k = 0; k < 3; k++) same = same && (in.s[static_cast<size_t>(k)] | 32) == kNames[m * 3 + k];
    if (!same) continue;
    in.s.remove_prefix(3);
    *month = m;
    return true;
  }
  return false;
}

bool clock(Scanner& in, Stamp& t, bool whole) {
  if (!in.number(2, 0, 23, &t.tm.tm_hour)) return false;
  if (!in.take(':')) return !whole;
  if (!in.number(2, 0, 59, &t.tm.tm_min)) return false;
  if (!in.take(':')) return !whole;
  if (!in.number(2, 0, 61, &t.tm.tm_sec)) return false;
  in.fraction(&t.ns);
  return true;
}

// "Z", "+01:00", "-0800", "+01" directly behind the time
bool zone_offset(Scanner& in, Stamp& t) {
  if (in.take('Z')) return t.zoned = true;
  if (in.peek() != '+' && in.peek() != '-') return true;
  bool west = in.peek() == '-';
  in.s.remove_prefix(1);
  int hours = 0, minutes = 0;
  if (!in.number(2, 0, 14, &hours)) return false;
  in.take(':');
  if (in.peek() >= '0' && in.peek() <= '9' && !in.number(2, 0, 59, &minutes)) return false;
  t.offset = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
  return t.zoned = true;
}

bool iso_date(Scanner& in, Stamp& t) {
  int year = 0, month = 0;
  if (!in.number(4, 0, 9999, &year) || !in.take('-') || !in.number(2, 1, 12, &month) || !in.take('-') ||
      !in.number(2, 1, 31, &t.tm.tm_mday))
    return false;
  t.tm.tm_year = year - 1900;
  t.tm.tm_mon = month - 1;
  if (!in.take('T')) {
    in.blanks();
    if (in.s.empty()) return true;
  }
  return clock(in, t, false) && zone_offset(in, t);
}

bool named_date(Scanner& in, Stamp& t) {
  int year = 0;
  if (!month_name(in, &t.tm.tm_mon) || !in.blanks() || !in.number(2, 1, 31, &t.tm.tm_mday) || !in.take(',')) return false;
  in.blanks();
  if (!in.number(4, 0, 9999, &year) || !in.blanks()) return false;
  t.tm.tm_year = year - 1900;
  return clock(in, t, true);
}

}  // namespace

bool parse_abs_time(std::string_view s, int64_t* ns) {
  Scanner in{s};
  Stamp t;
  in.blanks();
  bool digit = in.peek() >= '0' && in.peek() <= '9';
  if (!(digit ? iso_date(in, t) : named_date(in, t))) return false;
  if (in.blanks() && in.s.substr(0, 3) == "UTC" && !t.zoned) {
    in.s.remove_prefix(3);
    t.zoned = true;
    in.blanks();
  }
  if (!in.s.empty()) return false;
  t.tm.tm_isdst = -1;
  int64_t seconds = t.zoned ? timegm(&t.tm) - t.offset : mktime(&t.tm);
  // ns since the epoch reach from 1677 to 2262; beyond, no packet has a stamp
  if (seconds > INT64_MAX / kSecond - 1) seconds = INT64_MAX / kSecond - 1;
  if (seconds < INT64_MIN / kSecond + 1) seconds = INT64_MIN / kSecond + 1;
  *ns = seconds * kSecond + t.ns;
  return true;
}

bool parse_rel_time(std::string_view s, int64_t* ns) {
  int64_t seconds = 0;
  size_t i = 0;
  constexpr int64_t kMost = INT64_MAX / kSecond - 1;
  for (; i < s.size() && s[i] >= '0' && s[i] <= '9'; i++) {
    seconds = seconds * 10 + (s[i] - '0');
    if (seconds > kMost) seconds = kMost;
  }
  if (i == 0) return false;
  int64_t fraction = 0, scale = kSecond;
  if (i < s.size()) {
    if (s[i] != '.' || i + 1 == s.size() || s.size() - i - 1 > 9) return false;
    for (i++; i < s.size(); i++) {
      if (s[i] < '0' || s[i] > '9') return false;
      fraction = fraction * 10 + (s[i] - '0');
      scale /= 10;
    }
  }
  *ns = seconds * kSecond + fraction * scale;
  return true;
}

}  // namespace strato::filter
