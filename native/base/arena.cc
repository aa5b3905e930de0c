#include "base/arena.h"

namespace strato {

void* Arena::slow(size_t n) {
  size_t want = n > block_ ? n : block_;
  blocks_.emplace_back(new char[want]);
  if (blocks_.size() == 1) first_size_ = want;
  total_ += want;
  cur_ = blocks_.back().get();
  size_ = want;
  used_ = n;
  return cur_;
}

}  // namespace strato
