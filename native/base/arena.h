// Bump allocator for what lives as long as one dissection (or one session): no destructors are run.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace strato {

class Arena {
 public:
  explicit Arena(size_t block = 16384) : block_(block) {}

  void* alloc(size_t n, size_t align = 8) {
    size_t at = (used_ + align - 1) & ~(align - 1);
    if (at + n > size_) return slow(n);
    used_ = at + n;
    return cur_ + at;
  }
  std::string_view copy(std::string_view s) {
    if (s.empty()) return {};
    char* p = static_cast<char*>(alloc(s.size(), 1));
    memcpy(p, s.data(), s.size());
    return {p, s.size()};
  }
  /// Forgets everything; keeps the first block for reuse.
  void reset() {
    if (blocks_.size() > 1) {
      blocks_.resize(1);
      cur_ = blocks_[0].get();
      size_ = first_size_;
    }
    used_ = 0;
  }
  size_t bytes() const { return total_; }

 private:
  void* slow(size_t n);

  size_t block_, first_size_ = 0, size_ = 0, used_ = 0, total_ = 0;
  char* cur_ = nullptr;
  std::vector<std::unique_ptr<char[]>> blocks_;
};

}  // namespace strato
