// The syntax tree of a filter, as written: names are not looked up yet, literals are text.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "filter/operators.h"

namespace strato::filter {

/// Which bytes or layers: offset and length, either may count from the end (negative offset).
struct Range {
  int32_t offset = 0;
  int32_t length = 0;     // kToEnd: as far as there is
  bool inclusive = false; // "a-b": length holds b, the last position
  static constexpr int32_t kToEnd = INT32_MAX;
};

enum class Ast : uint8_t {
  Or, And,     // children
  Not,         // children[0]
  Test,        // children[0] stands alone: does it exist, is it not zero
  Compare,     // children[0] op children[1], with quant
  Contains, Matches,
  In,          // children[0] in children[1…], elements or SetRange
  SetRange,    // children[0] .. children[1]
  Arith, Negate, Plus,
  Word, Name, Text, Char, Ref,
  Slice,       // children[0] [ranges]
  Key,         // children[0] ["text"]
  Layer,       // children[0] #ranges
  Raw,         // @children[0]
  Call,        // text(children…)
};

struct AstNode {
  Ast kind;
  uint32_t start = 0, end = 0;
  std::string text;
  const OperatorRow* op = nullptr;
  Quant quant = Quant::Any;
  bool negated = false;  // In: "not in"
  std::vector<Range> ranges;
  std::vector<std::unique_ptr<AstNode>> children;
};
using AstPtr = std::unique_ptr<AstNode>;

const char* ast_name(Ast kind);

}  // namespace strato::filter
