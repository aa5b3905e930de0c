// ICMP multi-part extensions (RFC 4884), used by ICMP and ICMPv6.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// ICMP itself: a function, so that fields in other files can be made before icmp.cc's objects are.
Protocol& icmp_protocol();

/// Shows the extension structure that b starts with. In extended echo requests (RFC 8335) it is the whole rest.
void dissect_icmp_extensions(Ctx& c, Buf b, Item at);

}  // namespace strato::protocols
