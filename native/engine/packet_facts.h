// What is known of every packet without looking at it again: the protocols in it and its TCP flags, 4 bytes a packet.
// A filter that only asks for these is answered from here, others are spared the packets that cannot match.
#pragma once
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "packet/context.h"

namespace strato {

/// Packets with equal facts cannot be told apart by them.
struct PacketFact {
  uint16_t set;    // index of a ProtocolMask
  uint16_t flags;  // TCP flags in 12 bits; kFlagsUnknown: no TCP header, several, or part of one; kDamaged, kCarries
  static constexpr uint16_t kFlagsUnknown = 0x1000, kDamaged = 0x2000, kCarries = 0x8000;
  /// Something above TCP or UDP that Pass::Application has to see.
  bool carries() const { return flags & kCarries; }
  bool one_tcp() const { return !(flags & kFlagsUnknown); }
  /// Cut off or malformed somewhere: a protocol that was met need not be in the tree.
  bool damaged() const { return flags & kDamaged; }
  uint32_t key() const { return static_cast<uint32_t>(set) << 16 | (flags & 0x3fff); }
};

class PacketFacts {
 public:
  /// Of the packet that c dissected: it becomes the next one.
  void push(const Ctx& c) {
    if (size_ % kChunk == 0) chunks_.emplace_back(new PacketFact[kChunk]);
    size_++;
    set(size_, c, c.carries);
  }
  /// What Pass::Application found in addition.
  void update(uint32_t number, const Ctx& c) { set(number, c, true); }
  const PacketFact& at(uint32_t number) const { return chunks_[(number - 1) / kChunk][(number - 1) % kChunk]; }
  /// kEverything where there are too many different ones: nothing is known then.
  ProtocolMask protocols(const PacketFact& f) const { return f.set == kTooMany ? kEverything : sets_[f.set]; }
  uint32_t size() const { return size_; }

  static constexpr ProtocolMask kEverything = ~ProtocolMask{0};

 private:
  void set(uint32_t number, const Ctx& c, bool carries) {
    uint16_t flags = c.tcp_flags < 0x1000 ? c.tcp_flags : PacketFact::kFlagsUnknown;
    if (c.damaged) flags |= PacketFact::kDamaged;
    chunks_[(number - 1) / kChunk][(number - 1) % kChunk] = {
        index(c.met), static_cast<uint16_t>(flags | (carries ? PacketFact::kCarries : 0))};
  }
  uint16_t index(ProtocolMask mask) {
    if (!sets_.empty() && sets_[last_] == mask) return last_;
    auto [it, fresh] = index_.try_emplace(mask, static_cast<uint16_t>(sets_.size()));
    if (fresh) {
      if (sets_.size() == kTooMany) {
        index_.erase(it);
        return kTooMany;
      }
      sets_.push_back(mask);
    }
    return last_ = it->second;
  }

  // protocols are few and packets alike: hostile input alone could make more sets than that
  static constexpr uint16_t kTooMany = 4096;
  static constexpr uint32_t kChunk = 16384;
  std::vector<std::unique_ptr<PacketFact[]>> chunks_;
  std::vector<ProtocolMask> sets_;
  std::unordered_map<ProtocolMask, uint16_t> index_;
  uint32_t size_ = 0;
  uint16_t last_ = 0;
};

}  // namespace strato
