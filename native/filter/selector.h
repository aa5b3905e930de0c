// Label selectors as `kubectl -l` takes them: app=web,tier in (a,b),!canary. All requirements must hold.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strato::filter {

class Selector {
 public:
  /// nullptr: *why is one sentence, *at the byte of the text it speaks of.
  static std::unique_ptr<Selector> parse(std::string_view text, std::string* why, size_t* at);
  /// Labels as "key=value".
  bool matches(const std::vector<std::string_view>& labels) const;
  const std::string& text() const { return text_; }

 private:
  struct Requirement {
    enum Kind { kIn, kNotIn, kExists, kNotExists } kind = kExists;  // kNotIn holds where there is no such label, too
    std::string key;
    std::vector<std::string> values;
  };
  class Parser;
  std::string text_;
  std::vector<Requirement> all_;
};

}  // namespace strato::filter
