#include "filter/foresight.h"

#include "filter/program.h"
#include "packet/context.h"

namespace strato::filter {
namespace {

// Every field an operand takes values from.
void fields_of(const Program& p, uint32_t operand, std::vector<uint32_t>& out) {
  if (operand == kNone) return;
  const Operand& o = p.operands[operand];
  if (o.kind == Operand::Kind::Field) out.push_back(operand);
  fields_of(p, o.a, out);
  fields_of(p, o.b, out);
  for (uint32_t a : o.args) fields_of(p, a, out);
}

std::vector<uint32_t> fields_of(const Program& p, const Test& t) {
  std::vector<uint32_t> out;
  fields_of(p, t.left, out);
  fields_of(p, t.right, out);
  for (const Test::Element& e : t.set) {
    fields_of(p, e.low, out);
    fields_of(p, e.high, out);
  }
  return out;
}

}  // namespace

Foresight::Foresight(const Filter& f) : filter_(f) {
  const Program& p = f.program();
  for (const FieldDef* d : p.field_list)
    if ((d->proto->place != Protocol::Place::Transport && d->proto->place != Protocol::Place::Beside) || d->above) shallow_ = false;
  for (const Test& t : p.tests) {
    std::vector<Need> needs;
    for (uint32_t operand : fields_of(p, t)) {
      const Operand& o = p.operands[operand];
      for (const FieldDef* d : p.field_list) {
        if (p.slot_of_field[d->id] != o.slot) continue;
        // an application may have been met and not be shown: its message goes on in another packet
        bool exists = d->proto->place == Protocol::Place::Transport && t.kind == Test::Kind::Exists && t.left == operand && o.ranges.empty() && d == d->proto->self;
        bool flags = std::string_view(d->name).substr(0, 9) == "tcp.flags" && !o.raw;
        needs.push_back({d, exists, flags});
      }
    }
    needs_.push_back(std::move(needs));
  }
}

void Foresight::learn(uint32_t key, ProtocolMask mask, Known present, const Ctx& c) {
  // combinations beyond that are of no use: hostile input
  constexpr size_t kMaxAnswers = 1 << 16;
  if (answers_.size() >= kMaxAnswers) answers_.clear();
  const Program& p = filter_.program();
  std::vector<int8_t> tests(p.tests.size(), -1);
  for (size_t i = 0; i < needs_.size(); i++) {
    bool known = true;
    for (const Need& n : needs_[i]) {
      const Protocol& proto = *n.field->proto;
      if (proto.place <= Protocol::Place::Beside) known = false;
      else if (mask >> proto.bit & 1)
        known &= (n.only_exists && present != Known::Nothing) || (n.tcp_flags && present == Known::Flags);
    }
    if (known) tests[i] = run_test(p, c, static_cast<uint32_t>(i));
  }
  last_key_ = key;
  last_ = answers_[key] = decide(tests);
}

// Goes through the program with what is known; a test that is not may come out either way.
Foresight::Answer Foresight::decide(const std::vector<int8_t>& tests) const {
  const Program& p = filter_.program();
  if (p.blank) return Answer::Yes;
  struct At { size_t step; bool value; };
  std::vector<At> open{{0, false}};
  bool can[2] = {false, false};
  constexpr int kMaxSteps = 2000;  // ways through a filter double with every unknown test
  for (int n = 0; !open.empty(); n++) {
    if (n > kMaxSteps) return Answer::Unknown;
    At at = open.back();
    open.pop_back();
    if (at.step >= p.steps.size()) {
      can[at.value] = true;
      if (can[0] && can[1]) return Answer::Unknown;
      continue;
    }
    const Step& s = p.steps[at.step];
    size_t next = at.step + 1;
    switch (s.kind) {
      case Step::Kind::Test:
        if (tests[s.target] != 1) open.push_back({next, false});
        if (tests[s.target] != 0) open.push_back({next, true});
        break;
      case Step::Kind::Not: open.push_back({next, !at.value}); break;
      case Step::Kind::JumpIfFalse: open.push_back({at.value ? next : s.target, at.value}); break;
      case Step::Kind::JumpIfTrue: open.push_back({at.value ? s.target : next, at.value}); break;
    }
  }
  return can[1] ? Answer::Yes : Answer::No;
}

}  // namespace strato::filter
