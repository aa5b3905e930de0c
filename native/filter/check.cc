#include "filter/checker.h"

namespace strato::filter {

bool Checker::logic(const AstNode& n) {
  switch (n.kind) {
    case Ast::Or: case Ast::And: {
      Step::Kind jump = n.kind == Ast::Or ? Step::Kind::JumpIfTrue : Step::Kind::JumpIfFalse;
      std::vector<size_t> jumps;
      for (const AstPtr& child : n.children) {
        if (&child != &n.children.front()) {
          jumps.push_back(p_.steps.size());
          p_.steps.push_back({jump, 0});
        }
        if (!logic(*child)) return false;
      }
      for (size_t j : jumps) p_.steps[j].target = static_cast<uint32_t>(p_.steps.size());
      return true;
    }
    case Ast::Not:
      if (!logic(*n.children[0])) return false;
      p_.steps.push_back({Step::Kind::Not, 0});
      return true;
    default: {
      Test t;
      if (!test(n, t)) return false;
      p_.steps.push_back({Step::Kind::Test, static_cast<uint32_t>(p_.tests.size())});
      p_.tests.push_back(std::move(t));
      return true;
    }
  }
}

bool Checker::fail(const AstNode& n, const char* code, std::string text, std::string replacement) {
  *error_ = {n.start, n.end, std::move(text), code, std::move(replacement)};
  return false;
}

void Checker::warn(const AstNode& n, const char* code, std::string text, std::string replacement) {
  for (const Message& m : p_.warnings)
    if (m.start == n.start && m.text == text) return;
  p_.warnings.push_back({n.start, n.end, std::move(text), code, std::move(replacement)});
}

uint32_t Checker::add_const(FT type, const Val& v) {
  Operand o;
  o.type = type;
  o.value = v;
  return add(std::move(o));
}

bool Checker::test(const AstNode& n, Test& t) {
  t.quant = n.quant;
  switch (n.kind) {
    case Ast::Test: return standalone(*n.children[0], t);
    case Ast::Compare: return comparison(n, t);
    case Ast::Contains: return containment(n, t);
    case Ast::Matches: return match(n, t);
    case Ast::In: return membership(n, t);
    default: return fail(n, "syntax", "This is no test.");
  }
}

bool Checker::standalone(const AstNode& n, Test& t) {
  const AstNode* core = &n;
  while (core->kind == Ast::Plus) core = core->children[0].get();
  Typed left;
  if (core->kind == Ast::Call && core->text == "selector") return selector(*core, t);
  if (core->kind == Ast::Call)
    return fail(*core, "function-alone", "A function's value cannot stand alone: compare it, as in " + source(*core) + " > 0.");
  if (core->kind == Ast::Ref)
    return fail(*core, "reference-alone", "A reference cannot stand alone: compare a field with it.");
  if (is_literal(*core)) return unknown(*core, true);
  if (!entity(*core, FT::None, nullptr, left)) return false;
  t.left = left.operand;
  Operand::Kind k = p_.operands[left.operand].kind;
  t.kind = k == Operand::Kind::Arith || k == Operand::Kind::Negate ? Test::Kind::NotZero : Test::Kind::Exists;
  return true;
}

bool Checker::selector(const AstNode& n, Test& t) {
  if (n.children.size() != 1 || n.children[0]->kind != Ast::Text)
    return fail(n, "arguments", "selector() takes one label selector in quotes: selector(\"app=web,tier in (a,b)\").");
  std::string why;
  size_t at = 0;
  t.selector = Selector::parse(n.children[0]->text, &why, &at);
  if (!t.selector) return fail(*n.children[0], "arguments", why);
  t.kind = Test::Kind::Selector;
  for (const char* end : {"k8s.src", "k8s.dst"}) {
    Typed labels, pod;
    if (!field(n, std::string(end) + ".label", labels) || !field(n, std::string(end) + ".pod.name", pod))
      return fail(n, "unknown-function", "selector() needs the fields of Kubernetes, which this engine lacks.");
    t.set.push_back({labels.operand, pod.operand});
  }
  return true;
}

bool Checker::is_literal(const AstNode& n) const {
  if (n.kind == Ast::Text || n.kind == Ast::Char) return true;
  Name name;
  return n.kind == Ast::Word && !find_name(registry_, n.text, &name);
}

bool Checker::is_constant(const AstNode& n) const {
  if (n.kind == Ast::Negate || n.kind == Ast::Plus || n.kind == Ast::Arith) return is_constant(*n.children[0]);
  return is_literal(n);
}

bool Checker::unknown(const AstNode& n, bool alone) {
  if (n.kind == Ast::Word && find_function(n.text))
    return fail(n, "unknown-field", "\"" + n.text + "\" is a function: write " + n.text + "(…).");
  if (n.kind == Ast::Text || n.kind == Ast::Char || n.text.empty() || (n.text[0] >= '0' && n.text[0] <= '9'))
    return fail(n, "field-expected", source(n) + " is a value: " +
                (alone ? "a test needs a field, as in tcp.port == 80." : "the field stands on the left, as in tcp.port == 80."));
  std::string near = suggest_field(registry_, n.text);
  std::string dash;
  if (near.empty() && n.text.find('-') != std::string::npos) dash = " Around a minus sign leave blanks.";
  return fail(n, "unknown-field", "\"" + n.text + "\" is neither a field nor a protocol." +
              (near.empty() ? dash + " \"stratoshark fields\" lists them." : " Did you mean \"" + near + "\"?"), near);
}

bool Checker::left_side(const AstNode& n, Typed& out) {
  if (is_literal(n)) return unknown(n, false);
  if (is_constant(n))
    return fail(n, "field-expected", "Arithmetic on the left side must begin with a field: " + source(n) + " begins with a number.");
  return entity(n, FT::None, nullptr, out);
}

bool Checker::comparison(const AstNode& n, Test& t) {
  Typed left, right;
  if (!left_side(*n.children[0], left)) return false;
  deprecated_operator(n);
  if (!can_compare(left.type))
    return fail(*n.children[0], "type", source(*n.children[0]) + " has no value: test only whether it is there.");
  if (!right_side(*n.children[0], left, *n.children[1], right)) return false;
  t.kind = Test::Kind::Compare;
  t.op = n.op->cmp;
  t.left = left.operand;
  t.right = right.operand;
  return true;
}

void Checker::deprecated_operator(const AstNode& n) {
  if (!n.op || !n.op->better) return;
  size_t at = s_.find(n.op->spelling, n.children[0]->end);
  AstNode place;
  place.start = at == std::string_view::npos ? n.start : static_cast<uint32_t>(at);
  place.end = at == std::string_view::npos ? n.end : static_cast<uint32_t>(at + std::string_view(n.op->spelling).size());
  warn(place, "deprecated", std::string("\"") + n.op->spelling + "\" is deprecated: write \"" + n.op->better + "\".", n.op->better);
}

bool Checker::containment(const AstNode& n, Test& t) {
  Typed left, right;
  if (!left_side(*n.children[0], left)) return false;
  if (!can_contain(left.type))
    return fail(*n.children[0], "type", source(*n.children[0]) + " is " + describe(left.type) +
                ": \"contains\" works on strings and bytes only." + stringify_hint(*n.children[0], left));
  // what is looked for may be shorter than the type: bytes of an address
  Typed part = left;
  if (part.type == FT::Ether) part.type = FT::Bytes;
  if (!right_side(*n.children[0], part, *n.children[1], right)) return false;
  t.kind = Test::Kind::Contains;
  search_payload(part);
  search_payload(right);
  t.left = part.operand;
  t.right = right.operand;
  return true;
}

void Checker::search_payload(const Typed& t) {
  if (t.plain && t.type == FT::Protocol) p_.operands[t.operand].payload = true;
}

std::string Checker::stringify_hint(const AstNode& n, const Typed& left) const {
  return left.plain && can_stringify(left.type) ? " Write string(" + source(n) + ")." : "";
}

bool Checker::match(const AstNode& n, Test& t) {
  Typed left;
  if (!left_side(*n.children[0], left)) return false;
  if (!can_match(left.type))
    return fail(*n.children[0], "type", source(*n.children[0]) + " is " + describe(left.type) +
                ": \"matches\" works on strings and bytes only." + stringify_hint(*n.children[0], left));
  const AstNode& pattern = *n.children[1];
  if (pattern.kind != Ast::Text)
    return fail(pattern, "pattern", "A regular expression stands in double quotes: \"" + source(pattern) + "\".",
                pattern.kind == Ast::Word ? "\"" + pattern.text + "\"" : "");
  std::string why;
  size_t offset = 0;
  t.regex = Regex::compile(pattern.text, &why, &offset);
  if (!t.regex)
    return fail(pattern, "pattern", "The regular expression is wrong at its character " + std::to_string(offset + 1) + ": " + why + ".");
  search_payload(left);
  t.kind = Test::Kind::Matches;
  t.left = left.operand;
  return true;
}

bool Checker::membership(const AstNode& n, Test& t) {
  Typed left;
  const AstNode& subject = *n.children[0];
  if (!left_side(subject, left)) return false;
  if (!left.plain)
    return fail(subject, "type", "Only a field can be looked for in a set: " + source(subject) + " is none. Join comparisons with \"or\".");
  if (!can_compare(left.type)) return fail(subject, "type", source(subject) + " has no value: test only whether it is there.");
  t.kind = Test::Kind::In;
  t.left = left.operand;
  t.negated = n.negated;
  for (size_t i = 1; i < n.children.size(); i++) {
    const AstNode& e = *n.children[i];
    bool range = e.kind == Ast::SetRange;
    Typed low, high;
    if (!right_side(subject, left, range ? *e.children[0] : e, low)) return false;
    if (range && !right_side(subject, left, *e.children[1], high)) return false;
    t.set.push_back({low.operand, high.operand});
    if (range) empty_range(e, low.operand, high.operand);
  }
  return true;
}

void Checker::empty_range(const AstNode& n, uint32_t low, uint32_t high) {
  const Operand &a = p_.operands[low], &b = p_.operands[high];
  if (a.kind == Operand::Kind::Const && b.kind == Operand::Kind::Const && compare(Cmp::Gt, a.value, b.value) == Tri::True)
    warn(n, "empty-range", "The range " + source(n) + " is empty: the smaller value stands first.");
}

bool Checker::right_side(const AstNode& left_node, Typed& left, const AstNode& n, Typed& right) {
  if (is_text(left.type) && !left.bytes && n.kind == Ast::Arith && path_like(n)) return literal(n, Form::Word, source(n), left.type, left, right);
  const FieldDef* names = left.plain ? left.field : nullptr;
  if (!entity(n, left.bytes ? FT::Bytes : left.type, names, right, left.any_name)) return false;
  if (p_.operands[right.operand].kind == Operand::Kind::Const) return true;
  if (compatible(left.type, right.type)) return true;
  if (right.bytes && can_slice(left.type)) return whole_bytes(left);
  if (left.bytes && can_slice(right.type)) return whole_bytes(right);
  return fail(n, "type", source(left_node) + " is " + describe(left.type) + " and " + source(n) + " is " + describe(right.type) +
              ": they cannot be compared." + quote_hint(left, n), quoted_name(left, n));
}

std::string Checker::quoted_name(const Typed& left, const AstNode& n) const {
  if (n.kind != Ast::Word) return "";
  if (is_text(left.type)) return "\"" + n.text + "\"";
  Arena scratch;
  Val v;
  LiteralError e;
  if (left.field && parse_literal(left.type, left.field, Form::Text, n.text, scratch, &v, &e)) return "\"" + n.text + "\"";
  return "";
}

std::string Checker::quote_hint(const Typed& left, const AstNode& n) const {
  std::string q = quoted_name(left, n);
  return q.empty() ? "" : " To compare with the text write " + q + ".";
}

bool Checker::path_like(const AstNode& n) const {
  for (char c : source(n))
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '/' || c == '-'))
      return false;
  return true;
}

bool Checker::whole_bytes(Typed& side) {
  Operand o;
  o.kind = Operand::Kind::Slice;
  o.type = FT::Bytes;
  o.a = side.operand;
  o.ranges.push_back({0, Range::kToEnd, false});
  side.operand = add(std::move(o));
  side.type = FT::Bytes;
  side.bytes = true;
  return true;
}

bool check(const AstNode& root, std::string_view text, const Registry& registry, Program& p, Message* error) {
  return Checker(text, registry, p, error).logic(root);
}

}  // namespace strato::filter
