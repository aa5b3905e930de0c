// PPPoE (RFC 2516) and of PPP (RFC 1661) what is needed to reach the packets inside.
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_pppoes(Buf b, Ctx& c, Item root);
uint32_t dissect_ppp(Buf b, Ctx& c, Item root);

const ValueString kCodes[] = {{0x00, "Session Data"},
                              {0x07, "Active Discovery Offer (PADO)"},
                              {0x09, "Active Discovery Initiation (PADI)"},
                              {0x19, "Active Discovery Request (PADR)"},
                              {0x65, "Active Discovery Session-confirmation (PADS)"},
                              {0xa7, "Active Discovery Terminate (PADT)"}};
const ValueString kProtocols[] = {{0x0021, "Internet Protocol version 4"}, {0x0057, "Internet Protocol version 6"},
                                  {0x0281, "MPLS Unicast"}, {0x8021, "Internet Protocol Control Protocol"},
                                  {0x8057, "IPv6 Control Protocol"}, {0xc021, "Link Control Protocol"},
                                  {0xc023, "Password Authentication Protocol"},
                                  {0xc223, "Challenge Handshake Authentication Protocol"}};

Protocol pppoe("pppoe", "PPPoE", "PPP-over-Ethernet", nullptr);
FieldDef version(pppoe, "pppoe.version", "Version", FT::Uint8, Base::Dec, {}, 0xf0);
FieldDef type(pppoe, "pppoe.type", "Type", FT::Uint8, Base::Dec, {}, 0x0f);
FieldDef code(pppoe, "pppoe.code", "Code", FT::Uint8, Base::Hex, vals(kCodes));
FieldDef session(pppoe, "pppoe.session_id", "Session ID", FT::Uint16, Base::Hex);
FieldDef length(pppoe, "pppoe.payload_length", "Payload Length", FT::Uint16, Base::Dec);
Protocol pppoes("pppoes", "PPPoES", "PPP-over-Ethernet Session", dissect_pppoes);
Protocol ppp("ppp", "PPP", "Point-to-Point Protocol", dissect_ppp);
FieldDef address(ppp, "ppp.address", "Address", FT::Uint8, Base::Hex);
FieldDef control(ppp, "ppp.control", "Control", FT::Uint8, Base::Hex);
FieldDef protocol(ppp, "ppp.protocol", "Protocol", FT::Uint16, Base::Hex, vals(kProtocols));

uint32_t dissect_pppoes(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  c.col.protocol("PPPoES");
  c.col.clear_info();
  uint8_t k = b.u8(1);
  if (c.col.writable()) {
    const char* name = name_of(vals(kCodes), k);
    c.col.info(name ? name : "Unknown");
  }
  Item it = root.proto(pppoes, b, 0, 6);
  it.add(version, b, 0, 1);
  it.add(type, b, 0, 1);
  it.add(code, b, 1, 1);
  it.add(session, b, 2, 2);
  it.add(length, b, 4, 2);
  uint32_t n = b.u16(4);
  c.call(ppp, b.clamp(6, n), root);
  c.payload_used = n + 6 < b.size() ? n + 6 : b.size();
  return b.size();
}

uint32_t dissect_ppp(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  c.col.protocol("PPP");
  c.col.clear_info();
  uint32_t at = 0;
  Item it = root.proto(ppp, b, 0, 2);
  if (b.u8(0) == 0xff && b.u8(1) == 0x03) {  // RFC 1662: HDLC's address and control
    it.add(address, b, 0, 1);
    it.add(control, b, 1, 1);
    at = 2;
  }
  uint32_t n = b.u8(at) & 1 ? 1 : 2;  // an odd first byte is a compressed protocol field
  uint32_t kind = n == 1 ? b.u8(at) : b.u16(at);
  it.u(protocol, b, at, n, kind);
  it.set_len(at + n);
  const char* name = name_of(vals(kProtocols), kind);
  if (c.col.writable()) {
    if (name) c.col.info(name);
    else c.col.fmt_info("PPP Unknown (0x%04x)", kind);
  }
  const Protocol* p = kind == 0x21 ? find_ethertype(0x0800) : kind == 0x57 ? find_ethertype(0x86dd)
                      : kind == 0x281 ? find_ethertype(0x8847) : nullptr;
  c.call_or_data(p, b.sub(at + n), root);
  return b.size();
}

}  // namespace

void register_ppp(Registry& r) {
  r.add(pppoe);
  r.add(pppoes);
  r.add(ppp);
  r.attach("ethertype", 0x8864, pppoes);
  r.attach("gre.proto", 0x880b, ppp);
  r.attach("linktype", 9, ppp);
}

}  // namespace strato::protocols
