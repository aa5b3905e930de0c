// A bounds-checked view of packet bytes. Two lengths matter: what was captured (readable) and what was
// reported (what the packet said or was long on the wire). Reading past the first but inside the second is a
// ShortRead (snaplen cut it), past the second a MalformedRead. Both are caught where a protocol was called
// (Ctx::guard), so a dissector reads as if all was there and keeps what it had added so far.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace strato {

struct ReadError {};
/// Past the captured bytes, inside the reported ones.
struct ShortRead : ReadError {};
/// Past the reported bytes of the packet.
struct MalformedRead : ReadError {};
/// Past the reported bytes of a view that is only a fragment of what should be there.
struct FragmentRead : ReadError {};

class Buf {
 public:
  Buf() = default;
  /// `source` is the index of the byte view it belongs to (0 = the frame), `base` its offset therein.
  Buf(const uint8_t* p, uint32_t captured, uint32_t reported, uint16_t source = 0, uint32_t base = 0)
      : p_(p), cap_(captured), len_(reported), base_(base), source_(source) {
    if (cap_ > len_) cap_ = len_;
  }

  /// Reported length.
  uint32_t size() const { return len_; }
  uint32_t captured() const { return cap_; }
  bool empty() const { return len_ == 0; }
  uint16_t source() const { return source_; }
  uint32_t base() const { return base_; }
  const uint8_t* data() const { return p_; }
  bool fragment() const { return fragment_; }
  void set_fragment(bool f) { fragment_ = f; }

  /// Reported bytes from `off` on; 0 when off is past the end.
  uint32_t left(uint32_t off) const { return off < len_ ? len_ - off : 0; }
  /// Captured bytes from `off` on; 0 when off is past the end.
  uint32_t captured_left(uint32_t off) const { return off < cap_ ? cap_ - off : 0; }
  /// True when n bytes at off were captured.
  bool has(uint32_t off, uint32_t n) const { return off <= cap_ && n <= cap_ - off; }

  /// Pointer to n captured bytes at off; throws ShortRead or MalformedRead.
  const uint8_t* need(uint32_t off, uint32_t n) const {
    if (!has(off, n)) fail(off, n);
    return p_ + off;
  }
  uint8_t u8(uint32_t off) const { return *need(off, 1); }
  uint16_t u16(uint32_t off) const {
    const uint8_t* p = need(off, 2);
    return static_cast<uint16_t>(p[0] << 8 | p[1]);
  }
  uint32_t u24(uint32_t off) const {
    const uint8_t* p = need(off, 3);
    return static_cast<uint32_t>(p[0]) << 16 | static_cast<uint32_t>(p[1]) << 8 | p[2];
  }
  uint32_t u32(uint32_t off) const {
    const uint8_t* p = need(off, 4);
    return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 | static_cast<uint32_t>(p[2]) << 8 |
           p[3];
  }
  uint64_t u64(uint32_t off) const { return static_cast<uint64_t>(u32(off)) << 32 | u32(off + 4); }
  uint16_t le16(uint32_t off) const {
    const uint8_t* p = need(off, 2);
    return static_cast<uint16_t>(p[1] << 8 | p[0]);
  }
  uint32_t le32(uint32_t off) const {
    const uint8_t* p = need(off, 4);
    return static_cast<uint32_t>(p[3]) << 24 | static_cast<uint32_t>(p[2]) << 16 | static_cast<uint32_t>(p[1]) << 8 |
           p[0];
  }
  uint64_t le64(uint32_t off) const { return static_cast<uint64_t>(le32(off + 4)) << 32 | le32(off); }
  /// Big-endian unsigned of n bytes, n in 1…8.
  uint64_t be(uint32_t off, uint32_t n) const {
    const uint8_t* p = need(off, n);
    uint64_t v = 0;
    for (uint32_t i = 0; i < n; i++) v = v << 8 | p[i];
    return v;
  }
  uint64_t le(uint32_t off, uint32_t n) const {
    const uint8_t* p = need(off, n);
    uint64_t v = 0;
    for (uint32_t i = n; i-- > 0;) v = v << 8 | p[i];
    return v;
  }
  std::string_view str(uint32_t off, uint32_t n) const {
    return {reinterpret_cast<const char*>(need(off, n)), n};
  }
  /// All captured bytes from off on (none when off is past them).
  std::string_view rest(uint32_t off) const {
    uint32_t n = captured_left(off);
    return {reinterpret_cast<const char*>(p_ + (n ? off : 0)), n};
  }

  /// The view from off to the end; off == size() gives an empty view, beyond throws.
  Buf sub(uint32_t off) const {
    if (off > len_) fail(off, 0);
    return cut(off, len_ - off);
  }
  /// n reported bytes from off; throws when the reported bytes do not reach.
  Buf sub(uint32_t off, uint32_t n) const {
    if (off > len_ || n > len_ - off) fail(off, n);
    return cut(off, n);
  }
  /// As sub(off, n), but a reported end before n is simply the end.
  Buf clamp(uint32_t off, uint32_t n) const {
    if (off > len_) fail(off, 0);
    return cut(off, n < len_ - off ? n : len_ - off);
  }

 private:
  Buf cut(uint32_t off, uint32_t n) const {
    uint32_t cap = captured_left(off);
    Buf b(p_ + (off < cap_ ? off : cap_), cap < n ? cap : n, n, source_, base_ + off);
    b.fragment_ = fragment_;
    return b;
  }
  [[noreturn]] void fail(uint32_t off, uint32_t n) const;

  const uint8_t* p_ = nullptr;
  uint32_t cap_ = 0, len_ = 0, base_ = 0;
  uint16_t source_ = 0;
  bool fragment_ = false;
};

}  // namespace strato
