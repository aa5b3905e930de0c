// Linux: work that can wait a moment, beside work that should not.
#pragma once

namespace strato::live {

/// All threads of this process, and those they start, wake without interrupting what runs, and are interrupted by what wakes
/// with a shorter time slice (SCHED_BATCH and a slice of 10 ms, sched(7)). Their share of the CPU stays as it is.
void give_way();
/// The calling thread is scheduled as any other again.
void keep_pace();

}  // namespace strato::live
