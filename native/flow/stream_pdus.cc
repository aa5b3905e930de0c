#include "flow/stream_pdus.h"

#include <algorithm>

namespace strato {
namespace {

bool before(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) < 0; }

std::vector<const StreamPart*> in_order(const StreamPdu& p) {
  std::vector<const StreamPart*> v;
  v.reserve(p.parts.size());
  for (const StreamPart& s : p.parts) v.push_back(&s);
  std::stable_sort(v.begin(), v.end(),
                   [&](const StreamPart* a, const StreamPart* b) { return a->seq - p.seq < b->seq - p.seq; });
  return v;
}

}  // namespace

uint32_t StreamPdus::at_or_before(uint32_t seq) const {
  uint32_t n = static_cast<uint32_t>(pdus_.size());
  for (uint32_t i = n, seen = 0; i-- > 0 && seen < kLookBack; seen++)
    if (!before(seq, pdus_[i].seq)) return i;
  return kNone;
}

bool complete(const StreamPdu& p) {
  // mostly the parts came in order: then one look is enough
  uint32_t at = p.seq;
  bool ordered = true;
  for (const StreamPart& s : p.parts) {
    if (before(at, s.seq)) {
      ordered = false;
      break;
    }
    if (before(at, s.seq + s.len)) at = s.seq + s.len;
  }
  if (!ordered) {
    at = p.seq;
    for (const StreamPart* s : in_order(p)) {
      if (before(at, s->seq)) return false;
      if (before(at, s->seq + s->len)) at = s->seq + s->len;
    }
  }
  return !before(at, p.end);
}

void assemble(const StreamPdu& p, const Session& s, std::string& out) {
  uint32_t total = p.end - p.seq;
  out.reserve(std::min<uint32_t>(total, 16u << 20));
  std::string piece;
  for (const StreamPart* part : in_order(p)) {
    uint32_t off = part->seq - p.seq;
    if (off > out.size()) return;
    uint32_t have = static_cast<uint32_t>(out.size());
    if (off + part->len <= have) continue;
    piece.clear();
    s.fetch(part->piece(), piece);
    uint32_t skip = have - off;
    if (piece.size() > skip) out.append(piece, skip, std::min<size_t>(piece.size() - skip, total - have));
    if (out.size() >= total) return;
  }
}

}  // namespace strato
