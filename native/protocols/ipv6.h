// What the files of IPv6 share: the fixed header hands its payload to the extension headers and these to each other.
#pragma once
#include "packet/context.h"
#include "protocols/ip.h"

namespace strato::protocols {

/// IPv6 itself: a function, so that fields in other files can be made before ipv6.cc's objects are.
Protocol& ipv6_protocol();

/// The IpCall of a payload of IPv6, with what extension headers need besides.
struct Ipv6Call : IpCall {
  Item tree;             // IPv6's node: extension headers stand below it
  bool zero_plen = false;  // the payload length was 0: a jumbogram or offloaded segments
};

/// The Ipv6Call an extension header was given; nullptr when IPv4 called.
Ipv6Call* ipv6_call(const Ctx& c);

/// Goes on with what follows an extension header of `skip` bytes at the start of b. Returns b.size().
uint32_t continue_ipv6(Ctx& c, const Ipv6Call& call, uint8_t next, const Buf& b, uint32_t skip, Item root);

/// The options between `at` and `end` of a hop-by-hop or destination header.
void dissect_ipv6_options(Ctx& c, const Buf& b, uint32_t at, uint32_t end, Item it, Ipv6Call& call);

}  // namespace strato::protocols
