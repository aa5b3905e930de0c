#include "protocols/ber.h"

namespace strato::protocols {

Ber read_ber(const Buf& b, uint32_t off, uint32_t end) {
  if (end > b.size()) end = b.size();
  auto next = [&] {
    if (off >= end) throw MalformedRead{};
    return b.u8(off++);
  };
  Ber v;
  v.start = off;
  uint8_t first = next();
  v.cls = first >> 6;
  v.constructed = first & 0x20;
  v.tag = first & 0x1f;
  if (v.tag == 0x1f) {
    v.tag = 0;
    uint8_t c;
    do {
      c = next();
      if (v.tag > 0x1fffff) throw MalformedRead{};
      v.tag = v.tag << 7 | (c & 0x7f);
    } while (c & 0x80);
  }
  uint8_t l = next();
  if (l < 0x80) {
    v.len = l;
  } else {
    uint8_t n = l & 0x7f;
    if (n == 0 || n > 4) throw MalformedRead{};  // indefinite, or more than fits in a packet
    while (n--) v.len = v.len << 8 | next();
  }
  v.off = off;
  if (v.len > end - off) throw MalformedRead{};
  return v;
}

}  // namespace strato::protocols
