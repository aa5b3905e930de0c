// Small per-packet records that protocols leave in the first pass and read in every later dissection: that is what
// makes packet n the same whatever was looked at before. Records are plain data, keyed by (frame, protocol, nth).
#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace strato {

class PacketStore {
 public:
  /// New zeroed record, or the one already there. Valid until the session ends.
  template <class T>
  T* put(uint32_t frame, uint16_t key, uint16_t nth) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);
    if (T* old = const_cast<T*>(find<T>(frame, key, nth))) return old;
    return static_cast<T*>(append(frame, key, nth, sizeof(T)));
  }
  template <class T>
  const T* find(uint32_t frame, uint16_t key, uint16_t nth) const {
    if (frame >= heads_.size()) return nullptr;
    for (uint32_t at = heads_[frame]; at; ) {
      const Entry* e = entry(at);
      if (e->key == key && e->nth == nth) return reinterpret_cast<const T*>(e + 1);
      at = e->next;
    }
    return nullptr;
  }
  size_t bytes() const { return chunks_.size() * kChunk + heads_.capacity() * 4; }

 private:
  struct Entry { uint16_t key, nth; uint32_t next; };
  static constexpr size_t kChunk = 1 << 18;  // bytes
  Entry* entry(uint32_t at) const {
    size_t byte = static_cast<size_t>(at) * 8;
    return reinterpret_cast<Entry*>(chunks_[byte / kChunk].get() + byte % kChunk);
  }
  void* append(uint32_t frame, uint16_t key, uint16_t nth, size_t size);

  std::vector<uint32_t> heads_;                   // frame → first entry (in units of 8 bytes), 0 none
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t used_ = 8;                               // bytes in all chunks; 0 is "none"
};

}  // namespace strato
