// BOOTP (RFC 951) and DHCP (RFC 2131).
#include "protocols/dhcp.h"

#include <algorithm>

#include "packet/registry.h"
#include "protocols/arp_hw.h"

namespace strato::protocols {
namespace {

uint32_t dissect_dhcp(Buf b, Ctx& c, Item root);

const ValueString kOps[] = {{1, "Boot Request"}, {2, "Boot Reply"}};
const TrueFalse kBroadcast = {"Broadcast", "Unicast"};

Protocol& proto = dhcp_protocol();
FieldDef type(proto, "dhcp.type", "Message type", FT::Uint8, Base::Dec, vals(kOps));
FieldDef hw_type(proto, "dhcp.hw.type", "Hardware type", FT::Uint8, Base::Hex, vals(kArpHardware));
FieldDef hw_len(proto, "dhcp.hw.len", "Hardware address length", FT::Uint8, Base::Dec);
FieldDef hops(proto, "dhcp.hops", "Hops", FT::Uint8, Base::Dec);
FieldDef id(proto, "dhcp.id", "Transaction ID", FT::Uint32, Base::Hex);
FieldDef secs(proto, "dhcp.secs", "Seconds elapsed", FT::Uint16, Base::Dec);
FieldDef flags(proto, "dhcp.flags", "Bootp flags", FT::Uint16, Base::Hex);
FieldDef flag_bc(proto, "dhcp.flags.bc", "Broadcast flag", FT::Boolean, Base::None, tfs(kBroadcast), 0x8000);
FieldDef flag_reserved(proto, "dhcp.flags.reserved", "Reserved flags", FT::Uint16, Base::Hex, {}, 0x7fff);
FieldDef ip_client(proto, "dhcp.ip.client", "Client IP address", FT::IPv4);
FieldDef ip_your(proto, "dhcp.ip.your", "Your (client) IP address", FT::IPv4);
FieldDef ip_server(proto, "dhcp.ip.server", "Next server IP address", FT::IPv4);
FieldDef ip_relay(proto, "dhcp.ip.relay", "Relay agent IP address", FT::IPv4);
FieldDef hw_addr(proto, "dhcp.hw.addr", "Client hardware address", FT::Bytes);
FieldDef hw_padding(proto, "dhcp.hw.addr_padding", "Client hardware address padding", FT::Bytes);
FieldDef mac_addr(proto, "dhcp.hw.mac_addr", "Client MAC address", FT::Ether);
FieldDef server(proto, "dhcp.server", "Server host name", FT::String);
FieldDef file(proto, "dhcp.file", "Boot file name", FT::String);
FieldDef cookie(proto, "dhcp.cookie", "Magic cookie", FT::IPv4);
FieldDef is_bootp(proto, "dhcp.bootp", "Frame is BOOTP", FT::Boolean);
FieldDef vendor(proto, "dhcp.vendor_specific_options", "Bootp vendor specific options", FT::Bytes);

constexpr uint32_t kVendorArea = 236;
constexpr uint32_t kCookie = 0x63825363;  // RFC 1497
constexpr uint8_t kEthernet = 1;

void start_info(Ctx& c, const Buf& b, uint8_t op, uint8_t message) {
  if (!c.col.writable()) return;
  if (message) {
    c.col.protocol("DHCP");
    const char* name = dhcp_message_name(message);
    if (name) c.col.fmt_info("DHCP %-8s - Transaction ID 0x%x", name, b.u32(4));
    else c.col.fmt_info("DHCP Unknown Message Type (%u) - Transaction ID 0x%x", message, b.u32(4));
    return;
  }
  if (op == 1) {
    Text t;
    if (b.u8(1) == kEthernet && b.u8(2) == 6) t.ether(b.need(28, 6));
    else t.hex_bytes(b.need(28, std::min<uint32_t>(b.u8(2), 16)), std::min<uint32_t>(b.u8(2), 16), ':');
    c.col.fmt_info("Boot Request from %s (%s)", t.str().c_str(), t.str().c_str());
  } else if (op == 2) {
    c.col.info("Boot Reply");
  } else {
    c.col.fmt_info("Unknown BOOTP message type (%u)", op);
  }
}

void add_hardware_address(const Buf& b, Item it) {
  uint32_t n = std::min<uint32_t>(b.u8(2), 16);
  if (b.u8(1) == kEthernet && n == 6) it.add(mac_addr, b, 28, 6);
  else if (n) it.add(hw_addr, b, 28, n);
  if (n < 16) it.add(hw_padding, b, 28 + n, 16 - n);
}

void add_name(const Buf& b, Item it, const FieldDef& f, uint32_t at, uint32_t len, const char* none) {
  Item x = it.add(f, b, at, len);
  if (x && b.u8(at) == 0) x.label("%s", none);
}

void add_fixed(const Buf& b, Item it) {
  it.add(type, b, 0, 1);
  it.add(hw_type, b, 1, 1);
  it.add(hw_len, b, 2, 1);
  it.add(hops, b, 3, 1);
  it.add(id, b, 4, 4);
  it.add(secs, b, 8, 2);
  Item f = it.add(flags, b, 10, 2);
  if (f) f.append(" (%s)", b.u16(10) & 0x8000 ? "Broadcast" : "Unicast");
  f.add(flag_bc, b, 10, 2);
  f.add(flag_reserved, b, 10, 2);
  it.add(ip_client, b, 12, 4);
  it.add(ip_your, b, 16, 4);
  it.add(ip_server, b, 20, 4);
  it.add(ip_relay, b, 24, 4);
  add_hardware_address(b, it);
  add_name(b, it, server, 44, 64, "Server host name not given");
  add_name(b, it, file, 108, 128, "Boot file name not given");
}

uint32_t dissect_dhcp(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  c.col.protocol("BOOTP");
  c.col.clear_info();
  uint8_t op = b.u8(0);
  bool cookied = b.has(kVendorArea, 4) && b.u32(kVendorArea) == kCookie;
  uint8_t message = cookied ? dhcp_message_type(b, kVendorArea + 4) : 0;
  start_info(c, b, op, message);
  if (!root.live()) return b.size();
  Item it = root.proto(proto, b, 0, b.size());
  if (it) {
    const char* name = message ? dhcp_message_name(message) : name_of(vals(kOps), op);
    if (message) it.label("Dynamic Host Configuration Protocol (%s)", name ? name : "Unknown");
    else it.label("Bootstrap Protocol%s%s%s", name ? " (" : "", name ? name : "", name ? ")" : "");
  }
  if (!message) it.u(is_bootp, b, 0, 0, 1).gen().hide();
  add_fixed(b, it);
  if (b.size() <= kVendorArea) return b.size();
  if (b.u32(kVendorArea) == kCookie) {
    Item k = it.add(cookie, b, kVendorArea, 4);
    if (k) k.label("Magic cookie: DHCP");
    dissect_dhcp_options(c, b, kVendorArea + 4, it);
  } else {
    it.add(vendor, b, kVendorArea, std::min(b.left(kVendorArea), 64u));
  }
  return b.size();
}

}  // namespace

Protocol& dhcp_protocol() {
  static Protocol p("dhcp", "DHCP/BOOTP", "Dynamic Host Configuration Protocol", dissect_dhcp);
  return p;
}

const FieldDef& dhcp_hw_type_field() { return hw_type; }
const FieldDef& dhcp_mac_field() { return mac_addr; }

void register_dhcp(Registry& r) {
  proto.place = Protocol::Place::Application;
  r.add(proto);
  for (uint32_t port : {67u, 68u, 4011u}) r.attach("udp.port", port, proto);
}

}  // namespace strato::protocols
