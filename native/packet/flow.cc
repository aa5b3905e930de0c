#include "packet/flow.h"

#include <cstring>

namespace strato {

namespace {

uint64_t mix(uint64_t h) {
  h *= 0xff51afd7ed558ccdull;
  return h ^ h >> 32;
}

uint64_t hash_of(const Address& a, uint16_t port) {
  uint64_t w[2];
  static_assert(sizeof a.data == sizeof w);
  memcpy(w, a.data, sizeof w);
  return mix(mix(w[0] ^ 0x9e3779b97f4a7c15ull) ^ w[1] ^ uint64_t{port} << 40);
}

// The same for both directions.
uint64_t hash_of(FlowKind kind, const Address& s, uint16_t sp, const Address& d, uint16_t dp) {
  return mix(hash_of(s, sp) + hash_of(d, dp) + static_cast<uint64_t>(kind));
}

bool joins(const Flow& f, FlowKind kind, const Address& s, uint16_t sp, const Address& d, uint16_t dp) {
  if (f.kind != kind) return false;
  return (f.a_port == sp && f.b_port == dp && f.a == s && f.b == d) ||
         (f.a_port == dp && f.b_port == sp && f.a == d && f.b == s);
}

}  // namespace

FlowTable::FlowTable() : slots_(256) {}
FlowTable::~FlowTable() = default;

// The slot of these endpoints: an empty one where they have none.
FlowTable::Slot& FlowTable::lookup(FlowKind kind, const Address& s, uint16_t sp, const Address& d, uint16_t dp,
                                   uint64_t hash) {
  const size_t mask = slots_.size() - 1;
  const auto tag = static_cast<uint32_t>(hash >> 32);
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.id == Flow::kNone || (slot.tag == tag && joins(*flows_[slot.id], kind, s, sp, d, dp))) return slot;
  }
}

void FlowTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& s : old) {
    if (s.id == Flow::kNone) continue;
    const Flow& f = *flows_[s.id];
    lookup(f.kind, f.a, f.a_port, f.b, f.b_port, hash_of(f.kind, f.a, f.a_port, f.b, f.b_port)) = s;
  }
}

Flow* FlowTable::find(FlowKind kind, const Address& s, uint16_t sp, const Address& d, uint16_t dp) {
  const Slot& slot = lookup(kind, s, sp, d, dp, hash_of(kind, s, sp, d, dp));
  return slot.id == Flow::kNone ? nullptr : flows_[slot.id].get();
}

Flow& FlowTable::add(FlowKind kind, const Address& s, uint16_t sp, const Address& d, uint16_t dp, uint32_t frame) {
  if (used_ * 2 >= slots_.size()) grow();
  const uint64_t hash = hash_of(kind, s, sp, d, dp);
  Slot& slot = lookup(kind, s, sp, d, dp, hash);
  auto f = std::make_unique<Flow>();
  f->id = size();
  f->stream = streams_[static_cast<int>(kind)]++;
  f->kind = kind;
  f->a = s;
  f->b = d;
  f->a_port = sp;
  f->b_port = dp;
  f->first_frame = f->last_frame = frame;
  f->older = slot.id;
  if (slot.id == Flow::kNone) used_++;
  slot = {static_cast<uint32_t>(hash >> 32), f->id};
  flows_.push_back(std::move(f));
  return *flows_.back();
}

Flow* FlowTable::by_stream(FlowKind k, uint32_t stream) const {
  for (const auto& f : flows_)
    if (f->kind == k && f->stream == stream) return f.get();
  return nullptr;
}

}  // namespace strato
