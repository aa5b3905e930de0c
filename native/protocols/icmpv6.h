// What the files of ICMPv6 share.
#pragma once
#include <string_view>

#include "packet/context.h"

namespace strato::protocols {

/// ICMPv6 itself: a function, so that fields in other files can be made before icmpv6.cc's objects are.
Protocol& icmpv6_protocol();

/// Neighbour discovery messages 133 … 137 (RFC 4861), from the byte after the checksum.
void dissect_neighbour_discovery(Ctx& c, const Buf& b, uint8_t type, Item it);
/// Their options from `at` on; returns the first link-layer address as text, empty without one.
std::string_view dissect_nd_options(Ctx& c, const Buf& b, uint32_t at, Item it);
/// Multicast listener messages 130 … 132 and 143 (RFC 2710, RFC 3810).
void dissect_multicast_listener(const Buf& b, uint8_t type, Item it);

}  // namespace strato::protocols
