// Fields and protocols as the registry knows them. A protocol file declares one `Protocol` and its `FieldDef`s as
// static objects; both take part in tree, filter language, completion, columns and `-T fields` by that alone.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/buf.h"

namespace strato {

class Ctx;
class Item;
struct FieldDef;

/// Value types; names as users know them (FT_UINT16 …) come from ft_name().
enum class FT : uint8_t {
  None, Protocol, Boolean, Char, Uint8, Uint16, Uint24, Uint32, Uint40, Uint48, Uint56, Uint64,
  Int8, Int16, Int24, Int32, Int64, Float, Double, AbsTime, RelTime, String, Bytes, UintBytes, Ether, IPv4, IPv6,
  Guid, Oid, FrameNum, Eui64,
};
enum class Base : uint8_t { None, Dec, Hex, DecHex, HexDec, Oct, Utc, Local };

struct ValueString { uint64_t value; const char* text; };
struct RangeString { uint64_t low, high; const char* text; };
struct TrueFalse { const char* on; const char* off; };

/// How a number is named: a table of values, of ranges, or a true/false pair.
struct Strings {
  enum class Kind : uint8_t { None, Values, Ranges, Bool } kind = Kind::None;
  const void* table = nullptr;
  size_t count = 0;
};
template <size_t N>
constexpr Strings vals(const ValueString (&t)[N]) { return {Strings::Kind::Values, t, N}; }
template <size_t N>
constexpr Strings ranges(const RangeString (&t)[N]) { return {Strings::Kind::Ranges, t, N}; }
constexpr Strings tfs(const TrueFalse& t) { return {Strings::Kind::Bool, &t, 1}; }
/// Text for v, nullptr when the table has none.
const char* name_of(const Strings& s, uint64_t v);

/// Returns the bytes it took; 0 = "not mine" (the caller tries the next or shows data).
using DissectFn = uint32_t (*)(Buf buf, Ctx& c, Item parent);
/// Heuristic: true when it recognised and dissected.
using HeuristicFn = bool (*)(Buf buf, Ctx& c, Item parent);

struct Protocol {
  /// filter = "tcp", short_name = "TCP" (Protocol column's usual text), name = the full one.
  Protocol(const char* filter, const char* short_name, const char* name, DissectFn fn);
  const char* filter;
  const char* short_name;
  const char* name;
  DissectFn fn;
  std::vector<FieldDef*> fields;  // in declaration order
  FieldDef* self;                 // the FT_PROTOCOL field of the same name as the filter
  uint16_t key = 0;               // from 1, dense: index of per-flow and per-packet state
  bool pseudo = false;            // in frame.protocols, but not a protocol of its own ("ethertype")
  /// Where its fields can turn up. Transport and Application promise that they are only in packets in which a first
  /// pass met the protocol (or one that `speaks` it): that lets a filter pass over all others.
  enum class Place : uint8_t {
    Unknown,      // anywhere
    Beside,       // anywhere, by what the file says beside the packets: what TCP and UDP carry need not be looked at
    Transport,    // up to TCP and UDP: what these carry need not be looked at
    Application,  // in what they carry
  } place = Place::Unknown;
  const Protocol* speaks = nullptr;  // a protocol of its own with another one's fields (mDNS: DNS)
  uint8_t bit = 0;                // of ProtocolMask, set by the registry where the place is known
};

/// Protocols of known place that a packet holds.
using ProtocolMask = uint64_t;

struct FieldDef {
  FieldDef(Protocol& p, const char* name, const char* label, FT type, Base base = Base::None, Strings strings = {},
           uint64_t mask = 0);
  Protocol* proto;
  const char* name;   // "tcp.srcport"
  const char* label;  // "Source Port"
  FT type;
  Base base;
  Strings strings;
  uint64_t mask;      // applied to what was read; value is shifted down
  uint8_t shift;      // of the mask
  uint32_t id = 0;    // dense, set by the registry
  bool above = false; // of a Transport protocol, but found only by looking at what it carries (tcp.segment)
};

/// Expert information: a FT_NONE field of its own, with severity, group and text.
enum class Severity : uint32_t { Comment = 0x100000, Chat = 0x200000, Note = 0x400000, Warn = 0x600000, Error = 0x800000 };
enum class Group : uint32_t {
  Checksum = 0x01000000, Sequence = 0x02000000, Response = 0x03000000, Request = 0x04000000, Undecoded = 0x05000000,
  Reassemble = 0x06000000, Malformed = 0x07000000, Debug = 0x08000000, Protocol = 0x09000000, Security = 0x0a000000,
  Comments = 0x0b000000, Decryption = 0x0c000000, Assumption = 0x0d000000, Deprecated = 0x0e000000,
};
struct ExpertDef : FieldDef {
  ExpertDef(Protocol& p, const char* name, Severity s, Group g, const char* text)
      : FieldDef(p, name, text, FT::None), severity(s), group(g) {}
  Severity severity;
  Group group;
};

const char* ft_name(FT t);
inline bool is_uint(FT t) { return t >= FT::Boolean && t <= FT::Uint64; }
inline bool is_int(FT t) { return t >= FT::Int8 && t <= FT::Int64; }
/// Bytes of an integer type on the wire, 0 for others.
uint32_t ft_width(FT t);

}  // namespace strato
