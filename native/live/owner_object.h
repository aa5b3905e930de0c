// The compiled eBPF programs of bpf/programs/owner.bpf.c (an ELF object), embedded by cmake/bpf.cmake.
#pragma once
#include <cstddef>

namespace strato::live {

extern const unsigned char kOwnerObject[];
/// 0: this build has none.
extern const size_t kOwnerObjectSize;

}  // namespace strato::live
