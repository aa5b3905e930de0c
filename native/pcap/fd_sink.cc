#include "pcap/fd_sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace strato::pcap {
namespace {

std::string CauseOf(int error) {
  switch (error) {
    case ENOSPC:
      return "the disk is full";
    case EDQUOT:
      return "the disk quota is used up";
    case EFBIG:
      return "the file would be larger than is allowed here";
    case EIO:
      return "the disk reports an input/output error";
    default:
      return std::strerror(error);
  }
}

}  // namespace

bool FdSink::Write(Span bytes) {
  if (!problem_.empty() || reader_gone_) return false;
  if (pending_.size() + bytes.size() > kChunk && !Flush()) return false;
  if (bytes.size() >= kChunk) return Send(bytes);
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  return true;
}

bool FdSink::Flush() {
  if (!problem_.empty() || reader_gone_) return false;
  const bool sent = Send(pending_);
  pending_.clear();
  return sent;
}

bool FdSink::Send(Span bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n >= 0) {
      written_ += static_cast<uint64_t>(n);
      bytes = bytes.subspan(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {  // a pipe in non-blocking mode is full: its reader sets the pace
      pollfd wait{fd_, POLLOUT, 0};
      ::poll(&wait, 1, -1);
    } else if (errno == EPIPE) {
      return reader_gone_ = true, false;
    } else if (errno != EINTR) {
      return problem_ = CauseOf(errno), false;
    }
  }
  return true;
}

}  // namespace strato::pcap
