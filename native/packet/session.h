// What dissection remembers of one capture: settings, conversations, per-packet records, per-protocol state.
// Written in the first pass (frames in order), read only afterwards.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "packet/decode_as.h"
#include "packet/flow.h"
#include "packet/identities.h"
#include "packet/key_log.h"
#include "packet/packet_store.h"

namespace strato {

struct Settings {
  bool wireshark_defaults = false;  // our extra ports and heuristics off
  std::string keylog_file;
  std::vector<std::string> key_logs;   // contents of further ones
  std::vector<std::string> decode_as;  // "tcp.port==8888,http"
};

/// One frame as the file has it.
struct FrameMeta {
  uint32_t number = 0;  // from 1
  uint32_t caplen = 0, len = 0;
  int64_t ts_ns = 0;
  int64_t first_ts = 0;           // of the frame that seconds are counted from
  int64_t prev_ts = 0;            // at the frame before (its own where there is none)
  int64_t prev_displayed_ts = 0;  // at the last frame displayed before it
  bool has_ts = true;
  uint8_t ts_digits = 6;          // decimals the file keeps of a second: 6 or 9, 3 or 0
  uint32_t iface = 0;     // id within its section: frame.interface_id
  uint16_t linktype = 0;  // of tcpdump.org/linktypes
  bool has_iface = false; // pcapng
  bool has_comments = false;
  int16_t encap = 0;      // frame.encap_type: number the field uses for the link type
};

/// Where frames come from (the engine's index over the file).
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// Frame by number (1 …), which must be one seen already.
  virtual FrameMeta meta(uint32_t number) const = 0;
  virtual Buf bytes(uint32_t number) const = 0;
  virtual std::string_view interface_name(uint32_t number) const = 0;
  virtual std::string_view interface_description(uint32_t number) const = 0;
  /// Comments of the packet, each as given.
  virtual std::vector<std::string> comments(uint32_t number) const = 0;
  /// Marked by a user, now or in the file.
  virtual bool marked(uint32_t) const { return false; }
};

/// Bytes remembered for later: where they lie in a frame, or (when they lie in no frame) a kept copy.
struct Piece {
  uint32_t frame = 0;   // 0: kept copy
  uint32_t off = 0;     // in the frame, or index in the session's copies
  uint32_t len = 0;
};

class Session {
 public:
  Session(const Settings& s, const FrameSource& f) : settings(s), decode_as(s.decode_as), frames(f) {}
  Session(const Session&) = delete;

  /// Remembers bytes: of the frame itself only their place; derived ones (source ≠ 0) are copied, up to kMaxCopies
  /// bytes in all (hostile input could otherwise grow memory without bound): then an empty piece.
  Piece keep(uint32_t frame, const Buf& b, uint32_t off, uint32_t len);
  /// Appends the bytes of a piece.
  void fetch(const Piece& p, std::string& out) const;

  template <class T>
  T& state(const Protocol& p) { return states_.get<T>(p); }

  const Settings settings;
  const DecodeAs decode_as;
  const FrameSource& frames;
  FlowTable flows;
  PacketStore packets;
  KeyLog keys;  // what was read up to the frame that the first pass is at
  Identities identities;  // of all blocks that were read so far
  Arena arena{65536};  // session-long strings

  static constexpr size_t kMaxCopies = 512u << 20;

 private:
  StateSlots states_;
  std::vector<std::string> copies_;
  size_t copied_ = 0;
};

}  // namespace strato
