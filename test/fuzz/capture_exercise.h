// Reads a capture in every way the file layer offers and aborts where it breaks its promises. Shared by the fuzz entry
// and the driver of variants.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "pcap/capture_file.h"
#include "pcap/note_blocks.h"

namespace strato::pcap {

inline void Require(bool promise, const char* what) {
  if (promise) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

/** Touches every byte, so that a sanitizer sees a view that leads outside. */
inline uint64_t Sum(Span bytes) {
  uint64_t sum = 0;
  for (const uint8_t b : bytes) sum += b;
  return sum;
}

inline void ExerciseRecord(const CaptureFile& file, const PacketRecord& r, uint64_t* sum) {
  Require(r.iface == kNoInterface || r.iface < file.interfaces().size(), "interface index");
  Require(r.offset <= file.size() && r.caplen <= file.size() - r.offset, "packet inside the file");
  Require(r.block_offset <= r.offset, "record header before the packet");
  *sum += Sum(file.packet_bytes(r));
  const PacketOptions options = file.packet_options(r);
  for (const auto& comment : options.comments) *sum += comment.size();
  for (const auto& custom : options.custom) *sum += Sum(custom.data);
  for (const auto& verdict : options.verdicts) *sum += Sum(verdict.data);
}

inline void ExerciseNotes(const CaptureFile& file, uint64_t* sum) {
  for (const Note& note : file.notes()) {
    ReadNames(file, note, [&](const NameRecord& name) {
      *sum += Sum(name.address) + name.name.size();
      return true;
    });
    if (const auto secrets = ReadSecrets(file, note)) *sum += Sum(secrets->data);
    if (const auto custom = ReadCustomBlock(file, note)) *sum += Sum(custom->data);
    if (const auto counters = ReadStatistics(file, note)) *sum += static_cast<uint64_t>(counters->ts_ns);
  }
}

/** Records read, or -1 where the file was refused (with a sentence). */
inline int64_t Exercise(const std::string& path, size_t batch_size) {
  OpenOptions options;
  options.unpack_limit = uint64_t{64} << 20;
  std::string error;
  const auto file = CaptureFile::open(path, options, &error);
  if (!file) {
    Require(error.size() > 10 && error.back() == '.', "a sentence for people");
    return -1;
  }
  std::vector<PacketRecord> batch(batch_size);
  uint64_t sum = 0, last = 0;
  int64_t records = 0;
  while (const size_t n = file->next(batch.data(), batch.size())) {
    for (size_t i = 0; i < n; ++i) {
      Require(records == 0 || batch[i].block_offset > last, "records in file order");
      last = batch[i].block_offset;
      ExerciseRecord(*file, batch[i], &sum);
      ++records;
    }
  }
  ExerciseNotes(*file, &sum);
  Require(file->position() <= file->size(), "position inside the file");
  Require(file->damage() || file->position() == file->size(), "all read, or damage");
  Require(!file->damage() || file->damage()->message.back() == '.', "a sentence about damage");
  Require(file->next(batch.data(), batch.size()) == 0, "the end stays the end");
  asm volatile("" : : "r"(sum));  // keeps the reads
  return records;
}

/** A file in memory holding these bytes, by a path that can be opened. */
class MemoryFile {
 public:
  explicit MemoryFile(Span bytes) : fd_(memfd_create("capture", MFD_CLOEXEC)) {
    Require(fd_ >= 0, "memfd_create");
    while (!bytes.empty()) {
      const ssize_t n = write(fd_, bytes.data(), bytes.size());
      Require(n > 0, "write");
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace strato::pcap
