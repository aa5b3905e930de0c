#include "filter/parser.h"

#include "filter/range.h"

namespace strato::filter {
namespace {

// Precedence, loosest first: or; and; not; comparison, in; & ; + - ; * / % ; sign; #layer, [slice].
class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, std::vector<Message>& errors)
      : s_(text), tokens_(std::move(tokens)), errors_(errors) {}

  AstPtr run() {
    if (peek().kind == Tok::End) return nullptr;
    AstPtr root = parse_or();
    if (!failed_ && peek().kind != Tok::End) unexpected("The filter should end here, or go on with \"and\" or \"or\".");
    return root;
  }
  std::vector<Token> take_tokens() { return std::move(tokens_); }

 private:
  const Token& peek(size_t n = 0) const { return tokens_[at_ + n < tokens_.size() ? at_ + n : tokens_.size() - 1]; }
  bool is_op(OpKind k) const { return peek().kind == Tok::Op && peek().op->kind == k; }
  bool is_symbol(const char* spelling) const {
    return peek().kind == Tok::Op && std::string_view(peek().op->spelling) == spelling;
  }
  const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }

  AstPtr make(Ast kind, uint32_t start) {
    AstPtr n = std::make_unique<AstNode>();
    n->kind = kind;
    n->start = n->end = start;
    return n;
  }
  AstPtr wrap(Ast kind, AstPtr child) {
    AstPtr n = make(kind, child ? child->start : peek().start);
    n->end = child ? child->end : n->start;
    if (child) n->children.push_back(std::move(child));
    return n;
  }

  AstPtr fail(uint32_t start, uint32_t end, const char* code, std::string text, std::string replacement = {}) {
    if (!failed_) errors_.push_back({start, end, std::move(text), code, std::move(replacement)});
    failed_ = true;
    return nullptr;
  }
  AstPtr unexpected(const std::string& remedy) {
    const Token& t = peek();
    if (t.kind == Tok::Bad) { failed_ = true; return nullptr; }  // the lexer has said why
    if (t.kind == Tok::End)
      return fail(t.start, t.end, "incomplete", "The filter ends too early: " + lower_first(remedy));
    std::string what(s_.substr(t.start, t.end - t.start));
    if (what == "AND" || what == "OR" || what == "NOT" || what == "And" || what == "Or" || what == "Not") {
      for (char& c : what) c = static_cast<char>(c | 32);
      return fail(t.start, t.end, "syntax", "Operators are written in lower case: \"" + what + "\".", what);
    }
    if (t.kind == Tok::LParen && at_ && tokens_[at_ - 1].kind == Tok::Op && tokens_[at_ - 1].op->kind == OpKind::Compare)
      return fail(t.start, t.end, "syntax", "Parentheses join tests only: group values with braces, {1 + 2}.", "{");
    if (what == ">" && at_ && std::string_view(tokens_[at_ - 1].text) == "<")
      return fail(tokens_[at_ - 1].start, t.end, "syntax", "\"<>\" is no operator: write \"!=\".", "!=");
    if (what == "xor")
      return fail(t.start, t.end, "syntax", "There is no exclusive or: write \"(a or b) and not (a and b)\".");
    return fail(t.start, t.end, "syntax", "\"" + what + "\" is unexpected here. " + remedy);
  }
  static std::string lower_first(std::string s) {
    if (!s.empty() && s[0] >= 'A' && s[0] <= 'Z') s[0] = static_cast<char>(s[0] | 32);
    return s;
  }

  struct Nest {
    explicit Nest(Parser& p) : p(p), ok(++p.depth_ < kMaxNesting) {
      if (!ok) p.fail(p.peek().start, p.peek().end, "too-deep", "The filter is nested too deeply: simplify it.");
    }
    ~Nest() { p.depth_--; }
    Parser& p;
    bool ok;
  };

  AstPtr parse_chain(Ast kind, OpKind op, AstPtr (Parser::*part)()) {
    AstPtr first = (this->*part)();
    if (failed_ || !is_op(op)) return first;
    AstPtr n = wrap(kind, std::move(first));
    while (!failed_ && is_op(op)) {
      take();
      AstPtr next = (this->*part)();
      if (!next) break;
      n->end = next->end;
      n->children.push_back(std::move(next));
    }
    return n;
  }
  AstPtr parse_or() { return parse_chain(Ast::Or, OpKind::Or, &Parser::parse_and); }
  AstPtr parse_and() { return parse_chain(Ast::And, OpKind::And, &Parser::parse_not); }

  AstPtr parse_not() {
    Nest nest(*this);
    if (!nest.ok) return nullptr;
    if (is_op(OpKind::Not)) {
      uint32_t start = take().start;
      AstPtr n = wrap(Ast::Not, parse_not());
      n->start = start;
      return n;
    }
    if (peek().kind == Tok::LParen) {
      uint32_t start = take().start;
      AstPtr inner = parse_or();
      if (failed_) return inner;
      if (peek().kind != Tok::RParen) { unexpected("A closing parenthesis \")\" is missing."); return inner; }
      inner->start = start;
      inner->end = take().end;
      return inner;
    }
    return parse_relation();
  }

  AstPtr parse_relation() {
    const OperatorRow* quantifier = nullptr;
    uint32_t start = peek().start;
    if (is_op(OpKind::Any) || is_op(OpKind::All)) quantifier = take().op;
    AstPtr left = parse_arith(1);
    if (failed_) return left;
    if (is_op(OpKind::Compare)) return parse_comparisons(std::move(left), quantifier, start);
    if (is_op(OpKind::Contains) || is_op(OpKind::Matches)) {
      AstPtr n = wrap(is_op(OpKind::Contains) ? Ast::Contains : Ast::Matches, std::move(left));
      n->op = take().op;
      add_right(*n, quantifier, start);
      return n;
    }
    bool negated = is_op(OpKind::Not) && peek(1).kind == Tok::Op && peek(1).op->kind == OpKind::In;
    if (negated) take();
    if (is_op(OpKind::In)) return parse_in(std::move(left), quantifier, negated, start);
    if (quantifier) {
      unexpected("\"any\" and \"all\" stand before a comparison: any tcp.port == 80.");
      return left;
    }
    return wrap(Ast::Test, std::move(left));
  }

  void set_quant(AstNode& n, const OperatorRow* quantifier, Quant natural) {
    n.quant = !quantifier ? natural : quantifier->kind == OpKind::All ? Quant::All : Quant::Any;
  }
  void add_right(AstNode& n, const OperatorRow* quantifier, uint32_t start) {
    set_quant(n, quantifier, n.op->quant);
    n.start = start;
    AstPtr right = parse_arith(1);
    if (!right) return;
    n.end = right->end;
    n.children.push_back(std::move(right));
  }

  // a < b < c means a < b and b < c
  AstPtr parse_comparisons(AstPtr left, const OperatorRow* quantifier, uint32_t start) {
    AstPtr all;
    for (int links = 0;; links++) {
      if (links >= kMaxNesting) return fail(peek().start, peek().end, "too-deep", "Too many comparisons in one chain.");
      AstPtr n = wrap(Ast::Compare, std::move(left));
      n->op = take().op;
      size_t right_at = at_;
      add_right(*n, quantifier, start);
      if (failed_ || n->children.size() < 2) return n;
      if (!is_op(OpKind::Compare)) {
        if (!all) return n;
        all->end = n->end;
        all->children.push_back(std::move(n));
        return all;
      }
      // the right side is read once more, as the next one's left
      size_t after = at_;
      at_ = right_at;
      left = parse_arith(1);
      at_ = after;
      if (!left) return n;  // what was allowed once may be beyond a limit when it is read again
      start = left->start;
      if (!all) all = make(Ast::And, n->start);
      all->children.push_back(std::move(n));
    }
  }

  AstPtr parse_in(AstPtr left, const OperatorRow* quantifier, bool negated, uint32_t start) {
    AstPtr n = wrap(Ast::In, std::move(left));
    n->op = take().op;
    n->negated = negated;
    n->start = start;
    set_quant(*n, negated ? nullptr : quantifier, Quant::Any);  // "not in": in none, whatever is written
    if (peek().kind != Tok::LBrace) {
      unexpected("A set in braces must follow \"in\": tcp.port in {80, 443}.");
      return n;
    }
    take();
    for (;;) {
      AstPtr low = parse_element();
      if (failed_) return n;
      if (peek().kind == Tok::DotDot) {
        take();
        AstPtr range = wrap(Ast::SetRange, std::move(low));
        AstPtr high = parse_element();
        if (failed_) return n;
        range->end = high->end;
        range->children.push_back(std::move(high));
        low = std::move(range);
      }
      n->children.push_back(std::move(low));
      if (peek().kind == Tok::RBrace) break;
      if (peek().kind != Tok::Comma) { unexpected("Elements of a set are separated by commas and end with \"}\"."); return n; }
      take();
    }
    n->end = take().end;
    return n;
  }

  AstPtr parse_element() {
    if (peek().kind == Tok::LBrace) return unexpected("A set cannot hold another set.");
    // there is no arithmetic in sets: a slash belongs to the word
    bool slash = peek(1).kind == Tok::Op && std::string_view(peek(1).op->spelling) == "/";
    if (peek().kind == Tok::Word && slash && peek(1).start == peek().end) return parse_path();
    return parse_sign();
  }

  AstPtr parse_arith(uint8_t binding) {
    Nest nest(*this);
    if (!nest.ok) return nullptr;
    AstPtr left = binding > 3 ? parse_sign() : parse_arith(static_cast<uint8_t>(binding + 1));
    while (!failed_ && is_op(OpKind::Arith) && peek().op->binding == binding) {
      // each one makes the tree one deeper, wherever it stands
      if (++sums_ > kMaxNesting) return fail(peek().start, peek().end, "too-deep", "Too many arithmetic operators.");
      AstPtr n = wrap(Ast::Arith, std::move(left));
      n->op = take().op;
      AstPtr right = binding >= 3 ? parse_sign() : parse_arith(static_cast<uint8_t>(binding + 1));
      if (!right) return n;
      n->end = right->end;
      n->children.push_back(std::move(right));
      left = std::move(n);
    }
    return left;
  }

  AstPtr parse_sign() {
    if (!is_symbol("-") && !is_symbol("+")) return parse_atom();
    bool minus = is_symbol("-");
    uint32_t start = take().start;
    if (peek().kind == Tok::LBrace) return unexpected("A sign stands before a field or a number only.");
    AstPtr n = wrap(minus ? Ast::Negate : Ast::Plus, parse_atom());
    n->start = start;
    return n;
  }

  AstPtr parse_atom() {
    const Token& t = peek();
    switch (t.kind) {
      case Tok::LBrace: {
        Nest nest(*this);
        if (!nest.ok) return nullptr;
        take();
        AstPtr inner = parse_arith(1);
        if (failed_) return inner;
        if (peek().kind != Tok::RBrace) { unexpected("A closing brace \"}\" is missing."); return inner; }
        take();
        return inner;
      }
      case Tok::Word: case Tok::Name: case Tok::Text: case Tok::Char: case Tok::Ref: case Tok::At: break;
      case Tok::Op:
        if (is_symbol("/") && peek(1).kind == Tok::Word && peek(1).start == t.end) return parse_path();
        [[fallthrough]];
      default: return unexpected("A field, a function or a value belongs here.");
    }
    if (t.kind == Tok::Word && peek(1).kind == Tok::LParen) return parse_call();
    if (t.kind == Tok::At) {
      uint32_t start = take().start;
      if (peek().kind != Tok::Word && peek().kind != Tok::Name)
        return unexpected("A field must follow \"@\": @ip.src == 0a:00:00:01.");
      AstPtr n = wrap(Ast::Raw, parse_leaf());
      n->start = start;
      return parse_slices(std::move(n));
    }
    return parse_slices(parse_leaf());
  }

  // "/api/v1": a bareword for string fields that starts with a slash
  AstPtr parse_path() {
    AstPtr n = make(Ast::Word, peek().start);
    while ((is_symbol("/") || peek().kind == Tok::Word) && (n->text.empty() || peek().start == n->end)) {
      n->text += s_.substr(peek().start, peek().end - peek().start);
      n->end = take().end;
    }
    return n;
  }

  AstPtr parse_leaf() {
    const Token& t = take();
    Ast kind = t.kind == Tok::Word ? Ast::Word : t.kind == Tok::Name ? Ast::Name : t.kind == Tok::Text ? Ast::Text
               : t.kind == Tok::Char ? Ast::Char : Ast::Ref;
    AstPtr n = make(kind, t.start);
    n->end = t.end;
    n->text = t.text;
    if (kind == Ast::Ref || peek().kind != Tok::Hash) return n;
    take();
    AstPtr layer = wrap(Ast::Layer, std::move(n));
    parse_ranges(*layer);
    return layer;
  }

  AstPtr parse_slices(AstPtr n) {
    while (!failed_ && peek().kind == Tok::LBracket) {
      if (++sums_ > kMaxNesting) return fail(peek().start, peek().end, "too-deep", "Too many slices.");
      bool key = peek(1).kind == Tok::Text;
      n = wrap(key ? Ast::Key : Ast::Slice, std::move(n));
      if (key) {
        take();
        n->text = take().text;
        if (peek().kind != Tok::RBracket) return unexpected("One key stands between the brackets.");
        n->end = take().end;
      } else {
        parse_ranges(*n);
      }
    }
    return n;
  }

  void parse_ranges(AstNode& n) {
    bool bracketed = peek().kind == Tok::LBracket;
    if (bracketed) take();
    for (;;) {
      const Token& t = peek();
      if (t.kind != Tok::Index) { unexpected("A position belongs here, as in [0:4], [1-3] or [-1]."); return; }
      Range r;
      std::string why;
      if (!parse_range(t.text, &r, &why)) { fail(t.start, t.end, "bad-range", why); return; }
      n.ranges.push_back(r);
      n.end = take().end;
      if (!bracketed) return;
      if (peek().kind == Tok::RBracket) { n.end = take().end; return; }
      if (peek().kind != Tok::Comma) { unexpected("The closing bracket \"]\" is missing."); return; }
      take();
    }
  }

  AstPtr parse_call() {
    Nest nest(*this);
    if (!nest.ok) return nullptr;
    AstPtr n = make(Ast::Call, peek().start);
    n->text = peek().text;
    n->end = take().end;
    take();
    if (peek().kind != Tok::RParen) {
      for (;;) {
        AstPtr argument = parse_arith(1);
        if (failed_) return n;
        n->children.push_back(std::move(argument));
        if (peek().kind != Tok::Comma) break;
        take();
      }
    }
    if (peek().kind != Tok::RParen) { unexpected("The closing parenthesis of the function is missing."); return n; }
    n->end = take().end;
    return parse_slices(std::move(n));
  }

  std::string_view s_;
  std::vector<Token> tokens_;
  std::vector<Message>& errors_;
  size_t at_ = 0;
  int depth_ = 0;
  int sums_ = 0;  // arithmetic operators and slices in the whole filter
  bool failed_ = false;
};

}  // namespace

Parsed parse(std::string_view text) {
  Parsed p;
  if (text.size() > kMaxText) {
    p.errors.push_back({0, 0, "The filter is longer than 64 KiB: shorten it.", "too-long", ""});
    return p;
  }
  p.tokens = lex(text, p.errors);
  Parser parser(text, std::move(p.tokens), p.errors);
  p.root = parser.run();
  p.tokens = parser.take_tokens();
  return p;
}

const char* ast_name(Ast kind) {
  static const char* const kNames[] = {"or", "and", "not", "test", "compare", "contains", "matches", "in", "range",
                                       "arith", "negate", "plus", "word", "name", "text", "char", "ref", "slice",
                                       "key", "layer", "raw", "call"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace strato::filter
