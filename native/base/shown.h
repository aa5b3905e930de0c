// The one way in which text of packets becomes text that people see, in rows, labels and values: what a terminal or a
// page would obey instead of showing (control characters, marks that turn or hide what stands around them) is written
// out, in the words of tshark: \n, \033, \u202E. What is no UTF-8 becomes U+FFFD.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.h"

namespace strato {

/// Appends s, at most `limit` of its bytes (and "…" where there is more).
void print_shown(std::string_view s, Text& out, size_t limit = SIZE_MAX);
/// Bytes of what starts at s[i] and shows as itself; 0 when it does not.
size_t shown_length(std::string_view s, size_t i);

}  // namespace strato
