// User packets in tunnels of mobile networks: GTPv1-U (3GPP TS 29.281). What such a tunnel carries is followed; of its
// other messages the header is shown.
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_gtp(Buf b, Ctx& c, Item root);

// TS 29.281 table 6.1-1
const ValueString kMessages[] = {{1, "Echo request"}, {2, "Echo response"}, {26, "Error indication"},
                                 {31, "Supported extension header notification"}, {254, "End Marker"},
                                 {255, "T-PDU"}};
// TS 29.281 figure 5.2.1-3
const ValueString kExtensions[] = {{0x00, "No more extension headers"}, {0x20, "Service Class Indicator"},
                                   {0x32, "Long PDCP PDU number"}, {0x40, "UDP Port number"},
                                   {0x81, "RAN container"}, {0x82, "Long PDCP PDU number"}, {0x83, "Xw RAN container"},
                                   {0x84, "NR RAN container"}, {0x85, "PDU Session container"},
                                   {0xc0, "PDCP PDU number"}};
const ValueString kReleases[] = {{0, "GTP release 97/98 version"}, {1, "GTP release 99 version"}};
const TrueFalse kType = {"GTP", "GTP'"};
const TrueFalse kYes = {"Yes", "No"};

Protocol proto("gtp", "GTP", "GPRS Tunneling Protocol", dissect_gtp);
FieldDef flags(proto, "gtp.flags", "Flags", FT::Uint8, Base::Hex);
FieldDef version(proto, "gtp.flags.version", "Version", FT::Uint8, Base::Dec, vals(kReleases), 0xe0);
FieldDef payload(proto, "gtp.flags.payload", "Protocol type", FT::Boolean, Base::None, tfs(kType), 0x10);
FieldDef reserved(proto, "gtp.flags.reserved", "Reserved", FT::Uint8, Base::Dec, {}, 0x08);
FieldDef has_next(proto, "gtp.flags.e", "Is Next Extension Header present?", FT::Boolean, Base::None, tfs(kYes), 0x04);
FieldDef has_seq(proto, "gtp.flags.s", "Is Sequence Number present?", FT::Boolean, Base::None, tfs(kYes), 0x02);
FieldDef has_npdu(proto, "gtp.flags.pn", "Is N-PDU number present?", FT::Boolean, Base::None, tfs(kYes), 0x01);
FieldDef message(proto, "gtp.message", "Message Type", FT::Uint8, Base::Hex, vals(kMessages));
FieldDef length(proto, "gtp.length", "Length", FT::Uint16, Base::Dec);
FieldDef teid(proto, "gtp.teid", "TEID", FT::Uint32, Base::HexDec);
FieldDef seq(proto, "gtp.seq_number", "Sequence number", FT::Uint16, Base::HexDec);
FieldDef npdu(proto, "gtp.npdu_number", "N-PDU Number", FT::Uint8, Base::HexDec);
FieldDef next(proto, "gtp.ext_hdr.next", "Next extension header type", FT::Uint8, Base::Hex, vals(kExtensions));
FieldDef extension(proto, "gtp.ext_hdr", "Extension header", FT::None);
FieldDef extension_length(proto, "gtp.ext_hdr.length", "Extension Header Length", FT::Uint8, Base::Dec);
ExpertDef extension_empty(proto, "gtp.ext_length_zero", Severity::Error, Group::Malformed,
                          "Extension header length is zero");

constexpr uint8_t kTpdu = 255, kVersion1 = 0x30;  // version 1, not GTP' (charging)
constexpr uint32_t kFixed = 8, kOptional = 4;     // the optional part is there whole as soon as one bit asks for it

// Extension headers, each led by its length in units of 4 bytes and ended by the next one's type; returns their end,
// 0 where one says that it has no length: what follows it cannot be told from the user's packet.
uint32_t extensions(const Buf& b, uint32_t at, Item it) {
  for (uint8_t kind = b.u8(at - 1); kind;) {
    uint32_t size = b.u8(at) * 4u;
    Item e = it.add(extension, b, at, size);
    const char* name = name_of(vals(kExtensions), kind);
    if (e) e.label("Extension header (%s)", name ? name : "Unknown");
    Item l = e.add(extension_length, b, at, 1);
    if (!size) {
      l.expert(extension_empty);
      return 0;
    }
    kind = b.u8(at + size - 1);
    e.add(next, b, at + size - 1, 1);
    at += size;
  }
  return at;
}

const Protocol* carried(const Buf& b) {
  switch (b.size() ? b.u8(0) >> 4 : 0) {
    case 4: return find_ethertype(0x0800);
    case 6: return find_ethertype(0x86dd);
    default: return nullptr;
  }
}

uint32_t dissect_gtp(Buf b, Ctx& c, Item root) {
  if ((b.u8(0) & 0xf0) != kVersion1) return 0;
  c.data = nullptr;
  c.col.protocol("GTP");
  c.col.clear_info();
  uint8_t bits = b.u8(0), kind = b.u8(1);
  const char* name = name_of(vals(kMessages), kind);
  if (c.col.writable()) c.col.add_info(name ? name : "Unknown");
  Item it = root.proto(proto, b, 0, kFixed);
  Item f = it.add(flags, b, 0, 1);
  for (const FieldDef* d : {&version, &payload, &reserved, &has_next, &has_seq, &has_npdu}) f.add(*d, b, 0, 1);
  it.add(message, b, 1, 1);
  it.add(length, b, 2, 2);
  it.add(teid, b, 4, 4);
  uint32_t at = kFixed;
  if (bits & 7) {
    if (bits & has_seq.mask) it.add(seq, b, at, 2);
    if (bits & has_npdu.mask) it.add(npdu, b, at + 2, 1);
    if (bits & has_next.mask) it.add(next, b, at + 3, 1);
    at += kOptional;
    if (bits & has_next.mask) at = extensions(b, at, it);
    if (!at) return b.size();
  }
  it.set_len(at);
  Buf rest = b.sub(at);
  if (!rest.size()) return b.size();
  if (kind != kTpdu) {
    c.show_data(rest, root);
    return b.size();
  }
  if (const Protocol* p = carried(rest)) c.call_or_data(p, rest, root);
  if (c.col.writable()) c.col.protocol(c.fmt("GTP <%s>", c.keep_z(c.col.protocol_view())));
  return b.size();
}

}  // namespace

void register_gtp(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  r.attach("udp.port", 2152, proto);
}

}  // namespace strato::protocols
