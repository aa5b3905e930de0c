// Names in a filter: fields of the registry first, then old names, then names that are only known.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "packet/registry.h"

namespace strato::filter {

struct Name {
  const std::vector<const FieldDef*>* fields = nullptr;  // null: known, not dissected
  FT type = FT::None;
  bool named_values = false;   // only known: a word may be one of its values' names
  std::string deprecated_for;  // the name to write instead, "" when it is today's
};

/// False when nobody knows it.
bool find_name(const Registry& registry, std::string_view name, Name* out);

}  // namespace strato::filter
