#include "engine/follow.h"

#include <algorithm>

#include "packet/registry.h"

namespace strato {
namespace {

FlowKind kind_of(FollowLayer l) { return l == FollowLayer::Udp ? FlowKind::Udp : FlowKind::Tcp; }

// Layers of one protocol in a packet are few: an overlay in an overlay has three.
constexpr uint16_t kMostLayers = 16;

}  // namespace

FollowStream::FollowStream(Capture& c, FollowLayer layer, uint32_t number, bool with_rest)
    : capture_(c), layer_(layer), number_(number), with_rest_(with_rest), flow_(c.session().flows.by_stream(kind_of(layer), number)),
      ctx_(c.session(), Registry::get()),      follower_([this](const TcpFollower::Out& o) { emit(o); }) {
  for (const FieldDef* f : Registry::get().find("http.file_data")) wanted_.add(*f);
  if (flow_) find_frames();
}

void FollowStream::find_frames() {
  const Protocol* p = Registry::get().protocol(kind_of(layer_) == FlowKind::Udp ? "udp" : "tcp");
  const auto link_of = [&](uint32_t frame) -> const FlowLink* {
    for (uint16_t n = 0; n < kMostLayers; n++)
      if (const auto* l = capture_.session().packets.find<FlowLink>(frame, p->key, n); l && l->flow == flow_->id) return l;
    return nullptr;
  };
  for (uint32_t frame = flow_->last_frame; frame;) {
    frames_.push_back(frame);
    const FlowLink* l = link_of(frame);
    uint32_t before = l ? l->prev_frame : 0;
    frame = before < frame ? before : 0;
  }
  std::reverse(frames_.begin(), frames_.end());
}

// The pieces of a frame; those of the last one asked for are still there.
void FollowStream::tap(uint32_t frame) {
  if (tapped_ == frame) return;
  tapped_ = frame;
  tap_.pieces.clear();
  ctx_.tap = &tap_;
  Capture::Want want;
  want.tree = layer_ == FollowLayer::Http;
  want.fields = &wanted_;
  want.shallow = layer_ == FollowLayer::Tcp || layer_ == FollowLayer::Udp;
  capture_.dissect(ctx_, frame, want);
  ctx_.tap = nullptr;
  std::erase_if(tap_.pieces, [&](const FollowPiece& p) { return p.layer != layer_ || p.flow != flow_; });
}

void FollowStream::look_at(uint32_t frame) {
  tap(frame);
  for (uint32_t i = 0; i < tap_.pieces.size() && i < 0xffff; i++) {
    const FollowPiece& p = tap_.pieces[i];
    if (layer_ == FollowLayer::Tcp) follower_.add({p.direction, p.syn, p.has_ack, p.seq, p.ack, p.len, p.bytes.captured(), frame, i});
    else emit({p.direction, false, frame, i, 0, p.bytes.captured()});
  }
}

bool FollowStream::step(uint32_t packets) {
  for (uint32_t n = 0; n < packets && next_ < frames_.size() && !truncated_; n++) look_at(frames_[next_++]);
  if (next_ < frames_.size() && !truncated_) return true;
  if (with_rest_ && layer_ == FollowLayer::Tcp && !frames_.empty()) follower_.end(frames_.back());
  return false;
}

void FollowStream::emit(const TcpFollower::Out& o) {
  if (segments_.size() >= kMaxSegments) {
    truncated_ = true;
    return;
  }
  segments_.push_back({size(), o.frame, o.len, o.skip, static_cast<uint16_t>(o.part), o.direction, o.missing});
  if (!o.missing) bytes_[o.direction] += o.len;
}

size_t FollowStream::segment_at(uint64_t offset) const {
  auto i = std::upper_bound(segments_.begin(), segments_.end(), offset,
                            [](uint64_t at, const FollowSegment& s) { return at < s.offset; });
  return i == segments_.begin() ? 0 : static_cast<size_t>(i - segments_.begin()) - 1;
}

void FollowStream::read(const FollowSegment& s, uint32_t from, uint32_t n, std::string& out) {
  if (s.missing || from >= s.len) return;
  tap(s.frame);
  if (s.part >= tap_.pieces.size()) return;
  std::string_view all = tap_.pieces[s.part].bytes.rest(0);
  if (s.skip >= all.size()) return;
  out += all.substr(s.skip, s.len).substr(from, n);
}

bool follow_layer(std::string_view name, FollowLayer* out) {
  for (FollowLayer l : {FollowLayer::Tcp, FollowLayer::Udp, FollowLayer::Http, FollowLayer::Tls})
    if (name == follow_layer_name(l)) return *out = l, true;
  return false;
}

const char* follow_layer_name(FollowLayer l) {
  switch (l) {
    case FollowLayer::Tcp: return "tcp";
    case FollowLayer::Udp: return "udp";
    case FollowLayer::Http: return "http";
    case FollowLayer::Tls: return "tls";
  }
  return "";
}

std::string follow_filter(FollowLayer l, uint32_t number) {
  return std::string(kind_of(l) == FlowKind::Udp ? "udp" : "tcp") + ".stream eq " + std::to_string(number);
}

void print_follow_node(const Flow* f, int node, Text& out) {
  if (!f) {
    out << ":0";
    return;
  }
  const Address& a = node ? f->b : f->a;
  if (a.type == Address::Type::IPv6) out << '[';
  a.print(out);
  if (a.type == Address::Type::IPv6) out << ']';
  out << ':' << uint32_t{node ? f->b_port : f->a_port};
}

}  // namespace strato
