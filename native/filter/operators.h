// The operators of the language, one row each: spelling, place in the grammar, what it does.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strato::filter {

enum class OpKind : uint8_t { Compare, Contains, Matches, In, And, Or, Not, Any, All, Arith };
enum class Cmp : uint8_t { Eq, Ne, Lt, Le, Gt, Ge };
enum class ArithOp : uint8_t { Add, Sub, Mul, Div, Mod, And };
/// Over several values: one pair is enough, or all pairs must satisfy.
enum class Quant : uint8_t { Any, All };

struct OperatorRow {
  const char* spelling;
  OpKind kind;
  Cmp cmp = Cmp::Eq;
  Quant quant = Quant::Any;
  ArithOp arith = ArithOp::Add;
  uint8_t binding = 0;               // Arith: higher binds tighter
  const char* better = nullptr;      // deprecated in favour of this spelling
};

extern const OperatorRow kOperators[];
extern const size_t kOperatorCount;

/// The longest symbolic operator at the start of s, nullptr when there is none.
const OperatorRow* symbol_operator(std::string_view s);
/// The operator spelled by the whole word.
const OperatorRow* word_operator(std::string_view word);

}  // namespace strato::filter
