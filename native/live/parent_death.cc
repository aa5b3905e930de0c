#include "live/parent_death.h"

#include <sys/prctl.h>

#include <csignal>

namespace strato::live {

bool die_with_parent() { return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0; }

}  // namespace strato::live
