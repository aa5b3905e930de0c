#include "base/shown.h"

#include "base/utf8.h"

namespace strato {
namespace {

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7f; }

// Of a valid sequence.
char32_t code_point(std::string_view s) {
  auto tail = [&](size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(s[i]) & 0x3f); };
  auto lead = static_cast<unsigned char>(s[0]);
  switch (s.size()) {
    case 1: return lead;
    case 2: return static_cast<char32_t>(lead & 0x1f) << 6 | tail(1);
    case 3: return static_cast<char32_t>(lead & 0x0f) << 12 | tail(1) << 6 | tail(2);
    default: return static_cast<char32_t>(lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3);
  }
}

// Controls, and what Unicode 15 calls format characters (general category Cf), with the separators of lines (Zl, Zp)
// and the places that no character has.
bool acts(char32_t c) {
  static constexpr struct { char32_t first, last; } kRanges[] = {
      {0x80, 0x9f},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},
      {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x180e, 0x180e},   {0x200b, 0x200f},
      {0x2028, 0x202e},   {0x2060, 0x206f},   {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
      {0xfffe, 0xffff},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
      {0x1d173, 0x1d17a}, {0xe0000, 0xe007f}};
  for (const auto& r : kRanges)
    if (c <= r.last) return c >= r.first;
  return false;
}

void print_control(unsigned char c, Text& out) {
  static constexpr std::string_view kNamed = "\a\b\t\n\v\f\r", kNames = "abtnvfr";
  out << '\\';
  if (size_t at = kNamed.find(static_cast<char>(c)); at != kNamed.npos) out << kNames[at];
  else out.fmt("%03o", c);
}

}  // namespace

size_t shown_length(std::string_view s, size_t i) {
  auto c = static_cast<unsigned char>(s[i]);
  if (c < 0x80) return is_plain(c) ? 1 : 0;
  size_t n = utf8_length(s, i);
  return n && !acts(code_point(s.substr(i, n))) ? n : 0;
}

void print_shown(std::string_view s, Text& out, size_t limit) {
  size_t from = 0, i = 0;
  const size_t end = s.size() < limit ? s.size() : limit;
  while (i < end) {
    if (size_t n = shown_length(s, i)) {
      i += n;
      continue;
    }
    out << s.substr(from, i - from);
    auto c = static_cast<unsigned char>(s[i]);
    size_t n = c < 0x80 ? 1 : utf8_length(s, i);
    if (c < 0x80) print_control(c, out);
    else if (!n) out << "\xef\xbf\xbd";
    else if (n < 4) out.fmt("\\u%04X", static_cast<unsigned>(code_point(s.substr(i, n))));
    else out.fmt("\\U%08X", static_cast<unsigned>(code_point(s.substr(i, n))));
    i += n ? n : 1;
    from = i;
  }
  if (i > from) out << s.substr(from, i - from);
  if (i < s.size()) out << "…";
}

}  // namespace strato
