// QUIC as far as it is readable without keys (RFC 8999, 9000 section 17, 9369): the headers of packets, one after
// another in a datagram. A long header makes the conversation one of QUIC; what comes after has a short header.
#include "packet/context.h"
#include "packet/registry.h"

namespace strato::protocols {
namespace {

uint32_t dissect_quic(Buf b, Ctx& c, Item root);

constexpr uint32_t kNegotiation = 0, kVersion1 = 1, kVersion2 = 0x6b3343cf, kVersion2Draft = 0x709a50c4;
constexpr uint32_t kLastDraft = 34, kMostId = 20;

const ValueString kForms[] = {{0, "Short Header"}, {1, "Long Header"}};
const ValueString kTypes[] = {{0, "Initial"}, {1, "0-RTT"}, {2, "Handshake"}, {3, "Retry"}};
const ValueString kTypes2[] = {{1, "Initial"}, {2, "0-RTT"}, {3, "Handshake"}, {0, "Retry"}};
const ValueString kVersions[] = {{kNegotiation, "Version Negotiation"}, {kVersion1, "1"}, {kVersion2, "2"}};

Protocol proto("quic", "QUIC", "QUIC IETF", dissect_quic);
FieldDef packet_length(proto, "quic.packet_length", "Packet Length", FT::Uint32, Base::Dec);
FieldDef header_form(proto, "quic.header_form", "Header Form", FT::Uint8, Base::Dec, vals(kForms), 0x80);
FieldDef fixed_bit(proto, "quic.fixed_bit", "Fixed Bit", FT::Boolean, Base::None, {}, 0x40);
FieldDef packet_type(proto, "quic.long.packet_type", "Packet Type", FT::Uint8, Base::Dec, vals(kTypes), 0x30);
FieldDef packet_type2(proto, "quic.long.packet_type_v2", "Packet Type", FT::Uint8, Base::Dec, vals(kTypes2), 0x30);
FieldDef version(proto, "quic.version", "Version", FT::Uint32, Base::Hex, vals(kVersions));
FieldDef supported(proto, "quic.supported_version", "Supported Version", FT::Uint32, Base::Hex, vals(kVersions));
FieldDef dcil(proto, "quic.dcil", "Destination Connection ID Length", FT::Uint8, Base::Dec);
FieldDef dcid(proto, "quic.dcid", "Destination Connection ID", FT::Bytes);
FieldDef scil(proto, "quic.scil", "Source Connection ID Length", FT::Uint8, Base::Dec);
FieldDef scid(proto, "quic.scid", "Source Connection ID", FT::Bytes);
FieldDef token_length(proto, "quic.token_length", "Token Length", FT::Uint64, Base::Dec);
FieldDef token(proto, "quic.token", "Token", FT::Bytes);
FieldDef length(proto, "quic.length", "Length", FT::Uint64, Base::Dec);
FieldDef remaining(proto, "quic.remaining_payload", "Remaining Payload", FT::Bytes);
FieldDef short_header(proto, "quic.short", "QUIC Short Header", FT::None);

bool is_version2(uint32_t v) { return v == kVersion2 || v == kVersion2Draft; }

bool known(uint32_t v) {
  const bool draft = v > 0xff000000 + 3 && v <= 0xff000000 + kLastDraft;
  const bool mvfst = v == 0xfaceb001 || v == 0xfaceb002 || v == 0xfaceb00e;
  const bool google = v == 0x51303530 || v == 0x54303530 || v == 0x54303531;  // Q050, T050, T051
  return v == kVersion1 || is_version2(v) || draft || mvfst || google;
}

/// A number whose first two bits say how long it is (RFC 9000 section 16); moves `at` behind it.
uint64_t number(const Buf& b, uint32_t& at, uint32_t& size) {
  size = 1u << (b.u8(at) >> 6);
  const uint64_t v = b.be(at, size) & ~(uint64_t{3} << (size * 8 - 2));
  at += size;
  return v;
}

struct Id {
  uint32_t at, size;
};

/// The two connection ids with their lengths; moves `at` behind them.
void read_ids(const Buf& b, uint32_t& at, Id& to, Id& from) {
  for (Id* id : {&to, &from}) {
    id->size = b.u8(at);
    id->at = at + 1;
    at += 1 + id->size;
    b.need(id->at, id->size);
  }
}

void show_ids(Ctx& c, Item it, const Buf& b, const char* type, Id to, Id from) {
  it.add(dcil, b, to.at - 1, 1);
  if (to.size) it.add(dcid, b, to.at, to.size);
  it.add(scil, b, from.at - 1, 1);
  if (from.size) it.add(scid, b, from.at, from.size);
  if (!c.col.writable()) return;
  c.col.add_info_sep(", ", type);
  Text& info = c.col.info_text();
  if (to.size) (info << ", DCID=").hex_bytes(b.need(to.at, to.size), to.size);
  if (from.size) (info << ", SCID=").hex_bytes(b.need(from.at, from.size), from.size);
}

/// The node of one packet, of `size` bytes.
Item packet(Item root, const Buf& b, uint32_t size) {
  Item it = root.proto(proto, b, 0, size);
  it.u(packet_length, b, 0, 0, size).gen();
  return it;
}

void negotiation(Ctx& c, Item root, const Buf& b) {
  uint32_t at = 5;
  Id to{}, from{};
  Item it = packet(root, b, b.size());
  it.add(header_form, b, 0, 1);
  it.add(version, b, 1, 4);
  read_ids(b, at, to, from);
  show_ids(c, it, b, "Version Negotiation", to, from);
  for (; b.has(at, 4); at += 4) it.add(supported, b, at, 4);
}

/// One packet with a long header at the start of b; its length.
uint32_t long_packet(Ctx& c, Item root, const Buf& b) {
  const uint32_t v = b.u32(1);
  uint32_t at = 5, end = b.size();
  Id to{}, from{};
  read_ids(b, at, to, from);
  const bool second = is_version2(v);
  const uint8_t bits = b.u8(0) >> 4 & 3;
  const uint8_t type = second ? (bits + 3) & 3 : bits;  // as version 1 numbers them
  Id has_token{};
  uint32_t token_at = 0, token_size = 0, length_at = 0, length_size = 0;
  if (type == 0) {
    token_at = at;
    has_token.size = static_cast<uint32_t>(std::min<uint64_t>(number(b, at, token_size), b.size()));
    has_token.at = at;
    b.need(at, has_token.size);
    at += has_token.size;
  }
  if (type != 3) {
    length_at = at;
    const uint64_t rest = number(b, at, length_size);
    if (rest <= b.size() - at) end = at + static_cast<uint32_t>(rest);
  }
  Item it = packet(root, b, end);
  it.add(header_form, b, 0, 1);
  if (type != 3) it.add(fixed_bit, b, 0, 1);
  it.add(second ? packet_type2 : packet_type, b, 0, 1);
  it.add(version, b, 1, 4);
  show_ids(c, it, b, name_of(vals(kTypes), type), to, from);
  if (token_at) {
    it.u(token_length, b, token_at, token_size, has_token.size);
    if (has_token.size) it.add(token, b, has_token.at, has_token.size);
  }
  if (length_at) it.u(length, b, length_at, length_size, end - at);
  if (end > at) it.add(remaining, b, at, end - at);
  return end;
}

void short_packet(Ctx& c, Item root, const Buf& b) {
  Item it = packet(root, b, b.size());
  Item head = it.add(short_header, b, 0, 1);
  head.add(header_form, b, 0, 1);
  head.add(fixed_bit, b, 0, 1);
  if (b.size() > 1) it.add(remaining, b, 1, b.captured() - 1);
  if (c.col.writable()) c.col.add_info_sep(", ", "Protected Payload");
}

/// A long header of a version that is known, with ids of a possible length.
bool begins(const Buf& b) {
  if (!b.has(0, 7) || (b.u8(0) & 0xc0) != 0xc0) return false;  // long header, fixed bit
  const uint32_t v = b.u32(1), to = b.u8(5);
  return known(v) && to <= kMostId && b.has(6 + to, 1) && b.u8(6 + to) <= kMostId;
}

uint32_t dissect_quic(Buf b, Ctx& c, Item root) {
  c.col.protocol("QUIC");
  c.col.clear_info();
  for (Buf rest = b; !rest.empty();) {
    if ((rest.u8(0) & 0x80) == 0) {
      short_packet(c, root, rest);
      break;
    }
    if (rest.u32(1) == kNegotiation) {
      negotiation(c, root, rest);
      break;
    }
    const uint32_t used = long_packet(c, root, rest);
    if (used >= rest.size()) break;
    rest = rest.sub(used);
  }
  return b.size();
}

bool looks_like_quic(Buf b, Ctx& c, Item root) {
  if (!begins(b)) return false;
  if (c.first_pass && c.flow && !c.in_error) {
    c.flow->dissector = &proto;
    c.flow->dissector_from = c.frame.number;
  }
  dissect_quic(b, c, root);
  return true;
}

}  // namespace

void register_quic(Registry& r) {
  proto.place = Protocol::Place::Application;
  r.add(proto);
  r.attach_heuristic("udp", proto, looks_like_quic);
}

}  // namespace strato::protocols
