#include "filter/lexer.h"

#include "filter/literal.h"
#include "filter/operators.h"

namespace strato::filter {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
uint32_t hex_value(char c) { return is_digit(c) ? c - '0' : (c | 32) - 'a' + 10; }

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 63));
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  }
}

class Lexer {
 public:
  Lexer(std::string_view text, std::vector<Message>& errors) : s_(text), errors_(errors) {}

  std::vector<Token> run() {
    for (;;) {
      while (at_ < s_.size() && is_space(s_[at_])) at_++;
      if (at_ >= s_.size()) break;
      if (!next()) {
        Token& t = tokens_.emplace_back();
        t.kind = Tok::Bad;
        t.start = t.end = static_cast<uint32_t>(at_);
        break;
      }
    }
    Token& end = tokens_.emplace_back();
    end.start = end.end = static_cast<uint32_t>(s_.size());
    return std::move(tokens_);
  }

 private:
  char peek(size_t n = 0) const { return at_ + n < s_.size() ? s_[at_ + n] : '\0'; }

  Token& add(Tok kind, size_t length) {
    Token& t = tokens_.emplace_back();
    t.kind = kind;
    t.start = static_cast<uint32_t>(at_);
    t.text = std::string(s_.substr(at_, length));
    at_ += length;
    t.end = static_cast<uint32_t>(at_);
    return t;
  }

  bool fail(size_t start, size_t end, const char* code, std::string text, std::string replacement = {}) {
    if (end > s_.size()) end = s_.size();
    errors_.push_back({static_cast<uint32_t>(start), static_cast<uint32_t>(end), std::move(text), code,
                       std::move(replacement)});
    return false;
  }

  bool next() {
    char c = peek();
    switch (c) {
      case '(': add(Tok::LParen, 1); return true;
      case ')': add(Tok::RParen, 1); return true;
      case '{': add(Tok::LBrace, 1); return true;
      case '}': add(Tok::RBrace, 1); return true;
      case ']': add(Tok::RBracket, 1); return true;
      case ',': add(Tok::Comma, 1); return true;
      case '@': add(Tok::At, 1); return true;
      case '[': return brackets();
      case '#': return layer();
      case '$': return reference();
      case '"': return quoted(1, false);
      case '\'': return character();
      case '.': return dot();
      case ':': return colon();
      default: break;
    }
    if ((c == 'r' || c == 'R') && peek(1) == '"') return quoted(2, true);
    if (is_word(c)) return word();
    if (const OperatorRow* op = symbol_operator(s_.substr(at_))) {
      add(Tok::Op, std::string_view(op->spelling).size()).op = op;
      return true;
    }
    return unexpected(c);
  }

  bool unexpected(char c) {
    if (static_cast<unsigned char>(c) >= 0x80)
      return fail(at_, at_ + 1, "syntax", "Characters outside ASCII are allowed in quotes only: put the value in \"…\".");
    if (c == '=') {
      if (peek(1) == '>') return fail(at_, at_ + 2, "syntax", "\"=>\" is no operator: write \">=\".", ">=");
      return fail(at_, at_ + 1, "syntax", "\"=\" is no operator: compare with \"==\".", "==");
    }
    if (c == '|') return fail(at_, at_ + 1, "syntax", "\"|\" is no operator: write \"||\" or \"or\".", "||");
    if (c == '^')
      return fail(at_, at_ + 1, "syntax", "There is no exclusive or: write \"(a or b) and not (a and b)\".");
    if (static_cast<unsigned char>(c) < 0x20)
      return fail(at_, at_ + 1, "syntax", "A control character stands here: remove it.");
    return fail(at_, at_ + 1, "syntax", std::string("\"") + c + "\" has no meaning here: remove it.");
  }

  // Between brackets everything up to the comma is kept as it is: "0:4", "-3--1", "1-2"; a quoted text is a key.
  bool brackets() {
    size_t open = at_;
    add(Tok::LBracket, 1);
    for (;;) {
      while (is_space(peek())) at_++;
      if (at_ >= s_.size())
        return fail(open, s_.size(), "syntax", "The closing bracket of the slice is missing: add \"]\".");
      if (peek() == ']') { add(Tok::RBracket, 1); return true; }
      if (peek() == ',') { add(Tok::Comma, 1); continue; }
      if (peek() == '"') {
        if (!quoted(1, false)) return false;
        continue;
      }
      size_t n = 0;
      while (at_ + n < s_.size() && peek(n) != ',' && peek(n) != ']') n++;
      size_t keep = n;
      while (keep && is_space(peek(keep - 1))) keep--;
      add(Tok::Index, keep);
    }
  }

  bool layer() {
    add(Tok::Hash, 1);
    if (peek() == '[') return true;
    size_t n = 0;
    while (is_digit(peek(n))) n++;
    if (!n)
      return fail(at_ - 1, at_ + (at_ < s_.size()), "syntax",
                  "A layer number or a range in brackets must follow \"#\", as in ip.addr#2 or ip.addr#[-1].");
    add(Tok::Index, n);
    return true;
  }

  bool reference() {
    size_t n = 2;
    if (peek(1) != '{') return fail(at_, at_ + 1, "syntax", "\"$\" must be followed by a field in braces: ${ip.src}.");
    while (is_word(peek(n)) || peek(n) == '.' || peek(n) == '-' || peek(n) == '#') n++;
    if (peek(n) != '}' || n == 2)
      return fail(at_, at_ + n, "syntax", "A reference is a field's name in braces, without blanks: ${ip.src}.");
    Token& t = add(Tok::Ref, n + 1);
    t.text = t.text.substr(2, t.text.size() - 3);
    return true;
  }

  bool dot() {
    if (peek(1) == '.') { add(Tok::DotDot, 2); return true; }
    size_t n = word_length(1);
    if (n == 1) return unexpected('.');
    Token& t = add(Tok::Name, n);
    t.text.erase(0, 1);
    return true;
  }

  // ":47:45" and "::1"
  bool colon() {
    if (size_t n = address_length()) { add(Tok::Word, n); return true; }
    size_t n = 1;
    bool pairs = is_hex(peek(1)) && is_hex(peek(2)) && peek(3) == ':';
    while (is_hex(peek(n)) || (peek(n) == ':' && pairs && n % 3 == 0) || peek(n) == '-' ||
           (peek(n) == '.' && is_hex(peek(n + 1))))
      n++;
    if (n == 1 || is_word(peek(n)) || peek(n) == ':') return unexpected(':');
    add(Tok::Word, n);
    return true;
  }

  // Letters, digits, _ and -; a dot when more follows. Starts at at_ + from; returns the end relative to at_.
  size_t word_length(size_t from) const {
    size_t n = from;
    for (;; n++) {
      char c = peek(n);
      if (is_word(c) || (c == '-' && n > from)) continue;
      if (c == '.' && n > from && (is_word(peek(n + 1)) || peek(n + 1) == '-')) continue;
      return n;
    }
  }

  // Length of an IPv6 address (with prefix length) or of colon-separated bytes that starts here, 0 for neither.
  size_t address_length() const {
    size_t n = 0, colons = 0;
    while (n < 64 && (is_hex(peek(n)) || peek(n) == ':' || (peek(n) == '.' && is_digit(peek(n + 1))))) {
      colons += peek(n) == ':';
      n++;
    }
    if (!colons || is_word(peek(n))) return 0;
    uint8_t address[16];
    if (parse_ipv6(s_.substr(at_, n), address)) return n + prefix_length(n, 3);
    return byte_run();
  }

  size_t byte_run() const {
    size_t n = 0;
    while (is_hex(peek(n)) && is_hex(peek(n + 1))) {
      n += 2;
      if (peek(n) != ':' || !is_hex(peek(n + 1)) || !is_hex(peek(n + 2))) break;
      n++;
    }
    return n > 2 && !is_word(peek(n)) ? n : 0;
  }

  // "/24" after an address of length n
  size_t prefix_length(size_t n, size_t digits) const {
    if (peek(n) != '/' || !is_digit(peek(n + 1))) return 0;
    size_t k = 1;
    while (k <= digits && is_digit(peek(n + k))) k++;
    return k;
  }

  bool word() {
    size_t n = address_length();
    if (!n) {
      n = word_length(0);
      uint32_t address;
      if (parse_ipv4(s_.substr(at_, n), &address)) n += prefix_length(n, 2);
    }
    Token& t = add(Tok::Word, n);
    if (const OperatorRow* op = word_operator(t.text)) {
      t.kind = Tok::Op;
      t.op = op;
    }
    return true;
  }

  bool quoted(size_t skip, bool raw) {
    size_t open = at_, i = at_ + skip;
    std::string out;
    for (; i < s_.size() && s_[i] != '"'; i++) {
      if (s_[i] != '\\') { out += s_[i]; continue; }
      if (raw) {
        out += s_[i];
        if (i + 1 < s_.size()) out += s_[++i];
        continue;
      }
      if (i + 1 >= s_.size()) { i++; break; }
      if (!escape(i, out)) return false;
    }
    if (i >= s_.size())
      return fail(open, s_.size(), "unclosed-string", "The closing quote of the string is missing: add \".");
    Token& t = add(Tok::Text, i + 1 - open);
    t.text = std::move(out);
    return true;
  }

  // s_[i] is the backslash; leaves i on the last character of the sequence
  bool escape(size_t& i, std::string& out) {
    size_t start = i;
    char c = i + 1 < s_.size() ? s_[i + 1] : '\0';
    auto digits = [&](size_t from, size_t most, auto valid) {
      size_t n = 0;
      while (n < most && from + n < s_.size() && valid(s_[from + n])) n++;
      return n;
    };
    auto bad = [&](size_t n) {
      std::string what(s_.substr(start, n));
      return fail(start, start + n, "bad-escape",
                  what + " is no escape sequence: write \\\\ for a backslash, or a raw string r\"…\".");
    };
    i++;
    static const char kFrom[] = "abfnrtv'\"\\", kTo[] = "\a\b\f\n\r\t\v'\"\\";
    for (size_t k = 0; kFrom[k]; k++)
      if (c == kFrom[k]) { out += kTo[k]; return true; }
    if (c == 'x') {
      size_t n = digits(i + 1, 2, is_hex);
      if (!n) return bad(2);
      uint32_t v = 0;
      for (size_t k = 0; k < n; k++) v = v * 16 + hex_value(s_[++i]);
      out += static_cast<char>(v);
      return true;
    }
    if (c >= '0' && c <= '7') {
      size_t n = digits(i, 3, [](char d) { return d >= '0' && d <= '7'; });
      uint32_t v = 0;
      for (size_t k = 0; k < n; k++) v = v * 8 + static_cast<uint32_t>(s_[i + k] - '0');
      if (v > 255) return bad(n + 1);
      i += n - 1;
      out += static_cast<char>(v);
      return true;
    }
    if (c == 'u' || c == 'U') {
      size_t want = c == 'u' ? 4 : 8, n = digits(i + 1, want, is_hex);
      if (n < want) return bad(n + 2);
      uint32_t v = 0;
      for (size_t k = 0; k < n; k++) v = v * 16 + hex_value(s_[++i]);
      // C11 6.4.3: nothing below U+00A0, no surrogates
      if (v < 0xa0 || (v >= 0xd800 && v <= 0xdfff) || v > 0x10ffff) return bad(n + 2);
      append_utf8(out, v);
      return true;
    }
    return bad(2);
  }

  bool character() {
    size_t open = at_, i = at_ + 1;
    while (i < s_.size() && s_[i] != '\'') i += s_[i] == '\\' ? 2 : 1;
    if (i >= s_.size())
      return fail(open, s_.size(), "unclosed-string", "The closing quote of the character is missing: add '.");
    std::string_view body = s_.substr(open + 1, i - open - 1);
    uint32_t v = 0;
    bool good = false;
    if (body.size() == 1) {
      v = static_cast<unsigned char>(body[0]);
      good = v >= 0x20 && v < 0x7f;
    } else if (body == "\\'" || body == "\\\\") {
      v = static_cast<unsigned char>(body[1]);
      good = true;
    } else if (body.size() > 2 && body.size() <= 4 && body[0] == '\\' && body[1] == 'x') {
      good = true;
      for (char c : body.substr(2)) good = good && is_hex(c), v = v * 16 + hex_value(c);
    } else if (body.size() > 1 && body.size() <= 4 && body[0] == '\\') {
      good = true;
      for (char c : body.substr(1)) good = good && c >= '0' && c <= '7', v = v * 8 + static_cast<uint32_t>(c - '0');
      good = good && v < 256;
    }
    if (!good) {
      std::string text(body);
      return fail(open, i + 1, "bad-character",
                  body.empty() ? std::string("'' is empty: one character belongs between single quotes.")
                               : "'" + text + "' is not one character: use double quotes for a string.",
                  body.empty() || text.find('"') != std::string::npos ? std::string() : "\"" + text + "\"");
    }
    Token& t = add(Tok::Char, i + 1 - open);
    t.text = std::string(1, static_cast<char>(v));
    return true;
  }

  std::string_view s_;
  std::vector<Message>& errors_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

std::vector<Token> lex(std::string_view text, std::vector<Message>& errors) { return Lexer(text, errors).run(); }

const char* token_kind_name(Tok t) {
  static const char* const kNames[] = {"end", "word", "name", "text", "char", "reference", "index", "operator", "#",
                                       "@", ",", "..", "(", ")", "{", "}", "[", "]", "bad"};
  return kNames[static_cast<size_t>(t)];
}

}  // namespace strato::filter
