// Regular expressions of `matches`: PCRE2, case-insensitive, on bytes, with limits against patterns that never end.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace strato::filter {

class Regex {
 public:
  /// nullptr with the reason and its byte offset in the pattern.
  static std::unique_ptr<Regex> compile(std::string_view pattern, std::string* why, size_t* offset);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;
  /// A match that needs more than kMatchLimit steps counts as none.
  bool matches(std::string_view subject) const;

  static constexpr unsigned kMatchLimit = 1000000;     // about 20 ms
  static constexpr unsigned kHeapLimitKiB = 16 * 1024;

 private:
  explicit Regex(void* code) : code_(code) {}
  void* code_;
};

}  // namespace strato::filter
