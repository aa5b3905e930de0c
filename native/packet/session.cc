#include "packet/session.h"

namespace strato {

Piece Session::keep(uint32_t frame, const Buf& b, uint32_t off, uint32_t len) {
  if (len > b.captured_left(off)) len = b.captured_left(off);
  if (b.source() == 0) return {frame, b.base() + off, len};
  if (copied_ + len > kMaxCopies) return {};
  copied_ += len;
  copies_.emplace_back(b.rest(off).substr(0, len));
  return {0, static_cast<uint32_t>(copies_.size()), len};
}

void Session::fetch(const Piece& p, std::string& out) const {
  if (p.frame) {
    out += frames.bytes(p.frame).rest(p.off).substr(0, p.len);
  } else if (p.off && p.off <= copies_.size()) {
    out += copies_[p.off - 1];
  }
}

}  // namespace strato
