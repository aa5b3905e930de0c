#include "packet/context.h"

#include "filter/program.h"

namespace strato::filter {
namespace {

struct Entry { uint32_t node, next; };
struct Span { uint32_t begin, end; };

// Memory of one run, kept per thread so that filters do not allocate packet by packet. Values form a stack.
struct Scratch {
  std::vector<uint32_t> first, last;  // by slot: chain of the nodes with that field, in the order of the tree
  std::vector<Entry> entries;
  std::vector<Val> values;
  Arena arena{4096};
};

class Runner {
 public:
  Runner(const Program& p, const Ctx& c, Scratch& s) : p_(p), c_(c), s_(s) {
    s_.first.assign(p.slot_names.size(), kNone);
    s_.last.assign(p.slot_names.size(), kNone);
    s_.entries.clear();
    s_.values.clear();
    s_.arena.reset();
    collect();
  }

  bool run() {
    bool value = false;
    for (size_t i = 0; i < p_.steps.size(); i++) {
      const Step& step = p_.steps[i];
      switch (step.kind) {
        case Step::Kind::Test: value = test(p_.tests[step.target]); break;
        case Step::Kind::Not: value = !value; break;
        case Step::Kind::JumpIfFalse: if (!value) i = step.target - 1; break;
        case Step::Kind::JumpIfTrue: if (value) i = step.target - 1; break;
      }
    }
    return value;
  }

 private:
  // One pass over the tree sorts its nodes into the filter's slots.
  void collect() {
    const std::vector<Node>& nodes = c_.tree.nodes();
    for (uint32_t i = 0; i < nodes.size(); i++) {
      const FieldDef* f = nodes[i].field;
      if (!f || f->id >= p_.slot_of_field.size()) continue;
      uint16_t slot = p_.slot_of_field[f->id];
      if (slot == Program::kNoSlot) continue;
      uint32_t e = static_cast<uint32_t>(s_.entries.size());
      s_.entries.push_back({i, kNone});
      if (s_.last[slot] == kNone) s_.first[slot] = e;
      else s_.entries[s_.last[slot]].next = e;
      s_.last[slot] = e;
    }
  }

  uint32_t layer_count(const Operand& o) const {
    uint32_t most = 0;
    for (uint16_t slot : {o.layers_slot, o.slot})
      for (uint32_t e = s_.first[slot]; e != kNone; e = s_.entries[e].next)
        most = std::max<uint32_t>(most, c_.tree.at(s_.entries[e].node).layer);
    return most;
  }

  static bool in_layers(const std::vector<Range>& ranges, int64_t layer, int64_t count) {
    for (const Range& r : ranges) {
      int64_t low = r.offset < 0 ? count + 1 + r.offset : r.offset;
      int64_t high = r.inclusive ? (r.length < 0 ? count + 1 + r.length : r.length) : low + r.length - 1;
      if (low > 0 && layer >= low && layer <= high) return true;
    }
    return false;
  }

  template <class F>
  void each_node(const Operand& o, F&& f) const {
    uint32_t layers = o.ranges.empty() ? 0 : layer_count(o);
    for (uint32_t e = s_.first[o.slot]; e != kNone; e = s_.entries[e].next) {
      const Node& n = c_.tree.at(s_.entries[e].node);
      if (!o.ranges.empty() && !in_layers(o.ranges, n.layer, layers)) continue;
      if (!f(n)) return;
    }
  }

  // Pushes the operand's values; false when there is nothing to compare (a field that is not in the packet).
  bool eval(uint32_t index, Span* out) {
    const Operand& o = p_.operands[index];
    out->begin = static_cast<uint32_t>(s_.values.size());
    bool there = true;
    switch (o.kind) {
      case Operand::Kind::Field: there = eval_field(o); break;
      case Operand::Kind::Absent: there = false; break;
      case Operand::Kind::Const: s_.values.push_back(o.value); break;
      case Operand::Kind::Slice: there = eval_slice(o); break;
      case Operand::Kind::Key: there = eval_key(o); break;
      case Operand::Kind::Arith: there = eval_arith(o); break;
      case Operand::Kind::Negate: there = eval_negate(o); break;
      case Operand::Kind::Call: there = eval_call(o); break;
    }
    out->end = static_cast<uint32_t>(s_.values.size());
    return there;
  }

  bool eval_field(const Operand& o) {
    size_t before = s_.values.size();
    each_node(o, [&](const Node& n) {
      if (o.payload && n.field->type == FT::Protocol && n.value.s.p) s_.values.push_back(Val::of_bytes(n.value.text()));
      else if (o.raw) s_.values.push_back(node_bytes(n, c_.sources.data(), c_.sources.size()));
      else s_.values.push_back(node_value(n, c_.sources.data(), c_.sources.size()));
      return true;
    });
    return s_.values.size() > before;
  }

  // The pieces one after the other, up to the first that is not wholly there.
  Val slice_of(const Operand& o, std::string_view bytes) {
    int64_t n = static_cast<int64_t>(bytes.size());
    std::string_view single;
    std::string_view joined;
    for (const Range& r : o.ranges) {
      int64_t low = r.offset < 0 ? n + r.offset : r.offset;
      int64_t high = r.inclusive ? (r.length < 0 ? n + r.length : r.length) + 1
                     : r.length == Range::kToEnd ? n : low + r.length;
      if (low < 0 || low >= n || high > n || high <= low) break;
      std::string_view piece = bytes.substr(static_cast<size_t>(low), static_cast<size_t>(high - low));
      if (o.ranges.size() == 1) { single = piece; break; }
      char* p = static_cast<char*>(s_.arena.alloc(joined.size() + piece.size(), 1));
      if (!joined.empty()) memcpy(p, joined.data(), joined.size());
      memcpy(p + joined.size(), piece.data(), piece.size());
      joined = {p, joined.size() + piece.size()};
    }
    return Val::of_bytes(o.ranges.size() == 1 ? single : joined);
  }

  bool eval_slice(const Operand& o) {
    Span inner;
    if (!eval(o.a, &inner)) return false;
    for (uint32_t i = inner.begin; i < inner.end; i++) s_.values[i] = slice_of(o, as_bytes(s_.values[i], s_.arena));
    return true;
  }

  bool eval_key(const Operand& o) {
    Span inner;
    if (!eval(o.a, &inner)) return false;
    uint32_t kept = inner.begin;
    for (uint32_t i = inner.begin; i < inner.end; i++) {
      std::string_view s = as_bytes(s_.values[i], s_.arena);
      if (s.size() <= o.text.size() || s[o.text.size()] != '=' || s.substr(0, o.text.size()) != o.text) continue;
      s_.values[kept++] = Val::of_text(s.substr(o.text.size() + 1));
    }
    s_.values.resize(kept);
    return kept > inner.begin;
  }

  // Every left value with every right one; pairs without a result are left out.
  bool eval_arith(const Operand& o) {
    Span a, b;
    if (!eval(o.a, &a) || !eval(o.b, &b)) return false;
    size_t results = s_.values.size(), pairs = 0;
    for (uint32_t i = a.begin; i < a.end; i++)
      for (uint32_t j = b.begin; j < b.end && pairs < kMaxPairs; j++, pairs++) {
        Val v;
        if (arithmetic(o.op, s_.values[i], s_.values[j], o.bits, s_.arena, &v)) s_.values.push_back(v);
      }
    drop(a.begin, results);
    return true;
  }

  bool eval_negate(const Operand& o) {
    Span inner;
    if (!eval(o.a, &inner)) return false;
    uint32_t kept = inner.begin;
    for (uint32_t i = inner.begin; i < inner.end; i++) {
      Val v;
      if (negate(s_.values[i], o.bits, &v)) s_.values[kept++] = v;
    }
    s_.values.resize(kept);
    return true;
  }

  // Arguments that are not there count as none; without any result the function has no value.
  bool eval_call(const Operand& o) {
    size_t begin = s_.values.size();
    std::vector<Span> spans(o.args.size());
    for (size_t i = 0; i < o.args.size(); i++) {
      if (!eval(o.args[i], &spans[i])) {
        s_.values.resize(spans[i].begin);
        spans[i].end = spans[i].begin;
      }
    }
    std::vector<Values> args;
    for (size_t i = 0; i < spans.size(); i++)
      args.push_back({s_.values.data() + spans[i].begin, spans[i].end - spans[i].begin, p_.operands[o.args[i]].type});
    std::vector<Val> results;
    o.function->run(args.data(), args.size(), s_.arena, results);
    s_.values.resize(begin);
    s_.values.insert(s_.values.end(), results.begin(), results.end());
    return !results.empty();
  }

  // Takes away the values [from, to), those above move down.
  void drop(size_t from, size_t to) {
    s_.values.erase(s_.values.begin() + static_cast<ptrdiff_t>(from), s_.values.begin() + static_cast<ptrdiff_t>(to));
  }

 public:
  bool test(const Test& t) {
    size_t mark = s_.values.size();
    bool result = false;
    switch (t.kind) {
      case Test::Kind::Exists: result = exists(t.left); break;
      case Test::Kind::NotZero: result = not_zero(t.left); break;
      case Test::Kind::Matches: result = matches(t); break;
      case Test::Kind::In: result = member(t) != t.negated; break;
      case Test::Kind::Selector: result = selected(t); break;
      default: {
        Span left, right;
        result = eval(t.left, &left) && eval(t.right, &right) && compare_all(t, left, right);
      }
    }
    s_.values.resize(mark);
    return result;
  }

 private:
  bool exists(uint32_t index) {
    const Operand& o = p_.operands[index];
    if (o.kind == Operand::Kind::Field && o.ranges.empty()) return s_.first[o.slot] != kNone;
    Span values;
    if (!eval(index, &values)) return false;
    if (o.kind != Operand::Kind::Slice) return values.end > values.begin;
    for (uint32_t i = values.begin; i < values.end; i++)
      if (s_.values[i].s.n) return true;
    return false;
  }

  bool not_zero(uint32_t index) {
    Span values;
    if (!eval(index, &values)) return false;
    for (uint32_t i = values.begin; i < values.end; i++)
      if (!is_zero(s_.values[i])) return true;
    return false;
  }

  Tri holds(const Test& t, const Val& a, const Val& b) {
    if (t.kind == Test::Kind::Compare) return compare(t.op, a, b);
    return contains(as_bytes(a, s_.arena), as_bytes(b, s_.arena)) ? Tri::True : Tri::False;
  }

  bool compare_all(const Test& t, Span left, Span right) {
    size_t pairs = 0;
    for (uint32_t i = left.begin; i < left.end; i++)
      for (uint32_t j = right.begin; j < right.end && pairs < kMaxPairs; j++, pairs++) {
        Tri r = holds(t, s_.values[i], s_.values[j]);
        if (t.quant == Quant::Any && r == Tri::True) return true;
        if (t.quant == Quant::All && r == Tri::False) return false;
      }
    return t.quant == Quant::All;
  }

  bool matches(const Test& t) {
    Span left;
    if (!eval(t.left, &left)) return false;
    for (uint32_t i = left.begin; i < left.end; i++)
      if (t.regex->matches(as_bytes(s_.values[i], s_.arena)) == (t.quant == Quant::Any)) return t.quant == Quant::Any;
    return t.quant == Quant::All;
  }

  // The labels of a pod at either end.
  bool selected(const Test& t) {
    for (const Test::Element& end : t.set) {
      if (!exists(end.high)) continue;
      size_t mark = s_.values.size();
      Span labels;
      eval(end.low, &labels);  // a pod may have none
      std::vector<std::string_view> texts;
      for (uint32_t i = labels.begin; i < labels.end; i++) texts.push_back(as_bytes(s_.values[i], s_.arena));
      s_.values.resize(mark);
      if (t.selector->matches(texts)) return true;
    }
    return false;
  }

  // One element must do for any, or for all, of the values.
  bool member(const Test& t) {
    Span left;
    if (!eval(t.left, &left)) return false;
    for (const Test::Element& e : t.set) {
      size_t mark = s_.values.size();
      Span low, high;
      bool hit = eval(e.low, &low) && (e.high == kNone || eval(e.high, &high)) &&
                 (e.high == kNone ? equal_any(t, left, low) : within(t, left, low, high));
      s_.values.resize(mark);
      if (hit) return true;
    }
    return false;
  }

  bool equal_any(const Test& t, Span left, Span right) {
    for (uint32_t i = left.begin; i < left.end; i++)
      for (uint32_t j = right.begin; j < right.end; j++) {
        Tri r = compare(Cmp::Eq, s_.values[i], s_.values[j]);
        if (t.quant == Quant::Any && r == Tri::True) return true;
        if (t.quant == Quant::All && r == Tri::False) return false;
      }
    return t.quant == Quant::All;
  }

  bool within(const Test& t, Span left, Span low, Span high) {
    for (uint32_t i = left.begin; i < left.end; i++) {
      bool inside = false;
      for (uint32_t j = low.begin; j < low.end && !inside; j++)
        for (uint32_t k = high.begin; k < high.end && !inside; k++)
          inside = compare(Cmp::Ge, s_.values[i], s_.values[j]) == Tri::True &&
                   compare(Cmp::Le, s_.values[i], s_.values[k]) == Tri::True;
      if (inside == (t.quant == Quant::Any)) return inside;
    }
    return t.quant == Quant::All;
  }

  // A packet may repeat two fields very often: what a filter looks at is limited, so that it cannot be made to hang.
  static constexpr size_t kMaxPairs = 1 << 20;

  const Program& p_;
  const Ctx& c_;
  Scratch& s_;
};

}  // namespace

bool run(const Program& p, const Ctx& c) {
  thread_local Scratch scratch;
  return Runner(p, c, scratch).run();
}

bool run_test(const Program& p, const Ctx& c, uint32_t test) {
  thread_local Scratch scratch;
  return Runner(p, c, scratch).test(p.tests[test]);
}

}  // namespace strato::filter
