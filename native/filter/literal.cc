#include "filter/literal.h"

#include <charconv>

#include "filter/suggest.h"
#include "filter/types.h"

namespace strato::filter {
namespace {

std::string quote(std::string_view s) { return "\"" + std::string(s) + "\""; }

bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++) {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// Every name a field's values have, with the value.
template <class F>
void each_name(const Strings& s, F&& f) {
  switch (s.kind) {
    case Strings::Kind::None: break;
    case Strings::Kind::Values:
      for (size_t i = 0; i < s.count; i++) f(static_cast<const ValueString*>(s.table)[i].text,
                                             static_cast<const ValueString*>(s.table)[i].value);
      break;
    case Strings::Kind::Ranges:
      for (size_t i = 0; i < s.count; i++) f(static_cast<const RangeString*>(s.table)[i].text,
                                             static_cast<const RangeString*>(s.table)[i].low);
      break;
    case Strings::Kind::Bool:
      f(static_cast<const TrueFalse*>(s.table)->on, uint64_t{1});
      f(static_cast<const TrueFalse*>(s.table)->off, uint64_t{0});
      break;
  }
}

bool value_by_name(const FieldDef* field, std::string_view text, uint64_t* out) {
  bool found = false;
  if (field)
    each_name(field->strings, [&](const char* name, uint64_t v) {
      if (!found && name && same_text(name, text)) found = true, *out = v;
    });
  return found;
}

bool no_such_value(const FieldDef& field, std::string_view text, LiteralError* error) {
  Suggestion best(text);
  each_name(field.strings, [&](const char* name, uint64_t) { if (name) best.offer(name); });
  error->text = quote(text) + " is not among the values of " + field.name + ".";
  if (!best.text().empty()) {
    error->text += " Did you mean " + quote(best.text()) + "?";
    error->replacement = quote(best.text());
  } else {
    error->text += " Use the number, or a name as the packet's details show it.";
  }
  return false;
}

bool fail(LiteralError* error, std::string text, std::string replacement = {}) {
  error->text = std::move(text);
  error->replacement = std::move(replacement);
  return false;
}

bool parse_boolean(const FieldDef* field, Form form, std::string_view text, Val* out, LiteralError* error) {
  uint64_t v = 0;
  bool overflow = false;
  bool named = field && field->strings.kind != Strings::Kind::None;
  if (form == Form::Char) {
    v = static_cast<unsigned char>(text[0]);
  } else if (form == Form::Word && (text == "True" || text == "TRUE")) {
    v = 1;
  } else if (form == Form::Word && (text == "False" || text == "FALSE")) {
    v = 0;
  } else if (!value_by_name(field, text, &v) && !(form == Form::Word && parse_unsigned(text, &v, &overflow))) {
    if (!named && same_text(text, "true")) v = 1;
    else if (!named && same_text(text, "false")) v = 0;
    else if (same_text(text, "true") || same_text(text, "false"))
      return fail(error, quote(text) + " must be written " + (same_text(text, "true") ? "True" : "False") + " here, or 1 or 0.",
                  same_text(text, "true") ? "True" : "False");
    else if (field && named) return no_such_value(*field, text, error);
    else return fail(error, quote(text) + " is no boolean: write True, False, 1 or 0.");
  }
  *out = Val::of_uint(v != 0);
  return true;
}

uint64_t most_of(FT type) {
  uint32_t bits = ft_width(type) * 8;
  if (type == FT::FrameNum) bits = 32;
  if (type == FT::Char) bits = 8;
  if (is_int(type)) bits--;
  return bits >= 64 || !bits ? UINT64_MAX : (1ull << bits) - 1;
}

bool parse_number(FT type, const FieldDef* field, Form form, std::string_view text, Val* out, LiteralError* error) {
  uint64_t v = 0;
  bool overflow = false;
  auto done = [&] {
    *out = is_int(type) ? Val::of_sint(static_cast<int64_t>(v)) : Val::of_uint(v);
    return true;
  };
  bool named = field && field->strings.kind != Strings::Kind::None;
  if (form == Form::Char) {
    v = static_cast<unsigned char>(text[0]);
    return done();
  }
  if (value_by_name(field, text, &v)) return done();
  if (form == Form::Text) {
    if (named) return no_such_value(*field, text, error);
    uint64_t n;
    bool plain = parse_unsigned(text, &n, &overflow);
    return fail(error, quote(text) + " is a string where " + describe(type) + " belongs" +
                           (plain ? ": write it without quotes." : "."),
                plain ? std::string(text) : std::string());
  }
  if (!parse_unsigned(text, &v, &overflow)) {
    if (overflow) return fail(error, quote(text) + " does not fit into 64 bits.");
    if (named) return no_such_value(*field, text, error);
    return fail(error, quote(text) + " is no whole number: write it as 10, 0x0a, 012 or 0b1010.");
  }
  if (v > most_of(type))
    return fail(error, quote(text) + " is too big for " + describe(type) + ": at most " + std::to_string(most_of(type)) + ".");
  return done();
}

bool parse_real(Form form, std::string_view text, Val* out, LiteralError* error) {
  double v = 0;
  auto end = text.data() + text.size();
  auto r = std::from_chars(text.data(), end, v);
  if (form != Form::Word || r.ec == std::errc::invalid_argument || r.ptr != end)
    return fail(error, quote(text) + " is no number: write it as 1.5 or 1e-3.");
  *out = Val::of_real(v);
  return true;
}

// Splits "address/len"; false when the length is not 0 … most.
bool split_prefix(std::string_view& text, uint32_t most, uint8_t* prefix, LiteralError* error) {
  *prefix = static_cast<uint8_t>(most);
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return true;
  uint32_t v = 0;
  for (char c : text.substr(slash + 1)) v = v * 10 + static_cast<uint32_t>(c - '0');
  if (v > most)
    return fail(error, "The prefix length of " + quote(text) + " is " + std::to_string(v) + ": at most " + std::to_string(most) + ".");
  *prefix = static_cast<uint8_t>(v);
  text = text.substr(0, slash);
  return true;
}

bool parse_address(FT type, Form form, std::string_view text, Arena& keep, Val* out, LiteralError* error) {
  uint8_t prefix, v6[16];
  uint32_t v4;
  std::string_view whole = text;
  if (type == FT::IPv4) {
    if (form == Form::Word && !split_prefix(text, 32, &prefix, error)) return false;
    if (form == Form::Word && parse_ipv4(text, &v4)) {
      *out = Val::of_ipv4(v4, prefix);
      return true;
    }
    if (form == Form::Text && parse_ipv4(whole.substr(0, whole.find('/')), &v4))
      return fail(error, "Addresses stand without quotes: " + std::string(whole) + ".", std::string(whole));
    return fail(error, quote(whole) + " is no IPv4 address: write 10.0.0.1, or 10.0.0.0/8 for a network.");
  }
  if (form == Form::Word && !split_prefix(text, 128, &prefix, error)) return false;
  if (form == Form::Word && parse_ipv6(text, v6)) {
    *out = Val::of_bytes(keep.copy({reinterpret_cast<char*>(v6), 16}), Val::Kind::IPv6, prefix);
    return true;
  }
  if (form == Form::Text && parse_ipv6(whole.substr(0, whole.find('/')), v6))
    return fail(error, "Addresses stand without quotes: " + std::string(whole) + ".", std::string(whole));
  return fail(error, quote(whole) + " is no IPv6 address: write fe80::1, or fe80::/10 for a network.");
}

bool parse_mac(FT type, Form form, std::string_view text, Arena& keep, Val* out, LiteralError* error) {
  std::string bytes;
  size_t want = type == FT::Ether ? 6 : 8;
  bool good = form == Form::Word && parse_bytes(text, &bytes);
  uint64_t v = 0;
  bool overflow = false;
  if (type == FT::Eui64 && form == Form::Word && (!good || bytes.size() != 8) && parse_unsigned(text, &v, &overflow)) {
    bytes.clear();
    for (int i = 56; i >= 0; i -= 8) bytes += static_cast<char>(v >> i);
    good = true;
  }
  if (good && bytes.size() == want) {
    *out = Val::of_bytes(keep.copy(bytes));
    return true;
  }
  std::string shape = want == 6 ? "00:0c:29:01:02:03" : "00:0c:29:ff:fe:01:02:03";
  if (form == Form::Text && parse_bytes(text, &bytes) && bytes.size() == want)
    return fail(error, "Addresses stand without quotes: " + std::string(text) + ".", std::string(text));
  if (good)
    return fail(error, quote(text) + " has " + std::to_string(bytes.size()) + " bytes: " + describe(type) + " has " +
                           std::to_string(want) + ". To compare a part of it write field[0:" + std::to_string(bytes.size()) + "].");
  return fail(error, quote(text) + " is not " + describe(type) + ": write it as " + shape + ".");
}

bool parse_byte_literal(FT type, Form form, std::string_view text, Arena& keep, Val* out, LiteralError* error) {
  std::string bytes;
  if (form != Form::Word) {
    *out = Val::of_bytes(keep.copy(text));
    return true;
  }
  if (parse_bytes(text, &bytes)) {
    *out = Val::of_bytes(keep.copy(bytes));
    return true;
  }
  (void)type;
  return fail(error, quote(text) + " is no byte sequence: write bytes as 47:45:54, or text in double quotes.", quote(text));
}

bool parse_guid(Form form, std::string_view text, Arena& keep, Val* out, LiteralError* error) {
  std::string hex, bytes;
  bool good = form == Form::Word && text.size() == 36;
  for (size_t i = 0; good && i < 36; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) good = false;
    if (!dash) hex += text[i];
  }
  if (!good || !parse_bytes(hex, &bytes) || bytes.size() != 16)
    return fail(error, quote(text) + " is no GUID: write it without quotes as 12345678-1234-5678-1234-567812345678.");
  *out = Val::of_bytes(keep.copy(bytes));
  return true;
}

// X.690 8.19: the first two arcs in one number, then base 128
bool parse_oid(Form form, std::string_view text, Arena& keep, Val* out, LiteralError* error) {
  std::string bytes;
  uint64_t arc = 0, first = 0;
  size_t arcs = 0, digits = 0;
  bool good = form == Form::Word && !text.empty();
  for (size_t i = 0; good && i <= text.size(); i++) {
    if (i < text.size() && text[i] >= '0' && text[i] <= '9') {
      arc = arc * 10 + static_cast<uint64_t>(text[i] - '0');
      good = ++digits < 18;
      continue;
    }
    if (!digits || (i < text.size() && text[i] != '.')) { good = false; break; }
    if (arcs == 0) {
      first = arc;
      good = arc <= 2;
    } else {
      if (arcs == 1) good = first == 2 || arc < 40, arc += first * 40;
      int shift = 56;
      while (shift && !(arc >> shift)) shift -= 7;
      for (; shift; shift -= 7) bytes += static_cast<char>(0x80 | (arc >> shift & 0x7f));
      bytes += static_cast<char>(arc & 0x7f);
    }
    arcs++;
    arc = digits = 0;
  }
  if (!good || arcs < 2)
    return fail(error, quote(text) + " is no object identifier: write it without quotes as 1.3.6.1.2.1.");
  *out = Val::of_bytes(keep.copy(bytes));
  return true;
}

bool parse_time(FT type, Form form, std::string_view text, Val* out, LiteralError* error) {
  int64_t ns = 0;
  if (type == FT::AbsTime) {
    if (form == Form::Char || !parse_abs_time(text, &ns))
      return fail(error, quote(text) + " is no date and time: write \"2023-11-14 22:13:20.5\", with Z or +01:00 behind it for a zone.");
  } else if (form != Form::Word || !parse_rel_time(text, &ns)) {
    bool plain = form == Form::Text && parse_rel_time(text, &ns);
    return fail(error, quote(text) + " is no span of time: write seconds without quotes, as 0.25.",
                plain ? std::string(text) : std::string());
  }
  *out = Val::of_sint(ns);
  return true;
}

}  // namespace

bool parse_unsigned(std::string_view s, uint64_t* out, bool* overflow) {
  int base = 10;
  *overflow = false;
  if (s.size() > 2 && s[0] == '0' && (s[1] | 32) == 'x') base = 16, s.remove_prefix(2);
  else if (s.size() > 2 && s[0] == '0' && (s[1] | 32) == 'b') base = 2, s.remove_prefix(2);
  else if (s.size() > 1 && s[0] == '0') base = 8;
  auto r = std::from_chars(s.data(), s.data() + s.size(), *out, base);
  if (r.ptr != s.data() + s.size() || r.ec == std::errc::invalid_argument) return false;
  if (r.ec == std::errc::result_out_of_range) *overflow = true;
  return r.ec == std::errc();
}

bool parse_literal(FT type, const FieldDef* field, Form form, std::string_view text, Arena& keep, Val* out,
                   LiteralError* error) {
  if (is_number(type)) return parse_number(type, field, form, text, out, error);
  switch (type) {
    case FT::Boolean: return parse_boolean(field, form, text, out, error);
    case FT::Float: case FT::Double: return parse_real(form, text, out, error);
    case FT::AbsTime: case FT::RelTime: return parse_time(type, form, text, out, error);
    case FT::IPv4: case FT::IPv6: return parse_address(type, form, text, keep, out, error);
    case FT::Ether: case FT::Eui64: return parse_mac(type, form, text, keep, out, error);
    case FT::Guid: return parse_guid(form, text, keep, out, error);
    case FT::Oid: return parse_oid(form, text, keep, out, error);
    case FT::String: *out = Val::of_text(keep.copy(text)); return true;
    case FT::None: return fail(error, "A label without value cannot be compared.");
    default: return parse_byte_literal(type, form, text, keep, out, error);
  }
}

}  // namespace strato::filter
