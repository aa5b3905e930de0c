// ARP, RARP, inverse ARP (RFC 826, 903, 2390; announcements and probes RFC 5227).
#include <cstring>

#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/arp_hw.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_arp(Buf b, Ctx& c, Item root);

const ValueString kOpcodes[] = {{0, "reserved"},
                                {1, "request"},
                                {2, "reply"},
                                {3, "reverse request"},
                                {4, "reverse reply"},
                                {5, "drarp request"},
                                {6, "drarp reply"},
                                {7, "drarp error"},
                                {8, "inverse request"},
                                {9, "inverse reply"},
                                {10, "arp nak"},
                                {23, "mapos unarp"},
                                {24, "experimental 1"},
                                {25, "experimental 2"},
                                {65535, "reserved"}};

Protocol proto("arp", "ARP", "Address Resolution Protocol", dissect_arp);
FieldDef hw_type(proto, "arp.hw.type", "Hardware type", FT::Uint16, Base::Dec, vals(kArpHardware));
FieldDef proto_type(proto, "arp.proto.type", "Protocol type", FT::Uint16, Base::Hex, vals(kEtherTypes));
FieldDef hw_size(proto, "arp.hw.size", "Hardware size", FT::Uint8, Base::Dec);
FieldDef proto_size(proto, "arp.proto.size", "Protocol size", FT::Uint8, Base::Dec);
FieldDef opcode(proto, "arp.opcode", "Opcode", FT::Uint16, Base::Dec, vals(kOpcodes));
FieldDef is_gratuitous(proto, "arp.isgratuitous", "Is gratuitous", FT::Boolean);
FieldDef is_probe(proto, "arp.isprobe", "Is probe", FT::Boolean);
FieldDef is_announcement(proto, "arp.isannouncement", "Is announcement", FT::Boolean);
FieldDef src_hw(proto, "arp.src.hw", "Sender hardware address", FT::Bytes);
FieldDef src_mac(proto, "arp.src.hw_mac", "Sender MAC address", FT::Ether);
FieldDef src_proto(proto, "arp.src.proto", "Sender protocol address", FT::Bytes);
FieldDef src_ip(proto, "arp.src.proto_ipv4", "Sender IP address", FT::IPv4);
FieldDef dst_hw(proto, "arp.dst.hw", "Target hardware address", FT::Bytes);
FieldDef dst_mac(proto, "arp.dst.hw_mac", "Target MAC address", FT::Ether);
FieldDef dst_proto(proto, "arp.dst.proto", "Target protocol address", FT::Bytes);
FieldDef dst_ip(proto, "arp.dst.proto_ipv4", "Target IP address", FT::IPv4);

struct Header {
  uint16_t hw, pro, op;
  uint8_t hlen, plen;
  uint32_t sha = 8, spa, tha, tpa;
  bool mac() const { return (hw == 1 || hw == 6) && hlen == 6; }
  bool ipv4() const { return pro == 0x0800 && plen == 4; }
};

enum class Kind { Plain, Gratuitous, Probe, Announcement };

// An address as text: as what it is where that is known, else as hex (cut where the tree would cut it).
void print_address(const Buf& b, uint32_t off, uint32_t len, bool mac, bool ip, Text& t) {
  constexpr uint32_t kMax = 36;
  if (mac) t.ether(b.need(off, 6));
  else if (ip) t.ipv4(b.u32(off));
  else if (len == 0) t << "<No address>";
  else {
    t.hex_bytes(b.need(off, len), len < kMax ? len : kMax);
    if (len > kMax) t << "…";
  }
}

Kind kind_of(const Buf& b, const Header& h) {
  static const uint8_t kZero[6] = {};
  if (!h.mac() || !h.ipv4() || h.op < 1 || h.op > 2) return Kind::Plain;
  uint32_t sender = b.u32(h.spa), target = b.u32(h.tpa);
  bool tha_zero = memcmp(b.need(h.tha, 6), kZero, 6) == 0;
  if (sender == target) return h.op == 1 && tha_zero ? Kind::Announcement : Kind::Gratuitous;
  if (h.op == 1 && sender == 0) return Kind::Probe;
  return Kind::Plain;
}

void set_info(Ctx& c, const Buf& b, const Header& h, Kind kind) {
  Text sp, tp, sh, th;
  print_address(b, h.spa, h.plen, false, h.ipv4(), sp);
  print_address(b, h.tpa, h.plen, false, h.ipv4(), tp);
  print_address(b, h.sha, h.hlen, h.mac(), false, sh);
  print_address(b, h.tha, h.hlen, h.mac(), false, th);
  const char *spa = sp.str().c_str(), *tpa = tp.str().c_str(), *sha = sh.str().c_str(), *tha = th.str().c_str();
  c.col.clear_info();
  switch (h.op) {
    case 1: case 5:
      if (kind == Kind::Gratuitous) c.col.fmt_info("Gratuitous ARP for %s (Request)", tpa);
      else if (kind == Kind::Announcement) c.col.fmt_info("ARP Announcement for %s", tpa);
      else if (kind == Kind::Probe) c.col.fmt_info("Who has %s? (ARP Probe)", tpa);
      else c.col.fmt_info("Who has %s? Tell %s", tpa, spa);
      break;
    case 2:
      if (kind == Kind::Gratuitous) c.col.fmt_info("Gratuitous ARP for %s (Reply)", spa);
      else c.col.fmt_info("%s is at %s", spa, sha);
      break;
    case 3: c.col.fmt_info("Who is %s? Tell %s", tha, sha); break;
    case 4: case 6: c.col.fmt_info("%s is at %s", tha, tpa); break;
    case 8: c.col.fmt_info("Who is %s? Tell %s", tha, sha); break;
    case 9: c.col.fmt_info("%s is at %s", sha, spa); break;
    case 10: c.col.fmt_info("ARP NAK"); break;
    default: c.col.fmt_info("Unknown ARP opcode 0x%04x", h.op);
  }
}

void add_fixed(Item it, const Buf& b, const Header& h, Kind kind) {
  if (it) {
    const char* name = name_of(vals(kOpcodes), h.op);
    switch (kind) {
      case Kind::Plain: it.label("Address Resolution Protocol (%s)", name ? name : "opcode unknown"); break;
      case Kind::Gratuitous: it.label("Address Resolution Protocol (%s/gratuitous ARP)", name); break;
      case Kind::Probe: it.label("Address Resolution Protocol (ARP Probe)"); break;
      case Kind::Announcement: it.label("Address Resolution Protocol (ARP Announcement)"); break;
    }
  }
  it.add(hw_type, b, 0, 2);
  it.add(proto_type, b, 2, 2);
  it.add(hw_size, b, 4, 1);
  it.add(proto_size, b, 5, 1);
  it.add(opcode, b, 6, 2);
  if (kind == Kind::Gratuitous || kind == Kind::Announcement) it.u(is_gratuitous, b, 0, 0, 1).gen();
  if (kind == Kind::Probe) it.u(is_probe, b, 0, 0, 1).gen();
  if (kind == Kind::Announcement) it.u(is_announcement, b, 0, 0, 1).gen();
}

void add_addresses(Item it, const Buf& b, const Header& h) {
  if (h.hlen) it.add(h.mac() ? src_mac : src_hw, b, h.sha, h.hlen);
  if (h.plen) it.add(h.ipv4() ? src_ip : src_proto, b, h.spa, h.plen);
  if (h.hlen) it.add(h.mac() ? dst_mac : dst_hw, b, h.tha, h.hlen);
  if (h.plen) it.add(h.ipv4() ? dst_ip : dst_proto, b, h.tpa, h.plen);
}

uint32_t dissect_arp(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  Header h;
  h.hw = b.u16(0);
  h.pro = b.u16(2);
  h.hlen = b.u8(4);
  h.plen = b.u8(5);
  h.op = b.u16(6);
  h.spa = h.sha + h.hlen;
  h.tha = h.spa + h.plen;
  h.tpa = h.tha + h.hlen;
  uint32_t total = h.tpa + h.plen;
  c.col.protocol(h.op == 3 || h.op == 4 ? "RARP" : h.op >= 5 && h.op <= 7 ? "DRARP"
                 : h.op == 8 || h.op == 9 ? "Inverse ARP" : "ARP");
  c.payload_used = total < b.size() ? total : b.size();
  Kind kind = Kind::Plain;
  if (b.has(0, total)) kind = kind_of(b, h);
  Item it = root.proto(proto, b, 0, total);
  b.need(8, total - 8);  // where an address is cut off nothing is shown, with or without a tree
  if (c.col.writable()) set_info(c, b, h, kind);
  if (it.live()) {
    add_fixed(it, b, h, kind);
    add_addresses(it, b, h);
  }
  return b.size();
}

}  // namespace

void register_arp(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  r.attach("ethertype", 0x0806, proto);
  r.attach("ethertype", 0x8035, proto);
}

}  // namespace strato::protocols
