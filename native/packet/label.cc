#include <cinttypes>
#include <ctime>

#include "base/shown.h"
#include "packet/builtin.h"

namespace strato {
namespace {

int hex_digits(const FieldDef& f) {
  if (f.type == FT::Boolean) return 1;
  uint32_t w = ft_width(f.type);
  return static_cast<int>(w ? w * 2 : 2);
}

void print_number(const FieldDef& f, uint64_t v, Text& out) {
  switch (f.base) {
    case Base::Hex: case Base::HexDec: out << "0x"; out.hex(v, hex_digits(f)); break;
    case Base::Oct: out.fmt("%" PRIo64, v); break;
    default:
      if (f.type == FT::Char) { out << "0x"; out.hex(v, 2); break; }
      out.dec(v);
  }
}

// "…. ..1. …. = " picture of a masked field
void print_bits(const FieldDef& f, uint64_t v, Text& out) {
  uint32_t bits = ft_width(f.type) * 8;
  if (f.type == FT::Boolean) {
    uint64_t m = f.mask;
    bits = m > 0xffffffff ? 64 : m > 0xffffff ? 32 : m > 0xffff ? 24 : m > 0xff ? 16 : 8;
  }
  uint64_t raw = v << f.shift;
  for (uint32_t i = 0; i < bits; i++) {
    uint64_t bit = 1ull << (bits - 1 - i);
    if (i && i % 4 == 0) out << ' ';
    out << (f.mask & bit ? (raw & bit ? '1' : '0') : '.');
  }
  out << " = ";
}

void print_named(const FieldDef& f, const Value& v, Text& out) {
  const char* n = name_of(f.strings, v.u);
  if (f.type == FT::Boolean) {
    out << (f.strings.kind == Strings::Kind::Bool ? n : v.u ? "True" : "False");
    return;
  }
  if (is_int(f.type)) {
    if (n) out << n << " (" << v.i << ')';
    else out << v.i;
    return;
  }
  if (n) {
    out << n << " (";
    print_number(f, v.u, out);
    out << ')';
    return;
  }
  if (f.strings.kind != Strings::Kind::None) {
    out << "Unknown (";
    print_number(f, v.u, out);
    out << ')';
    return;
  }
  print_number(f, v.u, out);
  if (f.base == Base::HexDec) out << " (" << v.u << ')';
  if (f.base == Base::DecHex) { out << " (0x"; out.hex(v.u, hex_digits(f)) << ')'; }
}

// BER object identifier content (X.690 8.19): base-128 arcs, the first two folded into one.
void print_oid(std::string_view s, Text& out) {
  uint64_t n = 0;
  bool first = true;
  for (char ch : s) {
    uint8_t c = static_cast<uint8_t>(ch);
    n = n << 7 | (c & 0x7f);
    if (c & 0x80) continue;
    if (first) {
      uint64_t top = n < 80 ? n / 40 : 2;
      out << top << '.' << n - top * 40;
    } else {
      out << '.' << n;
    }
    first = false;
    n = 0;
  }
}

constexpr size_t kLabelText = 240;   // characters of a value in a label, as Wireshark cuts labels
constexpr size_t kLabelBytes = 36;   // bytes of a value in a label

}  // namespace

void print_abs_time(int64_t ns, Text& out) {
  int64_t sec = ns / 1000000000, frac = ns % 1000000000;
  if (frac < 0) sec--, frac += 1000000000;
  time_t t = static_cast<time_t>(sec);
  struct tm tm;
  gmtime_r(&t, &tm);
  static const char* const kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  out.fmt("%s %2d, %d %02d:%02d:%02d.%09" PRId64 " UTC", kMonths[tm.tm_mon], tm.tm_mday, tm.tm_year + 1900,
          tm.tm_hour, tm.tm_min, tm.tm_sec, frac);
}

void print_value(const FieldDef& f, const Value& v, Text& out) {
  switch (f.type) {
    case FT::None: break;
    case FT::Protocol: out.hex_bytes(v.s.p, v.s.n); break;  // bytes only where the dissector gave them (options)
    case FT::String: print_shown(v.text(), out); break;
    case FT::Bytes: case FT::UintBytes: out.hex_bytes(v.s.p, v.s.n); break;
    case FT::Eui64: out.hex_bytes(v.s.p, v.s.n, ':'); break;
    case FT::Ether: out.hex_bytes(v.s.p, v.s.n, ':'); break;
    case FT::IPv4: out.ipv4(static_cast<uint32_t>(v.u)); break;
    case FT::IPv6:
      if (v.s.n == 16) out.ipv6(reinterpret_cast<const uint8_t*>(v.s.p));
      break;
    case FT::Guid: {
      const uint8_t* p = reinterpret_cast<const uint8_t*>(v.s.p);
      if (v.s.n != 16) break;
      out.hex_bytes(p, 4) << '-';
      out.hex_bytes(p + 4, 2) << '-';
      out.hex_bytes(p + 6, 2) << '-';
      out.hex_bytes(p + 8, 2) << '-';
      out.hex_bytes(p + 10, 6);
      break;
    }
    case FT::Oid: print_oid(v.text(), out); break;
    case FT::AbsTime: print_abs_time(v.i, out); break;
    case FT::RelTime: out.seconds(v.i); break;
    case FT::Float: out.real(v.d, 6); break;
    case FT::Double: out.real(v.d, 15); break;
    case FT::Boolean: out << (v.u ? '1' : '0'); break;
    default:
      if (is_int(f.type)) out.sdec(v.i);
      else print_number(f, v.u, out);
  }
}

void print_label(const Node& n, Text& out) {
  if (n.flags & Node::kLabel) {
    print_shown(std::string_view(n.label, n.label_len), out);
    return;
  }
  if (!n.field) return;
  const FieldDef& f = *n.field;
  if (f.type == FT::Protocol) {
    out << f.proto->name;
    return;
  }
  if (f.mask && (is_uint(f.type) || is_int(f.type))) print_bits(f, n.value.u, out);
  out << f.label;
  if (f.type == FT::None) return;
  out << ": ";
  if (is_uint(f.type) || is_int(f.type)) {
    print_named(f, n.value, out);
    return;
  }
  switch (f.type) {
    case FT::String: print_shown(n.value.text(), out, kLabelText); break;
    case FT::Bytes: case FT::UintBytes: {
      if (n.value.s.n == 0) {
        out << "<MISSING>";
        break;
      }
      uint32_t k = n.value.s.n > kLabelBytes ? static_cast<uint32_t>(kLabelBytes) : n.value.s.n;
      out.hex_bytes(n.value.s.p, k);
      if (k < n.value.s.n) out << "…";
      break;
    }
    case FT::RelTime: out.seconds(n.value.i) << " seconds"; break;
    default: print_value(f, n.value, out);
  }
}

void print_filter_value(const FieldDef& f, const Value& v, Text& out) {
  if (f.type == FT::String) {
    out << '"';
    std::string_view s = v.text();
    for (size_t i = 0; i < s.size(); i++) {
      char c = s[i];
      // what is not UTF-8 would be lost on its way to whoever shows the filter, and what acts must not act there
      size_t n = shown_length(s, i);
      if (c == '"' || c == '\\') out << '\\' << c;
      else if (!n) { out << "\\x"; out.hex(static_cast<unsigned char>(c), 2); }
      else out << s.substr(i, n), i += n - 1;
    }
    out << '"';
  } else if (f.type == FT::Bytes || f.type == FT::UintBytes) {
    out.hex_bytes(v.s.p, v.s.n, ':');
  } else if (f.type == FT::AbsTime) {
    out << '"';
    print_abs_time(v.i, out);
    out << '"';
  } else {
    print_value(f, v, out);
  }
}

}  // namespace strato
