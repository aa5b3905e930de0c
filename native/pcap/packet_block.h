// A captured packet as an enhanced packet block, written straight into its place: what a live capture does a million times
// a second. PcapngWriter writes packets with any options.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "pcap/endian.h"
#include "pcap/pcapng_format.h"

namespace strato::pcap {

struct LivePacketBlock {
  uint32_t iface = 0;
  int64_t ts_ns = 0;
  uint32_t len = 0;                  // on the wire
  std::span<const uint8_t> head{};   // the packet's bytes, in two pieces
  std::span<const uint8_t> rest{};
  uint32_t flags = 0;                // epb_flags
  uint32_t dropped = 0;              // epb_dropcount; left out when 0
  std::string_view comment{};        // opt_comment; left out when empty, at most kMostComment bytes

  uint32_t captured() const { return static_cast<uint32_t>(head.size() + rest.size()); }
  /// Of the whole block.
  uint32_t size() const {
    const uint32_t options = 8 + (dropped ? 12 : 0) + (comment.empty() ? 0 : 4 + padded(comment.size())) + 4;
    return 32 + padded(captured()) + options;
  }
  static constexpr size_t kMostComment = 65535;

 private:
  static uint32_t padded(size_t bytes) { return (static_cast<uint32_t>(bytes) + 3) & ~3u; }
};

/** Writes size() bytes at `to`. */
inline void PutPacketBlock(const LivePacketBlock& p, uint8_t* to) {
  const auto number = [&](auto value) {
    std::memcpy(to, &value, sizeof value);  // the host is little-endian: endian.h holds that
    to += sizeof value;
  };
  const auto bytes = [&](auto from) {
    if (!from.empty()) std::memcpy(to, from.data(), from.size());
    to += from.size();
  };
  const auto pad = [&](size_t from) {
    for (size_t i = from; i % 4; i++) *to++ = 0;
  };
  const uint32_t size = p.size(), captured = p.captured();
  const auto stamp = static_cast<uint64_t>(p.ts_ns < 0 ? 0 : p.ts_ns);
  number(uint32_t{kBlockPacket});
  number(size);
  number(p.iface);
  number(static_cast<uint32_t>(stamp >> 32));
  number(static_cast<uint32_t>(stamp));
  number(captured);
  number(p.len);
  bytes(p.head);
  bytes(p.rest);
  pad(captured);
  if (!p.comment.empty()) {
    number(uint16_t{kComment});
    number(static_cast<uint16_t>(p.comment.size()));
    bytes(p.comment);
    pad(p.comment.size());
  }
  number(uint16_t{kEpbFlags});
  number(uint16_t{4});
  number(p.flags);
  if (p.dropped) {
    number(uint16_t{kEpbDropCount});
    number(uint16_t{8});
    number(uint64_t{p.dropped});
  }
  number(uint32_t{0});  // opt_endofopt
  number(size);
}

}  // namespace strato::pcap
