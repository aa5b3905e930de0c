#include "live/libbpf.h"

#include <dlfcn.h>

#include <cstdio>

namespace strato::live {
namespace {

thread_local LibbpfLog* current_log = nullptr;

// Level 0: warnings; the rest is of use to libbpf's own developers.
int keep(int level, const char* format, va_list args) {
  if (level != 0 || current_log == nullptr) return 0;
  char line[4096];
  vsnprintf(line, sizeof line, format, args);
  current_log->add(line);
  return 0;
}

template <typename F>
bool find(void* library, const char* name, F* out) {
  *out = reinterpret_cast<F>(dlsym(library, name));
  return *out != nullptr;
}

struct Loaded {
  Libbpf functions{};
  std::string why;
};

Loaded load() {
  Loaded l;
  void* so = dlopen("libbpf.so.1", RTLD_NOW | RTLD_LOCAL);
  if (so == nullptr) {
    l.why = "libbpf.so.1 is not installed: install the package libbpf1 (libbpf on other systems).";
    return l;
  }
  Libbpf& f = l.functions;
  const bool all =
      find(so, "libbpf_set_print", &f.set_print) && find(so, "bpf_object__open_mem", &f.object_open_mem) &&
      find(so, "bpf_object__load", &f.object_load) && find(so, "bpf_object__close", &f.object_close) &&
      find(so, "bpf_object__next_program", &f.object_next_program) &&
      find(so, "bpf_object__find_map_fd_by_name", &f.object_find_map_fd_by_name) &&
      find(so, "bpf_program__name", &f.program_name) && find(so, "bpf_program__set_autoload", &f.program_set_autoload) &&
      find(so, "bpf_program__autoload", &f.program_autoload) && find(so, "bpf_program__attach", &f.program_attach) &&
      find(so, "bpf_link__fd", &f.link_fd) && find(so, "bpf_link__destroy", &f.link_destroy) &&
      find(so, "bpf_iter_create", &f.iter_create) && find(so, "bpf_map_update_elem", &f.map_update_elem) &&
      find(so, "bpf_map_delete_elem", &f.map_delete_elem) && find(so, "bpf_map_lookup_elem", &f.map_lookup_elem) &&
      find(so, "bpf_map_get_next_key", &f.map_get_next_key) &&
      find(so, "libbpf_num_possible_cpus", &f.num_possible_cpus) && find(so, "ring_buffer__new", &f.ring_buffer_new) &&
      find(so, "ring_buffer__consume", &f.ring_buffer_consume) && find(so, "ring_buffer__free", &f.ring_buffer_free);
  if (!all) {
    l.why = "libbpf.so.1 lacks a function that is needed: install libbpf 1.0 or newer.";
    return l;
  }
  f.set_print(keep);
  return l;
}

}  // namespace

const Libbpf* Libbpf::get(std::string* why) {
  static const Loaded loaded = load();
  *why = loaded.why;
  return loaded.why.empty() ? &loaded.functions : nullptr;
}

LibbpfLog::LibbpfLog() : outer_(current_log) { current_log = this; }
LibbpfLog::~LibbpfLog() { current_log = outer_; }

void LibbpfLog::add(const char* text) {
  std::string line = text;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  const size_t at = line.rfind('\n');
  if (at != std::string::npos) line.erase(0, at + 1);
  if (!line.empty()) last_ = line;
}

}  // namespace strato::live
