// VLAN tags: IEEE 802.1Q, and the outer tag of 802.1ad (Q-in-Q).
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_vlan(Buf b, Ctx& c, Item root);
uint32_t dissect_8021ad(Buf b, Ctx& c, Item root);

// IEEE 802.1Q-2014 annex I
const ValueString kPriorities[] = {{0, "Best Effort (default)"},
                                   {1, "Background"},
                                   {2, "Excellent Effort"},
                                   {3, "Critical Applications"},
                                   {4, "Video, < 100ms latency and jitter"},
                                   {5, "Voice, < 10ms latency and jitter"},
                                   {6, "Internetwork Control"},
                                   {7, "Network Control"}};
const TrueFalse kDei = {"Eligible", "Ineligible"};

Protocol vlan("vlan", "VLAN", "802.1Q Virtual LAN", dissect_vlan);
FieldDef vlan_priority(vlan, "vlan.priority", "Priority", FT::Uint16, Base::Dec, vals(kPriorities), 0xe000);
FieldDef vlan_dei(vlan, "vlan.dei", "DEI", FT::Boolean, Base::None, tfs(kDei), 0x1000);
FieldDef vlan_id(vlan, "vlan.id", "ID", FT::Uint16, Base::Dec, {}, 0x0fff);
FieldDef vlan_type(vlan, "vlan.etype", "Type", FT::Uint16, Base::Hex, vals(kEtherTypes));
FieldDef vlan_len(vlan, "vlan.len", "Length", FT::Uint16, Base::Dec);
FieldDef vlan_padding(vlan, "vlan.padding", "Padding", FT::Bytes);
FieldDef vlan_trailer(vlan, "vlan.trailer", "Trailer", FT::Bytes);
ExpertDef vlan_past_end(vlan, "vlan.len.past_end", Severity::Error, Group::Malformed,
                        "Length field value goes past the end of the payload");

Protocol ad("ieee8021ad", "802.1ad", "IEEE 802.1ad", dissect_8021ad);
FieldDef ad_priority(ad, "ieee8021ad.priority", "Priority", FT::Uint16, Base::Dec, {}, 0xe000);
FieldDef ad_dei(ad, "ieee8021ad.dei", "DEI", FT::Uint16, Base::Dec, {}, 0x1000);
FieldDef ad_id(ad, "ieee8021ad.id", "ID", FT::Uint16, Base::Dec, {}, 0x0fff);

DissectorTable* llc_table;

uint32_t dissect_vlan(Buf b, Ctx& c, Item root) {
  uint32_t before = link_bytes(c);
  c.col.protocol("VLAN");
  c.col.clear_info();
  Item it = root.proto(vlan, b, 0, 4);
  uint16_t tci = b.u16(0);
  c.col.fmt_info("PRI: %u  DEI: %u  ID: %u", tci >> 13, tci >> 12 & 1, tci & 0xfff);
  if (it.live()) {
    if (it) it.label("802.1Q Virtual LAN, PRI: %u, DEI: %u, ID: %u", tci >> 13, tci >> 12 & 1, tci & 0xfff);
    it.add(vlan_priority, b, 0, 2);
    it.add(vlan_dei, b, 0, 2);
    it.add(vlan_id, b, 0, 2);
  }
  uint16_t type = b.u16(2);
  if (type >= 0x600) {
    it.add(vlan_type, b, 2, 2);
    EtherTypeCall args{type, it, vlan_trailer, vlan_padding, before + 4};
    call_ethertype(c, b.sub(4), root, args);
    return b.size();
  }
  Item l = it.add(vlan_len, b, 2, 2);
  Buf rest = b.sub(4);
  if (type > rest.size()) l.expert(vlan_past_end);
  else rest = rest.sub(0, type);
  c.call_or_data(llc_table->find(0), rest, root);
  return b.size();
}

uint32_t dissect_8021ad(Buf b, Ctx& c, Item root) {
  uint32_t before = link_bytes(c);
  c.col.protocol("802.1ad");
  c.col.clear_info();
  Item it = root.proto(ad, b, 0, 4);
  uint16_t tci = b.u16(0);
  if (it.live()) {
    if (it) it.label("IEEE 802.1ad, ID: %u", tci & 0xfff);
    it.add(ad_priority, b, 0, 2);
    it.add(ad_dei, b, 0, 2);
    it.add(ad_id, b, 0, 2);
  }
  uint16_t type = b.u16(2);
  it.add(vlan_type, b, 2, 2);
  EtherTypeCall args{type, it, vlan_trailer, vlan_padding, before + 4};
  call_ethertype(c, b.sub(4), root, args);
  return b.size();
}

}  // namespace

void register_vlan(Registry& r) {
  vlan.place = Protocol::Place::Transport;
  r.add(vlan);
  r.add(ad);
  llc_table = &r.table(kLlcTable);
  r.attach("ethertype", 0x8100, vlan);
  r.attach("ethertype", 0x9100, vlan);
  r.attach("ethertype", 0x9200, vlan);
  r.attach("ethertype", 0x88a8, ad);
}

}  // namespace strato::protocols
