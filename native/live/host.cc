#include "live/host.h"

#include <sys/utsname.h>

namespace strato::live {

std::string operating_system() {
  utsname u;
  return uname(&u) == 0 ? std::string(u.sysname) + " " + u.release : "Linux";
}

std::string machine() {
  utsname u;
  return uname(&u) == 0 ? u.machine : "";
}

}  // namespace strato::live
