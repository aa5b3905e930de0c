#include "packet/packet_store.h"

namespace strato {

void* PacketStore::append(uint32_t frame, uint16_t key, uint16_t nth, size_t size) {
  size_t need = sizeof(Entry) + ((size + 7) & ~size_t{7});
  if (chunks_.empty() || used_ + need > chunks_.size() * kChunk) {
    if (!chunks_.empty()) used_ = chunks_.size() * kChunk;
    chunks_.emplace_back(new char[kChunk]);
  }
  if (frame >= heads_.size()) heads_.resize(frame + 1);
  uint32_t at = static_cast<uint32_t>(used_ / 8);
  used_ += need;
  Entry* e = entry(at);
  *e = {key, nth, heads_[frame]};
  heads_[frame] = at;
  memset(static_cast<void*>(e + 1), 0, need - sizeof(Entry));
  return e + 1;
}

}  // namespace strato
