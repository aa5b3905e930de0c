#include "engine/json_language.h"

#include "engine/json_capture.h"
#include "engine/json_writer.h"
#include "filter/functions.h"
#include "filter/known_names.h"
#include "filter/operators.h"
#include "filter/types.h"

namespace strato {
namespace {

const char* kind_word(filter::OpKind kind) {
  switch (kind) {
    case filter::OpKind::Compare: return "compare";
    case filter::OpKind::Contains: return "contains";
    case filter::OpKind::Matches: return "matches";
    case filter::OpKind::In: return "in";
    case filter::OpKind::And: return "and";
    case filter::OpKind::Or: return "or";
    case filter::OpKind::Not: return "not";
    case filter::OpKind::Any: return "any";
    case filter::OpKind::All: return "all";
    case filter::OpKind::Arith: return "arithmetic";
  }
  return "";
}

const char* comparison_word(const filter::OperatorRow& row) {
  bool all = row.quant == filter::Quant::All;
  switch (row.cmp) {
    case filter::Cmp::Eq: return all ? "all equal" : "equal";
    case filter::Cmp::Ne: return all ? "not equal (no value is)" : "not equal (some value is not)";
    case filter::Cmp::Lt: return "less";
    case filter::Cmp::Le: return "less or equal";
    case filter::Cmp::Gt: return "greater";
    case filter::Cmp::Ge: return "greater or equal";
  }
  return "";
}

const char* arithmetic_word(filter::ArithOp op) {
  switch (op) {
    case filter::ArithOp::Add: return "plus";
    case filter::ArithOp::Sub: return "minus";
    case filter::ArithOp::Mul: return "times";
    case filter::ArithOp::Div: return "divided by";
    case filter::ArithOp::Mod: return "remainder";
    case filter::ArithOp::And: return "bits in common";
  }
  return "";
}

void operators(JsonWriter& j) {
  j.key("operators").open_array();
  for (size_t i = 0; i < filter::kOperatorCount; i++) {
    const filter::OperatorRow& row = filter::kOperators[i];
    j.open_object().key("spelling").string(row.spelling).key("kind").string(kind_word(row.kind));
    if (row.kind == filter::OpKind::Compare) j.key("help").string(comparison_word(row));
    if (row.kind == filter::OpKind::Arith) j.key("help").string(arithmetic_word(row.arith));
    if (row.better) j.key("better").string(row.better);
    j.close_object();
  }
  j.close_array();
}

constexpr int kLastType = static_cast<int>(FT::Eui64);

// Which types of field it takes and what it makes of each, asked of the function's own check.
void function_types(const filter::FunctionRow& f, JsonWriter& j) {
  j.key("types").open_array();
  for (int i = 0; i <= kLastType; i++) {
    FT type = static_cast<FT>(i), result = FT::None;
    std::string why;
    if (!f.check({{filter::Argument::Shape::Field, type, "field"}}, &result, &why)) continue;
    j.open_array().string(ft_name(type)).string(ft_name(result)).close_array();
  }
  j.close_array();
}

void functions(JsonWriter& j) {
  j.key("functions").open_array();
  for (size_t i = 0; i < filter::kFunctionCount; i++) {
    const filter::FunctionRow& f = filter::kFunctions[i];
    j.open_object().key("name").string(f.name).key("signature").string(f.signature).key("help").string(f.help);
    function_types(f, j);
    j.close_object();
  }
  j.close_array();
}

// What can be done with values of each type, as the check has it.
void types(JsonWriter& j) {
  j.key("types").open_array();
  for (int i = 0; i <= kLastType; i++) {
    FT t = static_cast<FT>(i);
    j.open_object().key("type").string(ft_name(t)).key("text").string(filter::describe(t)).key("can").open_array();
    if (filter::can_compare(t)) j.string("compare").string("in");
    if (filter::can_contain(t)) j.string("contains");
    if (filter::can_match(t)) j.string("matches");
    if (filter::can_slice(t)) j.string("slice");
    if (filter::can_arith(t, filter::ArithOp::Add) || filter::can_arith(t, filter::ArithOp::And)) j.string("arithmetic");
    j.close_array().close_object();
  }
  j.close_array();
}

void known_names(JsonWriter& j) {
  j.key("known").open_array();
  filter::each_known_name([&](std::string_view name) {
    if (!Registry::get().find(name).empty()) return;
    const filter::KnownName* k = filter::find_known_name(name);
    j.open_array().string(name).string(ft_name(k->type)).close_array();
  });
  j.close_array();
}

}  // namespace

void json_language(Text& out) {
  JsonWriter j(out);
  Text fields;
  json_fields(fields);
  j.open_object().key("fields").raw(fields.view());
  operators(j);
  functions(j);
  types(j);
  known_names(j);
  j.close_object();
}

}  // namespace strato
