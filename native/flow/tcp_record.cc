// TcpRecord as it is kept: a byte of what is there, then that, numbers in groups of seven bits.
#include <cstring>

#include "flow/tcp_state.h"

namespace strato {
namespace {

enum Has : uint8_t { kReverse = 1, kRto = 2, kMarks = 4, kAcked = 8, kX = 16, kY = 32 };

uint8_t* put_number(uint8_t* to, uint32_t v) {
  for (; v >= 0x80; v >>= 7) *to++ = static_cast<uint8_t>(v | 0x80);
  *to++ = static_cast<uint8_t>(v);
  return to;
}

uint32_t get_number(const uint8_t*& at) {
  uint32_t v = 0;
  for (int shift = 0;; shift += 7) {
    const uint8_t b = *at++;
    v |= static_cast<uint32_t>(b & 0x7f) << shift;
    if (b < 0x80) return v;
  }
}

}  // namespace

TcpRecord::Packed TcpRecord::pack(uint32_t frame) const {
  Packed p;
  p.link = *this;
  uint8_t* to = p.rest;
  *to++ = static_cast<uint8_t>((dir ? kReverse : 0) | (rto ? kRto : 0) | (marks ? kMarks : 0) | (acked ? kAcked : 0) |
                               (x ? kX : 0) | (y ? kY : 0));
  *to++ = completeness;
  if (marks) to = put_number(to, marks);
  if (acked) to = put_number(to, frame - acked);
  if (x) to = put_number(to, x);
  if (y) to = put_number(to, y);
  p.size = static_cast<uint32_t>(sizeof p.link + static_cast<size_t>(to - p.rest));
  return p;
}

TcpRecord TcpRecord::unpack(uint32_t frame, const uint8_t* kept) {
  TcpRecord r;
  memcpy(static_cast<FlowLink*>(&r), kept, sizeof(FlowLink));
  const uint8_t* at = kept + sizeof(FlowLink);
  const uint8_t has = *at++;
  r.completeness = *at++;
  r.dir = has & kReverse;
  r.rto = has & kRto;
  if (has & kMarks) r.marks = static_cast<uint16_t>(get_number(at));
  if (has & kAcked) r.acked = frame - get_number(at);
  if (has & kX) r.x = get_number(at);
  if (has & kY) r.y = get_number(at);
  return r;
}

}  // namespace strato
