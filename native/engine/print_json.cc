#include "engine/json_writer.h"
#include "engine/print.h"
#include "packet/builtin.h"

namespace strato {
namespace {

void indent(int n, Text& out) {
  for (int i = 0; i < n; i++) out << "  ";
}

void key_of(const Node& n, std::string_view suffix, Text& out) {
  Text k;
  if (n.field) k << n.field->name;
  else print_label(n, k);
  k << suffix;
  json_string(k.view(), out);
}

void members(const Tree& t, uint32_t first, int depth, Text& out);

void object(const Tree& t, const Node& n, int depth, Text& out) {
  out << "{\n";
  members(t, n.first_child, depth + 1, out);
  out << '\n';
  indent(depth, out);
  out << '}';
}

void member(const Tree& t, const Node& n, int depth, Text& out) {
  indent(depth, out);
  bool nested = n.first_child != kNoNode && depth < 200;
  bool plain_object = !n.field || n.field->type == FT::Protocol;
  key_of(n, "", out);
  out << ": ";
  if (plain_object && nested) {
    object(t, n, depth, out);
    return;
  }
  Text v;
  if (!n.field) {}
  else if (n.field->type == FT::None || n.field->type == FT::Protocol) print_label(n, v);
  else print_value(*n.field, n.value, v);
  json_string(v.view(), out);
  if (!nested) return;
  out << ",\n";
  indent(depth, out);
  key_of(n, "_tree", out);
  out << ": ";
  object(t, n, depth, out);
}

void members(const Tree& t, uint32_t first, int depth, Text& out) {
  bool any = false;
  for (uint32_t i = first; i != kNoNode; i = t.at(i).next) {
    if (any) out << ",\n";
    any = true;
    member(t, t.at(i), depth, out);
  }
}

}  // namespace

void print_json(const Ctx& c, Text& out) { members(c.tree, c.tree.first_root(), 4, out); }

}  // namespace strato
