// "Did you mean …": the nearest of the names offered.
#pragma once
#include <string>
#include <string_view>

namespace strato {
class Registry;
}

namespace strato::filter {

class Suggestion {
 public:
  explicit Suggestion(std::string_view wrong);
  void offer(std::string_view name);
  /// The nearest name, "" when none is near enough.
  const std::string& text() const { return best_; }

 private:
  std::string wrong_, best_;
  size_t distance_;
};

/// The nearest field or protocol that is known.
std::string suggest_field(const Registry& registry, std::string_view wrong);

}  // namespace strato::filter
