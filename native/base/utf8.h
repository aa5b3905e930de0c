// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once
#include <cstddef>
#include <string_view>

namespace strato {

/// Bytes of the valid sequence that starts at s[i]; 0 when there is none.
size_t utf8_length(std::string_view s, size_t i);

}  // namespace strato
