// The packet quoted inside an ICMP or ICMPv6 error: dissected like any other, but it must not touch the columns, the
// addresses or the per-packet state of its carrier.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// Dissects b by p (IPv4 or IPv6) as a quoted packet.
inline void dissect_embedded(Ctx& c, const Protocol* p, Buf b, Item at) {
  bool was_writable = c.col.set_writable(false), was_in_error = c.in_error;
  Address src = c.src, dst = c.dst, net_src = c.net_src, net_dst = c.net_dst;
  uint32_t used = c.payload_used;
  c.in_error = true;
  auto restore = [&] {
    c.col.set_writable(was_writable);
    c.in_error = was_in_error;
    c.src = src;
    c.dst = dst;
    c.net_src = net_src;
    c.net_dst = net_dst;
    c.payload_used = used;
  };
  try {
    c.call_or_data(p, b, at);
  } catch (const MalformedRead&) {
    // routers quote as little as eight bytes beyond the header (RFC 792): where the quote ends is no fault of the packet
  } catch (const ReadError&) {
    restore();
    throw;
  }
  restore();
}

}  // namespace strato::protocols
