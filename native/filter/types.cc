#include "filter/types.h"

namespace strato::filter {
namespace {

// A row per type: how a message names it and what the language allows.
enum Can : uint16_t {
  kCompare = 1, kContain = 2, kMatch = 4, kSlice = 8, kAdd = 16, kScale = 32, kMask = 64, kNegate = 128, kText = 256,
};
enum class Family : uint8_t { Alone, Number, Real, Bytes };
struct TypeRow {
  FT type;
  const char* name;
  Family family;
  int16_t length;  // -1 by value, -2 none
  uint16_t can;
};
constexpr uint16_t kInt = kCompare | kAdd | kScale | kMask | kNegate | kText;
constexpr uint16_t kRaw = kCompare | kContain | kMatch | kSlice | kMask;

constexpr TypeRow kTypes[] = {
    {FT::None, "a label without value", Family::Alone, -2, 0},
    {FT::Protocol, "a protocol", Family::Alone, -1, kCompare | kContain | kMatch | kSlice},
    {FT::Boolean, "a boolean", Family::Alone, -2, kCompare},
    {FT::Char, "a character", Family::Number, 1, kInt},
    {FT::Uint8, "an unsigned 8-bit number", Family::Number, 1, kInt},
    {FT::Uint16, "an unsigned 16-bit number", Family::Number, 2, kInt},
    {FT::Uint24, "an unsigned 24-bit number", Family::Number, 3, kInt},
    {FT::Uint32, "an unsigned 32-bit number", Family::Number, 4, kInt},
    {FT::Uint40, "an unsigned 40-bit number", Family::Number, 5, kInt},
    {FT::Uint48, "an unsigned 48-bit number", Family::Number, 6, kInt},
    {FT::Uint56, "an unsigned 56-bit number", Family::Number, 7, kInt},
    {FT::Uint64, "an unsigned 64-bit number", Family::Number, 8, kInt},
    {FT::Int8, "a signed 8-bit number", Family::Number, 1, kInt},
    {FT::Int16, "a signed 16-bit number", Family::Number, 2, kInt},
    {FT::Int24, "a signed 24-bit number", Family::Number, 3, kInt},
    {FT::Int32, "a signed 32-bit number", Family::Number, 4, kInt},
    {FT::Int64, "a signed 64-bit number", Family::Number, 8, kInt},
    {FT::Float, "a floating-point number", Family::Real, 4, kCompare | kAdd | kScale | kNegate | kText},
    {FT::Double, "a floating-point number", Family::Real, 8, kCompare | kAdd | kScale | kNegate | kText},
    {FT::AbsTime, "a date and time", Family::Alone, -2, kCompare},
    {FT::RelTime, "a time span", Family::Alone, -2, kCompare | kAdd | kNegate},
    {FT::String, "a string", Family::Alone, -1, kCompare | kContain | kMatch | kSlice},
    {FT::Bytes, "a byte sequence", Family::Bytes, -1, kRaw},
    {FT::UintBytes, "a byte sequence", Family::Bytes, -1, kRaw},
    {FT::Ether, "an Ethernet address", Family::Bytes, 6, kRaw | kText},
    {FT::IPv4, "an IPv4 address", Family::Alone, 4, kCompare | kSlice | kMask | kText},
    {FT::IPv6, "an IPv6 address", Family::Alone, 16, kCompare | kSlice | kMask | kText},
    {FT::Guid, "a GUID", Family::Alone, 16, kCompare | kText},
    {FT::Oid, "an object identifier", Family::Bytes, -1, kCompare | kContain | kSlice | kText},
    {FT::FrameNum, "a frame number", Family::Number, 4, kInt},
    {FT::Eui64, "an EUI-64 address", Family::Alone, 8, kCompare | kText},
};

const TypeRow& row(FT t) {
  for (const TypeRow& r : kTypes)
    if (r.type == t) return r;
  return kTypes[0];
}
bool can(FT t, uint16_t what) { return (row(t).can & what) != 0; }

}  // namespace

const char* describe(FT t) { return row(t).name; }

bool compatible(FT a, FT b) {
  if (a == b) return true;
  return row(a).family == row(b).family && row(a).family != Family::Alone;
}

bool can_compare(FT t) { return can(t, kCompare); }
bool can_contain(FT t) { return can(t, kContain); }
bool can_match(FT t) { return can(t, kMatch); }
bool can_slice(FT t) { return can(t, kSlice); }
bool can_negate(FT t) { return can(t, kNegate); }
bool can_stringify(FT t) { return can(t, kText); }
bool is_number(FT t) { return row(t).family == Family::Number; }
bool is_text(FT t) { return t == FT::String; }

bool can_arith(FT t, ArithOp op) {
  switch (op) {
    case ArithOp::Add: case ArithOp::Sub: return can(t, kAdd);
    case ArithOp::And: return can(t, kMask);
    case ArithOp::Mod: return is_number(t);
    default: return can(t, kScale);
  }
}

int arith_bits(FT t) {
  if (!is_number(t)) return 64;
  return row(t).length > 4 ? 64 : 32;
}

int fixed_length(FT t) { return row(t).length; }

}  // namespace strato::filter
