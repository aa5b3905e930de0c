// Follow stream for the editor: streams gone through once, rows of them asked for by page.
#include <chrono>
#include <thread>

#include "engine/document.h"
#include "engine/json_writer.h"
#include "packet/registry.h"

namespace strato {
namespace {

constexpr uint32_t kPacketsPerTurn = 512;   // so that rows of the packet list are answered meanwhile
constexpr uint32_t kSegmentsPerTurn = 256;
constexpr const char* kClosed = "The stream is no longer followed: follow it again.";

}  // namespace

struct Document::Followed {
  Followed(Capture& c, FollowLayer l, uint32_t n) : stream(c, l, n, true) {}
  FollowStream stream;
  std::atomic<bool> closed{false};
  FollowView view;
  std::unique_ptr<FollowLayout> layout;  // of `view`, once asked for
  bool laid_out = false;
};

std::shared_ptr<Document::Followed> Document::followed(uint32_t id, std::string* error) {
  auto i = followed_.find(id);
  if (i != followed_.end()) return i->second;
  *error = kClosed;
  return nullptr;
}

std::string Document::follow_offers(uint32_t frame) {
  Turn turn(*this);
  Text out;
  JsonWriter j(out);
  j.open_array();
  if (frame && frame <= capture_->scanned()) {
    FollowTap tap;
    ctx_->tap = &tap;
    capture_->dissect(*ctx_, frame, {});
    ctx_->tap = nullptr;
    // the innermost flow: of an overlay's packet what it carries
    const FollowPiece* last = nullptr;
    for (const FollowPiece& p : tap.pieces)
      if (p.layer == FollowLayer::Tcp || p.layer == FollowLayer::Udp) last = &p;
    const auto offer = [&](FollowLayer l) {
      j.open_object().key("layer").string(follow_layer_name(l)).key("stream").number(last->flow->stream).close_object();
    };
    if (last) offer(last->layer);
    for (const char* name : {"tls", "http"})
      for (const Protocol* p : ctx_->layers)
        if (FollowLayer l; last && last->layer == FollowLayer::Tcp && p->filter == std::string_view(name) && follow_layer(name, &l)) {
          offer(l);
          break;
        }
  }
  j.close_array();
  return out.take();
}

namespace {

void json_info(const FollowStream& s, uint32_t id, Text& out) {
  JsonWriter j(out);
  Text nodes[2];
  for (int n = 0; n < 2; n++) print_follow_node(s.flow(), n, nodes[n]);
  j.open_object().key("id").number(id).key("layer").string(follow_layer_name(s.layer())).key("stream").number(s.number());
  j.key("filter").string(follow_filter(s.layer(), s.number())).key("packets").number(s.packets());
  j.key("nodes").open_array();
  for (int n = 0; n < 2; n++) {
    j.open_object().key("address").string(nodes[n].view()).key("bytes").number(static_cast<int64_t>(s.bytes(n))).close_object();
  }
  j.close_array().key("truncated").boolean(s.truncated()).close_object();
}

}  // namespace

std::string Document::follow(const std::string& layer, uint32_t stream, std::string* error) {
  FollowLayer l;
  if (!follow_layer(layer, &l)) return *error = "Only tcp, udp, http and tls can be followed.", "";
  std::shared_ptr<Followed> f;
  {
    Turn turn(*this);
    f = std::make_shared<Followed>(*capture_, l, stream);
  }
  if (!f->stream.found()) return *error = "There is no " + layer + " stream " + std::to_string(stream) + " in this capture (yet).", "";
  // what lies above the transport is known once the second half of indexing has passed the stream
  const auto waits = [&] {
    Turn turn(*this);
    return (l == FollowLayer::Http || l == FollowLayer::Tls) && !stop_ && std::string_view(state_) == "indexing" &&
           capture_->applied() < f->stream.flow()->last_frame;
  };
  while (waits()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  for (bool more = true; more;) {
    Turn turn(*this);
    if (stop_ && std::string_view(state_) != "cancelled") return *error = "The capture is closed.", "";
    more = f->stream.step(kPacketsPerTurn);
  }
  Turn turn(*this);
  uint32_t id = next_followed_++;
  followed_[id] = f;
  Text out;
  json_info(f->stream, id, out);
  return out.take();
}

namespace {

bool same(const FollowView& a, const FollowView& b) { return a.kind == b.kind && a.width == b.width && a.side == b.side; }

}  // namespace

// Lays the stream out as asked; each turn is short. False: closed meanwhile.
bool Document::lay_out(Followed& f, const FollowView& view) {
  for (bool more = true; more;) {
    Turn turn(*this);
    if (f.closed) return false;
    if (!f.layout || !same(f.view, view)) {
      f.view = view;
      f.layout = std::make_unique<FollowLayout>(f.stream, view);
      f.laid_out = false;
    }
    if (f.laid_out) return true;
    more = f.layout->step(kSegmentsPerTurn);
    f.laid_out = !more;
  }
  return true;
}

std::shared_ptr<Document::Followed> Document::laid_out(uint32_t id, const FollowView& view, std::string* error) {
  std::shared_ptr<Followed> f;
  {
    Turn turn(*this);
    f = followed(id, error);
  }
  if (f && !lay_out(*f, view)) return *error = kClosed, nullptr;
  return f;
}

void Document::follow_rows(uint32_t id, const FollowView& view, uint64_t from, uint32_t count, FollowPage* out,
                           std::string* error) {
  auto f = laid_out(id, view, error);
  if (!f) return;
  Turn turn(*this);
  if (!f->layout || !same(f->view, view)) return void(*error = "Another view of the stream was asked for meanwhile.");
  std::vector<FollowRow> rows;
  f->layout->page(from, std::min(count, kMaxFollowRows), &rows, &out->bytes);
  Text t;
  JsonWriter j(t);
  j.open_object().key("from").number(static_cast<int64_t>(from)).key("total").number(static_cast<int64_t>(f->layout->rows()));
  j.key("rows").open_array();
  for (const FollowRow& r : rows) {
    j.open_object().key("offset").number(static_cast<int64_t>(r.offset)).key("frame").number(r.frame).key("length").number(r.len);
    j.key("node").number(r.direction);
    if (r.missing) j.key("missing").boolean(true);
    if (r.first) {
      FrameMeta m = capture_->meta(r.frame);
      Text time;
      if (m.has_ts) time.seconds(m.ts_ns - m.first_ts, m.ts_digits);
      j.key("time").string(time.view());
    }
    j.close_object();
  }
  j.close_array().close_object();
  out->json = t.take();
}

int64_t Document::follow_row_of(uint32_t id, const FollowView& view, uint64_t offset, std::string* error) {
  auto f = laid_out(id, view, error);
  if (!f) return -1;
  Turn turn(*this);
  return f->layout && same(f->view, view) ? static_cast<int64_t>(f->layout->row_of(offset)) : 0;
}

int64_t Document::follow_find(uint32_t id, const std::string& what, bool any_case, int side, uint64_t from,
                              std::string* error) {
  std::shared_ptr<Followed> f;
  std::unique_ptr<FollowSearch> search;
  {
    Turn turn(*this);
    f = followed(id, error);
    if (!f) return -1;
    search = std::make_unique<FollowSearch>(f->stream, what, any_case, side, from);
  }
  for (;;) {
    Turn turn(*this);
    if (f->closed) return -1;
    if (search->step(kSegmentsPerTurn)) return search->at();
  }
}

void Document::follow_save(uint32_t id, int side, int fd, std::string* error) {
  std::shared_ptr<Followed> f;
  {
    Turn turn(*this);
    f = followed(id, error);
  }
  if (!f) return;
  pcap::FdSink sink(fd);
  const auto& all = f->stream.segments();
  std::string bytes;
  for (size_t next = 0; next < all.size();) {
    Turn turn(*this);
    if (f->closed) return void(*error = kClosed);
    for (uint32_t n = 0; n < kSegmentsPerTurn && next < all.size(); n++, next++) {
      if (side >= 0 && all[next].direction != side) continue;
      bytes.clear();
      f->stream.read(all[next], 0, all[next].len, bytes);
      if (!sink.Write({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()})) break;
    }
    if (!sink.problem().empty() || sink.reader_gone()) break;
  }
  if (!sink.Flush()) *error = "The stream could not be written: " + sink.problem() + ".";
}

void Document::follow_close(uint32_t id) {
  Turn turn(*this);
  auto i = followed_.find(id);
  if (i == followed_.end()) return;
  i->second->closed = true;
  followed_.erase(i);
}

}  // namespace strato
