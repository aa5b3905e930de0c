// What the watch of native/live over address translation tells, as JSON of src/contract/nat.ts.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/live_capture.h"
#include "live/conntrack.h"
#include "live/flow_sight.h"

namespace strato {

class Nat {
 public:
  /// `netns` and error as live::NatWatch::open.
  static std::unique_ptr<Nat> open(const std::string& netns, std::string* error);
  void scan();
  /// Before the capture runs: connections that were there before are told of when they have a packet in it.
  void hold_for(LiveCapture& capture);
  /// NatBatch of what came since the last call.
  std::string poll_json();

 private:
  std::vector<live::NatRecord> news();
  explicit Nat(std::unique_ptr<live::NatWatch> watch) : watch_(std::move(watch)) {}
  std::unique_ptr<live::NatWatch> watch_;
  std::optional<live::HeldFlows<live::NatRecord>> held_;
  std::unordered_set<std::string> began_;  // connections that are new, of those that still are
};

}  // namespace strato
