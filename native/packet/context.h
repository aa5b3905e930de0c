// Everything a dissector has at hand while one packet is dissected.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "packet/address.h"
#include "packet/follow_tap.h"
#include "packet/registry.h"
#include "packet/session.h"
#include "packet/tree.h"

namespace strato {

/// The Protocol and Info columns while they are made. A fence protects what stands before it from clear() and set().
class Columns {
 public:
  bool on = false;  // nobody wants columns: skip the formatting (calls do nothing)

  void protocol(std::string_view s) {
    if (!on || !writable_ || protocol_locked_) return;
    protocol_.resize(protocol_fence_);
    protocol_ << s;
  }
  /// true: protocol() does nothing for a while (what follows in this packet must not rename it). Returns the old state.
  bool lock_protocol(bool locked) {
    bool old = protocol_locked_;
    protocol_locked_ = locked;
    return old;
  }
  void append_protocol(std::string_view s) {
    if (on && writable_ && !protocol_locked_) protocol_ << s;
  }
  void fence_protocol() { protocol_fence_ = protocol_.size(); }
  /// Clears Info up to the fence.
  void clear_info() {
    if (on && writable_) info_.resize(info_fence_);
  }
  void info(std::string_view s) {
    clear_info();
    add_info(s);
  }
  void add_info(std::string_view s) {
    if (on && writable_) info_ << s;
  }
  /// Appends with `sep` before it when there is any text yet (also before the fence).
  void add_info_sep(std::string_view sep, std::string_view s) {
    if (!on || !writable_) return;
    if (!info_.empty()) info_ << sep;
    info_ << s;
  }
  __attribute__((format(printf, 2, 3))) void fmt_info(const char* f, ...);
  /// Inserts in front (after the fence).
  void prepend_info(std::string_view s) {
    if (on && writable_) info_.insert(info_fence_, s);
  }
  /// Inserts at the very front, before the fence, and keeps the fence behind what it protected.
  void prepend_info_fenced(std::string_view s) {
    if (!on || !writable_) return;
    info_.insert(0, s);
    info_fence_ += s.size();
  }
  void fence_info() { info_fence_ = info_.size(); }
  /// The Info text itself, to append with <<; only to be used when writable().
  Text& info_text() { return info_; }
  bool writable() const { return on && writable_; }
  /// false: embedded packets (ICMP errors) must not touch the columns. Returns the old state.
  bool set_writable(bool w) {
    bool old = writable_;
    writable_ = w;
    return old;
  }
  /// What stands behind the fence.
  std::string_view info_tail() const { return info_.view().substr(info_fence_); }
  std::string_view protocol_view() const { return protocol_.view(); }
  std::string_view info_view() const { return info_.view(); }
  void reset(bool enable) {
    on = enable;
    writable_ = true;
    protocol_locked_ = false;
    protocol_.clear();
    info_.clear();
    protocol_fence_ = info_fence_ = 0;
  }

 private:
  Text protocol_, info_;
  size_t protocol_fence_ = 0, info_fence_ = 0;
  bool writable_ = true, protocol_locked_ = false;
};

enum class PortKind : uint8_t { None, Tcp, Udp, Sctp, Other };

/// What a dissection is for.
enum class Pass : uint8_t {
  Look,         // state is there: read it
  First,        // state of all layers is written
  Transport,    // state up to TCP and UDP is written, what they carry is left for
  Application,  // which writes the state of what TCP and UDP carry, and reads that below
};

class Ctx {
 public:
  Ctx(Session& s, const Registry& r) : session(s), reg(r) {}

  Session& session;
  const Registry& reg;
  FrameMeta frame;
  /// First visit of this frame: state may and must be written. The same call may have a tree and columns (one-pass
  /// output): whatever is shown must come out the same as in a later pass over the state as it is now.
  bool first_pass = false;
  Pass pass = Pass::Look;
  /// Nothing asked for lies above TCP and UDP: what they carry need not be looked at. Holds until it is set again.
  bool shallow = false;
  /// Set where TCP or UDP carry something that Pass::Application has to see.
  bool carries = false;
  /// Protocols of known place that took something, also where they leave no layer behind.
  ProtocolMask met = 0;
  /// Set where a read went past the end of what there is.
  bool damaged = false;
  /// Flags of the only TCP header; kNoFlags: there is none, kManyFlags: there are several.
  uint16_t tcp_flags = kNoFlags;
  static constexpr uint16_t kNoFlags = 0xffff, kManyFlags = 0xfffe;

  Tree tree;
  bool has_tree = false;
  Columns col;
  Arena arena;                  // lives as long as this dissection
  std::vector<Source> sources;  // [0] the frame

  // Addresses: of the link layer, of the (innermost so far) network layer, and what the columns show.
  Address dl_src, dl_dst, net_src, net_dst, src, dst;
  uint16_t sport = 0, dport = 0;
  PortKind ports = PortKind::None;
  Flow* flow = nullptr;         // innermost flow of this packet so far

  FollowTap* tap = nullptr;     // who follows a stream
  /// Bytes of the innermost flow, above its transport, for whoever follows it.
  void follow(FollowLayer layer, const Buf& bytes) {
    if (!tap || in_error || !flow || bytes.captured() == 0) return;
    tap->pieces.push_back({layer, static_cast<uint8_t>(flow->direction(net_src, sport)), flow, bytes});
  }

  bool fragmented = false;      // what is dissected is a fragment that was not (yet) reassembled
  bool in_error = false;        // inside the packet quoted by an ICMP error
  uint16_t inner_streams = 0;   // pieces of streams inside of streams (TLS) met so far in this frame: tells them apart

  // TCP's offer to the protocols above (see flow/ and protocols/tcp.cc): where can_desegment is > 0 a dissector may
  // set desegment_offset (where the unfinished PDU starts) and desegment_len (bytes missing, or kOneMoreSegment /
  // kUntilFin) and return what it consumed.
  uint16_t can_desegment = 0;
  uint32_t desegment_offset = 0;
  uint32_t desegment_len = 0;
  uint32_t desegment_at_least = 0;  // with kOneMoreSegment: trying again with fewer new bytes is in vain
  static constexpr uint32_t kOneMoreSegment = 0x0fffffffu;
  static constexpr uint32_t kUntilFin = 0x0ffffffeu;

  /// Length of the payload a network layer found in its own header (IP total length …), for the link layer below to
  /// tell padding; 0xffffffff: it did not say.
  uint32_t payload_used = 0xffffffffu;

  /// Data a parent passes to the child it is about to call; its type is between the two files (nullptr otherwise).
  const void* data = nullptr;

  /// Root of the tree, as an item.
  Item root() { return has_tree ? Item(this, kNoNode) : Item(); }

  /// Calls p on b: adds it to the layers, sets current; when p says "not mine" (0) all is as before and 0 comes back.
  /// Depth is limited (kMaxDepth: hostile nesting); deeper is shown as data.
  uint32_t call(const Protocol& p, Buf b, Item parent);
  /// call(), with data() when p refuses.
  void call_or_data(const Protocol* p, Buf b, Item parent);
  /// Tries heuristics in order; true when one took it. With `took` the protocol that did.
  bool try_heuristics(const std::vector<Heuristic>& list, Buf b, Item parent, const Protocol** took = nullptr);
  /// Shows bytes as "Data (n bytes)".
  void show_data(Buf b, Item parent);
  /// Runs f; a read past the end becomes the malformed/short node and Info text, and false.
  template <class F>
  bool guard(F&& f, Item parent, const Protocol* p = nullptr) {
    const Protocol* saved = current;
    try {
      f();
      return true;
    } catch (const ReadError&) {
      report_current_error(parent, p);
      current = saved;
      return false;
    }
  }

  /// Layers so far, outermost first (frame.protocols).
  std::vector<const Protocol*> layers;
  const Protocol* current = nullptr;
  /// How many layers of p there are so far minus one: the `nth` of its packet record.
  uint16_t nth(const Protocol& p) const {
    uint16_t n = 0;
    for (const Protocol* l : layers) n += l == &p;
    return n ? static_cast<uint16_t>(n - 1) : 0;
  }

  /// Per-packet record of p in this frame: put() makes it (first pass only), get() is nullptr where there is none.
  template <class T>
  T* put(const Protocol& p, uint16_t n) { return session.packets.put<T>(frame.number, p.key, n); }
  template <class T>
  const T* get(const Protocol& p, uint16_t n) const { return session.packets.find<T>(frame.number, p.key, n); }

  /// Adds a byte view (reassembled, decompressed, decrypted) shown as `name`; the bytes are copied.
  Buf add_source(const char* name, std::string_view bytes);
  /// Copy that lives as long as this dissection.
  std::string_view keep(std::string_view s) { return arena.copy(s); }
  const char* keep_z(std::string_view s);
  __attribute__((format(printf, 2, 3))) std::string_view fmt(const char* f, ...);

  /// Starts frame `m` afresh for Registry::straight.
  void begin_straight(const FrameMeta& m);
  /// Starts frame `m` afresh.
  void begin(const FrameMeta& m, Buf bytes, Pass pass, bool want_tree, bool want_columns, const FieldSet* wanted);

  static constexpr int kMaxDepth = 64;

 private:
  void note_met(const Protocol& p);
  void report_current_error(Item parent, const Protocol* p);
  int depth_ = 0;
};

/// The step from TCP or UDP to what they carry. Where entered() is false that is not for this pass; while it lives
/// first_pass is that of the layers above.
class Above {
 public:
  explicit Above(Ctx& c) : c_(c), first_(c.first_pass) {
    entered_ = c.pass != Pass::Transport && !c.shallow;
    if (c.pass == Pass::Transport) c.carries = true;
    if (c.pass == Pass::Application) c.first_pass = true;
  }
  Above(const Above&) = delete;
  ~Above() { c_.first_pass = first_; }
  bool entered() const { return entered_; }

 private:
  Ctx& c_;
  bool first_, entered_;
};

/// Dissects one frame: frame, link layer and everything inside. bytes is the frame.
void dissect_frame(Ctx& c, const FrameMeta& m, Buf bytes, Pass pass, bool want_tree, bool want_columns,
                   const FieldSet* wanted);

}  // namespace strato
