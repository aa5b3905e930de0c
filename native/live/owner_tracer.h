// Whose socket is it: loads bpf/programs/owner.bpf.c and reads what it tells. One thread. Nothing is pinned: when this object
// or its process ends, however it ends, the kernel detaches the programs.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bpf/shared/owner_event.h"
#include "live/libbpf.h"

namespace strato::live {

/// An event with its time since the epoch, and with IPv4 on IPv6 sockets as IPv4.
struct OwnerRecord {
  strato_owner_event event{};
  int64_t ts_ns = 0;
};

class OwnerTracer {
 public:
  /// Programs that this kernel refuses are left out, as long as one of those that tell owners of traffic is there.
  /// nullptr: *error is one sentence. Until allow() nothing is told.
  static std::unique_ptr<OwnerTracer> open(std::string* error);
  ~OwnerTracer();
  OwnerTracer(const OwnerTracer&) = delete;
  OwnerTracer& operator=(const OwnerTracer&) = delete;

  /// Replaces the list of network namespaces (inode numbers); STRATO_EVERY_NETNS alone is every one. False: too many.
  bool allow(const std::vector<uint32_t>& namespaces);
  /// Sockets that exist and were not told of yet.
  std::vector<OwnerRecord> existing();
  /// What came since the last call, at most kBatch. Never waits.
  std::vector<OwnerRecord> take();
  /// Events without room, since the start.
  uint64_t lost() const;

  static constexpr size_t kBatch = 4096;
  /// Sockets one call of existing() returns: far above what a node has, far below what memory has.
  static constexpr size_t kMostExisting = 1 << 20;

 private:
  explicit OwnerTracer(const Libbpf* bpf) : bpf_(bpf) {}
  bool load(std::string* error);
  bool attach();
  static int sample(void* context, void* data, size_t size);

  const Libbpf* bpf_;
  bpf_object* object_ = nullptr;
  std::vector<bpf_link*> links_;
  int iterator_ = -1, namespaces_ = -1, every_ = -1, lost_ = -1;  // descriptors of links_' and object_'s
  ring_buffer* ring_ = nullptr;
  std::vector<OwnerRecord>* batch_ = nullptr;
};

/// A feature of the kernel tried alone: EbpfFeature of src/contract/owner.ts.
struct EbpfFeature {
  std::string name, purpose;
  std::string reason;  // empty: works
};

/// Loads and attaches each program alone, then takes it away again.
std::vector<EbpfFeature> probe_ebpf();

}  // namespace strato::live
