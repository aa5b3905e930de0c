// A list one thread appends to while others read: elements never move, and size() is published after the element.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace strato::pcap {

template <typename T>
class StableList {
 public:
  StableList() = default;
  StableList(const StableList&) = delete;
  StableList& operator=(const StableList&) = delete;

  size_t size() const { return size_.load(std::memory_order_acquire); }
  bool empty() const { return size() == 0; }
  /** i < size(). The reference stays valid as long as the list. */
  const T& operator[](size_t i) const { return *Slot(i); }
  const T& back() const { return *Slot(size() - 1); }

  /** Appends; one thread only. */
  const T& push_back(T value) {
    const size_t i = size_.load(std::memory_order_relaxed);
    const unsigned chunk = ChunkOf(i);
    if (!chunks_[chunk]) chunks_[chunk] = std::make_unique<T[]>(kFirst << chunk);
    T* slot = Slot(i);
    *slot = std::move(value);
    size_.store(i + 1, std::memory_order_release);
    return *slot;
  }

  class Iterator {
   public:
    Iterator(const StableList* list, size_t i) : list_(list), i_(i) {}
    const T& operator*() const { return (*list_)[i_]; }
    const T* operator->() const { return &(*list_)[i_]; }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return i_ != other.i_; }

   private:
    const StableList* list_;
    size_t i_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  // Chunk k holds kFirst << k elements, so element i sits in the chunk of the highest bit of i / kFirst + 1.
  static constexpr size_t kFirst = 8;
  static unsigned ChunkOf(size_t i) { return static_cast<unsigned>(std::bit_width(i / kFirst + 1)) - 1; }
  T* Slot(size_t i) const {
    const unsigned chunk = ChunkOf(i);
    return &chunks_[chunk][i - kFirst * ((size_t{1} << chunk) - 1)];
  }

  std::unique_ptr<T[]> chunks_[40];
  std::atomic<size_t> size_{0};
};

}  // namespace strato::pcap
