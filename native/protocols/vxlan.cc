// VXLAN (RFC 7348) with the group policy extension's bits (draft-smith-vxlan-group-policy).
#include "packet/context.h"
#include "packet/registry.h"

namespace strato::protocols {
namespace {

uint32_t dissect_vxlan(Buf b, Ctx& c, Item root);

const TrueFalse kSet = {"True", "False"};
const TrueFalse kDefined = {"Defined", "Not defined"};

Protocol proto("vxlan", "VxLAN", "Virtual eXtensible Local Area Network", dissect_vxlan);
FieldDef flags(proto, "vxlan.flags", "Flags", FT::Uint16, Base::Hex);
FieldDef flag_g(proto, "vxlan.flag_g", "GBP Extension", FT::Boolean, Base::None, tfs(kDefined), 0x8000);
FieldDef flag_i(proto, "vxlan.flag_i", "VXLAN Network ID (VNI)", FT::Boolean, Base::None, tfs(kSet), 0x0800);
FieldDef flag_d(proto, "vxlan.flag_d", "Don't Learn", FT::Boolean, Base::None, tfs(kSet), 0x0040);
FieldDef flag_a(proto, "vxlan.flag_a", "Policy Applied", FT::Boolean, Base::None, tfs(kSet), 0x0008);
FieldDef flags_reserved(proto, "vxlan.flags_reserved", "Reserved(R)", FT::Uint16, Base::Hex, {}, 0x77b7);
FieldDef gbp(proto, "vxlan.gbp", "Group Policy ID", FT::Uint16, Base::Dec);
FieldDef vni(proto, "vxlan.vni", "VXLAN Network Identifier (VNI)", FT::Uint24, Base::Dec);
FieldDef reserved8(proto, "vxlan.reserved8", "Reserved", FT::Uint8, Base::Dec);

DissectorTable* link_table;

uint32_t dissect_vxlan(Buf b, Ctx& c, Item root) {
  c.col.protocol("VxLAN");
  c.col.clear_info();
  Item it = root.proto(proto, b, 0, 8);
  Item f = it.add(flags, b, 0, 2);
  for (const FieldDef* bit : {&flag_g, &flag_i, &flag_d, &flag_a, &flags_reserved}) f.add(*bit, b, 0, 2);
  it.add(gbp, b, 2, 2);
  it.add(vni, b, 4, 3);
  it.add(reserved8, b, 7, 1);
  c.call_or_data(link_table->find(1), b.sub(8), root);
  return b.size();
}

}  // namespace

void register_vxlan(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  link_table = &r.table("linktype");
  r.attach("udp.port", 4789, proto);
  // Flannel's and Cilium's port (Linux's default from before the IANA assignment)
  r.attach_extra("udp.port", 8472, proto);
}

}  // namespace strato::protocols
