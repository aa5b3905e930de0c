#include "engine/link_encap.h"

namespace strato {
namespace {

struct Row { uint16_t linktype; int16_t encap; const char* name; };
// encap numbers: what `tshark -T fields -e frame.encap_type` prints for a file of that link type
constexpr Row kRows[] = {
    {0, 15, "BSD loopback"},         {1, 1, "Ethernet"},
    {6, 2, "Token Ring"},            {8, 3, "SLIP"},
    {9, 4, "PPP"},                   {10, 6, "FDDI"},
    {12, 7, "Raw IP"},               {14, 7, "Raw IP"},
    {50, 4, "PPP in HDLC framing"},  {100, 10, "ATM (RFC 1483)"},
    {101, 7, "Raw IP"},              {104, 28, "Cisco HDLC"},
    {105, 20, "IEEE 802.11"},        {107, 26, "Frame Relay"},
    {108, 174, "OpenBSD loopback"},  {113, 25, "Linux cooked v1"},
    {123, 13, "ATM"},                {127, 23, "IEEE 802.11 with radiotap"},
    {129, 9, "ARCNET"},              {140, 42, "MTP2"},
    {147, 45, "USER 0"},             {165, 63, "BACnet MS/TP"},
    {178, 83, "Juniper Ethernet"},   {192, 97, "Per-Packet Information"},
    {195, 104, "IEEE 802.15.4"},     {228, 129, "Raw IPv4"},
    {229, 130, "Raw IPv6"},          {235, 132, "DVB-CI"},
    {239, 141, "NFLOG"},             {253, 158, "Linux netlink"},
    {276, 210, "Linux cooked v2"}};

const Row* find(uint16_t linktype) {
  for (const Row& r : kRows)
    if (r.linktype == linktype) return &r;
  return nullptr;
}

}  // namespace

int16_t encap_of_linktype(uint16_t linktype) {
  const Row* r = find(linktype);
  return r ? r->encap : 0;
}

const char* linktype_name(uint16_t linktype) {
  const Row* r = find(linktype);
  return r ? r->name : nullptr;
}

}  // namespace strato
