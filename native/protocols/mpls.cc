// MPLS label stacks (RFC 3032). What is below the last label is told by its first nibble (RFC 4928): IPv4 or IPv6.
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_mpls(Buf b, Ctx& c, Item root);

const ValueString kLabels[] = {{0, "IPv4 Explicit-Null"}, {1, "Router Alert"}, {2, "IPv6 Explicit-Null"},
                               {3, "Implicit-Null"},      {7, "Entropy Label Indicator (ELI)"},
                               {13, "Generic Associated Channel Label (GAL)"}, {14, "OAM Alert"}};

Protocol proto("mpls", "MPLS", "MultiProtocol Label Switching Header", dissect_mpls);
FieldDef label(proto, "mpls.label", "MPLS Label", FT::Uint32, Base::DecHex, {}, 0xfffff000);
FieldDef exp_bits(proto, "mpls.exp", "MPLS Experimental Bits", FT::Uint32, Base::Dec, {}, 0x00000e00);
FieldDef bottom(proto, "mpls.bottom", "MPLS Bottom Of Label Stack", FT::Uint32, Base::Dec, {}, 0x00000100);
FieldDef ttl(proto, "mpls.ttl", "MPLS TTL", FT::Uint32, Base::Dec, {}, 0x000000ff);

void add_label(const Buf& b, uint32_t at, uint32_t v, Item root) {
  Item it = root.proto(proto, b, at, 4);
  const char* name = name_of(vals(kLabels), v >> 12);
  if (it)
    it.label("MultiProtocol Label Switching Header, Label: %u%s%s%s, Exp: %u, S: %u, TTL: %u", v >> 12,
             name ? " (" : "", name ? name : "", name ? ")" : "", v >> 9 & 7, v >> 8 & 1, v & 0xff);
  it.add(label, b, at, 4);
  it.add(exp_bits, b, at, 4);
  it.add(bottom, b, at, 4);
  it.add(ttl, b, at, 4);
}

uint32_t dissect_mpls(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  c.col.protocol("MPLS");
  c.col.info("MPLS Label Switched Packet");
  uint32_t at = 0;
  for (bool last = false; !last; at += 4) {
    uint32_t v = b.u32(at);
    last = v & 0x100;
    if (root.live()) add_label(b, at, v, root);
  }
  Buf rest = b.sub(at);
  uint8_t nibble = rest.captured() ? rest.u8(0) >> 4 : 0;
  const Protocol* p = nibble == 4 ? find_ethertype(0x0800) : nibble == 6 ? find_ethertype(0x86dd) : nullptr;
  c.payload_used = 0xffffffffu;
  c.call_or_data(p, rest, root);
  if (c.payload_used != 0xffffffffu) c.payload_used += at;
  return b.size();
}

}  // namespace

void register_mpls(Registry& r) {
  r.add(proto);
  r.attach("ethertype", 0x8847, proto);
  r.attach("ethertype", 0x8848, proto);
  r.attach("ip.proto", 137, proto);
}

}  // namespace strato::protocols
