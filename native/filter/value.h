// Values while a filter runs: numbers as 64 bits, everything else as a view of bytes that live elsewhere.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "filter/operators.h"
#include "packet/tree.h"

namespace strato::filter {

struct Val {
  /// Text and Bytes differ in order: text as a dictionary has it, bytes the shorter first.
  enum class Kind : uint8_t { Uint, Sint, Real, Text, Bytes, IPv4, IPv6 };
  union {
    uint64_t u;
    int64_t i;
    double d;
    struct { const char* p; uint32_t n; } s;
  };
  Kind kind;
  uint8_t prefix;  // IPv4, IPv6: bits that count

  static Val of_uint(uint64_t v) { Val x(Kind::Uint); x.u = v; return x; }
  static Val of_sint(int64_t v) { Val x(Kind::Sint); x.i = v; return x; }
  static Val of_real(double v) { Val x(Kind::Real); x.d = v; return x; }
  static Val of_bytes(std::string_view v, Kind k = Kind::Bytes, uint8_t prefix = 128) {
    Val x(k);
    x.s = {v.data(), static_cast<uint32_t>(v.size())};
    x.prefix = prefix;
    return x;
  }
  static Val of_ipv4(uint32_t v, uint8_t prefix = 32) {
    Val x(Kind::IPv4);
    x.u = v;
    x.prefix = prefix;
    return x;
  }
  static Val of_text(std::string_view v) { return of_bytes(v, Kind::Text); }
  bool is_view() const { return kind == Kind::Text || kind == Kind::Bytes || kind == Kind::IPv6; }
  std::string_view bytes() const { return {s.p, s.n}; }
  Val() : Val(Kind::Uint) {}

 private:
  explicit Val(Kind k) : u(0), kind(k), prefix(0) {}
};

/// No: the two cannot be compared (a negative number with an unsigned one, NaN), neither holds nor fails.
enum class Tri : uint8_t { No, False, True };
Tri compare(Cmp op, const Val& a, const Val& b);
/// Zero, empty or all bytes zero.
bool is_zero(const Val& v);
bool contains(std::string_view where, std::string_view what);

/// a op b; false when there is no result (overflow of `bits`, division by zero). Bytes are made in `arena`.
bool arithmetic(ArithOp op, const Val& a, const Val& b, int bits, Arena& arena, Val* out);
bool negate(const Val& v, int bits, Val* out);

/// Value of a node as its field's type has it. Nodes of FT_PROTOCOL and FT_NONE: the bytes they mark.
Val node_value(const Node& n, const Source* sources, size_t source_count);
/// The bytes of a node in the packet (`@`).
Val node_bytes(const Node& n, const Source* sources, size_t source_count);
/// A value as the sequence of bytes that slices work on.
std::string_view as_bytes(const Val& v, Arena& arena);

}  // namespace strato::filter
