#include "packet/decode_as.h"

#include <charconv>

#include "packet/registry.h"

namespace strato {
namespace {

bool number(std::string_view s, uint32_t& v) {
  int base = s.size() > 2 && s[0] == '0' && (s[1] | 32) == 'x' ? 16 : 10;
  if (base == 16) s.remove_prefix(2);
  auto r = std::from_chars(s.data(), s.data() + s.size(), v, base);
  return r.ec == std::errc() && r.ptr == s.data() + s.size();
}

}  // namespace

bool DecodeAs::parse(std::string_view text, Rule& rule) {
  size_t eq = text.find("=="), comma = text.rfind(',');
  if (eq == std::string_view::npos || comma == std::string_view::npos || comma < eq) return false;
  rule.table = std::string(text.substr(0, eq));
  std::string_view values = text.substr(eq + 2, comma - eq - 2);
  rule.proto = Registry::get().protocol(text.substr(comma + 1));
  const DissectorTable* table = Registry::get().find_table(rule.table);
  if (!rule.proto || !rule.proto->fn || !table || !table->holds(*rule.proto)) return false;
  size_t dash = values.find('-'), colon = values.find(':');
  if (dash != std::string_view::npos)
    return number(values.substr(0, dash), rule.low) && number(values.substr(dash + 1), rule.high);
  if (colon != std::string_view::npos) {
    uint32_t count = 0;
    if (!number(values.substr(0, colon), rule.low) || !number(values.substr(colon + 1), count) || !count) return false;
    rule.high = rule.low + count - 1;
    return true;
  }
  if (!number(values, rule.low)) return false;
  rule.high = rule.low;
  return true;
}

bool DecodeAs::valid(std::string_view rule) {
  Rule r;
  return parse(rule, r);
}

DecodeAs::DecodeAs(const std::vector<std::string>& rules) {
  for (const std::string& text : rules) {
    Rule r;
    if (parse(text, r)) rules_.insert(rules_.begin(), std::move(r));  // the last one given counts
  }
}

}  // namespace strato
