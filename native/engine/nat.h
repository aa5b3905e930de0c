// What the watch of native/live over address translation tells, as JSON of src/contract/nat.ts.
#pragma once
#include <memory>
#include <string>

#include "live/conntrack.h"

namespace strato {

class Nat {
 public:
  /// `netns` and error as live::NatWatch::open.
  static std::unique_ptr<Nat> open(const std::string& netns, std::string* error);
  void scan() { watch_->scan(); }
  /// NatBatch of what came since the last call.
  std::string poll_json();

 private:
  explicit Nat(std::unique_ptr<live::NatWatch> watch) : watch_(std::move(watch)) {}
  std::unique_ptr<live::NatWatch> watch_;
};

}  // namespace strato
