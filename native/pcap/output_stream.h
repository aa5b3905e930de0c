// Where a capture is written to while it goes on: a file or a pipe, with a buffer, plain or compressed. Whatever happens,
// the file ends between two blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pcap/packer.h"
#include "pcap/writer.h"

namespace strato::pcap {

class OutputStream {
 public:
  enum class Failure : uint8_t { kNone, kFull, kReaderGone, kOther };

  /** A new file that only its owner may read (mode 0600); what was there is gone. nullptr: *error is one sentence. */
  static std::unique_ptr<OutputStream> Create(const std::string& path, Compression compression, std::string* error);
  /** Standard output or another descriptor that stays open afterwards. */
  static std::unique_ptr<OutputStream> OnDescriptor(int descriptor, Compression compression);
  ~OutputStream();

  /** Room for one block of `size` bytes, to be filled before the next call; nullptr after a failure. */
  uint8_t* Block(size_t size);
  bool Write(Span block);
  /** Hands all to the system. `now`: a compressed stream too, which costs compression. */
  bool Flush(bool now);
  /**
   * Last: writes `closing` blocks and all that is left, and closes. On a full disk the file is cut back so that the closing
   * blocks find room; false when anything is missing from the file.
   */
  bool Close(Span closing);

  /** Bytes taken so far: those of the file, what is buffered included; compressed ones are counted as they leave. */
  uint64_t size() const { return written_ + (packer_ ? 0 : buffer_.size()); }
  Failure failure() const { return failure_; }
  /** One sentence, when there was a failure. */
  const std::string& message() const { return message_; }
  /** Gives up on a reader that has taken nothing for so many milliseconds; 0, as at first, waits for ever. */
  void set_patience(int milliseconds) { patience_ms_ = milliseconds; }

 private:
  /** Does not fill what it makes room for: each block is written over right away. */
  struct Unfilled : std::allocator<uint8_t> {
    template <typename Other>
    struct rebind { using other = Unfilled; };
    void construct(uint8_t*) {}
  };
  OutputStream(int descriptor, std::string name, Compression compression);
  bool Drain(Packer::Until until);
  bool WriteAll(Span bytes);
  void Fail(int error);
  void AppendTo(Span closing);
  size_t WholeBlocks(size_t bytes) const;

  int fd_;
  bool own_ = false, regular_ = false;
  std::string name_;
  std::unique_ptr<Packer> packer_;  // none: plain
  std::vector<uint8_t> packed_;
  std::vector<uint8_t, Unfilled> buffer_;
  std::vector<uint32_t> ends_;  // of the blocks in buffer_
  uint64_t written_ = 0;        // bytes the system took
  uint64_t drained_from_ = 0;   // written_ before the last attempt to write buffer_
  int patience_ms_ = 0;
  Failure failure_ = Failure::kNone;
  std::string message_;
};

}  // namespace strato::pcap
