// Flows that are known by addresses and ports, and whether a packet is of one of them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>

#include "live/flow_key.h"

namespace strato::live {

class FlowSet {
 public:
  /// An address that is none adds nothing.
  void add(const FlowEnds& f);
  void remove(const FlowEnds& f);
  bool empty() const { return flows_.empty(); }
  /// Whether a frame (Ethernet, without a tag) is of one of them. A packet that opens a TCP connection later than kAfter is
  /// not, and ends its flow: the ports are used again, by whomever.
  bool has(std::span<const uint8_t> frame, int64_t ts_ns);

  // A flow is learned of when it begins, or later. Its own first packet comes no later than that.
  static constexpr int64_t kAfterNs = 1'000'000'000;

  // Beyond that all are forgotten: packets are then had that could have been left out.
  static constexpr size_t kMost = 65536;

 private:
  struct Flow {
    int64_t time_ns = 0;
    bool opened = false;
    uint32_t sequence = 0;  // of the packet that opened it, which may be repeated
  };
  bool opens_another(const std::string& key, uint32_t sequence, int64_t ts_ns);
  std::unordered_map<std::string, Flow> flows_;  // by protocol, address and port of the socket, then of the peer
};

}  // namespace strato::live
