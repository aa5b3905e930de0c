// TLS handshake messages: RFC 8446 4, RFC 5246 7.4; messages that span records are put together here.
#include <algorithm>

#include "protocols/tls.h"
#include "protocols/x509.h"

namespace strato::protocols::tls {
namespace {

const ValueString kTypes[] = {
    {0, "Hello Request"}, {1, "Client Hello"}, {2, "Server Hello"}, {3, "Hello Verify Request"},
    {4, "New Session Ticket"}, {5, "End of Early Data"}, {6, "Hello Retry Request"}, {8, "Encrypted Extensions"},
    {11, "Certificate"}, {12, "Server Key Exchange"}, {13, "Certificate Request"}, {14, "Server Hello Done"},
    {15, "Certificate Verify"}, {16, "Client Key Exchange"}, {20, "Finished"}, {21, "Certificate URL"},
    {22, "Certificate Status"}, {23, "Supplemental Data"}, {24, "Key Update"}, {25, "Compressed Certificate"},
    {67, "Encrypted Extensions"}};

const ValueString kUpdateRequests[] = {{0, "update_not_requested"}, {1, "update_requested"}};

FieldDef handshake(proto(), "tls.handshake", "Handshake Protocol", FT::None);
FieldDef type_field(proto(), "tls.handshake.type", "Handshake Type", FT::Uint8, Base::Dec, vals(kTypes));
FieldDef length_field(proto(), "tls.handshake.length", "Length", FT::Uint24, Base::Dec);
FieldDef fragments_field(proto(), "tls.handshake.fragments", "Reassembled Handshake Fragments", FT::None);
FieldDef fragment_field(proto(), "tls.handshake.fragment", "Handshake Fragment", FT::FrameNum);
FieldDef fragment_count(proto(), "tls.handshake.fragment.count", "Handshake Fragment count", FT::Uint32, Base::Dec);
FieldDef reassembled_in(proto(), "tls.handshake.reassembled_in", "Reassembled Handshake Message in frame", FT::FrameNum);
FieldDef certificates_length(proto(), "tls.handshake.certificates_length", "Certificates Length", FT::Uint24, Base::Dec);
FieldDef certificates(proto(), "tls.handshake.certificates", "Certificates", FT::None);
FieldDef certificate_length(proto(), "tls.handshake.certificate_length", "Certificate Length", FT::Uint24, Base::Dec);
FieldDef certificate(proto(), "tls.handshake.certificate", "Certificate", FT::Bytes);
FieldDef ticket_lifetime(proto(), "tls.handshake.session_ticket_lifetime_hint", "Session Ticket Lifetime Hint",
                         FT::Uint32, Base::Dec);
FieldDef ticket_length(proto(), "tls.handshake.session_ticket_length", "Session Ticket Length", FT::Uint16, Base::Dec);
FieldDef ticket(proto(), "tls.handshake.session_ticket", "Session Ticket", FT::Bytes);
FieldDef verify_data(proto(), "tls.handshake.verify_data", "Verify Data", FT::None);
FieldDef cert_types_count(proto(), "tls.handshake.cert_types_count", "Certificate types count", FT::Uint8, Base::Dec);
FieldDef cert_types(proto(), "tls.handshake.cert_types", "Certificate types", FT::None);
FieldDef status_type(proto(), "tls.handshake.extensions_status_request_type", "Certificate Status Type", FT::Uint8, Base::Dec,
                     status_names());
FieldDef ocsp_length(proto(), "tls.handshake.ocsp_response_len", "OCSP Response Length", FT::Uint24, Base::Dec);
FieldDef cert_type(proto(), "tls.handshake.cert_type", "Certificate type", FT::Uint8, Base::Dec);
FieldDef dnames_len(proto(), "tls.handshake.dnames_len", "Distinguished Names Length", FT::Uint16, Base::Dec);
FieldDef dnames(proto(), "tls.handshake.dnames", "Distinguished Names", FT::None);
FieldDef dname_len(proto(), "tls.handshake.dname_len", "Distinguished Name Length", FT::Uint16, Base::Dec);
FieldDef dname(proto(), "tls.handshake.dname", "Distinguished Name", FT::None);
FieldDef sig_alg_len(proto(), "tls.handshake.sig_hash_alg_len", "Signature Hash Algorithms Length", FT::Uint16, Base::Dec);
FieldDef context_length(proto(), "tls.handshake.certificate_request_context_length",
                        "Certificate Request Context Length", FT::Uint8, Base::Dec);
FieldDef context(proto(), "tls.handshake.certificate_request_context", "Certificate Request Context", FT::Bytes);
FieldDef ticket_age_add(proto(), "tls.handshake.session_ticket_age_add", "Session Ticket Age Add", FT::Uint32, Base::Dec);
FieldDef ticket_nonce_length(proto(), "tls.handshake.session_ticket_nonce_length", "Session Ticket Nonce Length",
                             FT::Uint8, Base::Dec);
FieldDef ticket_nonce(proto(), "tls.handshake.session_ticket_nonce", "Session Ticket Nonce", FT::Bytes);
FieldDef request_update(proto(), "tls.handshake.key_update.request_update", "Key Update Request", FT::Uint8, Base::Dec,
                        vals(kUpdateRequests));

// A handshake message is at most a chain of certificates; 2^17 bytes hold the largest seen many times over. The
// header allows 2^24, which hostile peers could make us keep for every connection.
constexpr uint32_t kMaxMessage = 1 << 17;
constexpr uint32_t kHeader = 4;
constexpr uint8_t kTicketMessage = 4, kCertificateMessage = 11;
// Records a message may be spread over: one byte each would be legal, but nobody does that
constexpr size_t kMaxFragments = 1000;

bool known_type(uint8_t t) { return name_of(vals(kTypes), t) != nullptr; }

// RFC 8446 4.4.2: what request the certificates answer. Returns the offset behind it.
uint32_t dissect_context(const Buf& b, Item at) {
  uint8_t n = b.u8(0);
  at.add(context_length, b, 0, 1);
  if (n) at.add(context, b, 1, n);
  return 1u + n;
}

void dissect_certificates(Run& r, const Buf& b, Item at) {
  bool tls13 = r.version() == kTls13;
  uint32_t off = tls13 ? dissect_context(b, at) : 0;
  uint32_t total = static_cast<uint32_t>(b.be(off, 3));
  at.add(certificates_length, b, off, 3);
  off += 3;
  if (total == 0) return;
  Item list = at.add(certificates, b, off, total);
  list.label("Certificates (%u bytes)", total);
  uint32_t end = off + total;
  while (off + 3 <= end && off < b.size()) {
    uint32_t n = static_cast<uint32_t>(b.be(off, 3));
    list.add(certificate_length, b, off, 3);
    Buf cert = b.sub(off + 3, n);
    Item it = list.add(certificate, b, off + 3, n);
    // the indexing pass keeps nothing of certificates
    if (list.live()) r.c.guard([&] { dissect_certificate(cert, r.c, it); }, it, &proto());
    off += 3 + n;
    if (tls13) off = dissect_extensions(r, b, off, list, kCertificateMessage, nullptr);
  }
}

// RFC 8446 4.6.1
void dissect_new_ticket13(Run& r, const Buf& b, Item at) {
  at.add(ticket_lifetime, b, 0, 4);
  at.add(ticket_age_add, b, 4, 4);
  uint32_t off = 8;
  // drafts before 21 have no nonce
  uint16_t draft = r.conn && r.conn->secrets ? r.conn->secrets->version : kTls13;
  if (draft >> 8 != 0x7f || (draft & 0xff) >= 21) {
    uint8_t nonce = b.u8(8);
    at.add(ticket_nonce_length, b, 8, 1);
    if (nonce) at.add(ticket_nonce, b, 9, nonce);
    off = 9u + nonce;
  }
  uint16_t n = b.u16(off);
  at.add(ticket_length, b, off, 2);
  at.add(ticket, b, off + 2, n);
  dissect_extensions(r, b, off + 2 + n, at, kTicketMessage, nullptr);
}

void dissect_new_ticket(Run& r, const Buf& b, Item at) {
  if (r.version() == kTls13) {
    dissect_new_ticket13(r, b, at);
    return;
  }
  if (b.size() < 6) return;
  at.add(ticket_lifetime, b, 0, 4);
  uint16_t n = b.u16(4);
  at.add(ticket_length, b, 4, 2);
  at.add(ticket, b, 6, n);
}

void dissect_certificate_request(Run& r, const Buf& b, Item at) {
  if (r.version() == kTls13) {
    dissect_extensions(r, b, dissect_context(b, at), at, 13, nullptr);
    return;
  }
  uint32_t off = 1 + b.u8(0);
  at.add(cert_types_count, b, 0, 1);
  if (off > 1) {
    Item types = at.add(cert_types, b, 1, off - 1);
    types.label("Certificate types (%u type%s)", off - 1, off == 2 ? "" : "s");
    for (uint32_t i = 1; i < off; i++) types.add(cert_type, b, i, 1);
  }
  if (r.version() >= kTls12) off = add_signature_algorithms(b, off, at);
  dissect_authorities(r, b, off, at);
}


// RFC 6066 8: what the issuer says of the certificate's revocation
void dissect_status(Run& r, const Buf& b, Item at) {
  at.add(status_type, b, 0, 1);
  if (b.u8(0) != 1) return;  // only OCSP is defined
  uint32_t n = static_cast<uint32_t>(b.be(1, 3));
  at.add(ocsp_length, b, 1, 3);
  Buf response = b.sub(4, n);
  Item it = at.text(b, 4, n, "OCSP Response");
  if (at.live()) r.c.guard([&] { dissect_ocsp_response(response, r.c, it); }, it, &proto());
}

void dissect_body(Run& r, uint8_t type, const Buf& body, Item at) {
  switch (type) {
    case 1: dissect_client_hello(r, body, at); break;
    case 2: dissect_server_hello(r, body, at); break;
    case 4: dissect_new_ticket(r, body, at); break;
    case 8: dissect_extensions(r, body, 0, at, type, nullptr); break;
    case 11: dissect_certificates(r, body, at); break;
    case 12: dissect_server_key_exchange(r, body, at); break;
    case 16: dissect_client_key_exchange(r, body, at); break;
    case 22: dissect_status(r, body, at); break;
    case 13: dissect_certificate_request(r, body, at); break;
    case 15: dissect_certificate_verify(r, body, at); break;
    case 24: at.add(request_update, body, 0, 1); break;
    case 20: at.add(verify_data, body, 0, body.size()); break;
    default: break;
  }
}

const char* message_name(uint8_t type, const Buf& message) {
  if (type == 2 && message.captured() >= kHeader + 34 && is_hello_retry(message.sub(kHeader))) return "Hello Retry Request";
  return name_of(vals(kTypes), type);
}

void note_keys(Run& r, uint8_t type, const Buf& body) {
  switch (type) {
    case 1: keys_client_hello(r, body); break;
    case 2: keys_server_hello(r, body); break;
    case 4: keys_new_ticket(r, body); break;
    case 8: keys_encrypted_extensions(r, body); break;
    default: break;
  }
}

// b is one whole message with its header.
void dissect_message(Run& r, const Buf& b, Item record, bool first, const Fragments* from) {
  uint8_t type = b.u8(0);
  if (type == 2 && r.c.first_pass && r.conn) {
    uint16_t v = settled_version(server_hello_version(b.sub(kHeader)));
    if (known_version(v)) r.conn->version = v;
    r.conn->hello = true;
    if (!r.conn->hello_in) r.conn->hello_in = r.c.frame.number;
    r.conn->suite = server_hello_suite(b.sub(kHeader));
    r.conn->full = false;
    r.c.col.protocol(version_name(r.conn->version));
  }
  note_keys(r, type, b.sub(kHeader));
  if ((type == 11 || type == 12 || type == 14) && r.c.first_pass && r.conn) r.conn->full = true;
  const char* name = message_name(type, b);
  r.c.col.add_info_sep(", ", name);
  if (first) record.append(": Handshake Protocol: %s", name);
  Item it = record.add(handshake, b, 0, b.size());
  it.label("Handshake Protocol: %s", name);
  if (from) {
    Item list = it.add(fragments_field, b, 0, b.size());
    list.label("[%zu Reassembled Handshake Fragments (%u bytes)]", from->frames.size(), from->need);
    for (uint32_t f : from->frames) list.u(fragment_field, b, 0, 0, f);
    list.u(fragment_count, b, 0, 0, from->frames.size()).gen();
  }
  it.add(type_field, b, 0, 1);
  it.add(length_field, b, 1, 3);
  keys_message_end(r, type);
  dissect_body(r, type, b.sub(kHeader), it);
}

void show_encrypted(Run& r, const Buf& b, Item record) {
  r.c.col.add_info_sep(", ", "Encrypted Handshake Message");
  record.append(": Handshake Protocol: Encrypted Handshake Message");
  record.add(handshake, b, 0, b.size()).label("Handshake Protocol: Encrypted Handshake Message");
}

// Keeps bytes of an unfinished message (first pass). The record's whole rest belongs to it.
void collect(Run& r, Fragments& f, const Buf& b, uint32_t off, uint32_t n) {
  if (!r.c.first_pass) return;
  if (f.pieces.size() >= kMaxFragments) return;
  f.pieces.push_back(r.c.session.keep(r.c.frame.number, b, off, n));
  f.frames.push_back(r.c.frame.number);
}

uint32_t needed(const Fragments& f, Run& r) {
  std::string head;
  for (const Piece& p : f.pieces) {
    r.c.session.fetch(p, head);
    if (head.size() >= kHeader) break;
  }
  if (head.size() < kHeader) return 0;
  return kHeader + (static_cast<uint32_t>(static_cast<uint8_t>(head[1])) << 16 | static_cast<uint32_t>(static_cast<uint8_t>(head[2])) << 8 | static_cast<uint8_t>(head[3]));
}

void show_fragment(Run& r, const Buf& b, uint32_t off, Item record, const char* name, bool first, const Fragments* f) {
  if (first) {
    if (r.c.col.writable() && r.c.col.info_view().empty()) r.c.col.fmt_info("[%s Fragment]", name);
    record.append(": Handshake Protocol: %s (fragment)", name);
  }
  Item it = record.add(handshake, b, off, b.left(off));
  it.label("Handshake Protocol: %s (fragment)", name);
  if (f && f->done_in && f->done_in != r.c.frame.number) it.u(reassembled_in, b, 0, 0, f->done_in).gen();
}

// Goes on with the message left open by an earlier record; returns the bytes of this record it took.
uint32_t continue_message(Run& r, const Buf& b, Item record) {
  Fragments& f = r.conn->fragments[r.at.open - 1];
  uint32_t had = r.at.have, avail = b.size();
  if (r.c.first_pass) {
    collect(r, f, b, 0, avail);
    if (f.need == 0) f.need = needed(f, r);
    f.have = had + avail;
    bool give_up = f.need > kMaxMessage || f.pieces.size() >= kMaxFragments;
    if (give_up || (f.need && f.have >= f.need)) {
      f.done_in = give_up ? 0 : r.c.frame.number;
      r.conn->open[r.side] = 0;
    }
  }
  r.at.have = had + avail;
  bool done = f.need && f.need <= kMaxMessage && had + avail >= f.need;
  if (!done) {
    show_fragment(r, b, 0, record, "Reassembled", true, &f);
    if (r.c.first_pass && r.conn->open[r.side] == 0) r.at.open = 0;
    return avail;
  }
  uint32_t took = f.need - had;
  r.at.open = r.at.have = 0;
  std::string whole;
  whole.reserve(f.need);
  for (const Piece& p : f.pieces) r.c.session.fetch(p, whole);
  whole.resize(f.need);
  Buf message = r.c.add_source("Reassembled TLS Handshake", whole);
  dissect_message(r, message, record, true, &f);
  return took;
}

// A message starts in this record and does not end in it.
void open_message(Run& r, const Buf& b, uint32_t off, Item record, bool first) {
  const Fragments* f = nullptr;
  if (r.conn && r.c.first_pass) {
    Fragments n;
    collect(r, n, b, off, b.left(off));
    n.have = b.left(off);
    n.need = needed(n, r);
    r.conn->fragments.push_back(std::move(n));
    r.at.open = r.conn->open[r.side] = static_cast<uint32_t>(r.conn->fragments.size());
    r.at.have = b.left(off);
  } else if (r.conn) {
    // found again by where it starts, so that two messages of one frame are told apart
    for (size_t i = 0; i < r.conn->fragments.size() && !f; i++) {
      const Fragments& x = r.conn->fragments[i];
      if (!x.pieces.empty() && !x.frames.empty() && x.frames[0] == r.c.frame.number && x.pieces[0].len == b.left(off)) {
        f = &x;
        r.at.open = static_cast<uint32_t>(i + 1);
        r.at.have = b.left(off);
      }
    }
  }
  show_fragment(r, b, off, record, b.left(off) ? message_name(b.u8(off), Buf()) : "Unknown", first, f);
}

}  // namespace

void dissect_authorities(Run& r, const Buf& b, uint32_t off, Item at) {
  uint16_t total = b.u16(off);
  at.add(dnames_len, b, off, 2);
  if (total == 0) return;
  Item list = at.add(dnames, b, off + 2, total);
  list.label("Distinguished Names (%u bytes)", total);
  uint32_t end = off + 2 + total;
  for (off += 2; off + 2 <= end;) {
    uint16_t n = b.u16(off);
    list.add(dname_len, b, off, 2);
    Item it = list.add(dname, b, off + 2, n);
    Buf name = b.sub(off + 2, n);
    if (list.live()) {
      std::string text;
      dissect_name(name, r.c, it, read_ber(name, 0, n), &text);
      it.label("Distinguished Name: (%s)", text.c_str());
    }
    off += 2u + n;
  }
}

void dissect_handshake_record(Run& r, Buf b, Item record) {
  uint32_t off = 0;
  bool first = true;
  if (r.at.open && r.conn) {
    off = continue_message(r, b, record);
    first = false;
  } else if ((r.at.encrypted && !r.plain) || b.size() == 0 || !known_type(b.u8(0))) {
    show_encrypted(r, b, record);
    return;
  }
  for (; off < b.size(); first = false) {
    uint32_t left = b.left(off);
    uint32_t n = left >= kHeader ? kHeader + static_cast<uint32_t>(b.be(off + 1, 3)) : 0;
    bool plausible = known_type(b.u8(off)) && n <= kMaxMessage;
    if (!plausible) {
      show_encrypted(r, b.sub(off), record);
      return;
    }
    if (n == 0 || n > left) {
      // cut by the snaplen it cannot go on; a record is a whole one otherwise
      if (b.captured() < b.size()) b.need(off, left);
      open_message(r, b, off, record, first);
      return;
    }
    dissect_message(r, b.sub(off, n), record, first, nullptr);
    off += n;
  }
}

}  // namespace strato::protocols::tls
