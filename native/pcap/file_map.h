// A read-only view of a regular file that may grow while it is open.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace strato::pcap {

/** Owns a file descriptor. */
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/**
 * Maps a file shared, with address space kept free behind its end: bytes appended later show up without a new mapping
 * until that is used up. Earlier mappings stay until the end, so a view once given stays valid.
 */
class FileMap {
 public:
  /** `path` is remembered to notice that another file took its place; empty for temporary files. */
  static std::unique_ptr<FileMap> Map(Fd fd, std::string path, bool can_grow, std::string* error);
  ~FileMap();

  std::span<const uint8_t> view() const {
    const uint64_t n = size_.load(std::memory_order_acquire);
    return {base_.load(std::memory_order_relaxed), static_cast<size_t>(n)};
  }
  /** Takes in what was appended; true when there is more than before. One thread only. */
  bool Grow();
  /** Shorter on disk than the view: touching the view would raise SIGBUS. */
  bool Shortened() const;
  /** The path now names another file (or none). False for temporary files. */
  bool Replaced() const;
  /** Hint: [0, offset) was read in sequence and is not needed soon. Keeps files larger than memory from pushing all out. */
  void ReadUpTo(uint64_t offset);

 private:
  FileMap() = default;
  bool MapSize(uint64_t size);
  struct Piece {
    void* address;
    size_t length;
  };

  Fd fd_;
  std::string path_;
  uint64_t device_ = 0, inode_ = 0;
  bool can_grow_ = false;
  uint64_t released_ = 0;
  std::vector<Piece> pieces_;
  std::atomic<const uint8_t*> base_{nullptr};
  std::atomic<uint64_t> size_{0};
};

}  // namespace strato::pcap
