// Follows one stream of a capture: which bytes of which packets make it up, in its order. Only places are kept
// (24 bytes a piece); the bytes are fetched from the packets when they are asked for.
#pragma once
#include <string>
#include <vector>

#include "engine/capture.h"
#include "flow/tcp_follower.h"
#include "packet/follow_tap.h"

namespace strato {

struct FollowSegment {
  uint64_t offset;      // of its first byte among the bytes of both directions
  uint32_t frame;       // the packet that has the bytes; of a gap the one that acknowledged them
  uint32_t len;
  uint32_t skip;        // bytes of the piece that came before
  uint16_t part;        // which of the packet's pieces
  uint8_t direction;    // 0: from node 0
  bool missing;         // `len` bytes the capture does not have; they count nowhere
};

class FollowStream {
 public:
  /// The stream `number` of the layer; found() says whether there is one. The capture must have been scanned.
  /// `with_rest`: what the capture has beyond a gap that nobody acknowledged is shown at the end; tshark leaves it out.
  FollowStream(Capture& c, FollowLayer layer, uint32_t number, bool with_rest);

  bool found() const { return flow_ != nullptr; }
  FollowLayer layer() const { return layer_; }
  uint32_t number() const { return number_; }
  const Flow* flow() const { return flow_; }
  /// Looks at the next packets of the stream; false when all were looked at.
  bool step(uint32_t packets);
  uint32_t packets() const { return static_cast<uint32_t>(frames_.size()); }
  uint32_t packets_done() const { return next_; }

  const std::vector<FollowSegment>& segments() const { return segments_; }
  /// Bytes of each direction, without what is missing.
  uint64_t bytes(int direction) const { return bytes_[direction]; }
  uint64_t size() const { return bytes_[0] + bytes_[1]; }
  /// The segment that has the byte at `offset` (the last one beyond the end).
  size_t segment_at(uint64_t offset) const;
  /// Appends n bytes from `from` of a segment (none of a gap).
  void read(const FollowSegment& s, uint32_t from, uint32_t n, std::string& out);
  /// Not all of the stream is there: it has more pieces than kMaxSegments.
  bool truncated() const { return truncated_; }

  /// Pieces remembered: 96 MiB of places, some 5 GB of full segments.
  static constexpr size_t kMaxSegments = 4u << 20;

 private:
  void find_frames();
  void look_at(uint32_t frame);
  void tap(uint32_t frame);
  void emit(const TcpFollower::Out& o);

  Capture& capture_;
  FollowLayer layer_;
  uint32_t number_;
  bool with_rest_;
  const Flow* flow_;
  FieldSet wanted_;                // what makes bodies be unpacked
  std::vector<uint32_t> frames_;   // ascending
  uint32_t next_ = 0;
  Ctx ctx_;
  FollowTap tap_;
  uint32_t tapped_ = 0;            // frame whose pieces the tap has
  TcpFollower follower_;
  std::vector<FollowSegment> segments_;
  uint64_t bytes_[2] = {};
  bool truncated_ = false;
};

/// "tcp", "udp", "http", "tls"; false when none of them.
bool follow_layer(std::string_view name, FollowLayer* out);
const char* follow_layer_name(FollowLayer l);
/// A display filter that shows the packets of the stream.
std::string follow_filter(FollowLayer l, uint32_t number);
/// "10.0.0.1:80", "[2001:db8::1]:80"; ":0" without a flow.
void print_follow_node(const Flow* f, int node, Text& out);

}  // namespace strato
