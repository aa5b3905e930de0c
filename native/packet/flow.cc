#include "packet/flow.h"

#include <cstring>

namespace strato {

// Canonical (lower endpoint first), so that both directions meet in one entry.
struct FlowTable::Key {
  uint8_t lo[16], hi[16];
  uint16_t lo_port, hi_port;
  uint8_t kind, type, pad[2];

  Key(FlowKind k, const Address& s, uint16_t sp, const Address& d, uint16_t dp) {
    int c = memcmp(s.data, d.data, 16);
    bool swap = c > 0 || (c == 0 && sp > dp);
    memcpy(lo, swap ? d.data : s.data, 16);
    memcpy(hi, swap ? s.data : d.data, 16);
    lo_port = swap ? dp : sp;
    hi_port = swap ? sp : dp;
    kind = static_cast<uint8_t>(k);
    type = static_cast<uint8_t>(static_cast<uint8_t>(s.type) * 16 + static_cast<uint8_t>(d.type));
    pad[0] = pad[1] = 0;
  }
  Key() = default;
  uint64_t hash() const {
    uint64_t w[5], h = 0x9e3779b97f4a7c15ull;
    static_assert(sizeof(Key) == 40);
    memcpy(w, this, 40);
    for (uint64_t x : w) {
      h = (h ^ x) * 0xff51afd7ed558ccdull;
      h ^= h >> 32;
    }
    return h;
  }
};

struct FlowTable::Slot {
  Key key;
  uint32_t id = Flow::kNone;
};

FlowTable::FlowTable() : slots_(256) {}
FlowTable::~FlowTable() = default;

uint32_t* FlowTable::lookup(const Key& k, bool make) {
  size_t mask = slots_.size() - 1;
  for (size_t i = k.hash() & mask;; i = (i + 1) & mask) {
    Slot& s = slots_[i];
    if (s.id == Flow::kNone) {
      if (!make) return nullptr;
      s.key = k;
      return &s.id;
    }
    if (memcmp(&s.key, &k, sizeof k) == 0) return &s.id;
  }
}

void FlowTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& s : old)
    if (s.id != Flow::kNone) *lookup(s.key, true) = s.id;
}

Flow* FlowTable::find(FlowKind kind, const Address& s, uint16_t sp, const Address& d, uint16_t dp) {
  uint32_t* id = lookup(Key(kind, s, sp, d, dp), false);
  return id ? flows_[*id].get() : nullptr;
}

Flow& FlowTable::add(FlowKind kind, const Address& s, uint16_t sp, const Address& d, uint16_t dp, uint32_t frame) {
  if (used_ * 2 >= slots_.size()) grow();
  uint32_t* id = lookup(Key(kind, s, sp, d, dp), true);
  auto f = std::make_unique<Flow>();
  f->id = size();
  f->stream = streams_[static_cast<int>(kind)]++;
  f->kind = kind;
  f->a = s;
  f->b = d;
  f->a_port = sp;
  f->b_port = dp;
  f->first_frame = f->last_frame = frame;
  f->older = *id;
  if (*id == Flow::kNone) used_++;
  *id = f->id;
  flows_.push_back(std::move(f));
  return *flows_.back();
}

Flow* FlowTable::by_stream(FlowKind k, uint32_t stream) const {
  for (const auto& f : flows_)
    if (f->kind == k && f->stream == stream) return f.get();
  return nullptr;
}

}  // namespace strato
