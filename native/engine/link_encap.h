// Names and Wireshark's numbers (frame.encap_type) of link types (tcpdump.org/linktypes.html).
#pragma once
#include <cstdint>

namespace strato {

/// Number that frame.encap_type shows for a LINKTYPE_ value; 0 where there is none.
int16_t encap_of_linktype(uint16_t linktype);
/// "Ethernet", "Linux cooked v1" …; nullptr for link types without a name here.
const char* linktype_name(uint16_t linktype);

}  // namespace strato
