#include "packet/field.h"

namespace strato {

Protocol::Protocol(const char* f, const char* s, const char* n, DissectFn d)
    : filter(f), short_name(s), name(n), fn(d), self(nullptr) {
  self = new FieldDef(*this, f, n, FT::Protocol);  // lives as long as the process, like the static objects
}

FieldDef::FieldDef(Protocol& p, const char* n, const char* l, FT t, Base b, Strings s, uint64_t m)
    : proto(&p), name(n), label(l), type(t), base(b), strings(s), mask(m), shift(0) {
  while (m && !(m & 1)) m >>= 1, shift++;
  p.fields.push_back(this);
}

const char* name_of(const Strings& s, uint64_t v) {
  switch (s.kind) {
    case Strings::Kind::Values: {
      const ValueString* t = static_cast<const ValueString*>(s.table);
      // tables are written in ascending order as a rule: then the entry is often at its own index
      if (v < s.count && t[v].value == v) return t[v].text;
      for (size_t i = 0; i < s.count; i++)
        if (t[i].value == v) return t[i].text;
      return nullptr;
    }
    case Strings::Kind::Ranges: {
      const RangeString* t = static_cast<const RangeString*>(s.table);
      for (size_t i = 0; i < s.count; i++)
        if (v >= t[i].low && v <= t[i].high) return t[i].text;
      return nullptr;
    }
    case Strings::Kind::Bool: {
      const TrueFalse* t = static_cast<const TrueFalse*>(s.table);
      return v ? t->on : t->off;
    }
    case Strings::Kind::None: break;
  }
  return nullptr;
}

const char* ft_name(FT t) {
  static const char* const kNames[] = {
      "FT_NONE",   "FT_PROTOCOL", "FT_BOOLEAN", "FT_CHAR",   "FT_UINT8",  "FT_UINT16",        "FT_UINT24",
      "FT_UINT32", "FT_UINT40",   "FT_UINT48",  "FT_UINT56", "FT_UINT64", "FT_INT8",          "FT_INT16",
      "FT_INT24",  "FT_INT32",    "FT_INT64",   "FT_FLOAT",  "FT_DOUBLE", "FT_ABSOLUTE_TIME", "FT_RELATIVE_TIME",
      "FT_STRING", "FT_BYTES",    "FT_UINT_BYTES", "FT_ETHER", "FT_IPv4", "FT_IPv6",          "FT_GUID",
      "FT_OID",    "FT_FRAMENUM", "FT_EUI64"};
  return kNames[static_cast<size_t>(t)];
}

uint32_t ft_width(FT t) {
  switch (t) {
    case FT::Char: case FT::Uint8: case FT::Int8: return 1;
    case FT::Uint16: case FT::Int16: return 2;
    case FT::Uint24: case FT::Int24: return 3;
    case FT::Uint32: case FT::Int32: case FT::FrameNum: return 4;
    case FT::Uint40: return 5;
    case FT::Uint48: return 6;
    case FT::Uint56: return 7;
    case FT::Uint64: case FT::Int64: return 8;
    default: return 0;
  }
}

}  // namespace strato
