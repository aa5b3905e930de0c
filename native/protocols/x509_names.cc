// Distinguished names in certificates (X.501) and their attribute values (X.520).
#include "packet/builtin.h"
#include "packet/registry.h"
#include "protocols/x509.h"

namespace strato::protocols {
namespace {

Protocol x509if("x509if", "X509IF", "X.509 Information Framework", nullptr);
FieldDef rdn_sequence(x509if, "x509if.rdnSequence", "rdnSequence", FT::Uint32, Base::Dec);
FieldDef rdn_item(x509if, "x509if.RDNSequence_item", "RDNSequence item", FT::Uint32, Base::Dec);
FieldDef attribute(x509if, "x509if.RelativeDistinguishedName_item_element", "RelativeDistinguishedName item", FT::None);
FieldDef attribute_oid(x509if, "x509if.oid", "Object Id", FT::Oid);

const ValueString kDirectoryStrings[] = {
    {0, "teletexString"}, {1, "printableString"}, {2, "universalString"}, {3, "bmpString"}, {4, "uTF8String"}};

Protocol x509sat("x509sat", "X509SAT", "X.509 Selected Attribute Types", nullptr);
FieldDef directory_string(x509sat, "x509sat.DirectoryString", "DirectoryString", FT::Uint32, Base::Dec,
                          vals(kDirectoryStrings));
FieldDef teletex(x509sat, "x509sat.teletexString", "teletexString", FT::String);
FieldDef printable(x509sat, "x509sat.printableString", "printableString", FT::String);
FieldDef universal(x509sat, "x509sat.universalString", "universalString", FT::String);
FieldDef bmp(x509sat, "x509sat.bmpString", "bmpString", FT::String);
FieldDef utf8(x509sat, "x509sat.uTF8String", "uTF8String", FT::String);
FieldDef country(x509sat, "x509sat.CountryName", "CountryName", FT::String);
FieldDef serial_number(x509sat, "x509sat.SerialNumber", "SerialNumber", FT::String);
FieldDef ia5(x509sat, "x509sat.SyntaxIA5String", "SyntaxIA5String", FT::String);

struct StringKind { uint32_t tag, choice; const FieldDef* field; };

const StringKind* kind_of(uint32_t tag) {
  static const StringKind kKinds[] = {{ber::kTeletexString, 0, &teletex}, {ber::kPrintableString, 1, &printable},
                                      {ber::kUniversalString, 2, &universal}, {ber::kBmpString, 3, &bmp},
                                      {ber::kUtf8String, 4, &utf8}};
  for (const StringKind& k : kKinds)
    if (k.tag == tag) return &k;
  return nullptr;
}

// UCS-2 big-endian to UTF-8; certificates of old Windows tools have it.
std::string_view from_bmp(Ctx& c, std::string_view s) {
  std::string out;
  for (size_t i = 0; i + 1 < s.size(); i += 2) {
    unsigned u = static_cast<uint8_t>(s[i]) << 8 | static_cast<uint8_t>(s[i + 1]);
    if (u < 0x80) {
      out += static_cast<char>(u);
    } else if (u < 0x800) {
      out += static_cast<char>(0xc0 | u >> 6);
      out += static_cast<char>(0x80 | (u & 0x3f));
    } else {
      out += static_cast<char>(0xe0 | u >> 12);
      out += static_cast<char>(0x80 | (u >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (u & 0x3f));
    }
  }
  return c.keep(out);
}

std::string_view attribute_value(const Buf& b, Ctx& c, Item at, std::string_view oid, const Ber& v) {
  std::string_view text = b.str(v.off, v.len);
  if (v.is(ber::kBmpString)) text = from_bmp(c, text);
  // these attributes are not DirectoryStrings (X.520; RFC 4519; PKCS #9)
  if (oid == "2.5.4.6" || oid == "1.3.6.1.4.1.311.60.2.1.3") return at.s(country, b, v.off, v.len, text), text;
  if (oid == "2.5.4.5") return at.s(serial_number, b, v.off, v.len, text), text;
  if (v.is(ber::kIa5String)) return at.s(ia5, b, v.off, v.len, text), text;
  const StringKind* k = kind_of(v.tag);
  if (!k || v.cls != 0) return text;
  Item it = at.u(directory_string, b, v.start, v.end() - v.start, k->choice);
  it.s(*k->field, b, v.off, v.len, text);
  return text;
}

// Attribute types whose values are no part of X.520's selected attribute types
bool is_selected_attribute(std::string_view oid) { return oid.rfind("2.5.4.", 0) == 0; }

std::string dissect_attribute(const Buf& b, Ctx& c, Item at, const Ber& v) {
  Item it = at.add(attribute, b, v.start, v.end() - v.start);
  Ber oid = read_ber(b, v.off, v.end());
  std::string dotted = oid_text(b, oid);
  const char* name = oid_name(dotted);
  it.add(attribute_oid, b, oid.off, oid.len);
  Ber value = read_ber(b, oid.end(), v.end());
  if (is_selected_attribute(dotted)) c.layers.push_back(&x509sat);
  std::string text(name ? name : dotted.c_str());
  text += '=';
  text += attribute_value(b, c, it, dotted, value);
  it.append(" (%s)", text.c_str());
  return text;
}

}  // namespace

void dissect_name(const Buf& b, Ctx& c, Item parent, const Ber& name, std::string* as_text,
                  const FieldDef* sequence) {
  uint32_t count = 0;
  for (uint32_t off = name.off; off < name.end(); count++) off = read_ber(b, off, name.end()).end();
  Item seq = parent.u(sequence ? *sequence : rdn_sequence, b, name.start, name.end() - name.start, count);
  std::string whole;
  for (uint32_t off = name.off; off < name.end();) {
    Ber rdn = read_ber(b, off, name.end());
    off = rdn.end();
    uint32_t n = 0;
    for (uint32_t o = rdn.off; o < rdn.end(); n++) o = read_ber(b, o, rdn.end()).end();
    Item item = seq.u(rdn_item, b, rdn.start, rdn.end() - rdn.start, n);
    std::string one;
    for (uint32_t o = rdn.off; o < rdn.end();) {
      Ber a = read_ber(b, o, rdn.end());
      o = a.end();
      if (!one.empty()) one += ',';
      one += dissect_attribute(b, c, item, a);
    }
    item.label("RDNSequence item: %u item%s (%s)", n, n == 1 ? "" : "s", one.c_str());
    whole = whole.empty() ? one : one + "," + whole;  // the most specific first, as names are read
  }
  seq.label("rdnSequence: %u item%s (%s)", count, count == 1 ? "" : "s", whole.c_str());
  if (as_text) *as_text = whole;
}

void register_x509_names(Registry& r) {
  r.add(x509if);
  r.add(x509sat);
}

}  // namespace strato::protocols
