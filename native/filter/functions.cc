#include "filter/functions.h"

#include "base/text.h"
#include "filter/types.h"

namespace strato::filter {
namespace {

using Args = std::vector<Argument>;

bool want_field(const char* function, const Args& args, std::string* why) {
  if (args[0].shape == Argument::Shape::Field) return true;
  *why = std::string(function) + "() takes a field: " + args[0].text + " is none.";
  return false;
}

bool check_len(const Args& args, FT* result, std::string* why) {
  *result = FT::Uint32;
  return want_field("len", args, why);
}

bool check_count(const Args& args, FT* result, std::string* why) {
  *result = FT::Uint32;
  return want_field("count", args, why);
}

bool check_case(const Args& args, FT* result, std::string* why) {
  *result = FT::String;
  if (args[0].shape == Argument::Shape::Field && is_text(args[0].type)) return true;
  *why = "lower() and upper() take a string field: " + args[0].text + " is none.";
  return false;
}

bool check_string(const Args& args, FT* result, std::string* why) {
  *result = FT::String;
  if (!want_field("string", args, why)) return false;
  if (can_stringify(args[0].type)) return true;
  *why = "string() takes numbers and addresses: " + args[0].text + " is " + describe(args[0].type) + ".";
  return false;
}

bool check_extreme(const Args& args, FT* result, std::string* why) {
  *result = args[0].type;
  if (args[0].shape == Argument::Shape::Literal) {
    *why = "max() and min() take a field first: " + args[0].text + " is a literal.";
    return false;
  }
  for (const Argument& a : args) {
    if (!can_compare(a.type)) {
      *why = a.text + " is " + describe(a.type) + ": it has no order.";
      return false;
    }
    if (a.type == args[0].type) continue;
    *why = "The arguments of max() and min() must be of one type: " + args[0].text + " is " + describe(args[0].type) +
           ", " + a.text + " is " + describe(a.type) + ".";
    return false;
  }
  return true;
}

bool check_abs(const Args& args, FT* result, std::string* why) {
  *result = args[0].type;
  FT t = args[0].type;
  if (args[0].shape != Argument::Shape::Literal && (can_negate(t) || t == FT::Boolean)) return true;
  *why = "abs() takes a number or a span of time: " + args[0].text + " is none.";
  return false;
}

bool check_selector(const Args&, FT*, std::string* why) {
  *why = "selector() is a test of its own and is compared with nothing: selector(\"app=web\").";
  return false;
}

void run_len(const Values* a, size_t, Arena&, std::vector<Val>& out) {
  int fixed = fixed_length(a->type);
  if (fixed == -2) return;
  for (size_t i = 0; i < a->n; i++)
    out.push_back(Val::of_uint(fixed >= 0 ? static_cast<uint32_t>(fixed) : a->p[i].is_view() ? a->p[i].s.n : 0));
}

void run_count(const Values* a, size_t, Arena&, std::vector<Val>& out) {
  if (a->n) out.push_back(Val::of_uint(a->n));
}

// ASCII only: bytes above are kept
void change_case(const Values& a, Arena& arena, std::vector<Val>& out, char from, char to) {
  for (size_t i = 0; i < a.n; i++) {
    std::string_view s = as_bytes(a.p[i], arena);
    char* p = static_cast<char*>(arena.alloc(s.size() + 1, 1));
    for (size_t k = 0; k < s.size(); k++) p[k] = s[k] >= from && s[k] <= to ? static_cast<char>(s[k] ^ 32) : s[k];
    out.push_back(Val::of_text({p, s.size()}));
  }
}
void run_lower(const Values* a, size_t, Arena& arena, std::vector<Val>& out) { change_case(*a, arena, out, 'A', 'Z'); }
void run_upper(const Values* a, size_t, Arena& arena, std::vector<Val>& out) { change_case(*a, arena, out, 'a', 'z'); }

// X.690 8.19
void print_oid(std::string_view s, Text& t) {
  uint64_t arc = 0;
  bool first = true;
  for (char c : s) {
    arc = arc << 7 | (static_cast<uint8_t>(c) & 0x7f);
    if (static_cast<uint8_t>(c) & 0x80) continue;
    uint64_t top = arc < 80 ? arc / 40 : 2;
    if (first) t << top << '.' << arc - top * 40;
    else t << '.' << arc;
    first = false;
    arc = 0;
  }
}

void print(FT type, const Val& v, Text& t) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(v.s.p);
  switch (v.kind) {
    case Val::Kind::Uint: t << v.u; return;
    case Val::Kind::Sint: t << v.i; return;
    case Val::Kind::Real: t.real(v.d, type == FT::Float ? 6 : 15); return;
    case Val::Kind::IPv4: t.ipv4(static_cast<uint32_t>(v.u)); return;
    case Val::Kind::IPv6: if (v.s.n == 16) t.ipv6(p); return;
    case Val::Kind::Text: case Val::Kind::Bytes: break;
  }
  if (type == FT::Oid) {
    print_oid(v.bytes(), t);
  } else if (type == FT::Guid && v.s.n == 16) {
    t.hex_bytes(p, 4) << '-';
    t.hex_bytes(p + 4, 2) << '-';
    t.hex_bytes(p + 6, 2) << '-';
    t.hex_bytes(p + 8, 2) << '-';
    t.hex_bytes(p + 10, 6);
  } else {
    t.hex_bytes(v.s.p, v.s.n, ':');
  }
}

void run_string(const Values* a, size_t, Arena& arena, std::vector<Val>& out) {
  for (size_t i = 0; i < a->n; i++) {
    Text t;
    print(a->type, a->p[i], t);
    out.push_back(Val::of_text(arena.copy(t.view())));
  }
}

void extreme(const Values* args, size_t count, std::vector<Val>& out, Cmp better) {
  const Val* best = nullptr;
  for (size_t k = 0; k < count; k++)
    for (size_t i = 0; i < args[k].n; i++)
      if (!best || compare(better, args[k].p[i], *best) == Tri::True) best = &args[k].p[i];
  if (best) out.push_back(Val(*best));
}
void run_max(const Values* a, size_t n, Arena&, std::vector<Val>& out) { extreme(a, n, out, Cmp::Gt); }
void run_min(const Values* a, size_t n, Arena&, std::vector<Val>& out) { extreme(a, n, out, Cmp::Lt); }

void run_abs(const Values* a, size_t, Arena&, std::vector<Val>& out) {
  for (size_t i = 0; i < a->n; i++) {
    Val v = a->p[i];
    if (v.kind == Val::Kind::Real && v.d < 0) v.d = -v.d;
    if (v.kind == Val::Kind::Sint && v.i < 0 && v.i != INT64_MIN) v.i = -v.i;
    out.push_back(v);
  }
}

}  // namespace

const FunctionRow kFunctions[] = {
    {"len", "len(field)", "Length of the value in bytes", 1, 1, check_len, run_len},
    {"count", "count(field)", "How often the field occurs in the packet", 1, 1, check_count, run_count},
    {"upper", "upper(string)", "The string in upper case", 1, 1, check_case, run_upper},
    {"lower", "lower(string)", "The string in lower case", 1, 1, check_case, run_lower},
    {"string", "string(field)", "A number or an address as text", 1, 1, check_string, run_string},
    {"max", "max(field, ...)", "The greatest of all values", 1, 255, check_extreme, run_max},
    {"min", "min(field, ...)", "The smallest of all values", 1, 255, check_extreme, run_min},
    {"selector", "selector(\"app=web,tier in (a,b)\")", "Whether a pod at either end has such labels", 1, 1, check_selector, nullptr},
    {"abs", "abs(number)", "The value without its sign", 1, 1, check_abs, run_abs},
};
const size_t kFunctionCount = sizeof kFunctions / sizeof kFunctions[0];

const FunctionRow* find_function(std::string_view name) {
  for (const FunctionRow& f : kFunctions)
    if (name == f.name) return &f;
  return nullptr;
}

}  // namespace strato::filter
