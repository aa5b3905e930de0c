#include "pcap/file_map.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace strato::pcap {
namespace {

// Address space kept behind a growing file. Costs no memory; after that many bytes the file is mapped anew.
constexpr uint64_t kGrowthRoom = uint64_t{1} << 30;
// Pages behind the reader are let go in steps of this size, so that a pass over a file larger than memory does not evict
// what others use. They stay in the page cache while there is room.
constexpr uint64_t kReleaseStep = uint64_t{64} << 20;

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

std::unique_ptr<FileMap> FileMap::Map(Fd fd, std::string path, bool can_grow, std::string* error) {
  struct stat st;
  if (fstat(fd.get(), &st) != 0) {
    *error = std::string("The file cannot be examined: ") + strerror(errno) + ".";
    return nullptr;
  }
  std::unique_ptr<FileMap> map(new FileMap);
  map->fd_ = std::move(fd);
  map->path_ = std::move(path);
  map->device_ = st.st_dev;
  map->inode_ = st.st_ino;
  map->can_grow_ = can_grow;
  if (!map->MapSize(static_cast<uint64_t>(st.st_size))) {
    *error = std::string("The file cannot be mapped into memory: ") + strerror(errno) +
             "; copy it to a local disk and open that copy.";
    return nullptr;
  }
  return map;
}

FileMap::~FileMap() {
  for (const Piece& p : pieces_) munmap(p.address, p.length);
}

bool FileMap::MapSize(uint64_t size) {
  const uint64_t length = size + (can_grow_ ? kGrowthRoom : 0);
  if (length == 0) return true;
  void* address = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd_.get(), 0);
  if (address == MAP_FAILED) return false;
  madvise(address, length, MADV_SEQUENTIAL);
  pieces_.push_back({address, static_cast<size_t>(length)});
  base_.store(static_cast<const uint8_t*>(address), std::memory_order_relaxed);
  size_.store(size, std::memory_order_release);
  return true;
}

bool FileMap::Grow() {
  struct stat st;
  if (!can_grow_ || fstat(fd_.get(), &st) != 0) return false;
  const auto now = static_cast<uint64_t>(st.st_size);
  if (now <= size_.load(std::memory_order_relaxed)) return false;
  if (!pieces_.empty() && now <= pieces_.back().length) {
    size_.store(now, std::memory_order_release);
    return true;
  }
  return MapSize(now);
}

bool FileMap::Shortened() const {
  struct stat st;
  return fstat(fd_.get(), &st) != 0 || static_cast<uint64_t>(st.st_size) < size_.load(std::memory_order_acquire);
}

bool FileMap::Replaced() const {
  struct stat st;
  if (path_.empty()) return false;
  return stat(path_.c_str(), &st) != 0 || st.st_dev != device_ || st.st_ino != inode_;
}

void FileMap::ReadUpTo(uint64_t offset) {
  if (pieces_.empty() || offset < released_ + kReleaseStep) return;
  const uint64_t until = offset & ~(kReleaseStep - 1);
  auto* base = static_cast<uint8_t*>(pieces_.back().address);
  madvise(base + released_, until - released_, MADV_DONTNEED);
  released_ = until;
}

}  // namespace strato::pcap
