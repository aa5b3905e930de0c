// Where every frame of the capture lies and when it was seen: 16 bytes a frame, 20 where some were cut off, in chunks that
// never move.
#pragma once
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "pcap/capture_file.h"

namespace strato {

class FrameTable {
 public:
  void push(const pcap::PacketRecord& r) {
    if (size_ % kChunk == 0) chunks_.push_back({r.offset, std::make_unique_for_overwrite<Row[]>(kChunk), nullptr});
    Chunk& c = chunks_.back();
    const uint64_t off = r.offset - c.offset, lead = r.offset - r.block_offset;
    uint32_t shape = kOddFrame;
    if (off <= UINT32_MAX && lead <= UINT16_MAX && r.caplen < kCaplens) shape = shape_of(r.iface, r.flags, static_cast<uint16_t>(lead));
    Row& w = c.rows[size_ % kChunk];
    if (shape == kOddFrame) {
      w = {static_cast<uint32_t>(odd_.size()), 0, 0, kOddFrame << kCaplenBits};
      odd_.push_back(r);
    } else {
      w = {static_cast<uint32_t>(off), static_cast<uint32_t>(r.ts_ns), static_cast<uint32_t>(r.ts_ns >> 32),
           shape << kCaplenBits | r.caplen};
      if (c.lens || r.len != r.caplen) set_len(c, size_ % kChunk, r.len);
    }
    size_++;
  }
  /// Frame number from 1.
  pcap::PacketRecord at(uint32_t number) const {
    const Chunk& c = chunks_[(number - 1) / kChunk];
    const Row& w = c.rows[(number - 1) % kChunk];
    if (w.odd()) return odd_[w.offset];
    const Shape& s = shapes_[w.shape >> kCaplenBits];
    pcap::PacketRecord r;
    r.offset = c.offset + w.offset;
    r.block_offset = r.offset - s.lead;
    r.ts_ns = w.ts();
    r.caplen = w.caplen();
    r.len = c.lens ? c.lens[(number - 1) % kChunk] : r.caplen;
    r.iface = s.iface;
    r.flags = s.flags;
    return r;
  }
  int64_t ts(uint32_t number) const {
    const Row& w = chunks_[(number - 1) / kChunk].rows[(number - 1) % kChunk];
    return w.odd() ? odd_[w.offset].ts_ns : w.ts();
  }
  uint32_t size() const { return size_; }

 private:
  static constexpr uint32_t kCaplenBits = 18, kCaplens = 1u << kCaplenBits;
  static constexpr uint32_t kOddFrame = (1u << (32 - kCaplenBits)) - 1;  // in place of a shape: the frame stands in odd_
  static constexpr uint32_t kChunk = 16384;
  struct Row {
    uint32_t offset;  // from the chunk's; of an odd frame its place in odd_
    uint32_t ts_low, ts_high;
    uint32_t shape;   // and below it the captured length
    uint32_t caplen() const { return shape & (kCaplens - 1); }
    bool odd() const { return shape >> kCaplenBits == kOddFrame; }
    int64_t ts() const { return static_cast<int64_t>(uint64_t{ts_high} << 32 | ts_low); }
  };
  /// What frames have in common: there are a few per interface.
  struct Shape {
    uint32_t iface;
    uint16_t flags, lead;  // lead: bytes between the block's start and the packet's
    bool operator==(const Shape&) const = default;
  };
  struct Chunk {
    uint64_t offset;  // of its first frame
    std::unique_ptr<Row[]> rows;
    std::unique_ptr<uint32_t[]> lens;  // of the packets as they were; nullptr: all are here whole
  };

  // The first packet of a chunk that was cut off brings the lengths of those before it.
  static void set_len(Chunk& c, uint32_t at, uint32_t len) {
    if (!c.lens) {
      c.lens = std::make_unique_for_overwrite<uint32_t[]>(kChunk);
      for (uint32_t i = 0; i < at; i++) c.lens[i] = c.rows[i].caplen();
    }
    c.lens[at] = len;
  }

  uint32_t shape_of(uint32_t iface, uint16_t flags, uint16_t lead) {
    const Shape s{iface, flags, lead};
    if (last_ < shapes_.size() && shapes_[last_] == s) return last_;
    const auto [it, fresh] = shape_index_.try_emplace(uint64_t{iface} << 32 | uint32_t{flags} << 16 | lead,
                                                      static_cast<uint32_t>(shapes_.size()));
    if (fresh && shapes_.size() == kOddFrame) {
      shape_index_.erase(it);
      return kOddFrame;
    }
    if (fresh) shapes_.push_back(s);
    return last_ = it->second;
  }

  std::vector<Chunk> chunks_;
  std::vector<Shape> shapes_;
  std::unordered_map<uint64_t, uint32_t> shape_index_;
  std::vector<pcap::PacketRecord> odd_;
  uint32_t size_ = 0, last_ = 0;
};

}  // namespace strato
