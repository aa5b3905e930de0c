// Linux cooked captures, versions 1 and 2 (LINKTYPE_LINUX_SLL 113 and LINKTYPE_LINUX_SLL2 276, tcpdump.org).
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/arp_hw.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_sll(Buf b, Ctx& c, Item root);
uint32_t dissect_sll2(Buf b, Ctx& c, Item root);

const ValueString kPacketTypes[] = {
    {0, "Unicast to us"}, {1, "Broadcast"}, {2, "Multicast"}, {3, "Unicast to another host"}, {4, "Sent by us"}};
const ValueString kLinuxTypes[] = {{0x0001, "Raw 802.3"},   {0x0003, "Ethernet"}, {0x0004, "802.2 LLC"},
                                   {0x0007, "PPP (HDLC)"},  {0x000c, "CAN"},      {0x000d, "CAN FD"},
                                   {0x0017, "IrDA LAP"},    {0x00f5, "ISI"},      {0x00f6, "IEEE 802.15.4"}};

Protocol proto("sll", "SLL", "Linux cooked-mode capture", dissect_sll);
FieldDef pkttype(proto, "sll.pkttype", "Packet type", FT::Uint16, Base::Dec, vals(kPacketTypes));
FieldDef hatype(proto, "sll.hatype", "Link-layer address type", FT::Uint16, Base::Dec, vals(kArpHardware));
FieldDef halen(proto, "sll.halen", "Link-layer address length", FT::Uint16, Base::Dec);
FieldDef src_eth(proto, "sll.src.eth", "Source", FT::Ether);
FieldDef src_ipv4(proto, "sll.src.ipv4", "Source", FT::IPv4);
FieldDef src_other(proto, "sll.src.other", "Source", FT::Bytes);
FieldDef unused(proto, "sll.unused", "Unused", FT::Bytes);
FieldDef ltype(proto, "sll.ltype", "Protocol", FT::Uint16, Base::Hex, vals(kLinuxTypes));
FieldDef gretype(proto, "sll.gretype", "Protocol", FT::Uint16, Base::Hex, vals(kEtherTypes));
FieldDef etype(proto, "sll.etype", "Protocol", FT::Uint16, Base::Hex, vals(kEtherTypes));
FieldDef padding(proto, "sll.padding", "Padding", FT::Bytes);
FieldDef trailer(proto, "sll.trailer", "Trailer", FT::Bytes);
FieldDef ifindex(proto, "sll.ifindex", "Interface index", FT::Uint32, Base::Dec);

// reached through version 1's registration: the layer is called "sll" in both
Protocol proto2("sll2", "SLL", "Linux cooked-mode capture v2", dissect_sll2);

DissectorTable* llc_table;
DissectorTable* ltype_table;

constexpr uint16_t kHwGreIp = 778;    // ARPHRD_IPGRE: the protocol field is GRE's
constexpr uint16_t kHwGreIpv6 = 823;  // ARPHRD_IP6GRE

struct Header {
  uint16_t type, hw, addr_len, protocol;
};

void add_source(Item it, Ctx& c, const Buf& b, uint32_t off, uint32_t len) {
  uint32_t used = len < 8 ? len : 8;
  const uint8_t* p = b.need(off, 8);
  if (used == 6) {
    c.dl_src = c.src = Address::ether(p);
    it.add(src_eth, b, off, 6);
  } else if (used == 4) {
    c.dl_src = c.src = Address::ipv4(p);
    it.add(src_ipv4, b, off, 4);
  } else if (used) {
    it.add(src_other, b, off, used);
  }
  if (used < 8) it.add(unused, b, off + used, 8 - used);
}

void hand_over(Ctx& c, const Buf& b, const Header& h, Item it, Item root) {
  if (h.protocol >= 0x600 && h.hw != kHwGreIp && h.hw != kHwGreIpv6) {
    // no minimum frame here: what follows the payload is a trailer
    EtherTypeCall args{h.protocol, it, trailer, padding, 64};
    call_ethertype(c, b, root, args);
    return;
  }
  const Protocol* p = nullptr;
  if (h.protocol == 4) p = llc_table->find(0);
  else if (h.protocol < 0x600) p = ltype_table->find(h.protocol);
  else p = find_ethertype(h.protocol);
  c.call_or_data(p, b, root);
}

const FieldDef& protocol_field(const Header& h) {
  if (h.hw == kHwGreIp || h.hw == kHwGreIpv6) return gretype;
  return h.protocol >= 0x600 ? etype : ltype;
}

void set_columns(Ctx& c, uint16_t type) {
  c.col.protocol("SLL");
  const char* name = name_of(vals(kPacketTypes), type);
  c.col.info(name ? name : "Unknown");
}

uint32_t dissect_sll(Buf b, Ctx& c, Item root) {
  Header h;
  h.type = b.u16(0);
  set_columns(c, h.type);
  Item it = root.proto(proto, b, 0, 16);
  if (it) it.label("Linux cooked capture v1");
  it.add(pkttype, b, 0, 2);
  h.hw = b.u16(2);
  h.addr_len = b.u16(4);
  it.add(hatype, b, 2, 2);
  it.add(halen, b, 4, 2);
  add_source(it, c, b, 6, h.addr_len);
  h.protocol = b.u16(14);
  it.add(protocol_field(h), b, 14, 2);
  hand_over(c, b.sub(16), h, it, root);
  return b.size();
}

uint32_t dissect_sll2(Buf b, Ctx& c, Item root) {
  if (!c.layers.empty()) c.layers.back() = &proto;
  c.current = &proto;
  Header h;
  h.type = b.u8(10);
  set_columns(c, h.type);
  Item it = root.proto(proto, b, 0, 20);
  if (it) it.label("Linux cooked capture v2");
  h.protocol = b.u16(0);
  h.hw = b.u16(8);
  h.addr_len = b.u8(11);
  it.add(protocol_field(h), b, 0, 2);
  it.add(ifindex, b, 4, 4);
  it.add(hatype, b, 8, 2);
  it.add(pkttype, b, 10, 1);
  it.add(halen, b, 11, 1);
  add_source(it, c, b, 12, h.addr_len);
  hand_over(c, b.sub(20), h, it, root);
  return b.size();
}

}  // namespace

void register_linux_sll(Registry& r) {
  r.add(proto);
  llc_table = &r.table(kLlcTable);
  ltype_table = &r.table("sll.ltype");
  r.attach("linktype", 113, proto);
  r.attach("linktype", 276, proto2);
}

}  // namespace strato::protocols
