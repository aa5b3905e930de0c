#include "packet/registry.h"

#include <algorithm>

#include "packet/builtin.h"

namespace strato {

Registry& Registry::get() {
  static Registry* r = [] {
    Registry* n = new Registry;
    register_builtin(*n);
    register_all_protocols(*n);
    n->use_extras(true);
    return n;
  }();
  return *r;
}

void Registry::add(Protocol& p) {
  p.key = static_cast<uint16_t>(protocols_.size() + 1);
  protocols_.push_back(&p);
  // with all bits given away a protocol is one of unknown place: right, only slower to filter for
  if (p.place > Protocol::Place::Beside) {
    if (masked_ < 64) p.bit = masked_++;
    else p.place = Protocol::Place::Unknown;
  }
  for (FieldDef* f : p.fields) {
    f->id = static_cast<uint32_t>(fields_.size());
    fields_.push_back(f);
    by_name_[f->name].push_back(f);
  }
}

DissectorTable& Registry::table(std::string_view name) {
  auto& t = tables_[std::string(name)];
  if (!t) t = std::make_unique<DissectorTable>();
  return *t;
}

const DissectorTable* Registry::find_table(std::string_view name) const {
  auto i = tables_.find(std::string(name));
  return i == tables_.end() ? nullptr : i->second.get();
}

bool DissectorTable::holds(const Protocol& p) const {
  auto is = [&](const Protocol* other) { return other == &p; };
  return std::any_of(dense_.begin(), dense_.end(), is) ||
         std::any_of(map_.begin(), map_.end(), [&](const auto& e) { return is(e.second); });
}

std::vector<Heuristic>& Registry::heuristics(std::string_view name) {
  auto& h = heuristics_[std::string(name)];
  if (!h) h = std::make_unique<std::vector<Heuristic>>();
  return *h;
}

void Registry::attach_extra(std::string_view table_name, uint32_t value, const Protocol& p) {
  extras_.push_back({std::string(table_name), value, &p});
}

void Registry::use_extras(bool on) {
  for (const ExtraEntry& e : extras_) {
    DissectorTable& t = table(e.table);
    if (!on && t.find(e.value) == e.proto) t.remove(e.value);
    if (on && !t.find(e.value)) t.add(e.value, *e.proto);
  }
}

void Registry::alias(std::string_view old_name, std::string_view name) { aliases_.emplace(old_name, name); }

const std::vector<const FieldDef*>& Registry::find(std::string_view name) const {
  static const std::vector<const FieldDef*> kNone;
  auto i = by_name_.find(name);
  return i == by_name_.end() ? kNone : i->second;
}

std::string Registry::unalias(std::string_view name) const {
  auto whole = aliases_.find(std::string(name));
  if (whole != aliases_.end()) return whole->second;
  size_t dot = name.find('.');
  auto i = aliases_.find(std::string(name.substr(0, dot)));
  if (i == aliases_.end() || dot == std::string_view::npos) return {};
  return i->second + std::string(name.substr(dot));
}

const Protocol* Registry::protocol(std::string_view filter) const {
  for (const FieldDef* f : find(filter))
    if (f->type == FT::Protocol) return f->proto;
  return nullptr;
}

}  // namespace strato
