// Texts for the next packet of a flow: who is at its ends, once that has become known.
#pragma once
#include <bitset>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "live/flow_key.h"

namespace strato::live {

class FlowRemarks {
 public:
  /// `forms`: the flow as it is on either side of address translation; packets before their time are of another flow. A text
  /// that waits for the same flow is replaced. Flows with anybody are left out.
  void add(const std::vector<FlowEnds>& forms, std::string text, int64_t now_ns);
  bool empty() const { return waiting_.empty(); }
  /// The text for the flow of a frame (Ethernet, without a tag), which is then given; '': none waits for it.
  std::string take(std::span<const uint8_t> frame, int64_t ts_ns);

  // A flow that has no packet for so long has probably ended.
  static constexpr int64_t kWaitNs = 10'000'000'000;
  // Beyond that the oldest are left out.
  static constexpr size_t kMost = 4096;

 private:
  struct Remark {
    std::vector<std::string> keys;
    std::string text;
    int64_t from_ns = 0, added_ns = 0;
  };
  void drop(const std::shared_ptr<Remark>& remark);

  std::unordered_map<std::string, std::shared_ptr<Remark>> waiting_;  // by flow_key()
  std::deque<std::shared_ptr<Remark>> order_;                        // those that are given too
  int64_t last_added_ns_ = 0;
  std::bitset<65536> ports_;  // the higher port of each flow: other packets are not looked up
};

}  // namespace strato::live
