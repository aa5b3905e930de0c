// Answers about the revocation of certificates (OCSP): RFC 6960 4.2, as TLS servers staple them.
#include "packet/registry.h"
#include "protocols/x509.h"

namespace strato::protocols {
namespace {

const ValueString kStatus[] = {{0, "successful"}, {1, "malformedRequest"}, {2, "internalError"}, {3, "tryLater"},
                               {5, "sigRequired"}, {6, "unauthorized"}};
const ValueString kResponder[] = {{1, "byName"}, {2, "byKey"}};
const ValueString kCertStatus[] = {{0, "good"}, {1, "revoked"}, {2, "unknown"}};

FieldDef status(ocsp(), "ocsp.responseStatus", "responseStatus", FT::Uint32, Base::Dec, vals(kStatus));
FieldDef response_bytes(ocsp(), "ocsp.responseBytes_element", "responseBytes", FT::None);
FieldDef response_type(ocsp(), "ocsp.responseType.id", "ResponseType Id", FT::String);
FieldDef basic(ocsp(), "ocsp.BasicOCSPResponse_element", "BasicOCSPResponse", FT::None);
FieldDef response_data(ocsp(), "ocsp.tbsResponseData_element", "tbsResponseData", FT::None);
FieldDef responder(ocsp(), "ocsp.responderID", "responderID", FT::Uint32, Base::Dec, vals(kResponder));
FieldDef by_name(ocsp(), "ocsp.byName", "byName", FT::Uint32, Base::Dec);
FieldDef by_key(ocsp(), "ocsp.byKey", "byKey", FT::Bytes);
FieldDef produced_at(ocsp(), "ocsp.producedAt", "producedAt", FT::AbsTime, Base::Local);
FieldDef responses(ocsp(), "ocsp.responses", "responses", FT::Uint32, Base::Dec);
FieldDef single(ocsp(), "ocsp.SingleResponse_element", "SingleResponse", FT::None);
FieldDef cert_id(ocsp(), "ocsp.certID_element", "certID", FT::None);
FieldDef name_hash(ocsp(), "ocsp.issuerNameHash", "issuerNameHash", FT::Bytes);
FieldDef key_hash(ocsp(), "ocsp.issuerKeyHash", "issuerKeyHash", FT::Bytes);
FieldDef serial(ocsp(), "ocsp.serialNumber", "serialNumber", FT::Bytes);
FieldDef cert_status(ocsp(), "ocsp.certStatus", "certStatus", FT::Uint32, Base::Dec, vals(kCertStatus));
FieldDef this_update(ocsp(), "ocsp.thisUpdate", "thisUpdate", FT::AbsTime, Base::Local);
FieldDef next_update(ocsp(), "ocsp.nextUpdate", "nextUpdate", FT::AbsTime, Base::Local);
FieldDef certs(ocsp(), "ocsp.certs", "certs", FT::Uint32, Base::Dec);
FieldDef response_extensions(ocsp(), "ocsp.responseExtensions", "responseExtensions", FT::Uint32, Base::Dec);
FieldDef certificate(ocsp(), "x509af.Certificate_element", "Certificate", FT::None);

uint32_t items_of(const Buf& b, const Ber& list) {
  uint32_t n = 0;
  for (uint32_t off = list.off; off < list.end(); n++) off = read_ber(b, off, list.end()).end();
  return n;
}

void time_at(const Buf& b, Item at, const FieldDef& f, const Ber& v) {
  int64_t seconds = 0;
  if (v.is(ber::kGeneralizedTime) && parse_generalized_time(b.str(v.off, v.len), &seconds))
    at.i(f, b, v.off, v.len, seconds * 1000000000);
}

void dissect_cert_id(const Buf& b, Item at, const Ber& id) {
  Item it = at.add(cert_id, b, id.start, id.end() - id.start);
  Ber v = read_ber(b, id.off, id.end());  // the digest's algorithm
  const FieldDef* fields[] = {&name_hash, &key_hash, &serial};
  for (const FieldDef* f : fields) {
    v = read_ber(b, v.end(), id.end());
    it.add(*f, b, v.off, v.len);
  }
}

void dissect_single(const Buf& b, Item at, const Ber& one) {
  Item it = at.add(single, b, one.start, one.end() - one.start);
  Ber v = read_ber(b, one.off, one.end());
  dissect_cert_id(b, it, v);
  v = read_ber(b, v.end(), one.end());
  it.u(cert_status, b, v.start, v.end() - v.start, v.tag);
  v = read_ber(b, v.end(), one.end());
  time_at(b, it, this_update, v);
  while (v.end() < one.end()) {
    v = read_ber(b, v.end(), one.end());
    if (v.context(0)) time_at(b, it, next_update, read_ber(b, v.off, v.end()));
  }
}

void dissect_data(const Buf& b, Ctx& c, Item at, const Ber& data) {
  Item it = at.add(response_data, b, data.start, data.end() - data.start);
  Ber v = read_ber(b, data.off, data.end());
  if (v.context(0)) v = read_ber(b, v.end(), data.end());  // the version, always v1
  Item who = it.u(responder, b, v.start, v.end() - v.start, v.tag);
  Ber inside = read_ber(b, v.off, v.end());
  if (v.context(1)) dissect_name(b, c, who.u(by_name, b, inside.start, inside.end() - inside.start, 0), inside, nullptr);
  else if (v.context(2)) who.add(by_key, b, inside.off, inside.len);
  v = read_ber(b, v.end(), data.end());
  time_at(b, it, produced_at, v);
  v = read_ber(b, v.end(), data.end());
  Item list = it.u(responses, b, v.start, v.end() - v.start, items_of(b, v));
  for (uint32_t off = v.off; off < v.end();) {
    Ber one = read_ber(b, off, v.end());
    off = one.end();
    dissect_single(b, list, one);
  }
  while (v.end() < data.end()) {
    v = read_ber(b, v.end(), data.end());
    if (!v.context(1)) continue;
    Ber extensions = read_ber(b, v.off, v.end());
    Item e = it.u(response_extensions, b, extensions.start, extensions.end() - extensions.start, items_of(b, extensions));
    dissect_extensions(b, c, e, extensions);
  }
}

void dissect_basic(const Buf& b, Ctx& c, Item at, const Ber& whole) {
  Item it = at.add(basic, b, whole.start, whole.end() - whole.start);
  Ber v = read_ber(b, whole.off, whole.end());
  dissect_data(b, c, it, v);
  while (v.end() < whole.end()) {
    v = read_ber(b, v.end(), whole.end());
    if (!v.context(0)) continue;
    Ber list = read_ber(b, v.off, v.end());
    Item all = it.u(certs, b, list.start, list.end() - list.start, items_of(b, list));
    for (uint32_t off = list.off; off < list.end();) {
      Ber one = read_ber(b, off, list.end());
      off = one.end();
      Item cert = all.add(certificate, b, one.start, one.end() - one.start);
      dissect_certificate(b.sub(one.start, one.end() - one.start), c, cert);
    }
  }
}

}  // namespace

Protocol& ocsp() {
  static Protocol p("ocsp", "OCSP", "Online Certificate Status Protocol", nullptr);
  return p;
}

void dissect_ocsp_response(const Buf& b, Ctx& c, Item at) {
  Ber whole = read_ber(b, 0, b.size());
  Ber v = read_ber(b, whole.off, whole.end());
  if (v.len >= 1 && v.len <= 4) at.u(status, b, v.off, v.len, b.be(v.off, v.len));
  if (v.end() >= whole.end()) return;
  Ber outer = read_ber(b, v.end(), whole.end());
  Ber bytes = read_ber(b, outer.off, outer.end());
  Item it = at.add(response_bytes, b, bytes.start, bytes.end() - bytes.start);
  Ber type = read_ber(b, bytes.off, bytes.end());
  std::string dotted = oid_text(b, type);
  it.s(response_type, b, type.off, type.len, c.keep(dotted));
  Ber response = read_ber(b, type.end(), bytes.end());
  if (dotted != "1.3.6.1.5.5.7.48.1.1") return;  // id-pkix-ocsp-basic is the only one there is
  c.layers.push_back(&ocsp());
  dissect_basic(b, c, it, read_ber(b, response.off, response.end()));
}

void register_x509_ocsp(Registry& r) { r.add(ocsp()); }

}  // namespace strato::protocols
