#include "filter/known_names.h"

#include <algorithm>
#include <string>

#include "filter/known_names_table.h"

namespace strato::filter {
namespace {

// Protocols that were renamed; their fields changed with them.
constexpr struct { std::string_view before, now; } kRenamed[] = {
    {"bootp", "dhcp"}, {"ssl", "tls"},
};

}  // namespace

const KnownName* find_known_name(std::string_view name) {
  const KnownName* end = kKnownNames + kKnownNameCount;
  const KnownName* i = std::lower_bound(kKnownNames, end, name, [](const KnownName& k, std::string_view n) { return k.name < n; });
  return i != end && i->name == name ? i : nullptr;
}

std::string known_alias(std::string_view name) {
  for (const auto& r : kRenamed) {
    if (name.substr(0, r.before.size()) != r.before) continue;
    std::string_view rest = name.substr(r.before.size());
    if (rest.empty() || rest[0] == '.') return std::string(r.now) + std::string(rest);
  }
  return {};
}

void visit_known_names(void (*visit)(void* arg, std::string_view name), void* arg) {
  for (size_t i = 0; i < kKnownNameCount; i++) visit(arg, kKnownNames[i].name);
}

}  // namespace strato::filter
