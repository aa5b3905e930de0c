#include "pcap/temp_file.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace strato::pcap {
namespace {

constexpr uint64_t kUsualLimit = uint64_t{4} << 30;

int OpenNameless(const std::string& dir) {
#ifdef O_TMPFILE
  const int fd = open(dir.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
#endif
  std::string name = dir + "/stratoshark-XXXXXX";
  const int named = mkostemp(name.data(), O_CLOEXEC);  // mode 0600
  if (named >= 0) unlink(name.c_str());
  return named;
}

}  // namespace

bool TempFile::Create(const std::string& dir, uint64_t limit, TempFile* out, std::string* error) {
  const char* from_environment = std::getenv("TMPDIR");
  out->dir_ = !dir.empty() ? dir : from_environment && *from_environment ? from_environment : "/tmp";
  out->fd_ = Fd(OpenNameless(out->dir_));
  if (!out->fd_.ok()) {
    *error = "No temporary file can be made in " + out->dir_ + " (" + strerror(errno) +
             "): set TMPDIR to a directory that can be written.";
    return false;
  }
  out->limit_ = limit;
  struct statvfs fs;
  if (limit == 0) {
    out->limit_ = kUsualLimit;
    if (fstatvfs(out->fd_.get(), &fs) == 0) {
      out->limit_ = std::min(kUsualLimit, static_cast<uint64_t>(fs.f_bavail) * fs.f_frsize / 2);
    }
  }
  return true;
}

TempFile::Wrote TempFile::Write(std::span<const uint8_t> bytes, std::string* error) {
  if (bytes.size() > limit_ - written_) return Wrote::kLimit;
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      *error = "The temporary file in " + dir_ + " cannot be written (" + strerror(errno) +
               "): free some space, or set TMPDIR to a directory that has more.";
      return Wrote::kFailed;
    }
    written_ += static_cast<uint64_t>(n);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return Wrote::kYes;
}

}  // namespace strato::pcap
