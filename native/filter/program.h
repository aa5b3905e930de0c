// A checked filter: operands (where values come from), tests over them, and the flat logic that joins the tests.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "filter/ast.h"
#include "filter/filter.h"
#include "filter/functions.h"
#include "filter/lexer.h"
#include "filter/regex.h"
#include "filter/selector.h"
#include "filter/value.h"

namespace strato::filter {

constexpr uint32_t kNone = 0xffffffffu;

struct Operand {
  enum class Kind : uint8_t {
    Field,   // values of `slot`, of `ranges` layers only when there are any
    Absent,  // a field nobody dissects, a reference without a packet: never there
    Const,   // `value`
    Slice,   // bytes `ranges` of operand a
    Key,     // operand a's "key=value" strings whose key is `text`
    Arith,   // a op b
    Negate,  // -a
    Call,    // function(args)
  };
  Kind kind = Kind::Const;
  FT type = FT::None;
  bool raw = false;            // Field: the packet's bytes instead of the value
  bool payload = false;        // Field of a protocol: with what it carries, for contains and matches
  uint16_t slot = 0;
  uint16_t layers_slot = 0;    // Field with ranges: the slot of its protocol, to count layers from the end
  ArithOp op = ArithOp::Add;
  uint8_t bits = 32;
  uint32_t a = kNone, b = kNone;
  Val value;
  const FunctionRow* function = nullptr;
  std::vector<uint32_t> args;
  std::vector<Range> ranges;
  std::string text;
};

struct Test {
  enum class Kind : uint8_t {
    Exists, NotZero, Compare, Contains, Matches, In,
    Selector,  // `set`: labels and the name of the pod that has them, of each end
  };
  Kind kind = Kind::Exists;
  Cmp op = Cmp::Eq;
  Quant quant = Quant::Any;
  bool negated = false;
  uint32_t left = kNone, right = kNone;
  struct Element { uint32_t low, high; };  // high kNone: a single value
  std::vector<Element> set;
  std::unique_ptr<Regex> regex;
  std::unique_ptr<filter::Selector> selector;
};

struct Step {
  enum class Kind : uint8_t { Test, Not, JumpIfFalse, JumpIfTrue } kind;
  uint32_t target;  // index of the test, or of the step to go on with
};

struct Program {
  Arena keep;                                // bytes of constants
  std::vector<Operand> operands;
  std::vector<Test> tests;
  std::vector<Step> steps;
  std::vector<uint16_t> slot_of_field;       // by FieldDef::id, kNoSlot where not asked for
  std::vector<std::string> slot_names;
  FieldSet fields;
  std::vector<const FieldDef*> field_list;
  bool blank = false;
  // for explain
  std::vector<Token> tokens;
  std::string tree;
  std::vector<Message> warnings;

  static constexpr uint16_t kNoSlot = 0xffff;
};

/// Runs the program; all memory comes from a per-thread scratch that is kept, so simple filters allocate nothing.
bool run(const Program& p, const Ctx& c);
/// One of its tests alone.
bool run_test(const Program& p, const Ctx& c, uint32_t test);
std::string explain_program(const Program& p);
std::string explain_tree(const AstNode& root);

}  // namespace strato::filter
