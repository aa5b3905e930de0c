// Link types without a link header: raw IP (12, 14, 101), IPv4 (228), IPv6 (229), and the BSD loopback's four-byte
// protocol family (NULL 0, LOOP 108), as listed on tcpdump.org/linktypes.
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/no_addresses.h"

namespace strato::protocols {
namespace {

uint32_t dissect_raw(Buf b, Ctx& c, Item root);
uint32_t dissect_null(Buf b, Ctx& c, Item root);

Protocol raw("raw", "Raw", "Raw packet data", dissect_raw);

// AF_INET is 2 everywhere; AF_INET6 is 24, 28 or 30 depending on the BSD that wrote the file (23 on Windows is IPX)
const ValueString kFamilies[] = {{2, "IP"},    {7, "OSI"},   {16, "Appletalk"}, {23, "Netware IPX/SPX"},
                                 {24, "IPv6"}, {28, "IPv6"}, {30, "IPv6"}};

Protocol null("null", "NULL", "Null/Loopback", dissect_null);
FieldDef null_type(null, "null.type", "Type", FT::Uint16, Base::Hex);
FieldDef null_family(null, "null.family", "Family", FT::Uint32, Base::Dec, vals(kFamilies));

DissectorTable* ethertypes;

uint32_t dissect_raw(Buf b, Ctx& c, Item root) {
  no_addresses(c);
  c.col.protocol("Raw");
  c.col.info("Raw packet data");
  root.proto(raw, b, 0, b.size());
  const Protocol* p = nullptr;
  uint8_t version = b.captured() ? b.u8(0) >> 4 : 0;
  if (version == 4) p = ethertypes->find(0x0800);
  if (version == 6) p = ethertypes->find(0x86dd);
  c.call_or_data(p, b, root);
  return b.size() ? b.size() : 1;
}

// The family is in the byte order of the machine that captured. Values are small, so the half that is zero tells.
bool little_endian(const Buf& b) { return b.u16(0) != 0; }

uint32_t dissect_null(Buf b, Ctx& c, Item root) {
  no_addresses(c);
  c.col.protocol("NULL");
  c.col.info("Null/Loopback");
  Item it = root.proto(null, b, 0, 4);
  // some systems write 0xff 0x03 and a PPP protocol number, others an EtherType into the upper half
  bool le = little_endian(b);
  uint32_t family = le ? b.le32(0) : b.u32(0);
  const Protocol* p = nullptr;
  if ((family & 0xffff0000u) && (family & 0xffffu) == 0) {
    uint32_t type = le ? family >> 16 : b.u16(0);
    it.u(null_type, b, 0, 4, type);
    p = ethertypes->find(type);
  } else {
    it.u(null_family, b, 0, 4, family);
    if (family == 2) p = ethertypes->find(0x0800);
    if (family == 24 || family == 28 || family == 30) p = ethertypes->find(0x86dd);
  }
  c.call_or_data(p, b.sub(4), root);
  return b.size();
}

}  // namespace

void register_link_raw(Registry& r) {
  r.add(raw);
  r.add(null);
  ethertypes = &r.table("ethertype");
  for (uint32_t type : {12u, 14u, 101u}) r.attach("linktype", type, raw);
  r.attach("linktype", 0, null);
  r.attach("linktype", 108, null);
}

}  // namespace strato::protocols
