#include "engine/json_writer.h"
#include "engine/print.h"
#include "packet/builtin.h"

namespace strato {

void print_field_text(const Node& n, Text& out) {
  if (!n.field) return;
  if (n.field->type == FT::None) {
    out << '1';
  } else if (n.field->type == FT::Protocol) {
    if (n.value.s.n) print_value(*n.field, n.value, out);  // options and such: their bytes
    else if (n.flags & Node::kLabel) print_label(n, out);
    else out << n.field->name;
  } else if (n.field->type == FT::Bytes && n.value.s.n == 0) {
    out << "<MISSING>";  // as tshark prints no bytes
  } else {
    print_value(*n.field, n.value, out);
  }
}

namespace {

// Fields that whoever paints rows fills (Wireshark, sharkd): printed they are an empty column, as with tshark.
bool painted(std::string_view name) {
  return name == "frame.coloring_rule.name" || name == "frame.coloring_rule.string";
}

}  // namespace

bool FieldPrinter::add(const std::string& name) {
  for (size_t i = 0; i < slots_.size(); i++)
    if (slots_[i].name == name) {
      order_.push_back(static_cast<uint32_t>(i));
      return true;
    }
  Slot s;
  s.name = name;
  const Registry& r = Registry::get();
  if (name.rfind("_ws.col.", 0) == 0) {
    if (!column_by_name(std::string_view(name).substr(8), &s.col)) return false;
    s.column = wants_columns_ = true;
  } else {
    const std::vector<const FieldDef*>* defs = &r.find(name);
    std::string renamed;
    if (defs->empty() && !(renamed = r.unalias(name)).empty()) defs = &r.find(renamed);
    if (defs->empty() && !painted(name)) return false;
    slot_of_.resize(r.fields().size());
    for (const FieldDef* f : *defs) {
      slot_of_[f->id] = static_cast<uint16_t>(slots_.size() + 1);
      wanted_.add(*f);
    }
  }
  order_.push_back(static_cast<uint32_t>(slots_.size()));
  slots_.push_back(std::move(s));
  return true;
}

void FieldPrinter::header(Text& out) const {
  for (size_t i = 0; i < order_.size(); i++) {
    if (i) out << separator;
    out << slots_[order_[i]].name;
  }
  out << '\n';
}

void FieldPrinter::visit(const Ctx& c, uint32_t node, bool keep_values) {
  const Node& n = c.tree.at(node);
  uint16_t k = n.field && n.field->id < slot_of_.size() ? slot_of_[n.field->id] : 0;
  if (!k) return;
  Slot& s = slots_[k - 1u];
  s.count++;
  if (keep_values) {
    Text t;
    print_field_text(n, t);
    s.values.push_back(t.take());
    return;
  }
  if (occurrence == 'f' && s.count > 1) return;
  if (occurrence == 'l') s.text.clear();
  else if (s.count > 1) s.text << aggregator;
  print_field_text(n, s.text);
}

void FieldPrinter::collect(const Ctx& c, bool keep_values) {
  for (Slot& s : slots_) {
    s.text.clear();
    s.values.clear();
    s.count = 0;
    if (s.column) {
      print_cell(c, s.col, time, s.text);
      if (keep_values) s.values.push_back(s.text.str());
      s.count = 1;
    }
  }
  // in the order of the tree, which is not always that of adding
  const Tree& t = c.tree;
  for (uint32_t n = t.first_root(); n != kNoNode;) {
    visit(c, n, keep_values);
    if (t.at(n).first_child != kNoNode) {
      n = t.at(n).first_child;
      continue;
    }
    while (n != kNoNode && t.at(n).next == kNoNode) n = t.at(n).parent;
    if (n != kNoNode) n = t.at(n).next;
  }
}

void FieldPrinter::print(const Ctx& c, Text& out) {
  collect(c, false);
  for (size_t i = 0; i < order_.size(); i++) {
    if (i) out << separator;
    const Slot& s = slots_[order_[i]];
    if (quote && s.count) out << quote << s.text.view() << quote;
    else out << s.text.view();
  }
  out << '\n';
}

void FieldPrinter::print_json(const Ctx& c, Text& out) {
  collect(c, true);
  bool first = true;
  for (uint32_t k : order_) {
    const Slot& s = slots_[k];
    if (!s.count) continue;
    out << (first ? "\n        " : ",\n        ");
    first = false;
    json_string(s.name, out);
    out << ": [";
    for (size_t i = 0; i < s.values.size(); i++) {
      out << (i ? ",\n          " : "\n          ");
      json_string(s.values[i], out);
    }
    out << "\n        ]";
  }
}

}  // namespace strato
