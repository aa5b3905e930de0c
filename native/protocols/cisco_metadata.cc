// Cisco MetaData (EtherType 0x8909): a security group tag between the Ethernet header and the packet.
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_cmd(Buf b, Ctx& c, Item root);

Protocol proto("cmd", "CMD", "Cisco MetaData", dissect_cmd);
FieldDef version(proto, "cmd.version", "Version", FT::Uint8, Base::Dec);
FieldDef length(proto, "cmd.length", "Length", FT::Uint8, Base::Dec);
FieldDef options(proto, "cmd.options", "Options", FT::Uint16, Base::Hex);
FieldDef sgt(proto, "cmd.sgt", "SGT", FT::Uint16, Base::Dec);
FieldDef type(proto, "cmd.type", "Type", FT::Uint16, Base::Hex, vals(kEtherTypes));
FieldDef padding(proto, "cmd.padding", "Padding", FT::Bytes);
FieldDef trailer(proto, "cmd.trailer", "Trailer", FT::Bytes);

uint32_t dissect_cmd(Buf b, Ctx& c, Item root) {
  uint32_t before = link_bytes(c);
  c.col.protocol("CMD");
  c.col.clear_info();
  Item it = root.proto(proto, b, 0, 8);
  it.add(version, b, 0, 1);
  it.add(length, b, 1, 1);
  it.add(options, b, 2, 2);
  it.add(sgt, b, 4, 2);
  it.add(type, b, 6, 2);
  EtherTypeCall args{b.u16(6), it, trailer, padding, before + 8};
  call_ethertype(c, b.sub(8), root, args);
  return b.size();
}

}  // namespace

void register_cisco_metadata(Registry& r) {
  r.add(proto);
  r.attach("ethertype", 0x8909, proto);
}

}  // namespace strato::protocols
