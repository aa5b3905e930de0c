// GRE (RFC 2784, key and sequence RFC 2890; routing RFC 1701; version 1 of PPTP RFC 2637).
#include "packet/registry.h"
#include "protocols/checksum.h"
#include "protocols/ethernet.h"
#include "protocols/ip.h"

namespace strato::protocols {
namespace {

uint32_t dissect_gre(Buf b, Ctx& c, Item root);

const ValueString kTypes[] = {{0x0000, "Possible GRE keepalive packet"}, {0x00fe, "OSI"}, {0x0800, "IP"},
                              {0x0806, "ARP"}, {0x2000, "CDP (Cisco)"}, {0x2001, "NHRP"},
                              {0x22eb, "ERSPAN III"}, {0x6400, "MIKROTIK EoIP"},
                              {0x6558, "Transparent Ethernet bridging"}, {0x6559, "Frame Relay"},
                              {0x8137, "IPX"}, {0x86dd, "IPv6"}, {0x880b, "PPP"}, {0x883e, "WCCP"},
                              {0x8847, "MPLS label switched packet"}, {0x88be, "ERSPAN"},
                              {0x894f, "Network Service Header"}};
const TrueFalse kYesNo = {"Yes", "No"};

Protocol proto("gre", "GRE", "Generic Routing Encapsulation", dissect_gre);
FieldDef flags(proto, "gre.flags_and_version", "Flags and Version", FT::Uint16, Base::Hex);
FieldDef f_checksum(proto, "gre.flags.checksum", "Checksum Bit", FT::Boolean, Base::None, tfs(kYesNo), 0x8000);
FieldDef f_routing(proto, "gre.flags.routing", "Routing Bit", FT::Boolean, Base::None, tfs(kYesNo), 0x4000);
FieldDef f_key(proto, "gre.flags.key", "Key Bit", FT::Boolean, Base::None, tfs(kYesNo), 0x2000);
FieldDef f_sequence(proto, "gre.flags.sequence_number", "Sequence Number Bit", FT::Boolean, Base::None, tfs(kYesNo),
                    0x1000);
FieldDef f_strict(proto, "gre.flags.strict_source_route", "Strict Source Route Bit", FT::Boolean, Base::None,
                  tfs(kYesNo), 0x0800);
FieldDef f_recursion(proto, "gre.flags.recursion_control", "Recursion control", FT::Uint16, Base::Dec, {}, 0x0700);
FieldDef f_ack(proto, "gre.flags.ack", "Acknowledgment", FT::Boolean, Base::None, tfs(kYesNo), 0x0080);
FieldDef f_reserved(proto, "gre.flags.reserved", "Flags (Reserved)", FT::Uint16, Base::Dec, {}, 0x00f8);
FieldDef f_version(proto, "gre.flags.version", "Version", FT::Uint16, Base::Dec, {}, 0x0007);
FieldDef type(proto, "gre.proto", "Protocol Type", FT::Uint16, Base::Hex, vals(kTypes));
FieldDef checksum(proto, "gre.checksum", "Checksum", FT::Uint16, Base::Hex);
FieldDef offset(proto, "gre.offset", "Offset", FT::Uint16, Base::Dec);
FieldDef key(proto, "gre.key", "Key", FT::Uint32, Base::Hex);
FieldDef key_length(proto, "gre.key.payload_length", "Payload Length", FT::Uint16, Base::Dec);
FieldDef key_call(proto, "gre.key.call_id", "Call ID", FT::Uint16, Base::Dec);
FieldDef sequence(proto, "gre.sequence_number", "Sequence Number", FT::Uint32, Base::Dec);
FieldDef ack(proto, "gre.ack_number", "Acknowledgment Number", FT::Uint32, Base::Dec);

DissectorTable* link_table;
DissectorTable* gre_table;

uint32_t dissect_gre(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  c.col.protocol("GRE");
  c.col.clear_info();
  uint16_t bits = b.u16(0), kind = b.u16(2);
  const char* name = name_of(vals(kTypes), kind);
  if (c.col.writable()) {
    if (name) c.col.fmt_info("Encapsulated %s", name);
    else c.col.fmt_info("Encapsulated 0x%04x (unknown)", kind);
  }
  Item it = root.proto(proto, b, 0, 4);
  if (it) it.label("Generic Routing Encapsulation (%s)", name ? name : "unknown");
  Item f = it.add(flags, b, 0, 2);
  bool v1 = (bits & 7) == 1;
  for (const FieldDef* d : {&f_checksum, &f_routing, &f_key, &f_sequence, &f_strict, &f_recursion}) f.add(*d, b, 0, 2);
  f.add(v1 ? f_ack : f_reserved, b, 0, 2);
  f.add(f_version, b, 0, 2);
  it.add(type, b, 2, 2);
  uint32_t at = 4;
  if (bits & 0xc000) {
    it.add(checksum, b, at, 2);
    it.add(offset, b, at + 2, 2);
    at += 4;
  }
  if (bits & 0x2000) {
    if (v1) {
      it.add(key_length, b, at, 2);
      it.add(key_call, b, at + 2, 2);
    } else {
      it.add(key, b, at, 4);
    }
    at += 4;
  }
  if (bits & 0x1000) {
    it.add(sequence, b, at, 4);
    at += 4;
  }
  if (v1 && bits & 0x0080) {
    it.add(ack, b, at, 4);
    at += 4;
  }
  it.set_len(at);
  Buf rest = b.sub(at);
  if (rest.empty()) return b.size();
  const Protocol* p = gre_table->find(kind);
  if (!p && kind == 0x6558) p = link_table->find(1);
  if (!p && kind >= 0x600) p = find_ethertype(kind);
  c.call_or_data(p, rest, root);
  return b.size();
}

}  // namespace

void register_gre(Registry& r) {
  r.add(proto);
  link_table = &r.table("linktype");
  gre_table = &r.table("gre.proto");
  r.attach("ip.proto", 47, proto);
}

}  // namespace strato::protocols
