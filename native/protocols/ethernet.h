// The EtherType switch, for protocols that carry an EtherType (Ethernet, VLAN, SLL, GRE, Geneve …).
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// Names of EtherTypes (IEEE 802 numbers, IANA ieee-802-numbers).
inline constexpr ValueString kEtherTypes[] = {
    {0x0800, "IPv4"},          {0x0806, "ARP"},
    {0x0842, "Wake on LAN"},   {0x22f0, "AVTP"},
    {0x6558, "Transparent Ethernet bridging"}, {0x8035, "RARP"},
    {0x8100, "802.1Q Virtual LAN"}, {0x86dd, "IPv6"},
    {0x8808, "MAC Control"},   {0x8809, "Slow Protocols"},
    {0x8847, "MPLS label switched packet"}, {0x8848, "MPLS multicast label switched packet"},
    {0x8863, "PPPoE Discovery"}, {0x8864, "PPPoE Session"},
    {0x888e, "802.1X Authentication"}, {0x88a8, "802.1ad Provider Bridge (Q-in-Q)"},
    {0x88cc, "802.1 Link Layer Discovery Protocol (LLDP)"}, {0x9000, "Loopback"}};

struct EtherTypeCall {
  uint16_t type;
  Item parent_item;          // gets padding and trailer
  const FieldDef& trailer;
  const FieldDef& padding;
};

/// Dissects b by EtherType; adds "ethertype" to the layers, catches what goes wrong inside, shows padding/trailer.
void call_ethertype(Ctx& c, Buf b, Item root, EtherTypeCall& a);
/// Shows bytes after the payload; `payload` = length of what came before them (to tell padding from trailer).
void add_trailer(Ctx& c, Buf b, Item at, const FieldDef& trailer, const FieldDef& padding, uint32_t payload);

}  // namespace strato::protocols
