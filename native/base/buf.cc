#include "base/buf.h"

namespace strato {

void Buf::fail(uint32_t off, uint32_t n) const {
  uint64_t end = static_cast<uint64_t>(off) + n;
  if (end <= len_) throw ShortRead{};
  if (fragment_) throw FragmentRead{};
  throw MalformedRead{};
}

}  // namespace strato
