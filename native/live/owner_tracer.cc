#include "live/owner_tracer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "live/ebpf_object.h"

namespace strato::live {
namespace {

constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // RFC 4291 2.5.5.2

bool is_mapped(const unsigned char* address) { return memcmp(address, kMapped, sizeof kMapped) == 0; }

void unmap(unsigned char* address) {
  memmove(address, address + sizeof kMapped, 4);
  memset(address + 4, 0, 12);
}

int64_t clock_ns(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

// From the kernel's monotonic clock to the time of day, as both stand now.
int64_t since_epoch() { return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC); }

OwnerRecord record_of(const void* bytes, int64_t offset_ns) {
  OwnerRecord r;
  memcpy(&r.event, bytes, sizeof r.event);
  strato_owner_event& e = r.event;
  r.ts_ns = static_cast<int64_t>(e.time_ns) + offset_ns;
  if (e.family == 6 && (is_mapped(e.local) || is_mapped(e.remote))) {
    unmap(e.local);
    unmap(e.remote);
    e.family = 4;
  }
  return r;
}

}  // namespace

std::unique_ptr<OwnerTracer> OwnerTracer::open(std::string* error) {
  *error = ebpf_obstacle();
  if (!error->empty()) return nullptr;
  std::string why;
  std::unique_ptr<OwnerTracer> tracer(new OwnerTracer(Libbpf::get(&why)));
  if (!tracer->load(error)) return nullptr;
  return tracer;
}

OwnerTracer::~OwnerTracer() {
  for (bpf_link* link : links_) bpf_->link_destroy(link);
  if (ring_ != nullptr) bpf_->ring_buffer_free(ring_);
  if (object_ != nullptr) bpf_->object_close(object_);
}

bool OwnerTracer::load(std::string* error) {
  LibbpfLog log;
  object_ = open_programs(*bpf_, nullptr, error);
  if (object_ == nullptr) return false;
  if (const int status = bpf_->object_load(object_); status != 0) {
    *error = ebpf_reason(-status, log.last(), "");
    if (status == -EPERM || status == -EACCES) return false;
    // One of them is refused: each alone tells which, the others serve.
    bpf_->object_close(object_);
    const std::vector<EbpfFeature> features = probe_ebpf();
    object_ = open_programs(*bpf_, nullptr, error);
    if (object_ == nullptr) return false;
    for (bpf_program* p = bpf_->object_next_program(object_, nullptr); p; p = bpf_->object_next_program(object_, p)) {
      const EbpfProgram* known = find_program(bpf_->program_name(p));
      const bool good = known != nullptr && std::any_of(features.begin(), features.end(), [&](const EbpfFeature& f) {
                          return f.name == known->attachment && f.reason.empty();
                        });
      bpf_->program_set_autoload(p, good);
    }
    if (const int again = bpf_->object_load(object_); again != 0) return false;
  }
  namespaces_ = bpf_->object_find_map_fd_by_name(object_, "namespaces");
  every_ = bpf_->object_find_map_fd_by_name(object_, "every");
  lost_ = bpf_->object_find_map_fd_by_name(object_, "lost");
  ring_ = bpf_->ring_buffer_new(bpf_->object_find_map_fd_by_name(object_, "events"), &OwnerTracer::sample, this, nullptr);
  if (ring_ == nullptr || namespaces_ < 0 || every_ < 0 || lost_ < 0) {
    *error = ebpf_reason(errno, log.last(), "");
    return false;
  }
  if (attach()) return true;
  *error = ebpf_reason(errno, log.last(), "6.3");
  return false;
}

bool OwnerTracer::attach() {
  bool useful = false;
  int error = 0;
  for (bpf_program* p = bpf_->object_next_program(object_, nullptr); p; p = bpf_->object_next_program(object_, p)) {
    if (!bpf_->program_autoload(p)) continue;
    bpf_link* link = bpf_->program_attach(p);
    if (link == nullptr) {
      error = errno;
      continue;
    }
    links_.push_back(link);
    const EbpfProgram* known = find_program(bpf_->program_name(p));
    useful = useful || (known != nullptr && known->tells_traffic);
    if (known != nullptr && std::string_view(known->name) == "owner_existing") iterator_ = bpf_->link_fd(link);
  }
  errno = error;
  return useful;
}

bool OwnerTracer::allow(const std::vector<uint32_t>& namespaces) {
  std::vector<uint32_t> old;
  for (uint32_t key = 0, next = 0; bpf_->map_get_next_key(namespaces_, old.empty() ? nullptr : &key, &next) == 0; key = next)
    old.push_back(next);
  const uint32_t first = 0, every = std::ranges::find(namespaces, uint32_t{STRATO_EVERY_NETNS}) != namespaces.end();
  const uint8_t one = 1;
  bool all = bpf_->map_update_elem(every_, &first, &every, 0) == 0;
  for (uint32_t k : old)
    if (std::find(namespaces.begin(), namespaces.end(), k) == namespaces.end()) bpf_->map_delete_elem(namespaces_, &k);
  for (uint32_t k : namespaces) all = (k == STRATO_EVERY_NETNS || bpf_->map_update_elem(namespaces_, &k, &one, 0) == 0) && all;
  return all;
}

std::vector<OwnerRecord> OwnerTracer::existing() {
  std::vector<OwnerRecord> found;
  const int fd = iterator_ < 0 ? -1 : bpf_->iter_create(iterator_);
  if (fd < 0) return found;
  const int64_t offset = since_epoch();
  std::vector<char> bytes(64 * 1024 / sizeof(strato_owner_event) * sizeof(strato_owner_event));
  size_t have = 0;
  for (;;) {
    const ssize_t n = ::read(fd, bytes.data() + have, bytes.size() - have);
    // EAGAIN: the kernel looked at many files without finding one of ours and asks to be called again.
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) break;
    have += static_cast<size_t>(n);
    size_t at = 0;
    for (; have - at >= sizeof(strato_owner_event); at += sizeof(strato_owner_event))
      if (found.size() < kMostExisting) found.push_back(record_of(bytes.data() + at, offset));
    memmove(bytes.data(), bytes.data() + at, have - at);
    have -= at;
  }
  ::close(fd);
  return found;
}

int OwnerTracer::sample(void* context, void* data, size_t size) {
  auto* self = static_cast<OwnerTracer*>(context);
  if (size < sizeof(strato_owner_event)) return 0;
  self->batch_->push_back(record_of(data, 0));
  return self->batch_->size() < kBatch ? 0 : -ENOSPC;  // the sample is taken, the rest stays in the ring
}

std::vector<OwnerRecord> OwnerTracer::take() {
  std::vector<OwnerRecord> batch;
  batch_ = &batch;
  bpf_->ring_buffer_consume(ring_);
  batch_ = nullptr;
  const int64_t offset = since_epoch();
  for (OwnerRecord& r : batch) r.ts_ns += offset;
  return batch;
}

uint64_t OwnerTracer::lost() const {
  const int cpus = bpf_->num_possible_cpus();
  if (cpus <= 0) return 0;
  std::vector<uint64_t> each(static_cast<size_t>(cpus));
  const uint32_t zero = 0;
  if (bpf_->map_lookup_elem(lost_, &zero, each.data()) != 0) return 0;
  uint64_t sum = 0;
  for (uint64_t n : each) sum += n;
  return sum;
}

}  // namespace strato::live
