#include "engine/field_values.h"

#include <algorithm>

#include "packet/builtin.h"

namespace strato {

FieldValues::FieldValues(const std::vector<const FieldDef*>& definitions) {
  for (const FieldDef* f : definitions) {
    if (f->type == FT::None || f->type == FT::Protocol) continue;
    fields_.add(*f);
    known_ = true;
  }
}

void FieldValues::add(const Tree& tree) {
  Text t;
  for (uint32_t i = 0; i < tree.size(); i++) {
    const Node& n = tree.at(i);
    if (!n.field || !fields_.has(*n.field)) continue;
    t.clear();
    print_filter_value(*n.field, n.value, t);
    if (t.empty() || t.size() > kLongest) continue;
    std::string text(t.view());
    auto known = counts_.find(text);
    if (known != counts_.end()) known->second++;
    else if (counts_.size() < kMostKept) counts_.emplace(std::move(text), 1);
  }
}

void FieldValues::write(JsonWriter& j) const {
  std::vector<std::pair<std::string_view, uint32_t>> all(counts_.begin(), counts_.end());
  size_t most = std::min(all.size(), kMostWritten);
  std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(most), all.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  j.open_array();
  for (size_t i = 0; i < most; i++) j.open_array().string(all[i].first).number(all[i].second).close_array();
  j.close_array();
}

}  // namespace strato
