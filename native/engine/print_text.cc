#include "engine/print.h"
#include "packet/builtin.h"

namespace strato {
namespace {

void cell(const Ctx& c, Column col, TimeFormat time, int width, bool right, Text& out) {
  size_t at = out.size();
  print_cell(c, col, time, out);
  size_t n = out.size() - at;
  if (n >= static_cast<size_t>(width)) return;
  std::string pad(static_cast<size_t>(width) - n, ' ');
  if (right) out.insert(at, pad);
  else out << pad;
}

void print_node(const Node& n, int depth, Text& out) {
  for (int i = 0; i < depth * 4; i++) out << ' ';
  if (n.flags & Node::kGenerated) out << '[';
  print_label(n, out);
  if (n.flags & Node::kGenerated) out << ']';
  out << '\n';
}

void walk(const Tree& t, uint32_t first, int depth, Text& out) {
  for (uint32_t i = first; i != kNoNode; i = t.at(i).next) {
    const Node& n = t.at(i);
    if (n.flags & Node::kHidden) continue;
    print_node(n, depth, out);
    // depth of a tree is bounded by Ctx::kMaxDepth times what one protocol nests
    if (depth < 200) walk(t, n.first_child, depth + 1, out);
  }
}

}  // namespace

void print_row(const Ctx& c, TimeFormat time, Text& out) {
  cell(c, Column::Number, time, 5, true, out);
  out << ' ';
  cell(c, Column::Time, time, 10, true, out);
  out << ' ';
  cell(c, Column::Source, time, 12, true, out);
  out << " → ";
  cell(c, Column::Destination, time, 12, false, out);
  out << ' ';
  print_cell(c, Column::Protocol, time, out);
  out << ' ';
  print_cell(c, Column::Length, time, out);
  out << ' ';
  print_cell(c, Column::Info, time, out);
  out << '\n';
}

void print_details(const Ctx& c, Text& out) {
  walk(c.tree, c.tree.first_root(), 0, out);
  out << '\n';
}

void print_bytes(const Ctx& c, Text& out) {
  for (const Source& s : c.sources) {
    if (c.sources.size() > 1) out << s.name << " (" << s.n << " byte" << (s.n == 1 ? "" : "s") << "):\n";
    for (uint32_t at = 0; at < s.n; at += 16) {
      out.hex(at, 4) << "  ";
      for (uint32_t i = 0; i < 16; i++) {
        if (at + i < s.n) out.hex(s.p[at + i], 2) << ' ';
        else out << "   ";
      }
      out << "  ";
      for (uint32_t i = 0; i < 16 && at + i < s.n; i++) {
        uint8_t b = s.p[at + i];
        out << (b >= 0x20 && b < 0x7f ? static_cast<char>(b) : '.');
      }
      out << '\n';
    }
    out << '\n';
  }
}

}  // namespace strato
