// Fields, literals, slices, arithmetic and function calls, each checked and made an operand of the program.
#include "filter/checker.h"

namespace strato::filter {

bool Checker::entity(const AstNode& n, FT want, const FieldDef* names, Typed& out, bool any_name) {
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

bool Checker::unknown_name(const AstNode& n) {
  std::string near = suggest_field(registry_, n.text);
  return fail(n, "unknown-field", "\"" + n.text + "\" is neither a field nor a protocol." +
              (near.empty() ? "" : " Did you mean \"" + near + "\"?"), near.empty() ? "" : "." + near);
}

bool Checker::literal(const AstNode& n, Form form, const std::string& text, FT want, const Typed& context, Typed& out) {
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

bool Checker::field(const AstNode& n, const std::string& text, Typed& out) {
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

uint16_t Checker::slot(const std::string& name, const std::vector<const FieldDef*>& fields) {
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

bool Checker::reference(const AstNode& n, Typed& out) {
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

bool Checker::layer(const AstNode& n, Typed& out) {
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

bool Checker::raw(const AstNode& n, Typed& out) {
  if (!entity(*n.children[0], FT::None, nullptr, out)) return false;
  p_.operands[out.operand].raw = true;
  p_.operands[out.operand].type = out.type = FT::Bytes;
  out.bytes = true;
  out.field = nullptr;
  return true;
}

bool Checker::slice(const AstNode& n, Typed& out) {
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

bool Checker::key(const AstNode& n, Typed& out) {
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

bool Checker::negation(const AstNode& n, FT want, Typed& out) {
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

bool Checker::arithmetic_of(const AstNode& n, FT want, Typed& out) {
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

uint32_t Checker::fold(Operand o) {
  const Operand &a = p_.operands[o.a], &b = p_.operands[o.b];
  if (a.kind == Operand::Kind::Const && b.kind == Operand::Kind::Const &&
      arithmetic(o.op, a.value, b.value, o.bits, p_.keep, &o.value))
    o.kind = Operand::Kind::Const;
  return add(std::move(o));
}

bool Checker::call(const AstNode& n, Typed& out) {
  const FunctionRow* f = find_function(n.text);
  if (!f) {
    Suggestion best(n.text);
    std::string all;
    for (size_t i = 0; i < kFunctionCount; i++) best.offer(kFunctions[i].name), all += (i ? ", " : "") + std::string(kFunctions[i].name);
    *error_ = {n.start, n.start + static_cast<uint32_t>(n.text.size()), "There is no function " + n.text + "(): " +
               (best.text().empty() ? "there are " + all + "." : "did you mean " + best.text() + "()?"), "unknown-function", best.text()};
    return false;
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

bool Checker::argument(const AstNode& n, FT& first, Operand& call, std::vector<Argument>& arguments) {
  Argument a{Argument::Shape::Literal, FT::String, source(n)};
  Typed t;
  if (is_constant(n) && arguments.empty()) {
    if (n.kind == Ast::Word && !suggest_field(registry_, n.text).empty()) return unknown(n, false);
    arguments.push_back(a);  // the function says what it wanted instead
    call.args.push_back(add_const(FT::String, Val()));
    return true;
  }
  if (n.kind == Ast::Text || n.kind == Ast::Char)
    return fail(n, "arguments", source(n) + " cannot be an argument: fields and numbers can.");
  if (!entity(n, first, nullptr, t)) return false;
  a.type = t.type;
  if (!is_constant(n)) a.shape = t.plain ? Argument::Shape::Field : Argument::Shape::Computed;
  if (arguments.empty()) first = t.type;
  arguments.push_back(a);
  call.args.push_back(t.operand);
  return true;
}

}  // namespace strato::filter
