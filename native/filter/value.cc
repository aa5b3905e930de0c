#include "filter/value.h"

#include <cmath>
#include <cstring>

namespace strato::filter {
namespace {

template <class T>
int order(T a, T b) { return a < b ? -1 : a > b; }

bool holds(Cmp op, int order) {
  switch (op) {
    case Cmp::Eq: return order == 0;
    case Cmp::Ne: return order != 0;
    case Cmp::Lt: return order < 0;
    case Cmp::Le: return order <= 0;
    case Cmp::Gt: return order > 0;
    case Cmp::Ge: return order >= 0;
  }
  return false;
}

int order_text(std::string_view a, std::string_view b) {
  size_t n = a.size() < b.size() ? a.size() : b.size();
  int r = n ? memcmp(a.data(), b.data(), n) : 0;
  return r ? r : order(a.size(), b.size());
}
int order_bytes(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? order(a.size(), b.size()) : order_text(a, b);
}

// The first `bits` bits of two addresses.
int order_prefix(std::string_view a, std::string_view b, uint32_t bits) {
  if (a.size() != 16 || b.size() != 16) return order_bytes(a, b);
  uint32_t whole = bits / 8, rest = bits % 8;
  if (whole > 16) whole = 16, rest = 0;
  int r = whole ? memcmp(a.data(), b.data(), whole) : 0;
  if (r || !rest) return r;
  uint8_t mask = static_cast<uint8_t>(0xff << (8 - rest));
  return order<int>(static_cast<uint8_t>(a[whole]) & mask, static_cast<uint8_t>(b[whole]) & mask);
}

// false: not comparable
bool order_of(const Val& a, const Val& b, int* out) {
  using K = Val::Kind;
  // fields of one name may differ in type: only values of one sort have an order
  bool numbers = a.kind <= K::Sint && b.kind <= K::Sint;
  if (a.kind != b.kind && !numbers && !(a.is_view() && b.is_view())) return false;
  switch (a.kind) {
    case K::Uint:
      if (b.kind == K::Sint && b.i < 0) return false;
      *out = order(a.u, b.u);
      return true;
    case K::Sint:
      if (b.kind == K::Uint && b.u > INT64_MAX) return false;
      *out = order(a.i, b.i);
      return true;
    case K::Real:
      if (std::isnan(a.d) || std::isnan(b.d)) return false;
      *out = order(a.d, b.d);
      return true;
    case K::Text: *out = order_text(a.bytes(), b.bytes()); return true;
    case K::Bytes: *out = order_bytes(a.bytes(), b.bytes()); return true;
    case K::IPv4: {
      uint32_t bits = a.prefix < b.prefix ? a.prefix : b.prefix;
      uint32_t mask = bits ? 0xffffffffu << (32 - bits) : 0;
      *out = order(static_cast<uint32_t>(a.u) & mask, static_cast<uint32_t>(b.u) & mask);
      return true;
    }
    case K::IPv6: *out = order_prefix(a.bytes(), b.bytes(), a.prefix < b.prefix ? a.prefix : b.prefix); return true;
  }
  return false;
}

bool fits(int64_t v, int bits) { return bits == 64 || (v >= INT32_MIN && v <= INT32_MAX); }

bool signed_result(int64_t v, int bits, Val* out) {
  if (!fits(v, bits)) return false;
  *out = Val::of_sint(v);
  return true;
}

bool unsigned_result(uint64_t v, int bits, Val* out) {
  if (bits != 64 && v > UINT32_MAX) return false;
  *out = Val::of_uint(v);
  return true;
}

bool arithmetic_uint(ArithOp op, uint64_t a, uint64_t b, int bits, Val* out) {
  uint64_t r = 0;
  switch (op) {
    case ArithOp::Add: return !__builtin_add_overflow(a, b, &r) && unsigned_result(r, bits, out);
    case ArithOp::Mul: return !__builtin_mul_overflow(a, b, &r) && unsigned_result(r, bits, out);
    case ArithOp::Sub:
      if (a >= b) return unsigned_result(a - b, bits, out);
      if (b - a > static_cast<uint64_t>(INT64_MAX)) return false;
      return signed_result(-static_cast<int64_t>(b - a), bits, out);
    case ArithOp::Div: return b && unsigned_result(a / b, bits, out);
    case ArithOp::Mod: return b && unsigned_result(a % b, bits, out);
    case ArithOp::And: return unsigned_result(a & b, bits, out);
  }
  return false;
}

bool arithmetic_sint(ArithOp op, int64_t a, int64_t b, int bits, Val* out) {
  int64_t r = 0;
  switch (op) {
    case ArithOp::Add: return !__builtin_add_overflow(a, b, &r) && signed_result(r, bits, out);
    case ArithOp::Sub: return !__builtin_sub_overflow(a, b, &r) && signed_result(r, bits, out);
    case ArithOp::Mul: return !__builtin_mul_overflow(a, b, &r) && signed_result(r, bits, out);
    case ArithOp::Div: return b && !(b == -1 && a == INT64_MIN) && signed_result(a / b, bits, out);
    case ArithOp::Mod: return b && signed_result(b == -1 ? 0 : a % b, bits, out);
    case ArithOp::And: return signed_result(a & b, bits, out);
  }
  return false;
}

bool arithmetic_real(ArithOp op, double a, double b, Val* out) {
  switch (op) {
    case ArithOp::Add: *out = Val::of_real(a + b); return true;
    case ArithOp::Sub: *out = Val::of_real(a - b); return true;
    case ArithOp::Mul: *out = Val::of_real(a * b); return true;
    case ArithOp::Div: *out = Val::of_real(a / b); return b != 0;
    default: return false;
  }
}

// As long as the shorter one.
Val and_bytes(const Val& a, const Val& b, Arena& arena) {
  uint32_t n = a.s.n < b.s.n ? a.s.n : b.s.n;
  char* p = static_cast<char*>(arena.alloc(n ? n : 1, 1));
  for (uint32_t i = 0; i < n; i++) p[i] = static_cast<char>(a.s.p[i] & b.s.p[i]);
  return Val::of_bytes({p, n}, a.kind);
}

}  // namespace

Tri compare(Cmp op, const Val& a, const Val& b) {
  int o = 0;
  if (!order_of(a, b, &o)) return Tri::No;
  return holds(op, o) ? Tri::True : Tri::False;
}

bool is_zero(const Val& v) {
  switch (v.kind) {
    case Val::Kind::Real: return v.d == 0;
    case Val::Kind::Text: case Val::Kind::Bytes: case Val::Kind::IPv6:
      for (char c : v.bytes())
        if (c) return false;
      return true;
    default: return v.u == 0;
  }
}

bool contains(std::string_view where, std::string_view what) {
  if (what.empty() || what.size() > where.size()) return false;
  return memmem(where.data(), where.size(), what.data(), what.size()) != nullptr;
}

bool arithmetic(ArithOp op, const Val& a, const Val& b, int bits, Arena& arena, Val* out) {
  using K = Val::Kind;
  bool numbers = a.kind <= K::Sint && b.kind <= K::Sint;
  if (a.kind != b.kind && !numbers && !(a.is_view() && b.is_view())) return false;
  if (a.kind == K::Uint && b.kind == K::Uint) return arithmetic_uint(op, a.u, b.u, bits, out);
  if (a.kind == K::Uint || a.kind == K::Sint) {
    if ((a.kind == K::Uint && a.u > INT64_MAX) || (b.kind == K::Uint && b.u > INT64_MAX)) return false;
    return arithmetic_sint(op, a.i, b.i, bits, out);
  }
  if (a.kind == K::Real) return arithmetic_real(op, a.d, b.d, out);
  if (op != ArithOp::And) return false;
  if (a.kind == K::IPv4) {
    *out = Val::of_ipv4(static_cast<uint32_t>(a.u & b.u));
    return true;
  }
  *out = and_bytes(a, b, arena);
  return true;
}

bool negate(const Val& v, int bits, Val* out) {
  if (v.kind == Val::Kind::Real) {
    *out = Val::of_real(-v.d);
    return true;
  }
  if (v.kind == Val::Kind::Uint) {
    if (v.u > static_cast<uint64_t>(INT64_MAX)) return false;
    return signed_result(-static_cast<int64_t>(v.u), bits, out);
  }
  return v.kind == Val::Kind::Sint && v.i != INT64_MIN && signed_result(-v.i, bits, out);
}

Val node_bytes(const Node& n, const Source* sources, size_t source_count) {
  if (n.source >= source_count) return Val::of_bytes({});
  const Source& s = sources[n.source];
  if (n.off >= s.n) return Val::of_bytes({});
  uint32_t len = n.len < s.n - n.off ? n.len : s.n - n.off;
  return Val::of_bytes({reinterpret_cast<const char*>(s.p) + n.off, len});
}

Val node_value(const Node& n, const Source* sources, size_t source_count) {
  switch (n.field->type) {
    case FT::Protocol: if (n.flags & Node::kWhole) return Val::of_bytes(n.value.text()); [[fallthrough]];
    case FT::None: return node_bytes(n, sources, source_count);
    case FT::Boolean: return Val::of_uint(n.value.u != 0);
    case FT::IPv4: return Val::of_ipv4(static_cast<uint32_t>(n.value.u));
    case FT::IPv6: return Val::of_bytes(n.value.text(), Val::Kind::IPv6);
    case FT::Float: case FT::Double: return Val::of_real(n.value.d);
    case FT::AbsTime: case FT::RelTime: return Val::of_sint(n.value.i);
    case FT::String: return Val::of_text(n.value.text());
    case FT::Bytes: case FT::UintBytes: case FT::Ether: case FT::Guid: case FT::Oid: case FT::Eui64:
      return Val::of_bytes(n.value.text());
    default: return is_int(n.field->type) ? Val::of_sint(n.value.i) : Val::of_uint(n.value.u);
  }
}

std::string_view as_bytes(const Val& v, Arena& arena) {
  if (v.is_view()) return v.bytes();
  if (v.kind != Val::Kind::IPv4) return {};
  char* p = static_cast<char*>(arena.alloc(4, 1));
  for (int i = 0; i < 4; i++) p[i] = static_cast<char>(v.u >> (24 - 8 * i));
  return {p, 4};
}

}  // namespace strato::filter
