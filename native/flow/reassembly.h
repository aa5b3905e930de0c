// Reassembly of datagrams from fragments that carry their offset (IPv4, IPv6). Only the places of the pieces are kept;
// the whole is put together anew whenever the packet that completed it is dissected.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "packet/context.h"

namespace strato {

/// Which datagram a fragment belongs to: addresses, identification, and what else the protocol tells them apart by.
struct FragmentKey {
  uint8_t src[16] = {}, dst[16] = {};
  uint32_t id = 0, extra = 0;
  bool operator==(const FragmentKey& o) const { return memcmp(this, &o, sizeof o) == 0; }
};

struct Fragment {
  uint32_t frame = 0;
  uint32_t offset = 0;
  Piece piece;
};

/// One datagram in the making, or made.
struct FragmentSet {
  std::vector<Fragment> pieces;  // by offset, equal ones as they came
  uint32_t total = 0;            // bytes, known once the last fragment was seen
  bool total_known = false;
  uint32_t done_in = 0;          // frame that completed it, 0 not yet
  uint16_t done_nth = 0;
  bool multiple_tails = false;   // two "last" fragments that disagree about the length
};

/// What the list of fragments is shown with.
struct FragmentFields {
  const char* noun;  // "IPv4"
  const FieldDef &fragments, &fragment, &overlap, &conflict, &multiple_tails, &too_long, &count, &reassembled_in,
      &length, &data;
};

/// Per session and protocol.
class Reassembler : public State {
 public:
  /// Adds a fragment in the first pass. Returns the index of its set, kNone when a limit was hit.
  uint32_t add(Ctx& c, const FragmentKey& k, const Buf& payload, uint32_t offset, bool more, uint16_t nth);
  const FragmentSet& set(uint32_t i) const { return sets_[i]; }

  static constexpr uint32_t kNone = 0xffffffffu;
  /// A datagram has at most 64 KiB in pieces of at least 8 bytes; more of them are an attempt to make us work.
  static constexpr size_t kMaxPieces = 8192;
  /// Offsets have 13 bits of 8 bytes; what goes past is no datagram (RFC 791, "ping of death").
  static constexpr uint32_t kMaxLength = 65535 + 65535;

 private:
  struct Hash {
    size_t operator()(const FragmentKey& k) const;
  };
  std::unordered_map<FragmentKey, uint32_t, Hash> open_;
  std::vector<FragmentSet> sets_;
};

/// Takes one fragment through: in the first pass adds it; then shows the list of fragments (where this packet
/// completed the datagram) or where the whole is, below `at`. True: `whole` holds the datagram.
bool reassemble(Ctx& c, const Protocol& p, const FragmentFields& f, Item at, const FragmentKey& k, const Buf& payload,
                uint32_t offset, bool more, Buf& whole, uint32_t& reassembled_in);

/// The bytes of a completed set. Where pieces overlap, the one with the lower offset (then the earlier one) counts.
void join_fragments(const Session& s, const FragmentSet& set, std::string& out);

}  // namespace strato
