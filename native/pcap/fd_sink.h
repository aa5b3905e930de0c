// Bytes to an open file descriptor, collected into large writes. The descriptor stays its owner's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pcap/capture_file.h"

namespace strato::pcap {

class FdSink {
 public:
  explicit FdSink(int fd) : fd_(fd) { pending_.reserve(kChunk); }

  /** False when no more can be taken; problem() and reader_gone() say why. */
  bool Write(Span bytes);
  /** Everything written so far to the descriptor. */
  bool Flush();
  /** The cause as a part of a sentence: "the disk is full"; "" while all is well. */
  const std::string& problem() const { return problem_; }
  /** The reader of a pipe is gone: no one to tell, and no error of the file. */
  bool reader_gone() const { return reader_gone_; }
  uint64_t written() const { return written_; }

 private:
  static constexpr size_t kChunk = 1 << 18;
  bool Send(Span bytes);

  int fd_;
  std::vector<uint8_t> pending_;
  std::string problem_;
  bool reader_gone_ = false;
  uint64_t written_ = 0;
};

}  // namespace strato::pcap
