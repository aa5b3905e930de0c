#include "pcap/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "pcap/file_map.h"

namespace strato::pcap {

bool ReadTextFile(const std::string& path, uint64_t limit, std::string* out, std::string* error) {
  // a named pipe without a writer would make us wait for ever
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat st;
  if (!fd.ok() || fstat(fd.get(), &st) != 0) {
    *error = "Cannot read " + path + ": " + std::strerror(errno) + "; check the path and your permission.";
    return false;
  }
  if (!S_ISREG(st.st_mode)) {
    *error = "Cannot read " + path + ": it is not a regular file; name the file itself.";
    return false;
  }
  if (static_cast<uint64_t>(st.st_size) > limit) {
    *error = "Cannot read " + path + ": it is larger than " + std::to_string(limit >> 20) + " MiB; name a smaller one.";
    return false;
  }
  out->clear();
  char chunk[65536];
  for (;;) {
    const ssize_t n = ::read(fd.get(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      *error = "Cannot read " + path + ": " + std::strerror(errno) + ".";
      return false;
    }
    // it may have grown since it was measured
    if (n == 0 || out->size() + static_cast<uint64_t>(n) > limit) return true;
    out->append(chunk, static_cast<size_t>(n));
  }
}

}  // namespace strato::pcap
