#include "live/give_way.h"

#include <dirent.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace strato::live {
namespace {

// Longer than those of other threads (0.7 to 3 ms), and no longer than they can wait where kernels let a slice run to its end.
constexpr uint64_t kSliceNs = 10000000;

// struct sched_attr of sched_setattr(2), first version; glibc has had it since 2.41.
struct Attributes {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};
static_assert(sizeof(Attributes) == 48);

// What the kernel does not grant leaves the thread as it is. Kernels before 6.12 take no slice and pass over it.
void schedule(pid_t thread, int policy, uint64_t slice_ns) {
  Attributes a{};
  a.size = sizeof a;
  a.policy = static_cast<uint32_t>(policy);
  a.nice = getpriority(PRIO_PROCESS, static_cast<id_t>(thread));
  a.runtime = slice_ns;
  syscall(SYS_sched_setattr, thread, &a, 0);
}

}  // namespace

void give_way() {
  DIR* const threads = opendir("/proc/self/task");
  if (!threads) return;
  while (const dirent* entry = readdir(threads))
    if (const long thread = std::strtol(entry->d_name, nullptr, 10); thread > 0) schedule(static_cast<pid_t>(thread), SCHED_BATCH, kSliceNs);
  closedir(threads);
}

void keep_pace() { schedule(0, SCHED_OTHER, 0); }

}  // namespace strato::live
