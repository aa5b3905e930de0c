#include "packet/packet_store.h"

namespace strato {

void* PacketStore::append(uint32_t frame, uint16_t key, uint16_t nth, size_t size, size_t align) {
  size_t need = sizeof(Entry) + ((size + kUnit - 1) & ~(kUnit - 1));
  used_ = (used_ + align - 1) & ~(align - 1);
  if (chunks_.empty() || used_ + need > chunks_.size() * kChunk) {
    if (!chunks_.empty()) used_ = chunks_.size() * kChunk;
    chunks_.emplace_back(new char[kChunk]);
  }
  while (frame / kHeads >= heads_.size()) heads_.emplace_back(new uint32_t[kHeads]());
  uint32_t& head = heads_[frame / kHeads][frame % kHeads];
  uint32_t at = static_cast<uint32_t>(used_ / kUnit);
  used_ += need;
  Entry* e = entry(at);
  *e = {key, nth, head};
  head = at;
  memset(static_cast<void*>(e + 1), 0, need - sizeof(Entry));
  return e + 1;
}

}  // namespace strato
