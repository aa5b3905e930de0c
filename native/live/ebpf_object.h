// The programs of owner.bpf.c: their names, what they are for, and loading them with reasons for people.
#pragma once
#include <string>
#include <string_view>

#include "live/libbpf.h"

namespace strato::live {

struct EbpfProgram {
  const char* name;        // of the function in owner.bpf.c
  const char* attachment;  // what it is attached to
  const char* purpose;     // for people
  const char* since;       // kernel that has it, and the socket cookies of tracing programs (5.12)
  bool tells_traffic;      // without any of these a tracer is of no use
};

inline constexpr EbpfProgram kEbpfPrograms[] = {
    {"owner_send", "tp_btf/sock_send_length", "the process that sends on a socket", "6.3", true},
    {"owner_receive", "tp_btf/sock_recv_length", "the process that receives on a socket", "6.3", true},
    {"owner_state", "tp_btf/inet_sock_set_state", "the process that connects, listens or closes", "5.12", true},
    {"owner_retransmit", "tp_btf/tcp_retransmit_skb", "the process whose SYN nobody answers", "5.12", false},
    {"owner_existing", "iter/task_file", "the processes of sockets that existed before", "5.12", false},
};

const EbpfProgram* find_program(std::string_view name);

/// The object of this build with only `only` to be loaded (nullptr: all); nullptr with *reason when it cannot be opened.
bpf_object* open_programs(const Libbpf& bpf, const char* only, std::string* reason);

/// What stands in the way of any eBPF here, one sentence with the remedy; '' when nothing is known to.
std::string ebpf_obstacle();
/// One sentence for an error number of loading or attaching and what libbpf said of it.
std::string ebpf_reason(int error, const std::string& said, const char* since);

}  // namespace strato::live
