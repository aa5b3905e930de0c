// PDUs with a length in their header, one after the other on a byte stream.
#include <algorithm>

#include "protocols/tcp.h"

namespace strato::protocols {
namespace {

void ask(Ctx& c, uint32_t offset, uint32_t len) {
  c.desegment_offset = offset;
  c.desegment_len = len;
}

// One PDU of `len` bytes, of which `here` are reported. A PDU that reads past its own end does not take the rest of
// the segment with it; a snaplen that cut the packet does, since nothing behind it was captured.
bool dissect_one_pdu(const Buf& b, Ctx& c, Item parent, uint32_t off, uint32_t here, DissectFn one) {
  Buf pdu = b.sub(off, here);
  const Protocol* p = c.current;
  c.guard([&] { one(pdu, c, parent); }, parent, p);
  return pdu.captured() == pdu.size();
}

}  // namespace

uint32_t tcp_pdus(Buf b, Ctx& c, Item parent, uint32_t fixed_len, PduLenFn len, DissectFn one) {
  uint32_t off = 0;
  // with nothing dissected yet the layer does not show: 0
  auto more = [&](uint32_t bytes) {
    ask(c, off, bytes);
    return off ? b.size() : 0;
  };
  while (off < b.size()) {
    uint32_t left = b.left(off);
    if (left < fixed_len && c.can_desegment) return more(Ctx::kOneMoreSegment);
    b.need(off, fixed_len);
    uint32_t n = len(b, off, c);
    if (n == 0) {
      return c.can_desegment ? more(Ctx::kOneMoreSegment) : b.size();
    }
    if (n < fixed_len) throw MalformedRead();
    if (n > left && c.can_desegment) return more(n - left);
    if (!dissect_one_pdu(b, c, parent, off, std::min(n, left), one)) return b.size();
    if (n > left) break;
    off += n;
  }
  return b.size();
}

}  // namespace strato::protocols
