// The dissection tree: flat nodes in the order they were added, linked by index. Adding to a tree that is not
// wanted costs a branch. With a set of wanted fields only these are kept (their parents are then the nearest kept).
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "packet/field.h"

namespace strato {

struct Value {
  union {
    uint64_t u;  // unsigned, boolean, char, frame number, IPv4 (host order)
    int64_t i;   // signed; absolute and relative times in ns
    double d;
    struct { const char* p; uint32_t n; } s;  // strings, bytes, ether, IPv6 …; lives as long as the dissection;
                                              // of a protocol: its bytes with what it carries
  };
  Value() : s{nullptr, 0} {}
  static Value of_u(uint64_t v) { Value x; x.u = v; return x; }
  static Value of_i(int64_t v) { Value x; x.i = v; return x; }
  static Value of_d(double v) { Value x; x.d = v; return x; }
  static Value of_s(std::string_view v) { Value x; x.s = {v.data(), static_cast<uint32_t>(v.size())}; return x; }
  std::string_view text() const { return {s.p, s.n}; }
};

constexpr uint32_t kNoNode = 0xffffffffu;

struct Node {
  /// kWhole: a protocol whose node was cut to its header; as a filter's value it keeps all it was (tcp[20:4]).
  enum Flag : uint16_t { kGenerated = 1, kHidden = 2, kLabel = 4, kUrl = 8, kWhole = 16 };
  const FieldDef* field;  // nullptr: text only
  Value value;
  const char* label;      // with kLabel: replaces the label made from field and value
  uint32_t label_len;
  uint32_t parent, first_child, last_child, next;  // node indices, kNoNode = none
  uint32_t off, len;      // in the byte view `source`
  uint16_t source, flags;
  uint16_t layer;         // ordinal of the layer among those of its protocol, from 1 (for `#`)
  uint16_t depth_unused;
  uint32_t severity;      // highest Severity of this node or below, 0 none
};

/// Bytes a node may point into: the frame first, then what was reassembled, decompressed or decrypted.
struct Source {
  const char* name;
  const uint8_t* p;
  uint32_t n;
};

/// A set of field ids.
class FieldSet {
 public:
  void add(const FieldDef& f) {
    if (bits_.size() <= f.id >> 6) bits_.resize((f.id >> 6) + 1);
    bits_[f.id >> 6] |= 1ull << (f.id & 63);
  }
  bool has(const FieldDef& f) const { return f.id >> 6 < bits_.size() && (bits_[f.id >> 6] >> (f.id & 63) & 1); }

 private:
  std::vector<uint64_t> bits_;
};

class Tree {
 public:
  /// wanted: fields to keep, nullptr = all.
  void reset(const FieldSet* wanted) {
    nodes_.clear();
    wanted_ = wanted;
    first_root_ = last_root_ = kNoNode;
  }
  bool wants(const FieldDef& f) const { return !wanted_ || wanted_->has(f); }
  bool full() const { return !wanted_; }
  /// Appends; parent kNoNode = a root. At most kMaxNodes (hostile input repeats cheaply): then kNoNode.
  uint32_t append(uint32_t parent, const FieldDef* f, Value v, const Buf& b, uint32_t off, uint32_t len);
  Node& at(uint32_t i) { return nodes_[i]; }
  const Node& at(uint32_t i) const { return nodes_[i]; }
  size_t size() const { return nodes_.size(); }
  uint32_t first_root() const { return first_root_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// Takes node i (and what is below) out of its place and appends it under `parent`.
  void move(uint32_t i, uint32_t parent);
  /// Takes node i (the last of its siblings) to the place right behind its sibling `prev`.
  void move_behind(uint32_t i, uint32_t prev);

  static constexpr size_t kMaxNodes = 1u << 20;

 private:
  std::vector<Node> nodes_;
  const FieldSet* wanted_ = nullptr;
  uint32_t first_root_ = kNoNode, last_root_ = kNoNode;
};

/// A place in the tree to add to. Cheap to copy; does nothing when there is no tree. Values read from the buffer are
/// bounds-checked even then, so that a dissector behaves the same with and without a tree.
class Item {
 public:
  Item() = default;
  Item(Ctx* c, uint32_t node) : c_(c), i_(node) {}

  /// Reads by the field's type, big-endian (le: little-endian): integers of `len` bytes (mask applied), strings,
  /// bytes, addresses; FT_NONE and FT_PROTOCOL just mark the bytes. len must fit.
  Item add(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len) const {
    if (c_) return read_and_put(f, b, off, len);
    // FT_NONE and FT_PROTOCOL only mark bytes; the others must be readable even where nobody looks
    if (f.type > FT::Protocol) b.need(off, len);
    return *this;
  }
  Item le(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len) const;
  /// Explicit values; off/len mark bytes of b (they may lie outside: clipped).
  Item u(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len, uint64_t v) const {
    return c_ ? put(f, Value::of_u(v), b, off, len) : *this;
  }
  Item i(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len, int64_t v) const {
    return c_ ? put(f, Value::of_i(v), b, off, len) : *this;
  }
  Item d(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len, double v) const {
    return c_ ? put(f, Value::of_d(v), b, off, len) : *this;
  }
  /// The text is kept as given: it must live as long as the dissection (packet bytes do; Ctx::keep copies others).
  Item s(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len, std::string_view v) const {
    return c_ ? put(f, Value::of_s(v), b, off, len) : *this;
  }
  /// A node with text only.
  __attribute__((format(printf, 5, 6))) Item text(const Buf& b, uint32_t off, uint32_t len, const char* f, ...) const;
  /// A protocol's own node (layer ordinal counted).
  Item proto(const Protocol& p, const Buf& b, uint32_t off, uint32_t len) const { return add(*p.self, b, off, len); }

  Item& gen();     // generated: shown in brackets
  Item& hide();    // only found by filters
  Item& set_len(uint32_t len);
  /// Replaces the label.
  __attribute__((format(printf, 2, 3))) Item& label(const char* f, ...);
  Item& label_text(std::string_view s);
  /// Appends to the label.
  __attribute__((format(printf, 2, 3))) Item& append(const char* f, ...);
  Item& append_text(std::string_view s);
  /// Expert information below this item; text nullptr = the definition's.
  Item expert(const ExpertDef& e, std::string_view text = {}) const;

  /// True when work for labels and such is worth while: there is a tree and this node is in it.
  explicit operator bool() const { return c_ && !ghost_; }
  /// True when there is a tree at all (children may be wanted even if this node was not).
  bool live() const { return c_ != nullptr; }
  uint32_t node() const { return i_; }
  Ctx* ctx() const { return c_; }

 private:
  Item read_and_put(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len) const;
  Item put(const FieldDef& f, Value v, const Buf& b, uint32_t off, uint32_t len) const;
  Item ghost() const {
    Item g = *this;
    g.ghost_ = true;
    return g;
  }

  Ctx* c_ = nullptr;
  uint32_t i_ = kNoNode;
  bool ghost_ = false;  // not kept itself: children go to the nearest kept parent
};

}  // namespace strato
