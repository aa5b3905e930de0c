// The check, a method per form of the syntax tree; check.cc has the tests, check_operands.cc what stands in them.
#pragma once
#include "filter/check.h"
#include "filter/literal.h"
#include "filter/names.h"
#include "filter/suggest.h"
#include "filter/types.h"

namespace strato::filter {

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
  bool logic(const AstNode& n);

 private:
  std::string source(const AstNode& n) const { return std::string(s_.substr(n.start, n.end - n.start)); }
  bool fail(const AstNode& n, const char* code, std::string text, std::string replacement = {});
  void warn(const AstNode& n, const char* code, std::string text, std::string replacement = {});
  uint32_t add(Operand o) {
    p_.operands.push_back(std::move(o));
    return static_cast<uint32_t>(p_.operands.size() - 1);
  }
  uint32_t add_const(FT type, const Val& v);
  bool test(const AstNode& n, Test& t);
  bool standalone(const AstNode& n, Test& t);
  // selector("app=web"): of the pod at either end
  bool selector(const AstNode& n, Test& t);
  bool is_literal(const AstNode& n) const;
  bool is_constant(const AstNode& n) const;
  // A word that should be a field and is none.
  bool unknown(const AstNode& n, bool alone);
  bool left_side(const AstNode& n, Typed& out);
  bool comparison(const AstNode& n, Test& t);
  void deprecated_operator(const AstNode& n);
  bool containment(const AstNode& n, Test& t);
  // "tcp contains" looks into what TCP carries, tcp[0:4] and len(tcp) at its own bytes
  void search_payload(const Typed& t);
  std::string stringify_hint(const AstNode& n, const Typed& left) const;
  bool match(const AstNode& n, Test& t);
  bool membership(const AstNode& n, Test& t);
  void empty_range(const AstNode& n, uint32_t low, uint32_t high);
  // The right side of a comparison with `left`: literals become values of its type.
  bool right_side(const AstNode& left_node, Typed& left, const AstNode& n, Typed& right);
  // ip.proto == tcp: the word names a protocol, the value's name needs quotes
  std::string quoted_name(const Typed& left, const AstNode& n) const;
  std::string quote_hint(const Typed& left, const AstNode& n) const;
  // HTTP/1.1 without quotes: letters, digits and . _ / - without blanks
  bool path_like(const AstNode& n) const;
  bool whole_bytes(Typed& side);
  // n as an operand. want: the type literals are converted to (FT_NONE: none are allowed here).
  bool entity(const AstNode& n, FT want, const FieldDef* names, Typed& out, bool any_name = false);
  bool unknown_name(const AstNode& n);
  bool literal(const AstNode& n, Form form, const std::string& text, FT want, const Typed& context, Typed& out);
  bool field(const AstNode& n, const std::string& text, Typed& out);
  uint16_t slot(const std::string& name, const std::vector<const FieldDef*>& fields);
  bool reference(const AstNode& n, Typed& out);
  bool layer(const AstNode& n, Typed& out);
  bool raw(const AstNode& n, Typed& out);
  bool slice(const AstNode& n, Typed& out);
  // labels["app"]: of a field that lists "key=value"
  bool key(const AstNode& n, Typed& out);
  bool negation(const AstNode& n, FT want, Typed& out);
  bool arithmetic_of(const AstNode& n, FT want, Typed& out);
  // Two constants make one; an impossible result stays a computation without value.
  uint32_t fold(Operand o);
  bool call(const AstNode& n, Typed& out);
  bool argument(const AstNode& n, FT& first, Operand& call, std::vector<Argument>& arguments);

  std::string_view s_;
  const Registry& registry_;
  Program& p_;
  Message* error_;
};

}  // namespace strato::filter
