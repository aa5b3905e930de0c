// TLS 1.0–1.3 and SSL 3 records: RFC 8446 5, RFC 5246 6. Handshake messages are in tls_handshake.cc. What is
// encrypted stays so: nothing is guessed about it.
#include "protocols/tls.h"

#include "protocols/tcp.h"

namespace strato::protocols {
namespace tls {
namespace {

uint32_t dissect(Buf b, Ctx& c, Item root);

// RFC 8446 5.2: 2^14 bytes and at most 256 of expansion; TLS 1.2 (RFC 5246 6.2.3) allows 2048
constexpr uint32_t kMaxRecord = (1 << 14) + 2048;
constexpr uint32_t kHeader = 5;

const ValueString kContentTypes[] = {{20, "Change Cipher Spec"}, {21, "Alert"}, {22, "Handshake"},
                                     {23, "Application Data"}, {24, "Heartbeat"}};
const ValueString kLevels[] = {{1, "Warning"}, {2, "Fatal"}};

}  // namespace

Protocol& proto() {
  static Protocol p("tls", "TLS", "Transport Layer Security", dissect);
  return p;
}

namespace {

FieldDef record(proto(), "tls.record", "Record Layer", FT::None);
FieldDef content_type(proto(), "tls.record.content_type", "Content Type", FT::Uint8, Base::Dec, vals(kContentTypes));
FieldDef opaque_type(proto(), "tls.record.opaque_type", "Opaque Type", FT::Uint8, Base::Dec, vals(kContentTypes));
FieldDef record_version(proto(), "tls.record.version", "Version", FT::Uint16, Base::Hex, version_names());
FieldDef record_length(proto(), "tls.record.length", "Length", FT::Uint16, Base::Dec);
FieldDef change_cipher_spec(proto(), "tls.change_cipher_spec", "Change Cipher Spec Message", FT::None);
FieldDef alert_message(proto(), "tls.alert_message", "Alert Message", FT::None);
FieldDef alert_level(proto(), "tls.alert_message.level", "Level", FT::Uint8, Base::Dec, vals(kLevels));
FieldDef alert_desc(proto(), "tls.alert_message.desc", "Description", FT::Uint8, Base::Dec, alert_names());
FieldDef app_data(proto(), "tls.app_data", "Encrypted Application Data", FT::Bytes);
FieldDef app_data_proto(proto(), "tls.app_data_proto", "Application Data Protocol", FT::String);
ExpertDef resumed(proto(), "tls.resumed", Severity::Note, Group::Sequence,
                  "This session reuses previously negotiated keys (Session resumption)");
ExpertDef unknown_record(proto(), "tls.ignored.unknown.record", Severity::Warn, Group::Protocol,
                         "Ignored Unknown Record");

bool looks_like_record(const Buf& b, uint32_t off) {
  uint8_t type = b.u8(off);
  return type >= kChangeCipherSpec && type <= kHeartbeat && b.u8(off + 1) == 3 && b.u8(off + 2) <= 4;
}

// Four printable characters at the start of a connection's data are text on a port that TLS usually has.
bool looks_like_text(const Buf& b) {
  if (b.captured() < 4) return false;
  for (uint32_t i = 0; i < 4; i++)
    if (b.u8(i) < 0x20 || b.u8(i) > 0x7e) return false;
  return true;
}

void info(Run& r, std::string_view text) { r.c.col.add_info_sep(", ", text); }

// Well-known TLS ports by what runs inside: the encrypted data's likely protocol, named as such only
std::string_view inner_name(const Ctx& c) {
  for (uint16_t port : {c.sport, c.dport}) {
    switch (port) {
      case 443: return "Hypertext Transfer Protocol";
      case 465: return "Simple Mail Transfer Protocol";
      case 636: return "Lightweight Directory Access Protocol";
      case 853: return "Domain Name System";
      case 993: return "Internet Message Access Protocol";
      case 995: return "Post Office Protocol";
      case 8883: return "MQ Telemetry Transport Protocol";
      default: break;
    }
  }
  return {};
}

// The agreed version of a connection joined in the middle comes from its records.
void learn_version(Run& r, uint8_t type, uint16_t v) {
  if (!r.c.first_pass || !r.conn || r.conn->version || type == kHandshake || !known_version(v)) return;
  r.conn->version = v;
}

void dissect_ccs(Run& r, const Buf& b, Item at) {
  info(r, "Change Cipher Spec");
  Item it = at.add(change_cipher_spec, b, 0, b.size());
  if (r.conn && r.c.first_pass && r.version() != kTls13 && r.conn->hello && !r.conn->full && !r.conn->resumed_in)
    r.conn->resumed_in = r.c.frame.number;
  if (r.conn && r.conn->resumed_in == r.c.frame.number) it.expert(resumed);
  // in TLS 1.3 it only placates middleboxes (RFC 8446 D.4)
  if (r.version() == kTls13) return;
  r.at.encrypted = 1;
  keys_change_cipher(r);
  if (r.c.first_pass && r.conn) r.conn->encrypted[r.side] = true;
}

void dissect_alert(Run& r, const Buf& b, Item at) {
  Item it = at.add(alert_message, b, 0, b.size());
  uint8_t level = b.size() == 2 ? b.u8(0) : 0;
  const char* name = level ? name_of(vals(kLevels), level) : nullptr;
  if (!name) {
    info(r, "Encrypted Alert");
    at.append(": Encrypted Alert");
    it.label("Alert Message: Encrypted Alert");
    return;
  }
  const char* desc = name_of(alert_names(), b.u8(1));
  std::string_view text = r.c.fmt("Alert (Level: %s, Description: %s)", name, desc ? desc : "Unknown");
  info(r, text);
  at.append(": %.*s", static_cast<int>(text.size()), text.data());
  it.add(alert_level, b, 0, 1);
  it.add(alert_desc, b, 1, 1);
}

void dissect_app_data(Run& r, const Buf& b, Item at, const Buf* plain) {
  if (!plain) info(r, "Application Data");
  std::string_view inner = inner_protocol(r);
  if (inner.empty()) inner = inner_name(r.c);
  if (inner.empty()) at.append(": Application Data");
  else at.append(": Application Data Protocol: %.*s", static_cast<int>(inner.size()), inner.data());
  at.add(app_data, b, 0, b.captured());
  if (!inner.empty()) at.s(app_data_proto, b, 0, 0, inner).gen();
  if (plain) dissect_plain_data(r, *plain);
  else if (at && !r.c.session.settings.wireshark_defaults) at.text(b, 0, 0, "Encrypted: add keys to see what is inside").gen();
}

// The bytes of a record; those of application data as they were sent, with what they are decrypted, if they are.
void dissect_content(Run& r, uint8_t type, Buf b, Item at, const Buf& sealed) {
  switch (type) {
    case kChangeCipherSpec: at.append(": Change Cipher Spec"); dissect_ccs(r, b, at); break;
    case kAlert: dissect_alert(r, b, at); break;
    case kHandshake: dissect_handshake_record(r, b, at); break;
    case kApplicationData: dissect_app_data(r, sealed, at, r.plain ? &b : nullptr); break;
    case kHeartbeat: info(r, r.at.encrypted && !r.plain ? "Encrypted Heartbeat" : b.size() && b.u8(0) == 2 ? "Heartbeat Response" : "Heartbeat Request"); break;
    default: break;
  }
}

// One record at off, complete as reported.
void dissect_record(Run& r, const Buf& b, uint32_t off, uint32_t len, Item tree) {
  uint8_t type = b.u8(off);
  uint16_t v = b.u16(off + 1);
  learn_version(r, type, v);
  uint16_t shown = r.version() ? r.version() : v;
  r.c.col.protocol(version_name(shown));
  Item it = tree.add(record, b, off, kHeader + len);
  it.label("%s Record Layer", version_name(shown));
  // TLS 1.3 hides the real type behind application data
  Buf sealed = b.clamp(off + kHeader, len), plain = sealed;
  uint8_t inner = type;
  r.plain = open_here(r, type, v, sealed, plain, inner);
  bool opaque = type == kApplicationData && (r.version() == kTls13 || r.tls13_keys);
  it.add(opaque ? opaque_type : content_type, b, off, 1);
  it.add(record_version, b, off + 1, 2);
  it.add(record_length, b, off + 3, 2);
  if (r.plain && opaque) it.u(content_type, sealed, 0, 0, inner).gen();
  dissect_content(r, inner, plain, it, sealed);
  r.plain = false;
}

// Bytes that are no record: the rest of the segment is given up.
void dissect_unknown(Run& r, const Buf& b, uint32_t off, Item tree) {
  r.c.col.protocol(version_name(r.version()));
  // tshark tells the two apart by the version
  if (r.version() < kTls10 || r.version() == kTls13) {
    info(r, "Continuation Data");
    return;
  }
  info(r, "Ignored Unknown Record");
  Item it = tree.text(b, off, b.left(off), "Ignored Unknown Record");
  it.expert(unknown_record);
}

Run begin(Ctx& c, Item root) {
  Connection* conn = nullptr;
  int side = 0;
  if (c.flow) {
    if (c.first_pass) conn = &c.flow->state.get<Connection>(proto());
    else conn = c.flow->state.find<Connection>(proto());
    side = c.flow->direction(c.src, c.sport);
  }
  uint16_t n = c.nth(proto());
  CallRecord at = {};
  if (c.first_pass && conn) {
    uint32_t open = conn->open[side];
    at.encrypted = conn->encrypted[side];
    at.open = open;
    at.have = open ? conn->fragments[open - 1].have : 0;
    // most calls start with nothing to remember: no record then
    if (conn->secrets) at.position = conn->secrets->now[side];
    if (at.encrypted || at.open || at.position.epoch) *c.put<CallRecord>(proto(), n) = at;
  } else if (const CallRecord* known = c.get<CallRecord>(proto(), n)) {
    at = *known;
  }
  return Run{c, conn, side, at, root, Item(), n};
}

uint32_t dissect(Buf b, Ctx& c, Item root) {
  Run r = begin(c, root);
  if (!r.version() && looks_like_text(b)) return 0;
  c.col.protocol(version_name(r.version()));
  c.col.clear_info();
  Item tree = root.proto(proto(), b, 0, b.size());
  r.tree = tree;
  uint32_t off = 0;
  while (off < b.size()) {
    uint32_t left = b.left(off);
    if (left >= 3 && !looks_like_record(b, off)) {
      dissect_unknown(r, b, off, tree);
      break;
    }
    if (left < kHeader) {
      if (c.can_desegment) {
        c.desegment_offset = off;
        c.desegment_len = Ctx::kOneMoreSegment;
        return b.size();
      }
      b.need(off, kHeader);
    }
    uint32_t len = b.u16(off + 3);
    if (len > left - kHeader && c.can_desegment) {
      c.desegment_offset = off;
      c.desegment_len = len - (left - kHeader);
      return b.size();
    }
    dissect_record(r, b, off, len, tree);
    off += kHeader + (len < left - kHeader ? len : left - kHeader);
  }
  tree.set_len(b.size());
  return b.size();
}

// Ports aside: a handshake, alert, cipher change or data record with a sensible length.
bool heuristic(Buf b, Ctx& c, Item root) {
  if (b.captured() < kHeader || !looks_like_record(b, 0) || b.u16(3) == 0 || b.u16(3) > kMaxRecord) return false;
  if (c.flow && c.first_pass) {
    c.flow->dissector = &proto();
    c.flow->dissector_from = c.frame.number;
  }
  return dissect(b, c, root) > 0;
}

}  // namespace
}  // namespace tls

void register_tls(Registry& r) {
  tls::proto().place = Protocol::Place::Application;
  r.add(tls::proto());
  r.alias("ssl", "tls");
  // ports that tshark gives to TLS by default
  for (uint32_t port : {324, 443, 465, 636, 802, 853, 993, 995, 1300, 2221, 2443, 3249, 3250, 3251, 3252, 3496, 5061,
                        5671, 5684, 5868, 8883, 11207, 19999, 27017})
    r.attach("tcp.port", port, tls::proto());
  r.attach_heuristic("tcp", tls::proto(), tls::heuristic);
}

}  // namespace strato::protocols
