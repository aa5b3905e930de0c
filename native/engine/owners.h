// What the owner tracer of native/live tells, as JSON of src/contract/owner.ts.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/live_capture.h"
#include "live/flow_sight.h"
#include "live/owner_tracer.h"

namespace strato {

class Owners {
 public:
  /// nullptr: *error is one sentence. Nothing is told before allow().
  static std::unique_ptr<Owners> open(std::string* error);
  /// Inode numbers of network namespaces; `every` is for machines of one's own. False: more than the kernel's table holds.
  bool allow(const std::vector<uint32_t>& namespaces, bool every);
  /// Before the capture runs: connections that existed before are told of when they have a packet in it.
  void hold_for(LiveCapture& capture);
  /// What existed before comes with the next poll_json().
  void scan();
  /// OwnerBatch.
  std::string poll_json();

 private:
  std::vector<live::OwnerRecord> news(size_t most);
  explicit Owners(std::unique_ptr<live::OwnerTracer> tracer) : tracer_(std::move(tracer)) {}
  std::unique_ptr<live::OwnerTracer> tracer_;
  std::vector<live::OwnerRecord> waiting_;  // of scan(), from the back
  std::optional<live::HeldFlows<live::OwnerRecord>> held_;
};

/// OwnerEvent of one record.
std::string owner_event_json(const live::OwnerRecord& r);
/// EbpfFeature[].
std::string ebpf_features_json();

}  // namespace strato
