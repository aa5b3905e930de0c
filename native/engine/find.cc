#include "engine/find.h"

#include <algorithm>

#include "engine/columns.h"
#include "packet/builtin.h"
#include "packet/registry.h"

namespace strato {
namespace {

// ASCII only, as the rest of the engine compares names.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; }

bool contains(std::string_view text, std::string_view needle, bool match_case) {
  if (match_case) return text.find(needle) != std::string_view::npos;
  auto same = [](char a, char b) { return lower(a) == b; };
  return std::search(text.begin(), text.end(), needle.begin(), needle.end(), same) != text.end();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// "0d0a", "0d 0a", "0d:0a", "0d-0a", "0x0d0a"; false when it is no whole number of bytes.
bool parse_hex(std::string_view s, std::string* out) {
  if (s.size() > 2 && s[0] == '0' && lower(s[1]) == 'x') s.remove_prefix(2);
  int high = -1;
  for (char c : s) {
    if (c == ' ' || c == ':' || c == '-' || c == '.') {
      if (high >= 0) return false;
      continue;
    }
    int d = hex_digit(c);
    if (d < 0) return false;
    if (high < 0) high = d;
    else out->push_back(static_cast<char>(high << 4 | d)), high = -1;
  }
  return high < 0 && !out->empty();
}

std::string utf16(std::string_view s) {
  std::string out;
  for (char c : s) out.push_back(c), out.push_back('\0');
  return out;
}

bool is_ascii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

constexpr Column kSearched[] = {Column::Source, Column::Destination, Column::Protocol, Column::Info};

}  // namespace

std::unique_ptr<Finder> Finder::make(const FindRequest& r, std::string* error) {
  std::unique_ptr<Finder> f(new Finder);
  f->where_ = r.where;
  f->match_case_ = r.match_case;
  if (r.text.empty()) {
    *error = "There is nothing to look for: type a text, bytes or a display filter.";
    return nullptr;
  }
  if (r.where == FindRequest::Where::Filter) {
    filter::Message message;
    std::vector<filter::Message> warnings;
    f->filter_ = filter::Filter::compile(r.text, Registry::get(), &message, &warnings);
    if (!f->filter_) *error = message.text;
    return f->filter_ ? std::move(f) : nullptr;
  }
  if (r.where == FindRequest::Where::Hex) {
    f->match_case_ = true;
    if (parse_hex(r.text, &f->needle_)) return f;
    *error = "\"" + r.text + "\" is no bytes: write two hexadecimal digits for each, like 0d 0a.";
    return nullptr;
  }
  f->needle_ = r.text;
  if (!r.match_case) std::transform(f->needle_.begin(), f->needle_.end(), f->needle_.begin(), lower);
  if (r.where == FindRequest::Where::Bytes && is_ascii(r.text)) f->wide_ = utf16(f->needle_);
  return f;
}

bool Finder::holds(std::string_view text) const { return contains(text, needle_, match_case_); }

bool Finder::in_bytes(const Ctx& c) const {
  for (const Source& s : c.sources) {
    std::string_view bytes(reinterpret_cast<const char*>(s.p), s.p ? s.n : 0);
    if (holds(bytes) || (!wide_.empty() && contains(bytes, wide_, match_case_))) return true;
  }
  return false;
}

bool Finder::matches(const Ctx& c) const {
  Text t;
  switch (where_) {
    case FindRequest::Where::Filter: return filter_->matches(c);
    case FindRequest::Where::Hex:
    case FindRequest::Where::Bytes: return in_bytes(c);
    case FindRequest::Where::List:
      for (Column column : kSearched) {
        t.clear();
        print_cell(c, column, TimeFormat::Relative, t);
        if (holds(t.view())) return true;
      }
      return false;
    case FindRequest::Where::Details:
      for (const Node& n : c.tree.nodes()) {
        if (n.flags & Node::kHidden) continue;
        t.clear();
        print_label(n, t);
        if (holds(t.view())) return true;
      }
      return false;
  }
  return false;
}

}  // namespace strato
