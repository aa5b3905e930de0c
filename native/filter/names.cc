#include "filter/names.h"

#include "filter/known_names.h"

namespace strato::filter {
namespace {

bool find_plain(const Registry& registry, std::string_view name, Name* out) {
  const std::vector<const FieldDef*>& fields = registry.find(name);
  if (!fields.empty()) {
    out->fields = &fields;
    out->type = fields[0]->type;
    return true;
  }
  const KnownName* known = find_known_name(name);
  if (!known) return false;
  out->type = known->type;
  out->named_values = known->named;
  return true;
}

}  // namespace

bool find_name(const Registry& registry, std::string_view name, Name* out) {
  *out = Name();
  if (find_plain(registry, name, out)) return true;
  for (std::string today : {registry.unalias(name), known_alias(name)}) {
    if (today.empty() || today == name || !find_plain(registry, today, out)) continue;
    out->deprecated_for = today;
    return true;
  }
  return false;
}

}  // namespace strato::filter
