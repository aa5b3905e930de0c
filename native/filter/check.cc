#include "filter/check.h"

#include <memory>

#include "filter/literal.h"
#include "filter/names.h"
#include "filter/parser.h"
#include "filter/suggest.h"
#include "filter/types.h"

namespace strato::filter {
namespace {

// What an operand is, beyond its place in the program.
struct Typed {
  uint32_t operand = kNone;
  FT type = FT::None;
  const FieldDef* field = nullptr;  // names the values of literals on the other side
  bool any_name = false;            // a field that is only known: any word may name a value
  bool plain = false;               // a field itself, with or without layers
  bool bytes = false;               // a slice or raw bytes: the other side is compared as bytes
};

class Checker {
 public:
  Checker(std::string_view text, const Registry& registry, Program& p, Message* error)
      : s_(text), registry_(registry), p_(p), error_(error) {
    p_.slot_of_field.assign(registry.fields().size(), Program::kNoSlot);
  }

  bool logic(const AstNode& n) {
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

 private:
  std::string source(const AstNode& n) const { return std::string(s_.substr(n.start, n.end - n.start)); }

  bool fail(const AstNode& n, const char* code, std::string text, std::string replacement = {}) {
    *error_ = {n.start, n.end, std::move(text), code, std::move(replacement)};
    return false;
  }
  void warn(const AstNode& n, const char* code, std::string text, std::string replacement = {}) {
    for (const Message& m : p_.warnings)
      if (m.start == n.start && m.text == text) return;
    p_.warnings.push_back({n.start, n.end, std::move(text), code, std::move(replacement)});
  }

  uint32_t add(Operand o) {
    p_.operands.push_back(std::move(o));
    return static_cast<uint32_t>(p_.operands.size() - 1);
  }
  uint32_t add_const(FT type, const Val& v) {
    Operand o;
    o.type = type;
    o.value = v;
    return add(std::move(o));
  }

  // --- tests --------------------------------------------------------------------------------------------------

  bool test(const AstNode& n, Test& t) {
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

  bool standalone(const AstNode& n, Test& t) {
    const AstNode* core = &n;
    while (core->kind == Ast::Plus) core = core->children[0].get();
    Typed left;
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

  bool is_literal(const AstNode& n) const {
    if (n.kind == Ast::Text || n.kind == Ast::Char) return true;
    Name name;
    return n.kind == Ast::Word && !find_name(registry_, n.text, &name);
  }
  bool is_constant(const AstNode& n) const {
    if (n.kind == Ast::Negate || n.kind == Ast::Plus || n.kind == Ast::Arith) return is_constant(*n.children[0]);
    return is_literal(n);
  }

  // A word that should be a field and is none.
  bool unknown(const AstNode& n, bool alone) {
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

  bool left_side(const AstNode& n, Typed& out) {
    if (is_literal(n)) return unknown(n, false);
    if (is_constant(n))
      return fail(n, "field-expected", "Arithmetic on the left side must begin with a field: " + source(n) + " begins with a number.");
    return entity(n, FT::None, nullptr, out);
  }

  bool comparison(const AstNode& n, Test& t) {
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

  void deprecated_operator(const AstNode& n) {
    if (!n.op || !n.op->better) return;
    size_t at = s_.find(n.op->spelling, n.children[0]->end);
    AstNode place;
    place.start = at == std::string_view::npos ? n.start : static_cast<uint32_t>(at);
    place.end = at == std::string_view::npos ? n.end : static_cast<uint32_t>(at + std::string_view(n.op->spelling).size());
    warn(place, "deprecated", std::string("\"") + n.op->spelling + "\" is deprecated: write \"" + n.op->better + "\".", n.op->better);
  }

  bool containment(const AstNode& n, Test& t) {
    Typed left, right;
    if (!left_side(*n.children[0], left)) return false;
    if (!can_contain(left.type))
      return fail(*n.children[0], "type", source(*n.children[0]) + " is " + describe(left.type) +
                  ": \"contains\" works on strings and bytes only." + stringify_hint(*n.children[0], left));
    if (!right_side(*n.children[0], left, *n.children[1], right)) return false;
    t.kind = Test::Kind::Contains;
    t.left = left.operand;
    t.right = right.operand;
    return true;
  }

  std::string stringify_hint(const AstNode& n, const Typed& left) const {
    return left.plain && can_stringify(left.type) ? " Write string(" + source(n) + ")." : "";
  }

  bool match(const AstNode& n, Test& t) {
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
    t.kind = Test::Kind::Matches;
    t.left = left.operand;
    return true;
  }

  bool membership(const AstNode& n, Test& t) {
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

  void empty_range(const AstNode& n, uint32_t low, uint32_t high) {
    const Operand &a = p_.operands[low], &b = p_.operands[high];
    if (a.kind == Operand::Kind::Const && b.kind == Operand::Kind::Const && compare(Cmp::Gt, a.value, b.value) == Tri::True)
      warn(n, "empty-range", "The range " + source(n) + " is empty: the smaller value stands first.");
  }

  // The right side of a comparison with `left`: literals become values of its type.
  bool right_side(const AstNode& left_node, Typed& left, const AstNode& n, Typed& right) {
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

  // ip.proto == tcp: the word names a protocol, the value's name needs quotes
  std::string quoted_name(const Typed& left, const AstNode& n) const {
    if (n.kind != Ast::Word) return "";
    if (is_text(left.type)) return "\"" + n.text + "\"";
    Arena scratch;
    Val v;
    LiteralError e;
    if (left.field && parse_literal(left.type, left.field, Form::Text, n.text, scratch, &v, &e)) return "\"" + n.text + "\"";
    return "";
  }
  std::string quote_hint(const Typed& left, const AstNode& n) const {
    std::string q = quoted_name(left, n);
    return q.empty() ? "" : " To compare with the text write " + q + ".";
  }

  // HTTP/1.1 without quotes: letters, digits and . _ / - without blanks
  bool path_like(const AstNode& n) const {
    for (char c : source(n))
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '/' || c == '-'))
        return false;
    return true;
  }

  bool whole_bytes(Typed& side) {
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

  // --- entities -----------------------------------------------------------------------------------------------

  // n as an operand. want: the type literals are converted to (FT_NONE: none are allowed here).
  bool entity(const AstNode& n, FT want, const FieldDef* names, Typed& out, bool any_name = false) {
    Typed context;
    context.field = names;
    context.any_name = any_name;
    switch (n.kind) {
      case Ast::Name: return field(n, n.text, out) || unknown_name(n);
      case Ast::Word:
        if (field(n, n.text, out)) return true;
        if (want == FT::None) return unknown(n, false);
        return literal(n, Form::Word, n.text, want, context, out);
      case Ast::Text: case Ast::Char:
        if (want == FT::None) return unknown(n, false);
        return literal(n, n.kind == Ast::Text ? Form::Text : Form::Char, n.text, want, context, out);
      case Ast::Ref: return reference(n, out);
      case Ast::Layer: return layer(n, out);
      case Ast::Raw: return raw(n, out);
      case Ast::Slice: return slice(n, out);
      case Ast::Key: return key(n, out);
      case Ast::Call: return call(n, out);
      case Ast::Plus: return entity(*n.children[0], want, names, out, any_name);
      case Ast::Negate: return negation(n, want, out);
      case Ast::Arith: return arithmetic_of(n, want, out);
      default: return fail(n, "syntax", "A field, a function or a value belongs here.");
    }
  }

  bool unknown_name(const AstNode& n) {
    std::string near = suggest_field(registry_, n.text);
    return fail(n, "unknown-field", "\"" + n.text + "\" is neither a field nor a protocol." +
                (near.empty() ? "" : " Did you mean \"" + near + "\"?"), near.empty() ? "" : "." + near);
  }

  bool literal(const AstNode& n, Form form, const std::string& text, FT want, const Typed& context, Typed& out) {
    Val v;
    LiteralError e;
    out.type = want;
    if (parse_literal(want, context.field, form, text, p_.keep, &v, &e)) {
      out.operand = add_const(want, v);
      return true;
    }
    // a field that is only known: its values' names are not, so the word may be one
    if (context.any_name && form != Form::Char) {
      Operand o;
      o.kind = Operand::Kind::Absent;
      o.type = want;
      out.operand = add(std::move(o));
      return true;
    }
    return fail(n, "literal", e.text, e.replacement);
  }

  bool field(const AstNode& n, const std::string& text, Typed& out) {
    Name name;
    if (!find_name(registry_, text, &name)) return false;
    if (!name.deprecated_for.empty())
      warn(n, "deprecated", "\"" + text + "\" is deprecated: write \"" + name.deprecated_for + "\".", name.deprecated_for);
    Operand o;
    out.type = o.type = name.type;
    out.plain = true;
    out.any_name = name.named_values;
    if (!name.fields) {
      warn(n, "not-dissected", "\"" + text + "\" is known but not dissected yet: it is never there.");
      o.kind = Operand::Kind::Absent;
    } else {
      o.kind = Operand::Kind::Field;
      o.slot = slot(text, *name.fields);
      out.field = (*name.fields)[0];
    }
    out.operand = add(std::move(o));
    return true;
  }

  uint16_t slot(const std::string& name, const std::vector<const FieldDef*>& fields) {
    uint16_t& known = p_.slot_of_field[fields[0]->id];
    if (known != Program::kNoSlot) return known;
    uint16_t s = static_cast<uint16_t>(p_.slot_names.size());
    p_.slot_names.push_back(name);
    for (const FieldDef* f : fields) {
      p_.slot_of_field[f->id] = s;
      p_.fields.add(*f);
      p_.field_list.push_back(f);
    }
    return s;
  }

  bool reference(const AstNode& n, Typed& out) {
    Name name;
    std::string text = n.text.substr(0, n.text.find('#'));
    if (!find_name(registry_, text, &name)) {
      std::string near = suggest_field(registry_, text);
      return fail(n, "unknown-field", "\"" + text + "\" is no field: a reference names one." +
                  (near.empty() ? "" : " Did you mean ${" + near + "}?"), near.empty() ? "" : "${" + near + "}");
    }
    warn(n, "no-reference", "No packet is selected to take ${" + text + "} from: the comparison never holds.");
    Operand o;
    o.kind = Operand::Kind::Absent;
    out.type = o.type = name.type;
    out.operand = add(std::move(o));
    return true;
  }

  bool layer(const AstNode& n, Typed& out) {
    const AstNode& inner = *n.children[0];
    if (inner.kind != Ast::Word && inner.kind != Ast::Name)
      return fail(n, "type", "Only a field has layers: " + source(inner) + " is none.");
    if (!entity(inner, FT::None, nullptr, out)) return false;
    Operand& o = p_.operands[out.operand];
    if (o.kind != Operand::Kind::Field) return true;
    o.ranges = n.ranges;
    // layers counted from the end need to know how many the protocol has
    const FieldDef* self = out.field->proto->self;
    uint16_t s = slot(self->name, registry_.find(self->name));
    p_.operands[out.operand].layers_slot = s;
    return true;
  }

  bool raw(const AstNode& n, Typed& out) {
    if (!entity(*n.children[0], FT::None, nullptr, out)) return false;
    p_.operands[out.operand].raw = true;
    p_.operands[out.operand].type = out.type = FT::Bytes;
    out.bytes = true;
    out.field = nullptr;
    return true;
  }

  bool slice(const AstNode& n, Typed& out) {
    const AstNode& inner = *n.children[0];
    if (inner.kind == Ast::Ref) return fail(n, "type", "A reference cannot be sliced.");
    if (is_constant(inner)) return is_literal(inner) ? unknown(inner, false) : fail(inner, "type", "A literal cannot be sliced.");
    if (!entity(inner, FT::None, nullptr, out)) return false;
    if (!can_slice(out.type))
      return fail(inner, "type", source(inner) + " is " + describe(out.type) + ": only strings, bytes, addresses and protocols can be sliced.");
    Operand o;
    o.kind = Operand::Kind::Slice;
    o.type = FT::Bytes;
    o.a = out.operand;
    o.ranges = n.ranges;
    out = Typed();
    out.operand = add(std::move(o));
    out.type = FT::Bytes;
    out.bytes = true;
    return true;
  }

  // labels["app"]: of a field that lists "key=value"
  bool key(const AstNode& n, Typed& out) {
    const AstNode& inner = *n.children[0];
    if (!entity(inner, FT::None, nullptr, out)) return false;
    if (!out.plain || !is_text(out.type))
      return fail(n, "type", "Only a field that lists key=value strings takes a key in brackets: " + source(inner) + " is none.");
    Operand o;
    o.kind = Operand::Kind::Key;
    o.type = FT::String;
    o.a = out.operand;
    o.text = n.text;
    out.operand = add(std::move(o));
    return true;
  }

  bool negation(const AstNode& n, FT want, Typed& out) {
    if (!entity(*n.children[0], want, nullptr, out)) return false;
    if (!can_negate(out.type)) return fail(n, "type", source(*n.children[0]) + " is " + describe(out.type) + ": it has no sign.");
    Operand o;
    o.type = out.type;
    o.bits = static_cast<uint8_t>(arith_bits(out.type));
    const Operand& inner = p_.operands[out.operand];
    if (inner.kind == Operand::Kind::Const && negate(inner.value, o.bits, &o.value)) {
      o.kind = Operand::Kind::Const;
    } else {
      o.kind = Operand::Kind::Negate;
      o.a = out.operand;
    }
    out.operand = add(std::move(o));
    out.plain = false;
    return true;
  }

  bool arithmetic_of(const AstNode& n, FT want, Typed& out) {
    Typed right;
    const AstNode &a = *n.children[0], &b = *n.children[1];
    if (is_constant(a) && want == FT::None)
      return fail(n, "field-expected", "Arithmetic must begin with a field: " + source(n) + " begins with a number.");
    if (!entity(a, want, nullptr, out)) return false;
    if (!can_arith(out.type, n.op->arith))
      return fail(n, "type", source(a) + " is " + describe(out.type) + ": \"" + n.op->spelling + "\" does not work on it.");
    if (b.kind == Ast::Text || b.kind == Ast::Char)
      return fail(b, "type", source(b) + " is no operand of \"" + n.op->spelling + "\": write a number or bytes without quotes.");
    if (!entity(b, out.type, nullptr, right)) return false;
    if (!compatible(out.type, right.type))
      return fail(b, "type", source(a) + " is " + describe(out.type) + " and " + source(b) + " is " + describe(right.type) +
                  ": \"" + n.op->spelling + "\" cannot join them.");
    if (!can_arith(right.type, n.op->arith))
      return fail(b, "type", source(b) + " is " + describe(right.type) + ": \"" + n.op->spelling + "\" does not work on it.");
    Operand o;
    o.kind = Operand::Kind::Arith;
    o.type = out.type;
    o.op = n.op->arith;
    o.bits = static_cast<uint8_t>(arith_bits(out.type) > arith_bits(right.type) ? arith_bits(out.type) : arith_bits(right.type));
    o.a = out.operand;
    o.b = right.operand;
    bool bytes = out.bytes;
    out = Typed();
    out.type = o.type;
    out.bytes = bytes;
    out.operand = fold(std::move(o));
    return true;
  }

  // Two constants make one; an impossible result stays a computation without value.
  uint32_t fold(Operand o) {
    const Operand &a = p_.operands[o.a], &b = p_.operands[o.b];
    if (a.kind == Operand::Kind::Const && b.kind == Operand::Kind::Const &&
        arithmetic(o.op, a.value, b.value, o.bits, p_.keep, &o.value))
      o.kind = Operand::Kind::Const;
    return add(std::move(o));
  }

  bool call(const AstNode& n, Typed& out) {
    const FunctionRow* f = find_function(n.text);
    if (!f) {
      Suggestion best(n.text);
      std::string all;
      for (size_t i = 0; i < kFunctionCount; i++) best.offer(kFunctions[i].name), all += (i ? ", " : "") + std::string(kFunctions[i].name);
      return fail(n, "unknown-function", "There is no function " + n.text + "(): " +
                  (best.text().empty() ? "there are " + all + "." : "did you mean " + best.text() + "()?"));
    }
    if (n.children.size() < f->min_args || n.children.size() > f->max_args)
      return fail(n, "arguments", std::string(f->name) + "() takes " + (f->max_args > 1 ? "at least one argument" : "one argument") +
                  ": " + f->signature + ".");
    Operand o;
    o.kind = Operand::Kind::Call;
    o.function = f;
    std::vector<Argument> arguments;
    FT first = FT::None;
    for (const AstPtr& child : n.children)
      if (!argument(*child, first, o, arguments)) return false;
    std::string why;
    if (!f->check(arguments, &o.type, &why)) return fail(*n.children[0], "arguments", why);
    out = Typed();
    out.type = o.type;
    out.operand = add(std::move(o));
    return true;
  }

  bool argument(const AstNode& n, FT& first, Operand& call, std::vector<Argument>& arguments) {
    Argument a{Argument::Shape::Literal, FT::String, source(n)};
    Typed t;
    if (is_constant(n) && arguments.empty()) {
      arguments.push_back(a);  // the function says what it wanted instead
      call.args.push_back(add_const(FT::String, Val()));
      return true;
    }
    if (!entity(n, first, nullptr, t)) return false;
    a.type = t.type;
    if (!is_constant(n)) a.shape = t.plain ? Argument::Shape::Field : Argument::Shape::Computed;
    if (arguments.empty()) first = t.type;
    arguments.push_back(a);
    call.args.push_back(t.operand);
    return true;
  }

  std::string_view s_;
  const Registry& registry_;
  Program& p_;
  Message* error_;
};

}  // namespace

bool check(const AstNode& root, std::string_view text, const Registry& registry, Program& p, Message* error) {
  return Checker(text, registry, p, error).logic(root);
}

}  // namespace strato::filter
