// libbpf, looked up at run time: the addon links nothing but the C library and works where libbpf is not installed.
// Names and signatures are those of its stable interface, version 1 (libbpf.so.1).
#pragma once
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <string>

struct bpf_object;
struct bpf_program;
struct bpf_link;
struct ring_buffer;

namespace strato::live {

struct Libbpf {
  using Print = int (*)(int level, const char* format, va_list args);
  using Sample = int (*)(void* context, void* data, size_t size);

  Print (*set_print)(Print);
  bpf_object* (*object_open_mem)(const void* bytes, size_t size, const void* options);
  int (*object_load)(bpf_object*);
  void (*object_close)(bpf_object*);
  bpf_program* (*object_next_program)(const bpf_object*, bpf_program*);
  int (*object_find_map_fd_by_name)(const bpf_object*, const char*);
  const char* (*program_name)(const bpf_program*);
  int (*program_set_autoload)(bpf_program*, bool);
  bool (*program_autoload)(const bpf_program*);
  bpf_link* (*program_attach)(const bpf_program*);
  int (*link_fd)(const bpf_link*);
  int (*link_destroy)(bpf_link*);
  int (*iter_create)(int link_fd);
  int (*map_update_elem)(int fd, const void* key, const void* value, uint64_t flags);
  int (*map_delete_elem)(int fd, const void* key);
  int (*map_lookup_elem)(int fd, const void* key, void* value);
  int (*map_get_next_key)(int fd, const void* key, void* next);
  int (*num_possible_cpus)();
  ring_buffer* (*ring_buffer_new)(int map_fd, Sample, void* context, const void* options);
  int (*ring_buffer_consume)(ring_buffer*);
  void (*ring_buffer_free)(ring_buffer*);

  /// The library, loaded once; nullptr: *why says what to install.
  static const Libbpf* get(std::string* why);
};

/// Keeps the last line that libbpf or the kernel's verifier said of a failure on this thread.
class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;
  const std::string& last() const { return last_; }
  void add(const char* text);

 private:
  LibbpfLog* outer_;
  std::string last_;
};

}  // namespace strato::live
