// Literals of a filter to values of a field's type, once, when the filter is compiled.
#pragma once
#include <string>
#include <string_view>

#include "base/arena.h"
#include "filter/value.h"
#include "packet/field.h"

namespace strato::filter {

/// How a literal was written: a bareword, "quoted", or 'c'.
enum class Form : uint8_t { Word, Text, Char };

struct LiteralError {
  std::string text;         // one sentence: what is wrong and what would be right
  std::string replacement;  // in place of the literal, "" when nothing is obvious
};

/// Converts; bytes are kept in `keep`. `field` (may be null) names values: ip.proto == "TCP".
bool parse_literal(FT type, const FieldDef* field, Form form, std::string_view text, Arena& keep, Val* out,
                   LiteralError* error);

/// Dotted quad, each part 0…255 without leading zeros. Host order.
bool parse_ipv4(std::string_view s, uint32_t* out);
/// RFC 4291 section 2.2, all three forms.
bool parse_ipv6(std::string_view s, uint8_t out[16]);
/// Hexadecimal bytes in pairs, with : - or . between them or nothing; a lone digit counts as a byte. 0xHH too.
bool parse_bytes(std::string_view s, std::string* out);
/// C's integer prefixes 0x, 0b, 0. *overflow is set when 64 bits do not hold it.
bool parse_unsigned(std::string_view s, uint64_t* out, bool* overflow);
/// "2023-11-14 22:13:20.5", "2023-11-14T22:13:20Z", "Nov 14, 2023 22:13:20 UTC" … in ns since the epoch. Without a
/// zone it is the local time of the machine.
bool parse_abs_time(std::string_view s, int64_t* ns);
/// "1.5": seconds with at most nine decimals, in ns.
bool parse_rel_time(std::string_view s, int64_t* ns);

}  // namespace strato::filter
