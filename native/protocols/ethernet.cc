// Ethernet II and IEEE 802.3, and the EtherType switch shared by everything that carries an EtherType.
#include <algorithm>

#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_eth(Buf b, Ctx& c, Item root);
uint32_t dissect_ethertype(Buf b, Ctx& c, Item root);

const TrueFalse kLocal = {"Locally administered address (this is NOT the factory default)",
                          "Globally unique address (factory default)"};
const TrueFalse kGroup = {"Group address (multicast/broadcast)", "Individual address (unicast)"};

Protocol proto("eth", "Ethernet", "Ethernet", dissect_eth);
FieldDef dst(proto, "eth.dst", "Destination", FT::Ether);
FieldDef dst_resolved(proto, "eth.dst_resolved", "Destination (resolved)", FT::String);
FieldDef dst_oui(proto, "eth.dst.oui", "Destination OUI", FT::Uint24, Base::Dec);
FieldDef src(proto, "eth.src", "Source", FT::Ether);
FieldDef src_resolved(proto, "eth.src_resolved", "Source (resolved)", FT::String);
FieldDef src_oui(proto, "eth.src.oui", "Source OUI", FT::Uint24, Base::Dec);
FieldDef length(proto, "eth.len", "Length", FT::Uint16, Base::Dec);
FieldDef type(proto, "eth.type", "Type", FT::Uint16, Base::Hex, vals(kEtherTypes));
FieldDef addr(proto, "eth.addr", "Address", FT::Ether);
FieldDef addr_resolved(proto, "eth.addr_resolved", "Address (resolved)", FT::String);
FieldDef addr_oui(proto, "eth.addr.oui", "Address OUI", FT::Uint24, Base::Dec);
FieldDef dst_lg(proto, "eth.dst.lg", "LG bit", FT::Boolean, Base::None, tfs(kLocal), 0x020000);
FieldDef dst_ig(proto, "eth.dst.ig", "IG bit", FT::Boolean, Base::None, tfs(kGroup), 0x010000);
FieldDef src_lg(proto, "eth.src.lg", "LG bit", FT::Boolean, Base::None, tfs(kLocal), 0x020000);
FieldDef src_ig(proto, "eth.src.ig", "IG bit", FT::Boolean, Base::None, tfs(kGroup), 0x010000);
FieldDef lg(proto, "eth.lg", "LG bit", FT::Boolean, Base::None, tfs(kLocal), 0x020000);
FieldDef ig(proto, "eth.ig", "IG bit", FT::Boolean, Base::None, tfs(kGroup), 0x010000);
FieldDef padding(proto, "eth.padding", "Padding", FT::Bytes);
FieldDef trailer(proto, "eth.trailer", "Trailer", FT::Bytes);
ExpertDef past_end(proto, "eth.len.past_end", Severity::Error, Group::Malformed,
                   "Length field value goes past the end of the payload");
ExpertDef group_source(proto, "eth.src_not_group", Severity::Warn, Group::Protocol,
                       "Source MAC must not be a group address: IEEE 802.3-2002, Section 3.2.3(b)");
ExpertDef padding_bad(proto, "eth.padding_bad", Severity::Note, Group::Protocol,
                      "Didn't find padding of zeros, and an undecoded trailer exists. "
                      "There may be padding of non-zeros.");

Protocol ethertype_proto("ethertype", "Ethertype", "Ethertype", dissect_ethertype);

DissectorTable* ethertype_table;
DissectorTable* llc_table;

constexpr uint32_t kMinFrame = 60;  // bytes, without the frame check sequence (IEEE 802.3 3.2.8)

struct Side {
  const FieldDef &whole, &resolved, &oui, &local, &group;
};

Item add_address(Item eth, const Buf& b, uint32_t off, const Side& s) {
  Item it = eth.add(s.whole, b, off, 6);
  if (!it.live()) return it;
  Ctx& c = *it.ctx();
  Text t;
  t.ether(b.need(off, 6));
  std::string_view text = c.keep(t.view());
  it.s(s.resolved, b, off, 6, text).gen().hide();
  it.add(s.oui, b, off, 3).gen().hide();
  it.add(addr, b, off, 6);
  it.s(addr_resolved, b, off, 6, text).gen().hide();
  it.add(addr_oui, b, off, 3).gen().hide();
  it.add(s.local, b, off, 3);
  it.add(lg, b, off, 3).hide();
  it.add(s.group, b, off, 3);
  it.add(ig, b, off, 3).hide();
  return it;
}

uint32_t dissect_eth(Buf b, Ctx& c, Item root) {
  c.col.protocol("Ethernet");
  const uint8_t* h = b.need(0, 14);
  c.dl_dst = Address::ether(h);
  c.dl_src = Address::ether(h + 6);
  c.src = c.dl_src;
  c.dst = c.dl_dst;
  uint16_t t = static_cast<uint16_t>(h[12] << 8 | h[13]);
  Item it = root.proto(proto, b, 0, 14);
  if (it.live()) {
    Text s, d;
    if (it) {
      s.ether(h + 6);
      d.ether(h);
      it.label("%s, Src: %s, Dst: %s", t >= 0x600 ? "Ethernet II" : "IEEE 802.3 Ethernet", s.str().c_str(),
               d.str().c_str());
    }
    add_address(it, b, 0, {dst, dst_resolved, dst_oui, dst_lg, dst_ig});
    Item from = add_address(it, b, 6, {src, src_resolved, src_oui, src_lg, src_ig});
    if (h[6] & 1) from.expert(group_source);
    it.add(t >= 0x600 ? type : length, b, 12, 2);
  }
  if (t >= 0x600) {
    EtherTypeCall args{t, it, trailer, padding, 14};
    call_ethertype(c, b.sub(14), root, args);
    return b.size();
  }
  // IEEE 802.3: the length of what follows, which is LLC
  Buf rest = b.sub(14);
  if (t > rest.size()) it.expert(past_end);
  Buf payload = rest.clamp(0, t);
  c.guard([&] { c.call_or_data(llc_table->find(0), payload, root); }, root);
  if (t < rest.size()) add_trailer(c, rest.sub(t), it, trailer, padding, 14u + t);
  return b.size();
}

uint32_t dissect_ethertype(Buf b, Ctx& c, Item root) {
  const auto* a = static_cast<const EtherTypeCall*>(c.data);
  const Protocol* p = c.session.decode_as.empty() ? nullptr : c.session.decode_as.find("ethertype", a->type);
  if (!p) p = ethertype_table->find(a->type);
  if (!p) {
    if (c.col.writable()) {
      Text t;
      t << "0x";
      t.hex(a->type, 4);
      c.col.protocol(t.view());
      const char* name = name_of(vals(kEtherTypes), a->type);
      c.col.info(name ? name : "Ethernet II");
    }
    c.data = nullptr;
    c.show_data(b, root);
    return b.size() ? b.size() : 1;
  }
  c.call_or_data(p, b, root);
  return b.size() ? b.size() : 1;
}

}  // namespace

void call_ethertype(Ctx& c, Buf b, Item root, EtherTypeCall& a) {
  // a child that knows its own length (IP) says so through `used`; what is left is padding or trailer
  c.payload_used = 0xffffffffu;
  const void* saved = c.data;
  c.data = &a;
  c.guard([&] { c.call(ethertype_proto, b, root); }, root);
  c.data = saved;
  uint32_t used = c.payload_used;
  // said and shown: a link layer below must not show it again
  c.payload_used = 0xffffffffu;
  if (used < b.size()) add_trailer(c, b.sub(used), a.parent_item, a.trailer, a.padding, a.link_bytes + used);
}

void add_trailer(Ctx& c, Buf b, Item at, const FieldDef& trailer_field, const FieldDef& padding_field,
                 uint32_t before) {
  (void)c;
  if (b.empty() || !b.captured() || !at.live()) return;
  uint32_t n = b.captured();
  // Ethernet pads to 60 bytes before the check sequence: that much is padding, the rest a trailer
  uint32_t pad = before < kMinFrame ? std::min(kMinFrame - before, n) : 0;
  uint32_t zeros = 0;
  while (zeros < pad && b.u8(zeros) == 0) zeros++;
  if (zeros == pad) {
    if (pad) at.add(padding_field, b, 0, pad);
    if (n > pad) at.add(trailer_field, b, pad, n - pad);
    return;
  }
  Item t = at.add(trailer_field, b, 0, n);
  // a frame shorter than the minimum was captured before it was padded
  if (before + n >= kMinFrame) t.expert(padding_bad);
}

uint32_t link_bytes(Ctx& c) {
  const auto* a = static_cast<const EtherTypeCall*>(c.data);
  c.data = nullptr;
  return a ? a->link_bytes : 0;
}

const Protocol* find_ethertype(uint16_t type) { return ethertype_table->find(type); }

void register_ethernet(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  ethertype_proto.pseudo = true;
  r.add(ethertype_proto);
  ethertype_table = &r.table("ethertype");
  llc_table = &r.table(kLlcTable);
  r.attach("linktype", 1, proto);
}

}  // namespace strato::protocols
