#include "filter/operators.h"

#include <cctype>

namespace strato::filter {

const OperatorRow kOperators[] = {
    {"==", OpKind::Compare, Cmp::Eq},
    {"eq", OpKind::Compare, Cmp::Eq},
    {"any_eq", OpKind::Compare, Cmp::Eq},
    {"===", OpKind::Compare, Cmp::Eq, Quant::All},
    {"all_eq", OpKind::Compare, Cmp::Eq, Quant::All},
    {"!=", OpKind::Compare, Cmp::Ne, Quant::All},
    {"ne", OpKind::Compare, Cmp::Ne, Quant::All},
    {"all_ne", OpKind::Compare, Cmp::Ne, Quant::All},
    {"!==", OpKind::Compare, Cmp::Ne},
    {"any_ne", OpKind::Compare, Cmp::Ne},
    {"~=", OpKind::Compare, Cmp::Ne, Quant::Any, ArithOp::Add, 0, "!=="},
    {"<", OpKind::Compare, Cmp::Lt},
    {"lt", OpKind::Compare, Cmp::Lt},
    {"<=", OpKind::Compare, Cmp::Le},
    {"le", OpKind::Compare, Cmp::Le},
    {">", OpKind::Compare, Cmp::Gt},
    {"gt", OpKind::Compare, Cmp::Gt},
    {">=", OpKind::Compare, Cmp::Ge},
    {"ge", OpKind::Compare, Cmp::Ge},
    {"contains", OpKind::Contains},
    {"matches", OpKind::Matches},
    {"~", OpKind::Matches},
    {"in", OpKind::In},
    {"&&", OpKind::And},
    {"and", OpKind::And},
    {"||", OpKind::Or},
    {"or", OpKind::Or},
    {"!", OpKind::Not},
    {"not", OpKind::Not},
    {"any", OpKind::Any},
    {"all", OpKind::All},
    {"&", OpKind::Arith, Cmp::Eq, Quant::Any, ArithOp::And, 1},
    {"bitwise_and", OpKind::Arith, Cmp::Eq, Quant::Any, ArithOp::And, 1},
    {"+", OpKind::Arith, Cmp::Eq, Quant::Any, ArithOp::Add, 2},
    {"-", OpKind::Arith, Cmp::Eq, Quant::Any, ArithOp::Sub, 2},
    {"*", OpKind::Arith, Cmp::Eq, Quant::Any, ArithOp::Mul, 3},
    {"/", OpKind::Arith, Cmp::Eq, Quant::Any, ArithOp::Div, 3},
    {"%", OpKind::Arith, Cmp::Eq, Quant::Any, ArithOp::Mod, 3},
};
const size_t kOperatorCount = sizeof kOperators / sizeof kOperators[0];

const OperatorRow* symbol_operator(std::string_view s) {
  const OperatorRow* best = nullptr;
  size_t length = 0;
  for (const OperatorRow& row : kOperators) {
    std::string_view name = row.spelling;
    if (isalpha(static_cast<unsigned char>(name[0])) || name.size() <= length || s.substr(0, name.size()) != name)
      continue;
    best = &row;
    length = name.size();
  }
  return best;
}

const OperatorRow* word_operator(std::string_view word) {
  for (const OperatorRow& row : kOperators)
    if (word == row.spelling && isalpha(static_cast<unsigned char>(word[0]))) return &row;
  return nullptr;
}

}  // namespace strato::filter
