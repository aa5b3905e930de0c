#include "pcap/output_stream.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace strato::pcap {
namespace {

// Large enough that a write costs little per packet, small enough to stay in a core's cache.
constexpr size_t kBuffer = 256 << 10;

std::string ErrnoText(int error) {
  char text[128] = "";
  return strerror_r(error, text, sizeof text);
}

}  // namespace

OutputStream::OutputStream(int descriptor, std::string name, Compression compression)
    : fd_(descriptor), name_(std::move(name)), packer_(MakePacker(compression)) {
  buffer_.reserve(kBuffer);
}

std::unique_ptr<OutputStream> OutputStream::Create(const std::string& path, Compression compression, std::string* error) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool fresh = fd >= 0;
  if (!fresh && errno == EEXIST) fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  struct stat about {};
  if (fd < 0 || fstat(fd, &about) != 0) {
    *error = path + " cannot be written (" + ErrnoText(errno) + "): choose another place with -w.";
    if (fd >= 0) close(fd);
    return nullptr;
  }
  std::unique_ptr<OutputStream> stream(new OutputStream(fd, path, compression));
  stream->own_ = true;
  stream->regular_ = S_ISREG(about.st_mode);
  // What others could read before is not to become a capture that they can read.
  if (stream->regular_ && !fresh && (fchmod(fd, 0600) != 0 || ftruncate(fd, 0) != 0)) {
    *error = path + " exists and cannot be replaced (" + ErrnoText(errno) + "): choose another place with -w.";
    return nullptr;
  }
  return stream;
}

std::unique_ptr<OutputStream> OutputStream::OnDescriptor(int descriptor, Compression compression) {
  return std::unique_ptr<OutputStream>(new OutputStream(descriptor, "the output", compression));
}

OutputStream::~OutputStream() {
  if (own_ && fd_ >= 0) close(fd_);
}

uint8_t* OutputStream::Block(size_t size) {
  if (failure_ != Failure::kNone) return nullptr;
  if (buffer_.size() + size > kBuffer && !buffer_.empty() && !Drain(Packer::Until::kLater)) return nullptr;
  const size_t at = buffer_.size();
  buffer_.resize(at + size);
  ends_.push_back(static_cast<uint32_t>(at + size));
  return buffer_.data() + at;
}

bool OutputStream::Write(Span block) {
  uint8_t* to = Block(block.size());
  if (to) std::memcpy(to, block.data(), block.size());
  return to != nullptr;
}

bool OutputStream::Flush(bool now) {
  if (failure_ != Failure::kNone) return false;
  if (!packer_ && buffer_.empty()) return true;
  return packer_ && !now ? true : Drain(Packer::Until::kNow);
}

bool OutputStream::Drain(Packer::Until until) {
  Span bytes = buffer_;
  if (packer_) {
    packed_.clear();
    packer_->Pack(bytes, until, &packed_);
    bytes = packed_;
  }
  drained_from_ = written_;
  const bool all = WriteAll(bytes);
  if (!all && !packer_ && regular_) {
    // Between two blocks, as if the file had always ended there.
    const size_t kept = WholeBlocks(static_cast<size_t>(written_ - drained_from_));
    written_ = drained_from_ + kept;
    if (ftruncate(fd_, static_cast<off_t>(written_)) == 0) lseek(fd_, static_cast<off_t>(written_), SEEK_SET);
    return false;
  }
  buffer_.clear();
  ends_.clear();
  return all;
}

size_t OutputStream::WholeBlocks(size_t bytes) const {
  const auto end = std::upper_bound(ends_.begin(), ends_.end(), bytes);
  return end == ends_.begin() ? 0 : *(end - 1);
}

bool OutputStream::WriteAll(Span bytes) {
  // A pipe that blocks would keep us for ever: one that is writable takes PIPE_BUF bytes at once (pipe(7)).
  const bool by_pieces = patience_ms_ != 0 && !regular_;
  constexpr int kTurn = 100;
  auto writable = [&](int milliseconds) {
    pollfd ready{fd_, POLLOUT, 0};
    return poll(&ready, 1, milliseconds) != 0;
  };
  for (int waited = 0; !bytes.empty();) {
    ssize_t n = -1;
    errno = EAGAIN;
    if (!by_pieces || writable(0)) n = write(fd_, bytes.data(), by_pieces ? std::min(bytes.size(), size_t{PIPE_BUF}) : bytes.size());
    if (n > 0) {
      bytes = bytes.subspan(static_cast<size_t>(n));
      written_ += static_cast<uint64_t>(n);
      waited = 0;
    } else if (n < 0 && errno == EAGAIN && (patience_ms_ == 0 || waited < patience_ms_)) {
      if (!writable(kTurn)) waited += kTurn;
    } else if (n == 0 || errno != EINTR) {
      Fail(n == 0 ? EIO : errno);
      return false;
    }
  }
  return true;
}

void OutputStream::Fail(int error) {
  if (error == EPIPE || error == EAGAIN) {
    failure_ = Failure::kReaderGone;
    message_ = "Nobody reads " + name_ + " any more.";
  } else if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    failure_ = Failure::kFull;
    message_ = (error == EDQUOT ? "The disk quota of " : error == EFBIG ? "The file size limit of " : "The disk of ") + name_ +
               " is full: the capture ended, and what was written before is kept; free some space or limit it with -b files:.";
  } else {
    failure_ = Failure::kOther;
    message_ = name_ + " cannot be written any more (" + ErrnoText(error) + "); what was written before is kept.";
  }
}

void OutputStream::AppendTo(Span closing) {
  // The blocks that tell how much was lost matter more than the last packets. A file system gives room in pages.
  constexpr size_t kPage = 4096;
  const size_t kept = static_cast<size_t>(written_ - drained_from_);
  for (size_t room : {size_t{0}, closing.size(), closing.size() + kPage, closing.size() + 4 * kPage}) {
    const uint64_t at = drained_from_ + (room == 0 ? kept : WholeBlocks(kept - std::min(room, kept)));
    if (ftruncate(fd_, static_cast<off_t>(at)) != 0) return;
    written_ = at;
    if (pwrite(fd_, closing.data(), closing.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(closing.size())) {
      written_ += closing.size();
      return;
    }
  }
  if (ftruncate(fd_, static_cast<off_t>(written_)) != 0) message_ += " Its end is not whole.";
}

bool OutputStream::Close(Span closing) {
  bool whole = failure_ == Failure::kNone && Write(closing) && Drain(Packer::Until::kEnd);
  if (!whole && regular_ && !packer_ && !closing.empty()) AppendTo(closing);
  if (own_ && close(fd_) != 0 && failure_ == Failure::kNone) {
    Fail(errno);
    whole = false;
  }
  fd_ = -1;
  return whole;
}

}  // namespace strato::pcap
