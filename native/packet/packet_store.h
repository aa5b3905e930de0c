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
    return static_cast<T*>(append(frame, key, nth, sizeof(T), alignof(T)));
  }
  /// As put() of `size` bytes, aligned as uint32_t; takes the place of what was there.
  void* put_bytes(uint32_t frame, uint16_t key, uint16_t nth, size_t size) {
    return append(frame, key, nth, size, alignof(uint32_t));
  }
  template <class T>
  const T* find(uint32_t frame, uint16_t key, uint16_t nth) const {
    if (frame / kHeads >= heads_.size()) return nullptr;
    for (uint32_t at = heads_[frame / kHeads][frame % kHeads]; at; ) {
      const Entry* e = entry(at);
      if (e->key == key && e->nth == nth) return reinterpret_cast<const T*>(e + 1);
      at = e->next;
    }
    return nullptr;
  }
  size_t bytes() const { return chunks_.size() * kChunk + heads_.size() * kHeads * sizeof(uint32_t); }

 private:
  struct Entry { uint16_t key, nth; uint32_t next; };
  static constexpr size_t kChunk = 1 << 18;  // bytes
  static constexpr size_t kUnit = 4;         // bytes; entries are told by their place in these
  static constexpr uint32_t kHeads = 16384;
  Entry* entry(uint32_t at) const {
    size_t byte = static_cast<size_t>(at) * kUnit;
    return reinterpret_cast<Entry*>(chunks_[byte / kChunk].get() + byte % kChunk);
  }
  void* append(uint32_t frame, uint16_t key, uint16_t nth, size_t size, size_t align);

  std::vector<std::unique_ptr<uint32_t[]>> heads_;  // frame → its newest entry, 0 none
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t used_ = 8;                                 // bytes in all chunks; 0 is "none"
};

}  // namespace strato
