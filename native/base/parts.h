// Texts taken apart where they lie.
#pragma once
#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

namespace strato {

/// What comes before the next `end`, which is taken away with it; all of it where there is none.
inline std::string_view next_part(std::string_view* text, char end) {
  const size_t length = std::min(text->find(end), text->size());
  const std::string_view part = text->substr(0, length);
  text->remove_prefix(std::min(length + 1, text->size()));
  return part;
}

/// A decimal number and nothing else; false where it is none, or does not fit into a Number.
template <typename Number>
bool whole_number(std::string_view text, Number* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace strato
