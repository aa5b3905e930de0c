// PDUs that span several segments of a byte stream: which bytes belong together, and where they lie. Used by TCP and
// by streams inside of others (TLS application data). Sequence numbers are modulo 2^32.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "packet/session.h"

namespace strato {

struct StreamPart {
  StreamPart(uint32_t s, uint32_t n, uint32_t from, const Piece& p)
      : seq(s), len(n), frame(from), copied(p.frame == 0), place(p.off) {}
  uint32_t seq, len;
  uint32_t frame : 31, copied : 1;  // that brought it; its bytes lie in a copy
  uint32_t place;                   // Piece::off
  Piece piece() const { return {copied ? 0 : uint32_t{frame}, place, len}; }
};

struct StreamPdu {
  uint32_t seq = 0;
  uint32_t end = 0;           // first byte after it, as far as known
  uint32_t first_frame = 0;
  uint32_t last_frame = 0;    // where it was complete, 0 not yet
  uint32_t need = 0;          // with one_more: bytes it has at least, as far as known
  bool one_more = false;      // its length is not known: try again with each segment
  bool until_fin = false;
  bool broken = false;        // its bytes contradict each other
  std::vector<StreamPart> parts;
};

/// Multi-segment PDUs of one direction, in order of their making.
class StreamPdus {
 public:
  static constexpr uint32_t kNone = 0xffffffffu;
  /// Looked back at most: a retransmission is hardly ever further behind than this many PDUs.
  static constexpr uint32_t kLookBack = 256;
  /// A PDU is given up beyond this many bytes: putting it together takes that much memory, twice.
  static constexpr uint32_t kMaxPdu = 256u << 20;

  StreamPdu& at(uint32_t i) { return pdus_[i]; }
  const StreamPdu& at(uint32_t i) const { return pdus_[i]; }
  uint32_t add(StreamPdu p) {
    pdus_.push_back(std::move(p));
    return static_cast<uint32_t>(pdus_.size() - 1);
  }
  /// Gives back the room kept for further ones.
  void settle() { pdus_.shrink_to_fit(); }
  /// The newest PDU that starts at or before `seq`, kNone if none.
  uint32_t at_or_before(uint32_t seq) const;

 private:
  std::vector<StreamPdu> pdus_;
};

/// True when the parts cover [seq, end) without a gap.
bool complete(const StreamPdu& p);
/// The bytes of a complete PDU; where parts overlap the one that came first counts. Shorter where pieces are missing.
void assemble(const StreamPdu& p, const Session& s, std::string& out);

}  // namespace strato
