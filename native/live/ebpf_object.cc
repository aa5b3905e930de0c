#include "live/ebpf_object.h"

#include <unistd.h>

#include <cerrno>

#include "live/error.h"
#include "live/owner_object.h"
#include "live/owner_tracer.h"

namespace strato::live {
namespace {

constexpr const char* kTypes = "/sys/kernel/btf/vmlinux";

std::string not_allowed() {
  if (geteuid() != 0) return "not allowed: eBPF needs root, or the capabilities BPF, PERFMON and SYS_PTRACE.";
  return "the kernel refuses it (EPERM): root here lacks the capabilities BPF and PERFMON (or SYS_ADMIN), or the machine forbids eBPF.";
}

// The reason why one program does not load or attach; '' when it does.
std::string try_alone(const Libbpf& bpf, const EbpfProgram& program) {
  LibbpfLog log;
  std::string reason;
  bpf_object* object = open_programs(bpf, program.name, &reason);
  if (object == nullptr) return reason;
  if (const int status = bpf.object_load(object); status != 0) {
    reason = ebpf_reason(-status, log.last(), program.since);
  } else {
    for (bpf_program* p = bpf.object_next_program(object, nullptr); p != nullptr; p = bpf.object_next_program(object, p)) {
      if (!bpf.program_autoload(p)) continue;
      bpf_link* link = bpf.program_attach(p);
      if (link == nullptr) reason = ebpf_reason(errno, log.last(), program.since);
      else bpf.link_destroy(link);
    }
  }
  bpf.object_close(object);
  return reason;
}

}  // namespace

const EbpfProgram* find_program(std::string_view name) {
  for (const EbpfProgram& p : kEbpfPrograms)
    if (name == p.name) return &p;
  return nullptr;
}

bpf_object* open_programs(const Libbpf& bpf, const char* only, std::string* reason) {
  LibbpfLog log;
  bpf_object* object = bpf.object_open_mem(kOwnerObject, kOwnerObjectSize, nullptr);
  if (object == nullptr) {
    *reason = ebpf_reason(errno, log.last(), "");
    return nullptr;
  }
  for (bpf_program* p = bpf.object_next_program(object, nullptr); p != nullptr; p = bpf.object_next_program(object, p))
    bpf.program_set_autoload(p, only == nullptr || std::string_view(only) == bpf.program_name(p));
  return object;
}

std::string ebpf_obstacle() {
  std::string why;
  if (kOwnerObjectSize == 0) return "this build holds no eBPF programs: build it with clang and libbpf-dev installed.";
  if (Libbpf::get(&why) == nullptr) return why;
  if (access(kTypes, R_OK) != 0)
    return std::string(kTypes) + " cannot be read: the kernel must be built with CONFIG_DEBUG_INFO_BTF (all larger distributions' are).";
  return "";
}

std::string ebpf_reason(int error, const std::string& said, const char* since) {
  if (error == EPERM || error == EACCES) return not_allowed();
  // libbpf does not find the tracepoint's type in the kernel.
  if (error == ESRCH || error == ENOENT)
    return std::string("this kernel does not have it") + (*since ? std::string(" (there since Linux ") + since + ")." : ".");
  return "the kernel does not take it: " + errno_text(error) + (said.empty() ? "." : " (" + said + ").");
}

std::vector<EbpfFeature> probe_ebpf() {
  const std::string obstacle = ebpf_obstacle();
  std::string why;
  const Libbpf* bpf = obstacle.empty() ? Libbpf::get(&why) : nullptr;
  std::vector<EbpfFeature> features;
  for (const EbpfProgram& p : kEbpfPrograms)
    features.push_back({p.attachment, p.purpose, bpf == nullptr ? obstacle : try_alone(*bpf, p)});
  return features;
}

}  // namespace strato::live
