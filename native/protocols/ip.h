// What IPv4 and IPv6 tell the protocols they carry, and the hand-over by protocol number.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// Given as Ctx::data to what is called through "ip.proto"; read it first of all, then set Ctx::data to nullptr.
struct IpCall {
  uint8_t version;  // 4 or 6
  uint8_t proto;    // protocol number / next header
  uint8_t ttl;      // time to live / hop limit
  bool jumbo = false;  // IPv6 jumbogram (RFC 2675)
};

/// Calls what attached itself to "ip.proto". false: nobody did (or refused); nothing was shown then.
bool call_ip_proto(Ctx& c, const IpCall& call, Buf b, Item root);

/// The IpCall a dissector attached to "ip.proto" only was given; forgets it so that children do not see it.
inline IpCall take_ip_call(Ctx& c) {
  IpCall none{0, 0, 0};
  const auto* p = static_cast<const IpCall*>(c.data);
  c.data = nullptr;
  return p ? *p : none;
}

}  // namespace strato::protocols
