// A packet socket with a ring of memory shared with the kernel (packet(7), TPACKET_V3): packets are read where the kernel
// put them, block by block. One thread.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "live/capture_filter.h"
#include "live/error.h"

struct tpacket3_hdr;

namespace strato::live {

/// A packet in the ring; its bytes are valid until the next pop().
struct RingPacket {
  int64_t ts_ns = 0;                // of the real-time clock, since the epoch
  uint32_t len = 0;                 // on the wire, without the tag below
  uint32_t interface_index = 0;
  uint16_t hardware = 0;            // ARPHRD_ type of the interface
  uint8_t kind = 0;                 // PACKET_HOST, PACKET_OUTGOING …
  bool has_tag = false;             // a VLAN tag was taken off by the kernel: it stood before the EtherType
  uint16_t tag_type = 0, tag = 0;   // its EtherType and TCI
  uint32_t lost_before = 0;         // packets the kernel could not keep before this one
  std::span<const uint8_t> data{};  // as captured, without the tag
};

struct RingOptions {
  uint32_t interface_index = 0;  // 0: every interface
  uint64_t bytes = 16 << 20;     // of the ring; rounded to whole blocks, at least two of 64 KiB
  uint32_t snaplen = 262144;
  bool promiscuous = false;
  Program filter;
};

class Ring {
 public:
  /// The filter is in force before the first packet arrives. nullptr: *error says why.
  static std::unique_ptr<Ring> open(const RingOptions& o, OpenError* error);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  int descriptor() const { return socket_; }
  uint32_t interface_index() const { return interface_index_; }
  /// The oldest packet not popped; false when there is none.
  bool peek(RingPacket* out);
  void pop();
  /// Blocks that hold packets not yet read are at least half of the ring.
  bool under_pressure() const;
  /// Another filter from now on; what is in the ring stays. False: the one before stays in force.
  bool refilter(const Program& filter);
  /// From now on nothing new gets in; what is in the ring stays to be read, at the latest after kHandOverMs.
  void refuse_more();

  struct Counters {
    uint64_t accepted = 0;  // by the filter, those lost included
    uint64_t lost = 0;      // no room in the ring
  };
  /// Since the start.
  Counters counters();

  enum class Health : uint8_t { kGood, kDown, kGone };
  /// To be asked when poll(2) reports an error on the descriptor.
  Health health();

  /// The period at which the kernel looks for blocks that are not full but should be handed over.
  static constexpr int kBlockTimeoutMs = 30;
  /// A packet is readable after that time at the latest: two periods, rounded up to the kernel's ticks, and as much again
  /// for a busy machine.
  static constexpr int kHandOverMs = 160;

 private:
  Ring() = default;
  bool map(const RingOptions& o, std::string* error);
  bool open_block();
  void close_block();
  uint8_t* block(uint32_t n) const { return memory_ + static_cast<size_t>(n) * block_size_; }
  void read_statistics();

  int socket_ = -1;
  uint32_t interface_index_ = 0;
  uint8_t* memory_ = nullptr;
  uint32_t block_size_ = 0, blocks_ = 0;
  uint32_t current_ = 0;             // block
  uint32_t left_ = 0;                // packets of it not popped
  tpacket3_hdr* next_ = nullptr;     // header of the oldest of them
  Counters counters_;
  uint64_t lost_told_ = 0;           // of counters_.lost, how many were given as lost_before
  uint32_t lost_before_ = 0;         // before the oldest packet
  int64_t statistics_at_ns_ = 0, lost_learned_ns_ = 0;  // when the kernel's counters were read, and when losses were found
};

}  // namespace strato::live
