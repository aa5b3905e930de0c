// Where every frame of the capture lies and when it was seen: 32 bytes a frame, in chunks that never move.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "pcap/capture_file.h"

namespace strato {

class FrameTable {
 public:
  void push(const pcap::PacketRecord& r) {
    if (size_ % kChunk == 0) chunks_.emplace_back(new Row[kChunk]);
    chunks_.back()[size_ % kChunk] = {r.offset, r.ts_ns, r.caplen, r.len, static_cast<uint16_t>(r.iface), r.flags,
                                      static_cast<uint32_t>(r.offset - r.block_offset)};
    size_++;
  }
  /// Frame number from 1.
  pcap::PacketRecord at(uint32_t number) const {
    const Row& w = row(number);
    pcap::PacketRecord r;
    r.offset = w.offset;
    r.block_offset = w.offset - w.lead;
    r.ts_ns = w.ts_ns;
    r.caplen = w.caplen;
    r.len = w.len;
    r.iface = w.iface == 0xffff ? pcap::kNoInterface : w.iface;
    r.flags = w.flags;
    return r;
  }
  int64_t ts(uint32_t number) const { return row(number).ts_ns; }
  uint32_t size() const { return size_; }

 private:
  struct Row {
    uint64_t offset;
    int64_t ts_ns;
    uint32_t caplen, len;
    uint16_t iface, flags;  // more than 65,534 interfaces: the rest share "none"
    uint32_t lead;          // bytes between the block's start and the packet's
  };
  static constexpr uint32_t kChunk = 16384;
  const Row& row(uint32_t number) const { return chunks_[(number - 1) / kChunk][(number - 1) % kChunk]; }
  std::vector<std::unique_ptr<Row[]>> chunks_;
  uint32_t size_ = 0;
};

}  // namespace strato
