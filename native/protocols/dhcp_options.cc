// DHCP options (RFC 2132; client FQDN RFC 4702, relay agent information RFC 3046, domain search RFC 3397, classless
// routes RFC 3442, PXE RFC 4578, client identifiers RFC 4361).
#include <algorithm>

#include "protocols/arp_hw.h"
#include "protocols/dhcp.h"
#include "protocols/dns.h"
#include "protocols/duration.h"

namespace strato::protocols {
namespace {

const ValueString kMessages[] = {{1, "Discover"},         {2, "Offer"},
                                 {3, "Request"},          {4, "Decline"},
                                 {5, "ACK"},              {6, "NAK"},
                                 {7, "Release"},          {8, "Inform"},
                                 {9, "Force Renew"},      {10, "Lease query"},
                                 {11, "Lease Unassigned"}, {12, "Lease Unknown"},
                                 {13, "Lease Active"},    {14, "Bulk Lease Query"},
                                 {15, "Lease Query Done"}, {16, "Active LeaseQuery"},
                                 {17, "Lease Query Status"}, {18, "TLS"}};
const ValueString kDuids[] = {{1, "link-layer address plus time"},
                              {2, "assigned by vendor based on Enterprise number"},
                              {3, "link-layer address"}};
const ValueString kRelay[] = {{1, "Agent Circuit ID"}, {2, "Agent Remote ID"},      {5, "Link selection"},
                              {6, "Subscriber ID"},    {11, "Server ID Override"},  {12, "Relay Agent Identifier"}};
const ValueString kArchitectures[] = {{0, "IA x86 PC"},   {1, "NEC/PC98"},         {2, "IA64 PC"},
                                      {3, "DEC Alpha"},   {4, "ArcX86"},           {5, "Intel Lean Client"},
                                      {6, "EFI IA32"},    {7, "EFI x64"},          {8, "EFI Xscale"},
                                      {9, "EFI BC"},      {10, "ARM 32-bit UEFI"}, {11, "ARM 64-bit UEFI"}};
const TrueFalse kServerUpdates = {"Server", "Client"};
const TrueFalse kOverride = {"Override", "No override"};
const TrueFalse kEncoding = {"Binary encoding", "ASCII encoding"};
const TrueFalse kNoUpdates = {"No server updates", "Some server updates"};

Protocol& proto = dhcp_protocol();
FieldDef option(proto, "dhcp.option.type", "Option", FT::Uint8, Base::Dec);
FieldDef option_length(proto, "dhcp.option.length", "Length", FT::Uint8, Base::Dec);
FieldDef option_value(proto, "dhcp.option.value", "Value", FT::Bytes);
FieldDef option_padding(proto, "dhcp.option.padding", "Padding", FT::Bytes);
FieldDef option_end(proto, "dhcp.option.end", "Option End", FT::Uint8, Base::Dec);
FieldDef message(proto, "dhcp.option.dhcp", "DHCP", FT::Uint8, Base::Dec, vals(kMessages));
FieldDef request_item(proto, "dhcp.option.request_list_item", "Parameter Request List Item", FT::Uint8, Base::Dec);
FieldDef client_id(proto, "dhcp.client_id", "Identifier", FT::Bytes);
FieldDef client_iaid(proto, "dhcp.client_id.iaid", "IAID", FT::String);
FieldDef client_duid(proto, "dhcp.client_id.duid_type", "DUID Type", FT::Uint16, Base::Dec, vals(kDuids));
FieldDef client_llt_hw(proto, "dhcp.client_id.duid_llt_hw_type", "Hardware type", FT::Uint16, Base::Dec,
                       vals(kArpHardware));
FieldDef client_ll_hw(proto, "dhcp.client_id.duid_ll_hw_type", "Hardware type", FT::Uint16, Base::Dec,
                      vals(kArpHardware));
FieldDef client_time(proto, "dhcp.client_id.time", "Time", FT::Uint32, Base::Dec);
FieldDef client_link(proto, "dhcp.client_id.link_layer_address", "Link layer address", FT::String);
FieldDef client_type(proto, "dhcp.client_id.type", "Type", FT::Uint8, Base::Dec);
FieldDef client_undef(proto, "dhcp.client_id.undef", "Client Identifier", FT::String);
FieldDef client_uuid(proto, "dhcp.client_id.uuid", "Client Identifier (UUID)", FT::Guid);
FieldDef vendor_class(proto, "dhcp.option.vendor_class_id", "Vendor class identifier", FT::String);
FieldDef vendor_value(proto, "dhcp.option.vendor.value", "Value", FT::Bytes);
FieldDef fqdn_flags(proto, "dhcp.fqdn.flags", "Flags", FT::Uint8, Base::Hex);
FieldDef fqdn_mbz(proto, "dhcp.fqdn.mbz", "Reserved flags", FT::Uint8, Base::Hex, {}, 0xf0);
FieldDef fqdn_n(proto, "dhcp.fqdn.n", "Server DDNS", FT::Boolean, Base::None, tfs(kNoUpdates), 0x08);
FieldDef fqdn_e(proto, "dhcp.fqdn.e", "Encoding", FT::Boolean, Base::None, tfs(kEncoding), 0x04);
FieldDef fqdn_o(proto, "dhcp.fqdn.o", "Server overrides", FT::Boolean, Base::None, tfs(kOverride), 0x02);
FieldDef fqdn_s(proto, "dhcp.fqdn.s", "Server", FT::Boolean, Base::None, tfs(kServerUpdates), 0x01);
FieldDef fqdn_rcode1(proto, "dhcp.fqdn.rcode1", "A-RR result", FT::Uint8, Base::Dec);
FieldDef fqdn_rcode2(proto, "dhcp.fqdn.rcode2", "PTR-RR result", FT::Uint8, Base::Dec);
FieldDef fqdn_name(proto, "dhcp.fqdn.name", "Client name", FT::String);
FieldDef relay_sub(proto, "dhcp.option.agent_information_option.suboption", "Option 82 Suboption", FT::Uint8,
                   Base::Dec, vals(kRelay));
FieldDef relay_circuit(proto, "dhcp.option.agent_information_option.agent_circuit_id", "Agent Circuit ID", FT::Bytes);
FieldDef relay_remote(proto, "dhcp.option.agent_information_option.agent_remote_id", "Agent Remote ID", FT::Bytes);
FieldDef relay_link(proto, "dhcp.option.agent_information_option.link_selection", "Link selection", FT::IPv4);
FieldDef relay_server(proto, "dhcp.option.agent_information_option.server_id_override", "Server ID Override",
                      FT::IPv4);
FieldDef sub_length(proto, "dhcp.option.suboption_length", "Length", FT::Uint8, Base::Dec);
FieldDef architecture(proto, "dhcp.option.client_system_architecture", "Client System Architecture", FT::Uint16,
                      Base::Dec, vals(kArchitectures));
FieldDef undi_major(proto, "dhcp.client_network_id_major", "Major Version", FT::Uint8, Base::Dec);
FieldDef undi_minor(proto, "dhcp.client_network_id_minor", "Minor Version", FT::Uint8, Base::Dec);

constexpr uint8_t kPad = 0, kEnd = 255, kMessageType = 53;

struct Opt {
  Ctx& c;
  const Buf& b;
  uint8_t code;
  uint32_t at, len;  // of the value
  Item it;
};

void add_seconds(const Opt& o, const FieldDef& f) {
  uint32_t v = o.b.u32(o.at);
  Item x = o.it.add(f, o.b, o.at, 4);
  if (!x) return;
  Text t;
  print_duration(v, t);
  x.label("%s: (%us) %s", f.label, v, t.str().c_str());
}

// An option of the table, when its length fits its kind.
bool add_simple(const Opt& o) {
  const DhcpOption* d = find_dhcp_option(o.code);
  if (!d) return false;
  using Kind = DhcpOption::Kind;
  switch (d->kind) {
    case Kind::Address:
      if (o.len != 4) return false;
      o.it.add(*d->field, o.b, o.at, 4);
      if (o.it) {
        Text t;
        t.ipv4(o.b.u32(o.at));
        Item title = o.it;
        title.append(" (%s)", t.str().c_str());
      }
      return true;
    case Kind::Addresses:
      if (o.len % 4) return false;
      for (uint32_t k = 0; k < o.len; k += 4) o.it.add(*d->field, o.b, o.at + k, 4);
      return true;
    case Kind::Text: o.it.add(*d->field, o.b, o.at, o.len); return true;
    case Kind::Flag:
      if (o.len != 1) return false;
      o.it.add(*d->field, o.b, o.at, 1);
      return true;
    case Kind::Seconds:
      if (o.len != 4) return false;
      add_seconds(o, *d->field);
      return true;
    case Kind::Number:
      if (o.len != ft_width(d->field->type)) return false;
      o.it.add(*d->field, o.b, o.at, o.len);
      return true;
  }
  return false;
}

std::string_view hex(const Opt& o, uint32_t at, uint32_t n) {
  Text t;
  t.hex_bytes(o.b.need(at, n), n);
  return o.c.keep(t.view());
}

// RFC 4361: an identity association and a DUID
void add_duid(const Opt& o) {
  if (o.len < 7) return;
  o.it.s(client_iaid, o.b, o.at + 1, 4, hex(o, o.at + 1, 4));
  uint16_t kind = o.b.u16(o.at + 5);
  o.it.add(client_duid, o.b, o.at + 5, 2);
  if (kind == 1 && o.len >= 13) {
    o.it.add(client_llt_hw, o.b, o.at + 7, 2);
    o.it.add(client_time, o.b, o.at + 9, 4);
    o.it.s(client_link, o.b, o.at + 13, o.len - 13, hex(o, o.at + 13, o.len - 13));
  } else if (kind == 3 && o.len >= 9) {
    o.it.add(client_ll_hw, o.b, o.at + 7, 2);
    o.it.s(client_link, o.b, o.at + 9, o.len - 9, hex(o, o.at + 9, o.len - 9));
  } else if (o.len > 7) {
    o.it.add(client_id, o.b, o.at + 7, o.len - 7);
  }
}

void add_client_id(const Opt& o) {
  uint8_t hw = o.b.u8(o.at);
  if (hw == 1 && o.len == 7) {
    o.it.add(dhcp_hw_type_field(), o.b, o.at, 1);
    o.it.add(dhcp_mac_field(), o.b, o.at + 1, 6);
  } else if (hw == 255) {
    add_duid(o);
  } else if (hw == 0 && o.len == 17) {
    o.it.add(client_uuid, o.b, o.at + 1, 16);
  } else if (hw == 0) {
    o.it.add(client_type, o.b, o.at, 1);
    if (o.len > 1) o.it.add(client_undef, o.b, o.at + 1, o.len - 1);
  } else {
    o.it.add(dhcp_hw_type_field(), o.b, o.at, 1);
    if (o.len > 1) o.it.add(client_id, o.b, o.at + 1, o.len - 1);
  }
}

void add_fqdn(const Opt& o) {
  if (o.len < 3) return;
  Item f = o.it.add(fqdn_flags, o.b, o.at, 1);
  for (const FieldDef* d : {&fqdn_mbz, &fqdn_n, &fqdn_e, &fqdn_o, &fqdn_s}) f.add(*d, o.b, o.at, 1);
  o.it.add(fqdn_rcode1, o.b, o.at + 1, 1);
  o.it.add(fqdn_rcode2, o.b, o.at + 2, 1);
  if (o.len == 3) return;
  if (o.b.u8(o.at) & 4) {
    DnsName n = read_dns_name(o.c, o.b.sub(0, o.at + o.len), o.at + 3);
    o.it.s(fqdn_name, o.b, o.at + 3, o.len - 3, n.text);
  } else {
    o.it.add(fqdn_name, o.b, o.at + 3, o.len - 3);
  }
}

void add_relay(const Opt& o) {
  for (uint32_t k = 0; k + 2 <= o.len;) {
    uint8_t code = o.b.u8(o.at + k);
    uint32_t n = o.b.u8(o.at + k + 1), v = o.at + k + 2;
    Item s = o.it.add(relay_sub, o.b, o.at + k, 1);
    const char* name = name_of(vals(kRelay), code);
    if (s) s.label("Option 82 Suboption: (%u) %s", code, name ? name : "Unknown");
    s.add(sub_length, o.b, o.at + k + 1, 1);
    if (code == 1) s.add(relay_circuit, o.b, v, n);
    else if (code == 2) s.add(relay_remote, o.b, v, n);
    else if (code == 5 && n == 4) s.add(relay_link, o.b, v, 4);
    else if (code == 11 && n == 4) s.add(relay_server, o.b, v, 4);
    else if (n) s.add(option_value, o.b, v, n);
    k += 2 + n;
  }
}

void add_structured(const Opt& o) {
  if (!o.len) return;
  switch (o.code) {
    case kMessageType: {
      Item title = o.it;
      const char* name = dhcp_message_name(o.b.u8(o.at));
      if (title) title.append(" (%s)", name ? name : "Unknown");
      o.it.add(message, o.b, o.at, 1);
      break;
    }
    case 43: o.it.add(vendor_value, o.b, o.at, o.len); break;
    case 55:
      for (uint32_t k = 0; k < o.len; k++) {
        uint8_t v = o.b.u8(o.at + k);
        Item x = o.it.add(request_item, o.b, o.at + k, 1);
        if (x) x.label("Parameter Request List Item: (%u) %s", v, dhcp_option_name(v));
      }
      break;
    case 60: o.it.add(vendor_class, o.b, o.at, o.len); break;
    case 61: add_client_id(o); break;
    case 81: add_fqdn(o); break;
    case 82: add_relay(o); break;
    case 93:
      for (uint32_t k = 0; k + 2 <= o.len; k += 2) o.it.add(architecture, o.b, o.at + k, 2);
      break;
    case 94:
      if (o.len != 3) break;
      o.it.add(undi_major, o.b, o.at + 1, 1);
      o.it.add(undi_minor, o.b, o.at + 2, 1);
      break;
    case 97:
      if (o.len == 17) o.it.add(client_uuid, o.b, o.at + 1, 16);
      break;
    default: break;
  }
}

}  // namespace

const char* dhcp_message_name(uint8_t type) { return name_of(vals(kMessages), type); }

uint8_t dhcp_message_type(const Buf& b, uint32_t at) {
  while (b.has(at, 2)) {
    uint8_t code = b.u8(at);
    if (code == kEnd) break;
    if (code == kPad) {
      at++;
      continue;
    }
    uint32_t n = b.u8(at + 1);
    if (code == kMessageType && n >= 1 && b.has(at + 2, 1)) return b.u8(at + 2);
    at += 2 + n;
  }
  return 0;
}

void dissect_dhcp_options(Ctx& c, const Buf& b, uint32_t at, Item it) {
  while (b.left(at)) {
    uint8_t code = b.u8(at);
    if (code == kPad) {
      uint32_t n = 1;
      while (b.captured_left(at + n) && b.u8(at + n) == kPad) n++;
      Item o = it.add(option, b, at, 1);
      if (o) o.label("Option: (0) Padding");
      o.add(option_padding, b, at, n);
      at += n;
      continue;
    }
    Item o = it.add(option, b, at, 1);
    if (o) o.label("Option: (%u) %s", code, dhcp_option_name(code));
    if (code == kEnd) {
      o.add(option_end, b, at, 1);
      at++;
      if (b.captured_left(at)) it.add(option_padding, b, at, b.captured_left(at));
      return;
    }
    uint32_t n = b.u8(at + 1);
    o.add(option_length, b, at + 1, 1);
    if (n) o.add(option_value, b, at + 2, n).hide();
    Opt x{c, b, code, at + 2, n, o};
    if (!add_simple(x)) add_structured(x);
    o.set_len(n + 2);
    at += 2 + n;
  }
}

}  // namespace strato::protocols
