// Tokens to the syntax tree. Parsing never fails: what could be read comes back together with the errors.
#pragma once
#include <string_view>
#include <vector>

#include "filter/ast.h"
#include "filter/lexer.h"

namespace strato::filter {

struct Parsed {
  std::vector<Token> tokens;
  AstPtr root;                   // null for blank text, or when not even a part could be read
  std::vector<Message> errors;
};

Parsed parse(std::string_view text);

/// How deep a filter may nest; deeper text is refused, so that no stage can exhaust the stack.
constexpr int kMaxNesting = 128;
/// Longest filter text: more is not typed by people.
constexpr size_t kMaxText = 1 << 16;

}  // namespace strato::filter
