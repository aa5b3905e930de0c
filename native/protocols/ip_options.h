// Options of the IPv4 header (RFC 791, IANA "IP Option Numbers").
#pragma once
#include "packet/context.h"

namespace strato::protocols {

uint32_t dissect_ip(Buf b, Ctx& c, Item root);
inline Protocol ip_proto("ip", "IPv4", "Internet Protocol Version 4", dissect_ip);

/// An address and its text; where given, the fields that hold either end of the packet as well.
struct IpAddressFields {
  const FieldDef &address, &host;
  const FieldDef* either = nullptr;
  const FieldDef* either_host = nullptr;
};
Item add_ip_address(Item it, const Buf& b, uint32_t off, const IpAddressFields& f);

/// Offset in b of the address a source route leads to in the end, 0 where there is none or it has been reached:
/// the header's destination is only the next stop then (RFC 791, "Loose Source and Record Route").
uint32_t ip_final_destination(const Buf& b, uint32_t hdr_len);

/// Shows the options below `it`; `destination`: the fields of the packet's destination, for a source route's end.
void ip_options(Ctx& c, const Buf& b, uint32_t hdr_len, Item it, const IpAddressFields& destination);

}  // namespace strato::protocols
