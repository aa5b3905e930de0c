// Linux: a process that ends with its parent.
#pragma once

namespace strato::live {

/// Asks the kernel to kill this process when its parent ends, however that ends (prctl(2), PR_SET_PDEATHSIG).
bool die_with_parent();

}  // namespace strato::live
