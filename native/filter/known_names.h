// Names of Wireshark's everyday fields that are not dissected here yet. Filters on them are valid (people bring them
// along) and never match; each comes with a warning. The registry always wins: a row is dead once it has the name.
#pragma once
#include <string>
#include <string_view>

#include "packet/field.h"

namespace strato::filter {

struct KnownName {
  std::string_view name;
  FT type;
  bool named;  // its values have names: any word may stand for one
};

const KnownName* find_known_name(std::string_view name);
/// Today's name for an old one ("bootp.type" -> "dhcp.type"), "" when it is none.
std::string known_alias(std::string_view name);

void visit_known_names(void (*visit)(void* arg, std::string_view name), void* arg);
template <class F>
void each_known_name(F&& f) {
  visit_known_names([](void* arg, std::string_view name) { (*static_cast<F*>(arg))(name); }, &f);
}

}  // namespace strato::filter
