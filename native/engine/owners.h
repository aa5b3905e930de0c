// What the owner tracer of native/live tells, as JSON of src/contract/owner.ts.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "live/owner_tracer.h"

namespace strato {

class Owners {
 public:
  /// nullptr: *error is one sentence. Nothing is told before allow().
  static std::unique_ptr<Owners> open(std::string* error);
  /// Inode numbers of network namespaces; `every` is for machines of one's own. False: more than the kernel's table holds.
  bool allow(const std::vector<uint32_t>& namespaces, bool every);
  /// What existed before comes with the next poll_json().
  void scan();
  /// OwnerBatch.
  std::string poll_json();

 private:
  explicit Owners(std::unique_ptr<live::OwnerTracer> tracer) : tracer_(std::move(tracer)) {}
  std::unique_ptr<live::OwnerTracer> tracer_;
  std::vector<live::OwnerRecord> waiting_;  // of scan(), from the back
};

/// OwnerEvent of one record.
std::string owner_event_json(const live::OwnerRecord& r);
/// EbpfFeature[].
std::string ebpf_features_json();

}  // namespace strato
