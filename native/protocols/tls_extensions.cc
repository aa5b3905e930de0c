// Extensions of hello messages: IANA "TLS ExtensionType Values"; RFC 6066, 7301, 8446 and others as named.
#include "protocols/tls.h"
#include "protocols/x509.h"

namespace strato::protocols::tls {
namespace {

const ValueString kNameTypes[] = {{0, "host_name"}};
const ValueString kPointFormats[] = {{0, "uncompressed"}, {1, "ansiX962_compressed_prime"}, {2, "ansiX962_compressed_char2"}};
const ValueString kPskModes[] = {{0, "PSK-only key establishment (psk_ke)"}, {1, "PSK with (EC)DHE key establishment (psk_dhe_ke)"}};

FieldDef extensions_length(proto(), "tls.handshake.extensions_length", "Extensions Length", FT::Uint16, Base::Dec);
FieldDef type_field(proto(), "tls.handshake.extension.type", "Type", FT::Uint16, Base::Dec, extension_names());
FieldDef len_field(proto(), "tls.handshake.extension.len", "Length", FT::Uint16, Base::Dec);
FieldDef data(proto(), "tls.handshake.extension.data", "Data", FT::Bytes);
FieldDef names_len(proto(), "tls.handshake.extensions_server_name_list_len", "Server Name list length", FT::Uint16, Base::Dec);
FieldDef name_type(proto(), "tls.handshake.extensions_server_name_type", "Server Name Type", FT::Uint8, Base::Dec, vals(kNameTypes));
FieldDef name_len(proto(), "tls.handshake.extensions_server_name_len", "Server Name length", FT::Uint16, Base::Dec);
FieldDef name(proto(), "tls.handshake.extensions_server_name", "Server Name", FT::String);
FieldDef groups_len(proto(), "tls.handshake.extensions_supported_groups_length", "Supported Groups List Length", FT::Uint16, Base::Dec);
FieldDef groups(proto(), "tls.handshake.extensions_supported_groups", "Supported Groups List", FT::None);
FieldDef group(proto(), "tls.handshake.extensions_supported_group", "Supported Group", FT::Uint16, Base::Hex, group_names());
FieldDef formats_len(proto(), "tls.handshake.extensions_ec_point_formats_length", "EC point formats Length", FT::Uint8, Base::Dec);
FieldDef formats(proto(), "tls.handshake.extensions_ec_point_formats", "EC point formats", FT::None);
FieldDef format(proto(), "tls.handshake.extensions_ec_point_format", "EC point format", FT::Uint8, Base::Dec, vals(kPointFormats));
FieldDef alpn_len(proto(), "tls.handshake.extensions_alpn_len", "ALPN Extension Length", FT::Uint16, Base::Dec);
FieldDef alpn_list(proto(), "tls.handshake.extensions_alpn_list", "ALPN Protocol", FT::None);
FieldDef alpn_str_len(proto(), "tls.handshake.extensions_alpn_str_len", "ALPN string length", FT::Uint8, Base::Dec);
FieldDef alpn_str(proto(), "tls.handshake.extensions_alpn_str", "ALPN Next Protocol", FT::String);
FieldDef sigs_len(proto(), "tls.handshake.sig_hash_alg_len", "Signature Hash Algorithms Length", FT::Uint16, Base::Dec);
FieldDef sigs(proto(), "tls.handshake.sig_hash_algs", "Signature Algorithms", FT::None);
FieldDef versions_len(proto(), "tls.handshake.extensions.supported_versions_len", "Supported Versions length", FT::Uint8, Base::Dec);
FieldDef version_field(proto(), "tls.handshake.extensions.supported_version", "Supported Version", FT::Uint16, Base::Hex, version_names());
FieldDef psk_modes_len(proto(), "tls.extension.psk_ke_modes_length", "PSK Key Exchange Modes Length", FT::Uint8, Base::Dec);
FieldDef psk_mode(proto(), "tls.extension.psk_ke_mode", "PSK Key Exchange Mode", FT::Uint8, Base::Dec, vals(kPskModes));
FieldDef shares_len(proto(), "tls.handshake.extensions_key_share_client_length", "Client Key Share Length", FT::Uint16, Base::Dec);
FieldDef share_group(proto(), "tls.handshake.extensions_key_share_group", "Group", FT::Uint16, Base::Dec, group_names());
FieldDef share_len(proto(), "tls.handshake.extensions_key_share_key_exchange_length", "Key Exchange Length", FT::Uint16, Base::Dec);
FieldDef share_key(proto(), "tls.handshake.extensions_key_share_key_exchange", "Key Exchange", FT::Bytes);
FieldDef selected_group(proto(), "tls.handshake.extensions_key_share_selected_group", "Selected Group", FT::Uint16, Base::Dec, group_names());
FieldDef reneg_len(proto(), "tls.handshake.extensions_reneg_info_len", "Renegotiation info extension length", FT::Uint8, Base::Dec);
FieldDef status_type(proto(), "tls.handshake.extensions_status_request_type", "Certificate Status Type", FT::Uint8, Base::Dec,
                     status_names());
FieldDef responders_len(proto(), "tls.handshake.extensions_status_request_responder_ids_len",
                        "Responder ID list Length", FT::Uint16, Base::Dec);
FieldDef request_exts_len(proto(), "tls.handshake.extensions_status_request_exts_len", "Request Extensions Length",
                          FT::Uint16, Base::Dec);
FieldDef ocsp_length(proto(), "tls.handshake.ocsp_response_len", "OCSP Response Length", FT::Uint24, Base::Dec);
FieldDef psk_identities_len(proto(), "tls.handshake.extensions.psk.identities.length", "Identities Length", FT::Uint16,
                            Base::Dec);
FieldDef psk_identity_len(proto(), "tls.handshake.extensions.psk.identity.identity_length", "Identity Length",
                          FT::Uint16, Base::Dec);
FieldDef psk_identity(proto(), "tls.handshake.extensions.psk.identity.identity", "Identity", FT::Bytes);
FieldDef psk_age(proto(), "tls.handshake.extensions.psk.identity.obfuscated_ticket_age", "Obfuscated Ticket Age",
                 FT::Uint32, Base::Dec);
FieldDef psk_binders_len(proto(), "tls.handshake.extensions.psk.binders_len", "PSK Binders length", FT::Uint16, Base::Dec);
FieldDef psk_binders(proto(), "tls.handshake.extensions.psk.binders", "PSK Binders", FT::None);
FieldDef psk_selected(proto(), "tls.handshake.extensions.psk.identity.selected", "Selected Identity", FT::Uint16, Base::Dec);
FieldDef max_early_data(proto(), "tls.early_data.max_early_data_size", "Maximum Early Data Size", FT::Uint32, Base::Dec);
FieldDef padding(proto(), "tls.handshake.extensions_padding_data", "Padding Data", FT::Bytes);

constexpr uint8_t kInTicket = 4, kInCertificate = 11;  // types of messages

/// Where an extension stands: b is its data.
struct Extension {
  Run& r;
  Buf b;
  Item at;
  uint8_t message;   // type of the message: 1 ClientHello, 2 ServerHello, 8 EncryptedExtensions …
  Fingerprint* f;
};

// RFC 6066 3
void server_name(Extension& e) {
  if (e.b.size() < 2) return;
  e.at.add(names_len, e.b, 0, 2);
  uint32_t end = 2u + e.b.u16(0);
  for (uint32_t off = 2; off + 3 <= end;) {
    uint16_t n = e.b.u16(off + 1);
    e.at.add(name_type, e.b, off, 1);
    e.at.add(name_len, e.b, off + 1, 2);
    e.at.add(name, e.b, off + 3, n);
    off += 3u + n;
  }
}

// RFC 8446 4.2.7
void supported_groups(Extension& e) {
  uint16_t n = e.b.u16(0);
  e.at.add(groups_len, e.b, 0, 2);
  Item list = e.at.add(groups, e.b, 2, n);
  list.label("Supported Groups (%u group%s)", n / 2u, n / 2 == 1 ? "" : "s");
  for (uint32_t off = 2; off + 2 <= 2u + n; off += 2) {
    list.add(group, e.b, off, 2);
    if (e.f) e.f->groups.push_back(e.b.u16(off));
  }
}

// RFC 8422 5.1.2
void point_formats(Extension& e) {
  uint8_t n = e.b.u8(0);
  e.at.add(formats_len, e.b, 0, 1);
  Item list = e.at.add(formats, e.b, 1, n);
  list.label("Elliptic curves point formats (%u)", n);
  for (uint32_t off = 1; off < 1u + n; off++) {
    list.add(format, e.b, off, 1);
    if (e.f) e.f->formats.push_back(e.b.u8(off));
  }
}

// RFC 7301 3.1
void alpn(Extension& e) {
  uint16_t n = e.b.u16(0);
  e.at.add(alpn_len, e.b, 0, 2);
  Item list = e.at.add(alpn_list, e.b, 2, n);
  for (uint32_t off = 2; off < 2u + n;) {
    uint8_t len = e.b.u8(off);
    list.add(alpn_str_len, e.b, off, 1);
    list.add(alpn_str, e.b, off + 1, len);
    off += 1u + len;
  }
}

// RFC 8446 4.2.3
void signature_algorithms(Extension& e) { add_signature_algorithms(e.b, 0, e.at); }

// RFC 6066 8
void status_request(Extension& e) {
  if (e.b.empty()) return;  // a server's answer
  if (e.message == kInCertificate) {
    e.at.add(status_type, e.b, 0, 1);
    uint32_t n = static_cast<uint32_t>(e.b.be(1, 3));
    e.at.add(ocsp_length, e.b, 1, 3);
    Buf response = e.b.sub(4, n);
    Item it = e.at.text(e.b, 4, n, "OCSP Response");
    if (e.at.live()) e.r.c.guard([&] { dissect_ocsp_response(response, e.r.c, it); }, it, &proto());
    return;
  }
  e.at.add(status_type, e.b, 0, 1);
  if (e.b.u8(0) != 1) return;
  uint16_t n = e.b.u16(1);
  e.at.add(responders_len, e.b, 1, 2);
  e.at.add(request_exts_len, e.b, 3u + n, 2);
}

// RFC 8446 4.2.11
void pre_shared_key(Extension& e) {
  if (e.message == 2) {
    e.at.add(psk_selected, e.b, 0, 2);
    return;
  }
  Item it = e.at.text(e.b, 0, e.b.size(), "Pre-Shared Key extension");
  uint32_t end = 2u + e.b.u16(0), off = 2;
  it.add(psk_identities_len, e.b, 0, 2);
  while (off + 6 <= end) {
    uint16_t n = e.b.u16(off);
    Item one = it.text(e.b, off, 6u + n, "PSK Identity (length: %u)", n);
    one.add(psk_identity_len, e.b, off, 2);
    one.add(psk_identity, e.b, off + 2, n);
    one.add(psk_age, e.b, off + 2 + n, 4);
    off += 6u + n;
  }
  uint16_t n = e.b.u16(end);
  it.add(psk_binders_len, e.b, end, 2);
  it.add(psk_binders, e.b, end + 2, n);
}

// RFC 8446 4.2.1
void supported_versions(Extension& e) {
  if (e.message == 2) {
    e.at.add(version_field, e.b, 0, 2);
    return;
  }
  uint8_t n = e.b.u8(0);
  e.at.add(versions_len, e.b, 0, 1);
  for (uint32_t off = 1; off + 2 <= 1u + n; off += 2) e.at.add(version_field, e.b, off, 2);
}

// RFC 8446 4.2.9
void psk_modes(Extension& e) {
  uint8_t n = e.b.u8(0);
  e.at.add(psk_modes_len, e.b, 0, 1);
  for (uint32_t off = 1; off < 1u + n; off++) e.at.add(psk_mode, e.b, off, 1);
}

uint32_t one_share(Extension& e, uint32_t off) {
  uint16_t n = e.b.u16(off + 2);
  e.at.add(share_group, e.b, off, 2);
  e.at.add(share_len, e.b, off + 2, 2);
  e.at.add(share_key, e.b, off + 4, n);
  return off + 4 + n;
}

// RFC 8446 4.2.8
void key_share(Extension& e) {
  if (e.message == 2 && e.b.size() == 2) {
    e.at.add(selected_group, e.b, 0, 2);
  } else if (e.message == 2) {
    one_share(e, 0);
  } else {
    uint32_t end = 2u + e.b.u16(0);
    e.at.add(shares_len, e.b, 0, 2);
    for (uint32_t off = 2; off + 4 <= end;) off = one_share(e, off);
  }
}

// RFC 5746 3.2
void renegotiation(Extension& e) { e.at.add(reneg_len, e.b, 0, 1); }
// RFC 7685
void pad(Extension& e) { e.at.add(padding, e.b, 0, e.b.size()); }

void dissect_data(Extension& e, uint16_t type) {
  switch (type) {
    case 0: server_name(e); break;
    case 10: supported_groups(e); break;
    case 11: point_formats(e); break;
    case 5: status_request(e); break;
    case 13: case 50: signature_algorithms(e); break;
    case 16: alpn(e); break;
    case 21: pad(e); break;
    case 22: case 23: break;  // being there is all they say
    case 41: pre_shared_key(e); break;
    case 42: if (e.message == kInTicket) e.at.add(max_early_data, e.b, 0, 4); break;
    case 47: dissect_authorities(e.r, e.b, 0, e.at); break;
    case 43: supported_versions(e); break;
    case 45: psk_modes(e); break;
    case 51: key_share(e); break;
    case 65281: renegotiation(e); break;
    default: e.at.add(data, e.b, 0, e.b.size());
  }
}

}  // namespace

uint32_t add_signature_algorithms(const Buf& b, uint32_t off, Item at) {
  uint16_t n = b.u16(off);
  at.add(sigs_len, b, off, 2);
  Item list = at.add(sigs, b, off + 2, n);
  list.label("Signature Hash Algorithms (%u algorithm%s)", n / 2u, n / 2 == 1 ? "" : "s");
  for (uint32_t o = off + 2; o + 2 <= off + 2 + n; o += 2) add_signature_algorithm(b, o, list);
  return off + 2 + n;
}

uint32_t dissect_extensions(Run& r, const Buf& b, uint32_t off, Item at, uint8_t message, Fingerprint* f) {
  uint16_t total = b.u16(off);
  at.add(extensions_length, b, off, 2);
  uint32_t end = off + 2 + total;
  for (off += 2; off + 4 <= end && off < b.size();) {
    uint16_t type = b.u16(off), n = b.u16(off + 2);
    const char* known = name_of(extension_names(), type);
    if (!known) known = is_grease(type) ? "Reserved (GREASE)" : "Unknown type";
    Item it = at.text(b, off, 4u + n, "Extension: %s (len=%u)", known, n);
    it.add(type_field, b, off, 2);
    it.add(len_field, b, off + 2, 2);
    if (f) f->extensions.push_back(type);
    Extension e{r, b.sub(off + 4, n), it, message, f};
    if (n || type != 0) dissect_data(e, type);
    off += 4u + n;
  }
  return end;
}

}  // namespace strato::protocols::tls
