// A private temporary file: mode 0600, without a name from the start (or unlinked at once), with a size limit.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pcap/file_map.h"

namespace strato::pcap {

class TempFile {
 public:
  /** dir empty = $TMPDIR, else /tmp. limit 0 = the smaller of 4 GiB and half of the space free there. */
  static bool Create(const std::string& dir, uint64_t limit, TempFile* out, std::string* error);

  enum class Wrote { kYes, kLimit, kFailed };
  /** kFailed: `error` is for people. */
  Wrote Write(std::span<const uint8_t> bytes, std::string* error);
  uint64_t limit() const { return limit_; }
  uint64_t written() const { return written_; }
  Fd Take() { return std::move(fd_); }

 private:
  Fd fd_;
  std::string dir_;
  uint64_t limit_ = 0, written_ = 0;
};

}  // namespace strato::pcap
