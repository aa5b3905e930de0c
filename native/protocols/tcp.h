// What protocols on top of TCP (or of another byte stream: TLS application data) share: PDU-wise dissection with
// desegmentation, and facts about the segment at hand.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// Facts about the segment(s) whose payload is being dissected. A dissector called by TCP finds it in c.data at
/// entry; streams inside of others (TLS) pass one of their own or nullptr: use stream_segment(c).
struct StreamSegment {
  static constexpr uint32_t kMagic = 0x53545253;
  uint32_t magic = kMagic;
  uint32_t seq = 0;           // raw sequence number of the first byte
  uint32_t next_seq = 0;      // of the byte after this segment
  uint8_t direction = 0;      // Flow::direction of the sender
  bool fin = false;           // sender ends its stream with this segment
  bool reassembled = false;   // the bytes come from several segments
  uint16_t urgent = 0;        // urgent pointer, 0 without URG
  uint64_t stream_offset = 0; // bytes of this direction's stream before the first one (0 = start seen or assumed)
};
/// The segment of a call, nullptr when the parent gave none.
inline const StreamSegment* stream_segment(const Ctx& c) {
  const auto* s = static_cast<const StreamSegment*>(c.data);
  return s && s->magic == StreamSegment::kMagic ? s : nullptr;
}

/// Length in bytes of the PDU at `off` (its header of fixed_len bytes is there); 0 = cannot tell yet, one more
/// segment is wanted. Less than fixed_len is malformed.
using PduLenFn = uint32_t (*)(const Buf& b, uint32_t off, Ctx& c);

/// Dissects a stream as PDUs with a length in their header: calls `one` for each complete PDU in b, asks TCP for
/// more bytes where the last is unfinished (when desegmentation is possible, else dissects what is there). What goes
/// wrong inside one PDU is shown there and the next PDU goes on. Returns the bytes taken (b.size()), 0 where more bytes
/// are wanted for the very first PDU.
uint32_t tcp_pdus(Buf b, Ctx& c, Item parent, uint32_t fixed_len, PduLenFn len, DissectFn one);

}  // namespace strato::protocols
