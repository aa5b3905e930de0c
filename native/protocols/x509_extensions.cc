// Certificate extensions and general names: RFC 5280 4.2; CT's list of timestamps: RFC 6962 3.3.
#include "packet/builtin.h"
#include "packet/registry.h"
#include "protocols/x509.h"

namespace strato::protocols {
namespace {

const ValueString kGeneralNames[] = {
    {0, "otherName"}, {1, "rfc822Name"}, {2, "dNSName"}, {3, "x400Address"}, {4, "directoryName"},
    {5, "ediPartyName"}, {6, "uniformResourceIdentifier"}, {7, "iPAddress"}, {8, "registeredID"}};
const TrueFalse kTrueFalse = {"True", "False"};

FieldDef extension(x509af(), "x509af.Extension_element", "Extension", FT::None);
FieldDef extension_id(x509af(), "x509af.extension.id", "Extension Id", FT::Oid);
FieldDef critical(x509af(), "x509af.critical", "critical", FT::Boolean, Base::None, tfs(kTrueFalse));

Protocol x509ce("x509ce", "X509CE", "X.509 Certificate Extensions", nullptr);
FieldDef general_names(x509ce, "x509ce.GeneralNames", "GeneralNames", FT::Uint32, Base::Dec);
FieldDef general_name(x509ce, "x509ce.GeneralName", "GeneralName", FT::Uint32, Base::Dec, vals(kGeneralNames));
FieldDef rfc822_name(x509ce, "x509ce.rfc822Name", "rfc822Name", FT::String);
FieldDef dns_name(x509ce, "x509ce.dNSName", "dNSName", FT::String);
FieldDef uri(x509ce, "x509ce.uniformResourceIdentifier", "uniformResourceIdentifier", FT::String);
FieldDef ip_address(x509ce, "x509ce.iPAddress", "iPAddress", FT::Bytes);
FieldDef ip_v4(x509ce, "x509ce.IPAddress.ipv4", "iPAddress", FT::IPv4);
FieldDef ip_v6(x509ce, "x509ce.IPAddress.ipv6", "iPAddress", FT::IPv6);
FieldDef subject_key_id(x509ce, "x509ce.SubjectKeyIdentifier", "SubjectKeyIdentifier", FT::Bytes);
FieldDef authority_key_id(x509ce, "x509ce.AuthorityKeyIdentifier_element", "AuthorityKeyIdentifier", FT::None);
FieldDef key_id(x509ce, "x509ce.keyIdentifier", "keyIdentifier", FT::Bytes);
FieldDef key_usage(x509ce, "x509ce.KeyUsage", "KeyUsage", FT::Bytes);
FieldDef basic_constraints(x509ce, "x509ce.BasicConstraintsSyntax_element", "BasicConstraintsSyntax", FT::None);
FieldDef ca(x509ce, "x509ce.cA", "cA", FT::Boolean, Base::None, tfs(kTrueFalse));
FieldDef path_length(x509ce, "x509ce.pathLenConstraint", "pathLenConstraint", FT::Uint64, Base::Dec);
FieldDef purposes(x509ce, "x509ce.KeyPurposeIDs", "KeyPurposeIDs", FT::Uint32, Base::Dec);
FieldDef purpose(x509ce, "x509ce.KeyPurposeId", "KeyPurposeId", FT::Oid);

Protocol pkix1implicit("pkix1implicit", "PKIX1IMPLICIT", "PKIX1Implicit", nullptr);
Protocol pkix1explicit("pkix1explicit", "PKIX1EXPLICIT", "PKIX1Explicit", nullptr);
Protocol ns_cert_exts("ns_cert_exts", "NS_CERT_EXTS", "Netscape Certificate Extensions", nullptr);

using Dissect = void (*)(const Buf&, Ctx&, Item, const Ber&);

void subject_key(const Buf& b, Ctx&, Item at, const Ber& v) { at.add(subject_key_id, b, v.off, v.len); }

void authority_key(const Buf& b, Ctx& c, Item at, const Ber& v) {
  Item it = at.add(authority_key_id, b, v.start, v.end() - v.start);
  for (uint32_t off = v.off; off < v.end();) {
    Ber e = read_ber(b, off, v.end());
    off = e.end();
    if (e.context(0)) it.add(key_id, b, e.off, e.len);
    else if (e.context(1)) dissect_general_names(b, c, it, e);
  }
}

void usage(const Buf& b, Ctx&, Item at, const Ber& v) {
  static const char* const kUses[] = {"digitalSignature", "contentCommitment", "keyEncipherment",
                                      "dataEncipherment", "keyAgreement",      "keyCertSign",
                                      "cRLSign",          "encipherOnly",      "decipherOnly"};
  if (v.len < 2) return;
  Item it = at.add(key_usage, b, v.off + 1, v.len - 1);
  std::string names;
  for (uint32_t i = 0; i < 9 && i / 8 + 1 < v.len; i++)
    if (b.u8(v.off + 1 + i / 8) & (0x80 >> i % 8)) names += (names.empty() ? "" : ", ") + std::string(kUses[i]);
  if (!names.empty()) it.append(" (%s)", names.c_str());
}

void constraints(const Buf& b, Ctx&, Item at, const Ber& v) {
  Item it = at.add(basic_constraints, b, v.start, v.end() - v.start);
  for (uint32_t off = v.off; off < v.end();) {
    Ber e = read_ber(b, off, v.end());
    off = e.end();
    if (e.is(ber::kBoolean) && e.len == 1) it.u(ca, b, e.off, 1, b.u8(e.off) != 0);
    else if (e.is(ber::kInteger) && e.len >= 1 && e.len <= 8) it.u(path_length, b, e.off, e.len, b.be(e.off, e.len));
  }
}

void extended_usage(const Buf& b, Ctx&, Item at, const Ber& v) {
  uint32_t n = 0;
  for (uint32_t off = v.off; off < v.end(); n++) off = read_ber(b, off, v.end()).end();
  Item it = at.u(purposes, b, v.start, v.end() - v.start, n);
  it.label("KeyPurposeIDs: %u item%s", n, n == 1 ? "" : "s");
  for (uint32_t off = v.off; off < v.end();) {
    Ber e = read_ber(b, off, v.end());
    off = e.end();
    Item p = it.add(purpose, b, e.off, e.len);
    if (const char* name = oid_name(oid_text(b, e))) p.append(" (%s)", name);
  }
}

void alternative_names(const Buf& b, Ctx& c, Item at, const Ber& v) { dissect_general_names(b, c, at, v); }

struct Known {
  std::string_view oid;
  const Protocol* layer;   // as frame.protocols has it
  Dissect fn;              // nullptr: shown as bytes by the extension's own node
};

const Known* known(std::string_view oid) {
  static const Known kKnown[] = {
      {"2.5.29.14", &x509ce, subject_key},      {"2.5.29.15", &x509ce, usage},
      {"2.5.29.16", &x509ce, nullptr},          {"2.5.29.17", &x509ce, alternative_names},
      {"2.5.29.18", &x509ce, alternative_names}, {"2.5.29.19", &x509ce, constraints},
      {"2.5.29.30", &x509ce, nullptr},          {"2.5.29.31", &x509ce, nullptr},
      {"2.5.29.32", &x509ce, nullptr},          {"2.5.29.35", &x509ce, authority_key},
      {"2.5.29.37", &x509ce, extended_usage},   {"1.3.6.1.5.5.7.1.1", &pkix1implicit, nullptr},
      {"1.3.6.1.5.5.7.48.1.2", &ocsp(), nullptr}, {"1.3.6.1.5.5.7.48.1.4", &ocsp(), nullptr},
      {"1.3.6.1.5.5.7.48.1.5", &ocsp(), nullptr},
  };
  for (const Known& k : kKnown)
    if (k.oid == oid) return &k;
  return nullptr;
}

void dissect_extension(const Buf& b, Ctx& c, Item at, const Ber& v) {
  Item it = at.add(extension, b, v.start, v.end() - v.start);
  Ber oid = read_ber(b, v.off, v.end());
  std::string dotted = oid_text(b, oid);
  const char* name = oid_name(dotted);
  it.append(" (%s)", name ? name : dotted.c_str());
  it.add(extension_id, b, oid.off, oid.len);
  Ber e = read_ber(b, oid.end(), v.end());
  if (e.is(ber::kBoolean) && e.len == 1) {
    it.u(critical, b, e.off, 1, b.u8(e.off) != 0);
    e = read_ber(b, e.end(), v.end());
  }
  if (!e.is(ber::kOctetString)) return;
  const Known* k = known(dotted);
  if (dotted.rfind("2.16.840.1.113730.1.", 0) == 0) c.layers.push_back(&ns_cert_exts);
  if (!k) return;
  c.layers.push_back(k->layer);
  // one odd extension must not hide the rest of the certificate
  if (k->fn) c.guard([&] { k->fn(b, c, it, read_ber(b, e.off, e.end())); }, it, &x509ce);
}

}  // namespace

void dissect_general_name(const Buf& b, Ctx& c, Item parent, const Ber& v) {
  Item it = parent.u(general_name, b, v.start, v.end() - v.start, v.tag);
  switch (v.tag) {
    case 1: it.add(rfc822_name, b, v.off, v.len); break;
    case 2: it.add(dns_name, b, v.off, v.len); break;
    case 4: dissect_name(b, c, it, read_ber(b, v.off, v.end()), nullptr); break;
    case 6: {
      std::string_view text = b.str(v.off, v.len);
      Item u = it.add(uri, b, v.off, v.len);
      if (text.rfind("spiffe://", 0) == 0) u.append(" (SPIFFE identity)");
      break;
    }
    case 7:
      if (v.len == 4) it.add(ip_v4, b, v.off, 4);
      else if (v.len == 16) it.add(ip_v6, b, v.off, 16);
      else it.add(ip_address, b, v.off, v.len);
      break;
    default: break;
  }
}

void dissect_general_names(const Buf& b, Ctx& c, Item parent, const Ber& names) {
  uint32_t n = 0;
  for (uint32_t off = names.off; off < names.end(); n++) off = read_ber(b, off, names.end()).end();
  Item it = parent.u(general_names, b, names.start, names.end() - names.start, n);
  it.label("GeneralNames: %u item%s", n, n == 1 ? "" : "s");
  for (uint32_t off = names.off; off < names.end();) {
    Ber v = read_ber(b, off, names.end());
    off = v.end();
    dissect_general_name(b, c, it, v);
  }
}

void dissect_extensions(const Buf& b, Ctx& c, Item parent, const Ber& list) {
  for (uint32_t off = list.off; off < list.end();) {
    Ber v = read_ber(b, off, list.end());
    off = v.end();
    dissect_extension(b, c, parent, v);
  }
}

void register_x509_extensions(Registry& r) {
  for (Protocol* p : {&x509ce, &pkix1implicit, &pkix1explicit, &ns_cert_exts}) r.add(*p);
}

}  // namespace strato::protocols
