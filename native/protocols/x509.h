// X.509 certificates (RFC 5280), shared by TLS and whatever else carries them.
#pragma once
#include <string>

#include "packet/context.h"
#include "protocols/ber.h"

namespace strato::protocols {

/// The protocol whose fields both files of certificates declare.
Protocol& x509af();

/// Dissects one certificate into fields below `parent` and appends its subject to `parent`'s label. Throws as any
/// dissector when it is malformed.
void dissect_certificate(const Buf& b, Ctx& c, Item parent);

/// Fields of answers about revocation.
Protocol& ocsp();
/// An OCSPResponse (RFC 6960 4.2.1) into fields below `at`.
void dissect_ocsp_response(const Buf& b, Ctx& c, Item at);
/// Seconds since the epoch of a GeneralizedTime in the form of RFC 5280 4.1.2.5; false for other forms and for times
/// that nanoseconds in 64 bits do not hold.
bool parse_generalized_time(std::string_view s, int64_t* seconds);

/// A Name (sequence of relative distinguished names); `sequence` is its field where it is not x509if.rdnSequence.
void dissect_name(const Buf& b, Ctx& c, Item parent, const Ber& name, std::string* as_text,
                  const FieldDef* sequence = nullptr);
/// GeneralNames (RFC 5280 4.2.1.6): subjectAltName and kin.
void dissect_general_names(const Buf& b, Ctx& c, Item parent, const Ber& names);
void dissect_general_name(const Buf& b, Ctx& c, Item parent, const Ber& name);
/// The Extensions sequence.
void dissect_extensions(const Buf& b, Ctx& c, Item parent, const Ber& list);

/// "id-at-commonName" for a dotted OID, nullptr when not known here.
const char* oid_name(std::string_view dotted);
/// Dotted text of an OID value.
std::string oid_text(const Buf& b, const Ber& v);

}  // namespace strato::protocols
