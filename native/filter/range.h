// The text between the brackets of a slice or after the # of a layer.
#pragma once
#include <string>
#include <string_view>

#include "filter/ast.h"

namespace strato::filter {

/// "3", "-1", "0:4", ":4", "2:", ":", "1-3", "-3--1". False with a sentence in *why when it is none of them.
bool parse_range(std::string_view text, Range* out, std::string* why);

}  // namespace strato::filter
