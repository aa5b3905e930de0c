// What TCP and UDP do with the usual segment in Pass::Transport, for straight.cc: the same state as their dissectors
// write, without tree, columns and the calls between layers.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// Whether nothing is odd about the header: then take_*() must follow, with the addresses in c.
bool straight_tcp(const Buf& segment);
/// `tunnel`: the protocol that it carries, where that brings conversations of its own.
bool straight_udp(const Buf& datagram, const Protocol** tunnel);

/// First visit of a segment, the nth TCP (UDP) header of its frame.
void take_tcp(Ctx& c, const Buf& segment, uint16_t nth);
void take_udp(Ctx& c, const Buf& datagram, uint16_t nth, bool tunnel);

}  // namespace strato::protocols
