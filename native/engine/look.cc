#include "engine/look.h"

#include <algorithm>

#include "packet/builtin.h"
#include "packet/registry.h"

namespace strato {
namespace {

constexpr size_t kMaxColumns = 64;      // a row must stay a row
constexpr size_t kMaxRules = 200;       // each is tried on every row in view
constexpr size_t kCellBytes = 2000;     // longer cells are cut by the page anyway

std::vector<const FieldDef*> definitions(const std::string& name) {
  const Registry& r = Registry::get();
  std::vector<const FieldDef*> defs = r.find(name);
  if (std::string renamed; defs.empty() && !(renamed = r.unalias(name)).empty()) defs = r.find(renamed);
  return defs;
}

uint32_t bits_of(uint64_t mask) { return static_cast<uint32_t>(__builtin_popcountll(mask)); }

// Nodes of the tree in the order they are shown.
template <class F>
void each_node(const Tree& t, F&& visit) {
  for (uint32_t n = t.first_root(); n != kNoNode;) {
    visit(t.at(n));
    if (t.at(n).first_child != kNoNode) {
      n = t.at(n).first_child;
      continue;
    }
    while (n != kNoNode && t.at(n).next == kNoNode) n = t.at(n).parent;
    if (n != kNoNode) n = t.at(n).next;
  }
}

}  // namespace

void print_column_value(const Node& n, Text& out) {
  const FieldDef& f = *n.field;
  if (f.type == FT::None || f.type == FT::Protocol) {
    out << "✓";
    return;
  }
  bool number = is_uint(f.type) || is_int(f.type) || f.type == FT::Boolean;
  if (f.type == FT::Boolean && f.strings.kind == Strings::Kind::None) {
    out << (n.value.u ? "True" : "False");
  } else if (const char* name = number ? name_of(f.strings, n.value.u) : nullptr) {
    out << name;
  } else if (f.mask && is_uint(f.type) && (f.base == Base::Hex || f.base == Base::HexDec)) {
    out << "0x";
    out.hex(n.value.u, static_cast<int>((bits_of(f.mask) + 3) / 4));  // as wide as the bits it has
  } else {
    print_value(f, n.value, out);
  }
}

Look::Look(LookRequest r, std::vector<Problem>* problems) : request_(std::move(r)) {
  auto sort = [](std::vector<uint32_t>& frames) { std::sort(frames.begin(), frames.end()); };
  sort(request_.ignored);
  sort(request_.references);
  if (request_.fields.size() > kMaxColumns) request_.fields.resize(kMaxColumns);
  if (request_.rules.size() > kMaxRules) request_.rules.resize(kMaxRules);
  for (size_t i = 0; i < request_.fields.size(); i++) {
    FieldColumn c{definitions(request_.fields[i].field), request_.fields[i].occurrence};
    if (c.defs.empty())
      problems->push_back({false, i, "\"" + request_.fields[i].field + "\" is neither a field nor a protocol."});
    for (const FieldDef* f : c.defs) wanted_.add(*f);
    needs_tree_ |= !c.defs.empty();
    columns_.push_back(std::move(c));
  }
  for (size_t i = 0; i < request_.rules.size(); i++) {
    filter::Message error;
    std::vector<filter::Message> warnings;
    auto f = filter::Filter::compile(request_.rules[i], Registry::get(), &error, &warnings);
    if (!f) problems->push_back({true, i, error.text});
    else for (const FieldDef* d : f->field_list()) wanted_.add(*d);
    needs_tree_ |= f != nullptr;
    rules_.push_back(std::move(f));
  }
}

int Look::rule_of(const Ctx& c) const {
  for (size_t i = 0; i < rules_.size(); i++)
    if (rules_[i] && rules_[i]->matches(c)) return static_cast<int>(i);
  return -1;
}

// The nodes a column shows.
std::vector<const Node*> Look::found(const Ctx& c, size_t column) const {
  const FieldColumn& col = columns_[column];
  std::vector<const Node*> all;
  each_node(c.tree, [&](const Node& n) {
    if (n.field && std::find(col.defs.begin(), col.defs.end(), n.field) != col.defs.end()) all.push_back(&n);
  });
  if (!col.occurrence) return all;
  int64_t count = static_cast<int64_t>(all.size()), at = col.occurrence > 0 ? col.occurrence - 1 : count + col.occurrence;
  if (at < 0 || at >= count) return {};
  return {all[static_cast<size_t>(at)]};
}

void Look::print_field(const Ctx& c, size_t column, Text& out) const {
  size_t start = out.size();
  for (const Node* n : found(c, column)) {
    if (out.size() - start >= kCellBytes) break;
    if (out.size() > start) out << ',';
    print_column_value(*n, out);
  }
}

const Node* Look::first_of(const Ctx& c, size_t column) const {
  const std::vector<const Node*> all = found(c, column);
  return all.empty() ? nullptr : all.front();
}

bool Look::is_ignored(uint32_t frame) const {
  return std::binary_search(request_.ignored.begin(), request_.ignored.end(), frame);
}

uint32_t Look::reference_of(uint32_t frame) const {
  auto i = std::upper_bound(request_.references.begin(), request_.references.end(), frame);
  return i == request_.references.begin() ? 0 : *(i - 1);
}

}  // namespace strato
