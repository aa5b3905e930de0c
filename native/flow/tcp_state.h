// State of one TCP connection, kept while the first pass goes through the frames, and what a packet keeps of it.
// Sequence numbers are raw (RFC 9293); comparisons are modulo 2^32.
#pragma once
#include <cstdint>
#include <vector>

#include "flow/stream_pdus.h"
#include "packet/flow.h"

namespace strato {

inline bool seq_lt(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) < 0; }
inline bool seq_le(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) <= 0; }
inline bool seq_gt(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) > 0; }
inline bool seq_ge(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) >= 0; }

namespace tcp_flag {
constexpr uint16_t kFin = 1, kSyn = 2, kRst = 4, kPush = 8, kAck = 16, kUrg = 32, kEce = 64, kCwr = 128, kAe = 256;
}

/// What the sequence analysis says of a segment.
namespace tcp_mark {
constexpr uint16_t kRetransmission = 1, kFast = 2, kSpurious = 4, kOutOfOrder = 8, kLost = 0x10, kAckLost = 0x20,
                   kKeepAlive = 0x40, kKeepAliveAck = 0x80, kZeroWindow = 0x100, kProbe = 0x200, kProbeAck = 0x400,
                   kWindowUpdate = 0x800, kWindowFull = 0x1000, kDupAck = 0x2000, kReused = 0x4000, kAnalysis = 0x8000;
}

struct SackBlock { uint32_t left, right; };

/// A segment as the analysis needs it.
struct TcpSegment {
  uint32_t frame, seq, ack, len;
  int64_t ts;
  uint16_t window, flags;
};

/// Kept per packet. Times are found by frame number.
struct TcpRecord : FlowLink {
  uint32_t acked = 0;        // frame of the segment this acknowledges, 0 none
  uint32_t x = 0;            // with data: bytes in flight; duplicate ACK: its number
  uint32_t y = 0;            // with data: bytes since the last PSH; duplicate ACK: frame it repeats
  uint16_t marks = 0;        // tcp_mark
  uint8_t completeness = 0;  // before this packet
  uint8_t dir = 0;
  bool rto = false;          // there is a TcpRto as well

  /// As it is kept: the link as it stands, the rest in as few bytes as it takes; most packets have little of it.
  struct Packed {
    FlowLink link;
    uint8_t rest[22];
    uint32_t size;
  };
  Packed pack(uint32_t frame) const;
  static TcpRecord unpack(uint32_t frame, const uint8_t* kept);
};

/// Kept for a retransmission (by PacketStore, besides the record): the frame the RTO is measured from.
struct TcpRto { uint32_t frame; };

struct TcpUnacked {
  uint32_t seq, next, frame;
};

/// Segments not acknowledged yet, oldest first, with the range they span.
class TcpUnackedList {
 public:
  /// A sender hardly ever has more in flight; without the other direction's ACKs in the capture it would grow for
  /// ever, so the list stops there.
  static constexpr size_t kMax = 10000;
  void add(const TcpUnacked& s);
  size_t size() const { return list_.size(); }
  bool empty() const { return size() == 0; }
  uint32_t low();
  uint32_t high();
  const TcpUnacked* begin() const { return list_.data(); }
  const TcpUnacked* end() const { return list_.data() + list_.size(); }
  /// Drops what `ack` covers; the oldest segment that ends at exactly `ack`, frame 0 if none.
  TcpUnacked acked(uint32_t ack);
  /// Gives back the room of a list that is empty.
  void settle() {
    if (list_.empty()) std::vector<TcpUnacked>().swap(list_);
  }

 private:
  void measure();
  std::vector<TcpUnacked> list_;
  uint32_t low_ = 0, high_ = 0;
  bool measured_ = false;
};

/// One direction.
struct TcpSide {
  static constexpr int16_t kScaleUnknown = -1, kScaleNone = -2;
  static constexpr size_t kMaxSack = 4;  // RFC 2018: at most four blocks fit the options

  uint32_t base_seq = 0;
  uint32_t next_seq = 0;         // highest sequence number seen, plus one
  uint32_t next_seq_frame = 0;
  int64_t next_seq_ts = 0;
  uint32_t max_to_ack = 0;       // highest that was seen without a gap before it
  uint32_t last_ack = 0;
  uint32_t last_ack_frame = 0;   // of the ACK that was not a duplicate
  int64_t last_ack_ts = 0;
  uint32_t window = 0;           // as in the header
  uint32_t push_bytes = 0;
  uint32_t dup_acks = 0;
  uint16_t last_marks = 0;       // of the last segment of this direction
  int16_t scale = kScaleUnknown;
  bool base_set = false, next_set = false, max_set = false, window_unscaled = false;
  bool in_flight_valid = true, push_seen = false;
  uint8_t sacks = 0;
  SackBlock sack[kMaxSack];
  TcpUnackedList unacked;
};

struct TcpState : State {
  TcpSide side[2];
  StreamPdus pdus[2];
  int64_t syn_ts = 0;            // of the newest SYN
  int64_t first_rtt = 0;         // SYN to the ACK that completes the handshake, 0 unknown
  uint32_t last_frame = 0;
  uint16_t server_port = 0;      // known from the first SYN or SYN+ACK, which was
  uint32_t server_since = 0;     // this frame
  uint8_t completeness = 0;
  bool fin_seen = false;
  uint8_t first_fin_dir = 0;
  uint32_t first_fin_frame = 0;

  void serve(uint16_t port, uint32_t frame) {
    if (server_since) return;
    server_port = port;
    server_since = frame;
  }
  /// The server's port as far as it was known in that frame, 0 not yet.
  uint16_t server_at(uint32_t frame) const { return server_since && frame >= server_since ? server_port : 0; }
};

/// Analyses one segment (frames in order, once): fills marks, acked, x, y; rto_frame is set for retransmissions.
void tcp_analyze(TcpState& t, int dir, const TcpSegment& s, TcpRecord& r, uint32_t& rto_frame);

}  // namespace strato
