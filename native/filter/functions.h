// The functions of the language, one row each.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "filter/value.h"
#include "packet/field.h"

namespace strato::filter {

/// What the check knows of an argument.
struct Argument {
  enum class Shape : uint8_t { Field, Computed, Literal } shape;
  FT type;
  std::string text;  // as written
};

/// The values of an argument while the filter runs.
struct Values {
  const Val* p;
  size_t n;
  FT type;
};

struct FunctionRow {
  const char* name;
  const char* signature;  // for help: "len(field)"
  const char* help;
  uint8_t min_args, max_args;
  /// Type of the result; false with a sentence in *why when the first argument (all are given) does not fit.
  bool (*check)(const std::vector<Argument>& args, FT* result, std::string* why);
  /// Appends the results; none = no value.
  void (*run)(const Values* args, size_t count, Arena& arena, std::vector<Val>& out);
};

extern const FunctionRow kFunctions[];
extern const size_t kFunctionCount;
const FunctionRow* find_function(std::string_view name);

}  // namespace strato::filter
