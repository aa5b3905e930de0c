#include "live/network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>

#include "live/error.h"

namespace strato::live {
namespace {

std::string reason(const std::string& path, int number) {
  if (number == ENOENT || number == ESRCH) return "The network namespace " + path + " is gone: its pod has ended.";
  std::string text = "The network namespace " + path + " cannot be entered (" + errno_text(number) + ")";
  if (number == EPERM || number == EACCES) text += ": the capabilities SYS_ADMIN and SYS_PTRACE are needed";
  return text + ".";
}

}  // namespace

bool in_network_namespace(const std::string& path, const std::function<void()>& work, std::string* error) {
  if (path.empty()) {
    work();
    return true;
  }
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    *error = reason(path, errno);
    return false;
  }
  int failed = 0;
  try {
    // The thread ends in the other namespace: none of ours is ever left there.
    std::thread([&] {
      if (setns(descriptor, CLONE_NEWNET) != 0) failed = errno;
      else work();
    }).join();
  } catch (const std::system_error&) {
    failed = EAGAIN;
  }
  close(descriptor);
  if (failed) *error = reason(path, failed);
  return failed == 0;
}

}  // namespace strato::live
