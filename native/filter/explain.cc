// The stages of a filter as text, for `filter explain`.
#include "base/text.h"
#include "filter/program.h"
#include "packet/field.h"

namespace strato::filter {
namespace {

const char* const kCompareNames[] = {"==", "!=", "<", "<=", ">", ">="};
const char* const kArithNames[] = {"+", "-", "*", "/", "%", "&"};

void print_text(std::string_view s, Text& out) {
  out << '"';
  for (char c : s) {
    unsigned char u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out << '\\' << c;
    else if (u < 0x20 || u >= 0x7f) out << "\\x", out.hex(u, 2);
    else out << c;
  }
  out << '"';
}

void print_ranges(const std::vector<Range>& ranges, Text& out) {
  out << '[';
  for (const Range& r : ranges) {
    if (&r != &ranges.front()) out << ',';
    out << r.offset;
    if (r.inclusive) out << '-' << r.length;
    else if (r.length == Range::kToEnd) out << ':';
    else if (r.length != 1) out << ':' << r.length;
  }
  out << ']';
}

void print_tree(const AstNode& n, int depth, Text& out) {
  for (int i = 0; i < depth; i++) out << "  ";
  out << ast_name(n.kind);
  if (n.op) out << ' ' << n.op->spelling;
  if (n.kind == Ast::Compare || n.kind == Ast::Contains || n.kind == Ast::Matches || n.kind == Ast::In)
    out << (n.quant == Quant::All ? " all" : " any") << (n.negated ? " not" : "");
  if (!n.text.empty()) out << ' ', print_text(n.text, out);
  if (!n.ranges.empty()) out << ' ', print_ranges(n.ranges, out);
  out << '\n';
  for (const AstPtr& child : n.children) print_tree(*child, depth + 1, out);
}

void print_const(const Operand& o, Text& out) {
  switch (o.value.kind) {
    case Val::Kind::Uint: out << o.value.u; break;
    case Val::Kind::Sint:
      if (o.type == FT::RelTime || o.type == FT::AbsTime) out.seconds(o.value.i) << 's';
      else out << o.value.i;
      break;
    case Val::Kind::Real: out.real(o.value.d, 15); break;
    case Val::Kind::IPv4:
      out.ipv4(static_cast<uint32_t>(o.value.u));
      if (o.value.prefix != 32) out << '/' << static_cast<uint32_t>(o.value.prefix);
      break;
    case Val::Kind::IPv6:
      out.ipv6(reinterpret_cast<const uint8_t*>(o.value.s.p));
      if (o.value.prefix != 128) out << '/' << static_cast<uint32_t>(o.value.prefix);
      break;
    case Val::Kind::Text: case Val::Kind::Bytes:
      if (o.type == FT::String) print_text(o.value.bytes(), out);
      else out.hex_bytes(o.value.s.p, o.value.s.n, ':');
  }
}

void print_operand(const Program& p, uint32_t index, Text& out) {
  const Operand& o = p.operands[index];
  switch (o.kind) {
    case Operand::Kind::Field:
      if (o.raw) out << '@';
      out << p.slot_names[o.slot];
      if (!o.ranges.empty()) out << '#', print_ranges(o.ranges, out);
      break;
    case Operand::Kind::Absent: out << "nothing"; break;
    case Operand::Kind::Const: print_const(o, out); break;
    case Operand::Kind::Slice:
      print_operand(p, o.a, out);
      print_ranges(o.ranges, out);
      break;
    case Operand::Kind::Key:
      print_operand(p, o.a, out);
      out << '[';
      print_text(o.text, out);
      out << ']';
      break;
    case Operand::Kind::Arith:
      out << '{';
      print_operand(p, o.a, out);
      out << ' ' << kArithNames[static_cast<size_t>(o.op)] << ' ';
      print_operand(p, o.b, out);
      out << '}';
      break;
    case Operand::Kind::Negate:
      out << '-';
      print_operand(p, o.a, out);
      break;
    case Operand::Kind::Call:
      out << o.function->name << '(';
      for (size_t i = 0; i < o.args.size(); i++) {
        if (i) out << ", ";
        print_operand(p, o.args[i], out);
      }
      out << ')';
  }
}

void print_test(const Program& p, const Test& t, Text& out) {
  const char* quant = t.quant == Quant::All ? "all " : "any ";
  switch (t.kind) {
    case Test::Kind::Exists: out << "exists "; break;
    case Test::Kind::NotZero: out << "not zero "; break;
    case Test::Kind::Selector:
      out << "pod at either end fits ";
      print_text(t.selector->text(), out);
      return;
    default: out << quant;
  }
  print_operand(p, t.left, out);
  switch (t.kind) {
    case Test::Kind::Compare: out << ' ' << kCompareNames[static_cast<size_t>(t.op)] << ' '; break;
    case Test::Kind::Contains: out << " contains "; break;
    case Test::Kind::Matches: out << " matches"; break;
    case Test::Kind::In: out << (t.negated ? " not in {" : " in {"); break;
    default: break;
  }
  if (t.right != kNone) print_operand(p, t.right, out);
  for (const Test::Element& e : t.set) {
    if (&e != &t.set.front()) out << ", ";
    print_operand(p, e.low, out);
    if (e.high != kNone) out << " .. ", print_operand(p, e.high, out);
  }
  if (t.kind == Test::Kind::In) out << '}';
}

}  // namespace

std::string explain_tree(const AstNode& root) {
  Text out;
  print_tree(root, 1, out);
  return out.take();
}

std::string explain_program(const Program& p) {
  Text out;
  out << "Tokens\n";
  for (const Token& t : p.tokens) {
    out.fmt("  %4u-%-4u %-9s ", t.start, t.end, token_kind_name(t.kind));
    print_text(t.text, out);
    out << '\n';
  }
  out << "Syntax tree\n" << (p.blank ? std::string("  (blank: every packet)\n") : p.tree);
  out << "Fields\n";
  for (const FieldDef* f : p.field_list) out << "  " << f->name << "  " << ft_name(f->type) << '\n';
  out << "Program\n";
  for (size_t i = 0; i < p.steps.size(); i++) {
    const Step& s = p.steps[i];
    out.fmt("  %4zu ", i);
    switch (s.kind) {
      case Step::Kind::Test: print_test(p, p.tests[s.target], out); break;
      case Step::Kind::Not: out << "not"; break;
      case Step::Kind::JumpIfFalse: out << "if false go to " << s.target; break;
      case Step::Kind::JumpIfTrue: out << "if true go to " << s.target; break;
    }
    out << '\n';
  }
  for (const Message& m : p.warnings) out.fmt("Warning at %u-%u: ", m.start, m.end) << m.text << '\n';
  return out.take();
}

}  // namespace strato::filter
