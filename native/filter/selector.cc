#include "filter/selector.h"

#include <algorithm>

namespace strato::filter {

class Selector::Parser {
 public:
  Parser(std::string_view text, std::string* why) : s_(text), why_(why) {}

  bool run(std::vector<Requirement>* all) {
    if (rest().empty()) return fail("The selector is empty: write one as in selector(\"app=web\").");
    for (;;) {
      Requirement r;
      if (!requirement(&r)) return false;
      all->push_back(std::move(r));
      if (rest().empty()) return true;
      if (!take(",")) return fail("Requirements are separated by commas: app=web,tier in (a,b).");
    }
  }
  size_t at() const { return at_; }

 private:
  bool fail(const char* text) {
    *why_ = text;
    return false;
  }
  std::string_view rest() {
    while (at_ < s_.size() && (s_[at_] == ' ' || s_[at_] == '\t')) at_++;
    return s_.substr(at_);
  }
  bool take(std::string_view symbol) {
    if (!rest().starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }
  // Letters, digits and . _ - of keys and values; / in keys
  std::string word(bool key) {
    std::string_view r = rest();
    auto inside = [&](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-' || (key && c == '/');
    };
    size_t n = 0;
    while (n < r.size() && inside(r[n])) n++;
    at_ += n;
    return std::string(r.substr(0, n));
  }

  bool requirement(Requirement* r) {
    const bool negated = take("!");
    r->key = word(true);
    if (r->key.empty()) return fail("A label's key belongs here: app, app.kubernetes.io/name.");
    if (negated) {
      r->kind = Requirement::kNotExists;
      return true;
    }
    if (take("!=")) return values_of(r, Requirement::kNotIn, false);
    if (take("==") || take("=")) return values_of(r, Requirement::kIn, false);
    const size_t here = at_;
    const std::string how = word(true);
    if (how == "in" || how == "notin") return values_of(r, how == "in" ? Requirement::kIn : Requirement::kNotIn, true);
    at_ = here;
    if (!how.empty() || (!rest().empty() && rest()[0] != ',')) return fail("After a key stands nothing, =, !=, in (…) or notin (…).");
    return true;
  }

  bool values_of(Requirement* r, Requirement::Kind kind, bool several) {
    r->kind = kind;
    if (!several) {
      r->values.push_back(word(false));  // may be empty, as a label's value may
      return true;
    }
    if (!take("(")) return fail("Values stand in parentheses: tier in (a,b).");
    do r->values.push_back(word(false));
    while (take(","));
    return take(")") || fail("The parenthesis of the values is not closed.");
  }

  std::string_view s_;
  std::string* why_;
  size_t at_ = 0;
};

std::unique_ptr<Selector> Selector::parse(std::string_view text, std::string* why, size_t* at) {
  auto s = std::make_unique<Selector>();
  s->text_ = text;
  Parser p(s->text_, why);
  if (p.run(&s->all_)) return s;
  *at = p.at();
  return nullptr;
}

bool Selector::matches(const std::vector<std::string_view>& labels) const {
  return std::all_of(all_.begin(), all_.end(), [&](const Requirement& r) {
    const auto label = std::find_if(labels.begin(), labels.end(), [&](std::string_view l) {
      return l.size() > r.key.size() && l[r.key.size()] == '=' && l.starts_with(r.key);
    });
    const bool there = label != labels.end();
    if (r.kind == Requirement::kExists || r.kind == Requirement::kNotExists) return there == (r.kind == Requirement::kExists);
    const bool in = there && std::find(r.values.begin(), r.values.end(), label->substr(r.key.size() + 1)) != r.values.end();
    return in == (r.kind == Requirement::kIn);
  });
}

}  // namespace strato::filter
