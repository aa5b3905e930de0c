// Lines and comparisons of HTTP/1 text.
#include <algorithm>
#include <cstring>

#include "protocols/http.h"

namespace strato::protocols {
namespace {
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
}  // namespace

bool equal_nocase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

bool contains_nocase(std::string_view all, std::string_view part) {
  for (size_t i = 0; i + part.size() <= all.size(); i++)
    if (equal_nocase(all.substr(i, part.size()), part)) return true;
  return false;
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

bool HttpHeaders::chunked() const { return contains_nocase(transfer_encoding, "chunked"); }

bool http_line(const Buf& b, uint32_t off, uint32_t& len, uint32_t& next) {
  std::string_view rest = b.rest(off);
  // twice find() and no find_first_of(): that is a call per byte, and a body may be megabytes without an end of line
  size_t end = rest.find('\n');
  end = std::min(rest.substr(0, end).find('\r'), end);
  if (end == std::string_view::npos || (rest[end] == '\r' && end + 1 == rest.size())) {
    len = static_cast<uint32_t>(rest.size());
    next = off + len;
    return false;
  }
  len = static_cast<uint32_t>(end);
  next = off + len + (rest[end] == '\r' && rest[end + 1] == '\n' ? 2 : 1);
  return true;
}

}  // namespace strato::protocols
