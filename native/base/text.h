// Append-only text with fast formatting of what packets hold: numbers, addresses, times, hex.
#pragma once
#include <cstdarg>
#include <cstdint>
#include <string>
#include <string_view>

namespace strato {

class Text {
 public:
  Text& operator<<(std::string_view s) {
    s_.append(s);
    return *this;
  }
  Text& operator<<(const char* s) {
    s_.append(s);
    return *this;
  }
  Text& operator<<(char c) {
    s_.push_back(c);
    return *this;
  }
  Text& operator<<(uint64_t v) { return dec(v); }
  Text& operator<<(uint32_t v) { return dec(v); }
  Text& operator<<(int32_t v) { return sdec(v); }
  Text& operator<<(int64_t v) { return sdec(v); }
  Text& dec(uint64_t v);
  Text& sdec(int64_t v);
  /// Decimal right-aligned in `width` with `pad`.
  Text& dec(uint64_t v, int width, char pad = ' ');
  /// Lower-case hex digits, at least `digits`, no prefix.
  Text& hex(uint64_t v, int digits);
  /// Bytes as lower-case hex with an optional separator ('\0' none).
  Text& hex_bytes(const void* p, size_t n, char sep = '\0');
  Text& ipv4(uint32_t host_order);
  /// RFC 5952 text.
  Text& ipv6(const uint8_t* p);
  Text& ether(const uint8_t* p);
  /// Nanoseconds as seconds with nine (or `digits`) decimals.
  Text& seconds(int64_t ns, int digits = 9);
  /// Double as C's %g would print it, with `precision` significant digits.
  Text& real(double v, int precision = 6);
  __attribute__((format(printf, 2, 3))) Text& fmt(const char* f, ...);
  Text& vfmt(const char* f, va_list ap);

  void clear() { s_.clear(); }
  size_t size() const { return s_.size(); }
  bool empty() const { return s_.empty(); }
  void resize(size_t n) { s_.resize(n); }
  void insert(size_t at, std::string_view s) { s_.insert(at, s); }
  std::string_view view() const { return s_; }
  const std::string& str() const { return s_; }
  std::string take() { return std::move(s_); }

 private:
  std::string s_;
};

}  // namespace strato
