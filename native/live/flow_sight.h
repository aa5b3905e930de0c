// Which flows, of those that were there before a capture began, have a packet in it: what is known of the others need not be
// told. A node has tens of thousands of them, most of which are silent.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "live/flow_key.h"

namespace strato::live {

/// Looked at by the capture, asked by others.
class FlowSight {
 public:
  /// Flows that are waited for, at most.
  static constexpr size_t kMost = 32768;

  /// Waits for a packet of the flow with one of these forms (flow_key() or alike), in either direction. False: there is no
  /// room, or one of the forms is waited for already. What had its packet
  /// since expect() is seen at once.
  bool wait_for(uint64_t id, const std::vector<std::string>& forms);
  void forget(const std::vector<std::string>& forms);
  /// The next ones to wait for come soon: until then all flows are remembered, lest one has its packet before that.
  void expect();
  /// Those that had a packet since the last call; they are not waited for any more.
  std::vector<uint64_t> seen();

  /// By the thread of the capture, for each packet (Ethernet, without a tag).
  bool waits() const { return waiting_.load(std::memory_order_relaxed) != 0 || remembers_.load(std::memory_order_relaxed); }
  void look(std::span<const uint8_t> frame, int64_t ts_ns);

  /// A scan is read by then.
  static constexpr int64_t kExpectNs = 2'000'000'000;
  /// Flows that are remembered meanwhile, at most.
  static constexpr size_t kMostRecent = 65536;

 private:
  bool may_have(uint16_t port) const { return ports_[port / 64].load(std::memory_order_relaxed) >> (port % 64) & 1; }
  void drop(const std::string& form);

  std::mutex lock_;
  std::unordered_map<std::string, uint64_t> ids_;
  std::vector<uint64_t> seen_;
  std::unordered_set<std::string> recent_;
  int64_t expect_until_ns_ = 0;
  std::atomic<bool> remembers_{false};
  std::atomic<size_t> waiting_{0};                   // forms
  std::array<std::atomic<uint64_t>, 1024> ports_{};  // the higher one of each form: other packets are not looked up
};

/// What is known of such flows, until they have a packet. For one thread.
template <typename Record>
class HeldFlows {
 public:
  HeldFlows() : sight_(std::make_shared<FlowSight>()) {}
  const std::shared_ptr<FlowSight>& sight() const { return sight_; }

  /// False: it is to be told at once. A later record of the flow takes the place of the one before.
  bool hold(const std::vector<std::string>& forms, const Record& record) {
    drop(forms.front());
    if (!sight_->wait_for(next_, forms)) return false;
    ids_[forms.front()] = next_;
    held_.emplace(next_++, Held{record, forms});
    return true;
  }
  /// The flow has ended, or another has these ends now. False: it was not held.
  bool drop(const std::string& form) {
    const auto at = ids_.find(form);
    if (at == ids_.end()) return false;
    const auto held = held_.find(at->second);
    sight_->forget(held->second.forms);
    held_.erase(held);
    ids_.erase(at);
    return true;
  }
  /// Those that had a packet since the last call.
  std::vector<Record> seen() {
    std::vector<Record> out;
    for (const uint64_t id : sight_->seen()) {
      const auto held = held_.find(id);
      if (held == held_.end()) continue;
      sight_->forget(held->second.forms);
      ids_.erase(held->second.forms.front());
      out.push_back(std::move(held->second.record));
      held_.erase(held);
    }
    return out;
  }

 private:
  struct Held {
    Record record;
    std::vector<std::string> forms;
  };
  std::shared_ptr<FlowSight> sight_;
  std::unordered_map<uint64_t, Held> held_;
  std::unordered_map<std::string, uint64_t> ids_;  // by the first form
  uint64_t next_ = 1;
};

}  // namespace strato::live
