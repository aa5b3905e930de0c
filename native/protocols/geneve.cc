// Geneve (RFC 8926).
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_geneve(Buf b, Ctx& c, Item root);

Protocol proto("geneve", "Geneve", "Generic Network Virtualization Encapsulation", dissect_geneve);
FieldDef version(proto, "geneve.version", "Version", FT::Uint8, Base::Dec);
FieldDef flags(proto, "geneve.flags", "Flags", FT::Uint8, Base::Hex);
FieldDef flag_oam(proto, "geneve.flags.oam", "Operations, Administration and Management Frame", FT::Boolean,
                  Base::None, {}, 0x80);
FieldDef flag_critical(proto, "geneve.flags.critical", "Critical Options Present", FT::Boolean, Base::None, {}, 0x40);
FieldDef type(proto, "geneve.proto_type", "Protocol Type", FT::Uint16, Base::Hex, vals(kEtherTypes));
FieldDef vni(proto, "geneve.vni", "Virtual Network Identifier (VNI)", FT::Uint24, Base::HexDec);
FieldDef reserved(proto, "geneve.reserved", "Reserved", FT::Uint8, Base::Hex);
FieldDef options(proto, "geneve.options", "Geneve Options", FT::Bytes);

DissectorTable* link_table;

uint32_t dissect_geneve(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  c.col.protocol("Geneve");
  c.col.clear_info();
  uint32_t opt = (b.u8(0) & 0x3fu) * 4;
  uint16_t kind = b.u16(2);
  if (c.col.writable()) {
    const char* name = name_of(vals(kEtherTypes), kind);
    c.col.fmt_info("Encapsulated %s", name ? name : "unknown");
  }
  Item it = root.proto(proto, b, 0, 8 + opt);
  it.u(version, b, 0, 1, b.u8(0) >> 6);
  Item f = it.add(flags, b, 1, 1);
  f.add(flag_oam, b, 1, 1);
  f.add(flag_critical, b, 1, 1);
  it.add(type, b, 2, 2);
  it.add(vni, b, 4, 3);
  it.add(reserved, b, 7, 1);
  if (opt) it.add(options, b, 8, opt);
  const Protocol* p = kind == 0x6558 ? link_table->find(1) : find_ethertype(kind);
  c.call_or_data(p, b.sub(8 + opt), root);
  return b.size();
}

}  // namespace

void register_geneve(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  link_table = &r.table("linktype");
  r.attach("udp.port", 6081, proto);
}

}  // namespace strato::protocols
