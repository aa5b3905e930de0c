#include "flow/reassembly.h"

#include <algorithm>

namespace strato {
namespace {

struct Rec {
  uint32_t set;  // index + 1
};

// True when the pieces cover [0, total) without a gap.
bool complete(const FragmentSet& s) {
  if (!s.total_known) return false;
  uint32_t have = 0;
  for (const Fragment& f : s.pieces) {
    if (f.offset > have) return false;
    have = std::max(have, f.offset + f.piece.len);
  }
  return have >= s.total;
}

struct Overlap {
  bool any = false, conflict = false, too_long = false;
};

// How piece i relates to what the ones before it already gave.
Overlap overlap_of(const Session& s, const FragmentSet& set, size_t i, const std::string& whole, uint32_t before) {
  const Fragment& f = set.pieces[i];
  Overlap o;
  o.too_long = f.offset + f.piece.len > set.total;
  if (f.offset >= before) return o;
  o.any = true;
  std::string bytes;
  s.fetch(f.piece, bytes);
  size_t n = std::min<size_t>(std::min<size_t>(before - f.offset, bytes.size()),
                              whole.size() > f.offset ? whole.size() - f.offset : 0);
  o.conflict = memcmp(bytes.data(), whole.data() + f.offset, n) != 0;
  return o;
}

void show_list(Ctx& c, const FragmentFields& f, Item at, const FragmentSet& set, const Buf& whole,
               std::string_view bytes) {
  Item list = at.s(f.fragments, whole, 0, whole.size(), bytes).gen();
  if (!list.live()) return;
  if (list) {
    Text t;
    t << static_cast<uint32_t>(set.pieces.size()) << ' ' << f.noun << " Fragment"
      << (set.pieces.size() == 1 ? "" : "s") << " (" << whole.size() << " byte" << (whole.size() == 1 ? "" : "s")
      << "): ";
    for (size_t i = 0; i < set.pieces.size(); i++)
      t << (i ? ", " : "") << '#' << set.pieces[i].frame << '(' << set.pieces[i].piece.len << ')';
    list.label_text(t.view());
  }
  std::string text(bytes);
  Overlap all;
  uint32_t before = 0;
  for (size_t i = 0; i < set.pieces.size(); i++) {
    const Fragment& p = set.pieces[i];
    Item it = list.u(f.fragment, whole, p.offset, p.piece.len, p.frame).gen();
    if (it)
      it.label("Frame: %u, payload: %u-%u (%u byte%s)", p.frame, p.offset, p.offset + p.piece.len - 1, p.piece.len,
               p.piece.len == 1 ? "" : "s");
    Overlap o = overlap_of(c.session, set, i, text, before);
    if (o.any) it.u(f.overlap, whole, p.offset, p.piece.len, 1).gen();
    if (o.conflict) it.u(f.conflict, whole, p.offset, p.piece.len, 1).gen();
    if (o.too_long) it.u(f.too_long, whole, p.offset, p.piece.len, 1).gen();
    all.any |= o.any;
    all.conflict |= o.conflict;
    all.too_long |= o.too_long;
    before = std::max(before, p.offset + p.piece.len);
  }
  list.u(f.count, whole, 0, 0, set.pieces.size()).gen();
  if (all.any) list.u(f.overlap, whole, 0, 0, 1).gen();
  if (all.conflict) list.u(f.conflict, whole, 0, 0, 1).gen();
  if (set.multiple_tails) list.u(f.multiple_tails, whole, 0, 0, 1).gen();
  if (all.too_long) list.u(f.too_long, whole, 0, 0, 1).gen();
  list.u(f.length, whole, 0, 0, whole.size()).gen();
  list.s(f.data, whole, 0, whole.size(), bytes).gen();
}

}  // namespace

size_t Reassembler::Hash::operator()(const FragmentKey& k) const {
  uint64_t w[5], h = 0x9e3779b97f4a7c15ull;
  static_assert(sizeof k == 40);
  memcpy(w, &k, 40);
  for (uint64_t x : w) h = (h ^ x) * 0xff51afd7ed558ccdull, h ^= h >> 32;
  return h;
}

uint32_t Reassembler::add(Ctx& c, const FragmentKey& k, const Buf& payload, uint32_t offset, bool more, uint16_t nth) {
  if (offset + payload.size() > kMaxLength) return kNone;
  auto [at, fresh] = open_.try_emplace(k, static_cast<uint32_t>(sets_.size()));
  if (fresh) sets_.emplace_back();
  uint32_t index = at->second;
  FragmentSet& s = sets_[index];
  if (s.pieces.size() >= kMaxPieces) return kNone;
  Piece piece = c.session.keep(c.frame.number, payload, 0, payload.size());
  if (piece.len != payload.size()) return kNone;  // the session keeps no more copies
  auto place = std::upper_bound(s.pieces.begin(), s.pieces.end(), offset,
                                [](uint32_t o, const Fragment& f) { return o < f.offset; });
  s.pieces.insert(place, {c.frame.number, offset, piece});
  if (!more) {
    if (s.total_known && s.total != offset + payload.size()) s.multiple_tails = true;
    else s.total = offset + payload.size();
    s.total_known = true;
  }
  if (complete(s)) {
    s.done_in = c.frame.number;
    s.done_nth = nth;
    open_.erase(k);
  }
  return index;
}

void join_fragments(const Session& s, const FragmentSet& set, std::string& out) {
  out.clear();
  out.reserve(set.total);
  std::string bytes;
  for (const Fragment& f : set.pieces) {
    if (f.offset + f.piece.len <= out.size() || f.offset > out.size()) continue;
    bytes.clear();
    s.fetch(f.piece, bytes);
    size_t skip = out.size() - f.offset;
    if (skip < bytes.size()) out.append(bytes, skip);
  }
  if (out.size() > set.total) out.resize(set.total);
}

bool reassemble(Ctx& c, const Protocol& p, const FragmentFields& f, Item at, const FragmentKey& k, const Buf& payload,
                uint32_t offset, bool more, Buf& whole, uint32_t& reassembled_in) {
  reassembled_in = 0;
  uint16_t nth = c.nth(p);
  auto& all = c.session.state<Reassembler>(p);
  if (c.first_pass) {
    uint32_t i = all.add(c, k, payload, offset, more, nth);
    if (i != Reassembler::kNone) c.put<Rec>(p, nth)->set = i + 1;
  }
  const Rec* r = c.get<Rec>(p, nth);
  if (!r || !r->set) return false;
  const FragmentSet& set = all.set(r->set - 1);
  if (!set.done_in) return false;
  if (set.done_in != c.frame.number || set.done_nth != nth) {
    reassembled_in = set.done_in;
    at.u(f.reassembled_in, payload, 0, 0, set.done_in).gen();
    return false;
  }
  std::string bytes;
  join_fragments(c.session, set, bytes);
  whole = c.add_source(c.keep_z(c.fmt("Reassembled %s", f.noun)), bytes);
  show_list(c, f, at, set, whole, {reinterpret_cast<const char*>(whole.data()), whole.size()});
  return true;
}

}  // namespace strato
