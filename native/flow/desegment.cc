#include "flow/desegment.h"

#include <algorithm>


namespace strato {
namespace {

bool before(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) < 0; }
constexpr uint32_t kNone = StreamPdus::kNone;
// a PDU that runs to the end of the stream: as far as half the sequence space allows to compare
constexpr uint32_t kUntilFinLength = 0x40000000u;

// Parts that cover the same bytes with different content; only looked at where parts overlap at all.
bool conflicts(const StreamPdu& p, const Session& s) {
  uint32_t at = p.seq;
  bool overlap = false;
  for (const StreamPart& x : p.parts) {
    overlap |= before(x.seq, at);
    at = x.seq + x.len;
  }
  if (!overlap || p.parts.size() > 64) return false;
  std::string a, b;
  for (size_t i = 0; i < p.parts.size(); i++)
    for (size_t k = 0; k < i; k++) {
      const StreamPart &x = p.parts[i], &y = p.parts[k];
      uint32_t from = before(x.seq, y.seq) ? y.seq : x.seq;
      uint32_t xe = x.seq + x.len, ye = y.seq + y.len, to = before(xe, ye) ? xe : ye;
      if (!before(from, to)) continue;
      a.clear();
      b.clear();
      s.fetch(x.piece(), a);
      s.fetch(y.piece(), b);
      if (a.size() < to - x.seq || b.size() < to - y.seq) continue;
      if (a.compare(from - x.seq, to - from, b, from - y.seq, to - from) != 0) return true;
    }
  return false;
}

}  // namespace

void Desegmenter::note(SegmentStep s) {
  if (steps_ > 0) {
    auto* last = const_cast<SegmentStep*>(
        c_.get<SegmentStep>(n_.proto, static_cast<uint16_t>(nth_ | steps_ << 8)));
    if (last) last->more = true;
  }
  steps_++;
  *c_.put<SegmentStep>(n_.proto, static_cast<uint16_t>(nth_ | steps_ << 8)) = s;
}

void Desegmenter::call(Buf b, uint32_t seq, bool reassembled) {
  if (calls_++) {
    // what follows may be unfinished and must not take the name of what was complete
    c_.col.fence_info();
    c_.col.lock_protocol(true);
  }
  c_.desegment_offset = 0;
  c_.desegment_len = 0;
  c_.desegment_at_least = 0;
  c_.can_desegment = 2;
  failed_ = !dissect(b, seq, reassembled);
  c_.can_desegment = 0;
}

void Desegmenter::run(const Buf& payload, uint32_t seq, bool fin) {
  uint16_t offered = c_.can_desegment;
  bool locked = c_.col.lock_protocol(false);
  c_.col.lock_protocol(locked);
  if (c_.first_pass) first(payload, seq, fin);
  else replay(payload, seq);
  c_.col.lock_protocol(locked);
  c_.can_desegment = offered;
  c_.desegment_len = 0;
  c_.desegment_offset = 0;
}

uint32_t Desegmenter::start_pdu(const Buf& b, uint32_t off, uint32_t seq) {
  uint32_t left = b.left(off);
  StreamPdu p;
  p.seq = seq + off;
  p.first_frame = c_.frame.number;
  if (c_.desegment_len == Ctx::kOneMoreSegment) {
    p.one_more = true;
    p.end = p.seq + left + 1;
    p.need = left + c_.desegment_at_least;
  } else if (c_.desegment_len == Ctx::kUntilFin) {
    p.until_fin = true;
    p.end = p.seq + kUntilFinLength;
  } else {
    if (c_.desegment_len > StreamPdus::kMaxPdu - left) return kNone;
    p.end = p.seq + left + c_.desegment_len;
  }
  p.parts.push_back({p.seq, left, c_.frame.number, c_.session.keep(c_.frame.number, b, off, left)});
  return pdus_.add(std::move(p));
}

void Desegmenter::name_unfinished(const StreamPdu*) {
  c_.col.protocol(n_.layer);
  Text t;
  t << '[' << n_.layer << " segment of a reassembled PDU]";
  if (!c_.col.info_view().empty()) c_.col.add_info(" ");
  c_.col.add_info(t.view());
}

void Desegmenter::show_unfinished(const Buf& b, uint32_t off, uint32_t pdu, bool nothing) {
  // a segment that began with the end of another PDU has said in its columns what that was
  if (nothing && off == 0 && c_.col.writable()) name_unfinished(pdu == kNone ? nullptr : &pdus_.at(pdu));
  if (!own_.live() || off >= b.size()) return;
  if (pdu != kNone && pdus_.at(pdu).last_frame && pdus_.at(pdu).last_frame != c_.frame.number) {
    Item r = own_.u(n_.reassembled_in, b, 0, 0, pdus_.at(pdu).last_frame).gen();
    if (r) r.label("%s: %u", n_.in_label, pdus_.at(pdu).last_frame);
  }
  uint32_t left = b.left(off);
  Item d = own_.add(n_.segment_data, b, off, b.captured_left(off));
  if (d) d.label("%s segment data (%u byte%s)", n_.layer, left, left == 1 ? "" : "s");
}

void Desegmenter::show_overlap() {
  // the error nodes of a fragment that contradicts what was put together before
  static const Protocol* const malformed = Registry::get().protocol("_ws.malformed");
  static const FieldDef* const reassembly = [] {
    const auto& v = Registry::get().find("_ws.malformed.reassembly");
    return v.empty() ? nullptr : v.front();
  }();
  std::string_view text = "New fragment overlaps old data (retransmission?)";
  if (c_.col.writable()) {
    Text t;
    t << "[Reassembly error, protocol " << n_.layer << ": " << text << ']';
    c_.col.add_info(t.view());
  }
  if (!root_.live()) return;
  Buf none;
  Item it = root_.proto(*malformed, none, 0, 0);
  it.label("[Reassembly error, protocol %s: %.*s]", n_.layer, static_cast<int>(text.size()), text.data());
  if (reassembly) it.expert(*static_cast<const ExpertDef*>(reassembly), text);
}

void Desegmenter::show_reassembled(const StreamPdu& p, const Buf& whole) {
  if (conflicts(p, c_.session)) {
    c_.col.info("[Illegal Segments]");
  }
  if (!root_.live()) return;
  Item all = root_.add(n_.segments, whole, 0, whole.size());
  if (all) {
    Text t;
    t << uint64_t{p.parts.size()} << " Reassembled " << n_.layer << " Segments (" << whole.size() << " bytes): ";
    bool first = true;
    for (const StreamPart& s : p.parts) {
      if (!first) t << ", ";
      first = false;
      t << '#' << s.frame << '(' << s.len << ')';
      if (t.size() > 240) break;
    }
    all.label_text(t.view());
    all.gen();
  }
  uint32_t at = p.seq;
  for (const StreamPart& s : p.parts) {
    uint32_t off = s.seq - p.seq;
    Item i = all.u(n_.segment, whole, off, s.len, s.frame).gen();
    if (i && s.len)
      i.label("Frame: %u, payload: %u-%u (%u byte%s)", s.frame, off, off + s.len - 1, s.len, s.len == 1 ? "" : "s");
    if (before(s.seq, at)) i.u(n_.overlap, whole, off, s.len, 1).gen();
    at = s.seq + s.len;
  }
  all.u(n_.count, whole, 0, 0, p.parts.size()).gen();
  all.u(n_.length, whole, 0, 0, whole.size()).gen();
  all.add(n_.data, whole, 0, whole.size()).gen();
  // it stands between the stream's own node and what was dissected from it
  if (all && own_ && all.node() != kNoNode && own_.node() != kNoNode)
    c_.tree.move_behind(all.node(), own_.node());
}

void Desegmenter::show_last(const Buf& b, const SegmentStep& s) {
  if (!own_.live() || !s.len) return;  // a FIN alone brings none
  Item d = own_.add(n_.segment_data, b, s.off, s.len);
  if (d) d.label("%s segment data (%u byte%s)", n_.layer, s.len, s.len == 1 ? "" : "s");
}

// --- first pass -----------------------------------------------------------------------------------------------

void Desegmenter::direct(const Buf& b, uint32_t seq, SegmentStep& s) {
  s.kind = SegmentStep::kDirect;
  s.asked = kNone;
  call(b.sub(s.off), seq + s.off, false);
  if (!c_.desegment_len) return;
  uint32_t off = s.off + std::min(c_.desegment_offset, b.left(s.off));
  bool nothing = c_.desegment_offset == 0;
  if (off < b.size()) s.asked = start_pdu(b, off, seq);
  show_unfinished(b, off, s.asked, nothing);
}

void Desegmenter::finish(const Buf& b, uint32_t seq, SegmentStep& s) {
  StreamPdu& p = pdus_.at(s.pdu);
  std::string bytes;
  assemble(p, c_.session, bytes);
  Buf whole = c_.add_source(c_.keep_z(std::string("Reassembled ") + n_.layer), bytes);
  uint32_t fresh = s.len;  // bytes of this segment in it
  uint32_t old_len = whole.size() > fresh ? whole.size() - fresh : 0;
  call(whole, p.seq, true);
  uint32_t pdu_seq = p.seq;
  if (c_.desegment_len && c_.desegment_offset <= old_len) {
    // still not all of it (the dissector did not even get to what is new)
    StreamPdu& q = pdus_.at(s.pdu);
    uint32_t end = pdu_seq + whole.size();
    q.one_more = c_.desegment_len == Ctx::kOneMoreSegment;
    q.until_fin = c_.desegment_len == Ctx::kUntilFin;
    q.last_frame = 0;
    q.need = whole.size() + c_.desegment_at_least;
    q.end = q.one_more ? end + 1 : q.until_fin ? end + kUntilFinLength
            : c_.desegment_len > StreamPdus::kMaxPdu ? end : end + c_.desegment_len;
    s.kind = SegmentStep::kMember;
    c_.desegment_offset = 0;
    show_unfinished(b, s.off, s.pdu, true);
    return;
  }
  show_reassembled(pdus_.at(s.pdu), whole);
  show_last(b, s);
  if (c_.desegment_len && c_.desegment_offset < whole.size()) {
    // what follows the PDU in this segment starts another
    uint32_t off = s.off + (c_.desegment_offset - old_len);
    s.asked = start_pdu(b.sub(0, s.off + s.len), off, seq);
    show_unfinished(b, off, s.asked, false);
  }
}

// Each try copies all bytes again. In vain as it may be, where something is shown it is made: the dissector then
// says what it makes of the beginning.
bool Desegmenter::worth_trying(const StreamPdu& p, uint32_t have) const {
  if (have >= p.need && p.need > 0 && p.parts.size() > kMaxTries) return true;
  if (p.parts.size() > kMaxTries) return false;
  return have >= p.need || c_.has_tree || c_.col.on;
}

bool Desegmenter::member(const Buf& b, uint32_t seq, SegmentStep& s, bool fin) {
  StreamPdu& p = pdus_.at(s.pdu);
  uint32_t at = seq + s.off, left = b.left(s.off);
  if (at - p.seq > StreamPdus::kMaxPdu) {
    // given up: what follows is handed on as it comes
    p.end = at;
    p.one_more = p.until_fin = false;
    p.broken = true;
    s.len = left;
    s.kind = SegmentStep::kMember;
    show_unfinished(b, s.off, s.pdu, true);
    return false;
  }
  s.len = p.one_more || p.until_fin ? left : std::min(left, p.end - at);
  if (s.len) p.parts.push_back({at, s.len, c_.frame.number, c_.session.keep(c_.frame.number, b, s.off, s.len)});
  uint32_t end = at + s.len;
  bool worth = p.one_more && worth_trying(p, end - p.seq);
  if (worth || (p.until_fin && fin)) {
    uint32_t far = p.seq;
    for (const StreamPart& x : p.parts)
      if (before(far, x.seq + x.len)) far = x.seq + x.len;
    p.end = far;
  }
  bool done = !before(end, p.end) && (worth || !p.one_more) && complete(p);
  if (!done) {
    if (p.one_more && !before(end, p.end)) p.end = end + 1;
    s.kind = SegmentStep::kMember;
    show_unfinished(b, s.off, s.pdu, true);
    return false;
  }
  s.kind = SegmentStep::kComplete;
  s.asked = kNone;
  p.last_frame = c_.frame.number;
  p.one_more = p.until_fin = false;
  p.parts.shrink_to_fit();
  finish(b, seq, s);
  return true;
}

void Desegmenter::first(const Buf& b, uint32_t seq, bool fin) {
  uint32_t off = 0;
  do {
    SegmentStep s{};
    s.off = off;
    s.pdu = s.asked = kNone;
    uint32_t i = pdus_.at_or_before(seq + off);
    bool closed = i != kNone && fin && pdus_.at(i).until_fin && !pdus_.at(i).last_frame;
    if (off == b.size() && !closed) return;  // the end alone finishes only what waits for it
    bool inside = closed || (i != kNone && before(seq + off, pdus_.at(i).end));
    if (inside && pdus_.at(i).last_frame) {
      s.kind = SegmentStep::kOverlap;
      note(s);
      show_overlap();
      return;
    }
    if (inside) {
      s.pdu = i;
      bool done = member(b, seq, s, fin);
      note(s);
      off += s.len;
      if (failed_ || (!done && s.len == 0)) return;
      continue;
    }
    direct(b, seq, s);
    s.len = b.left(off);
    if (s.off || s.asked != kNone) note(s);
    return;
  } while (off < b.size() && steps_ < kMaxSteps);
}

// --- later ----------------------------------------------------------------------------------------------------

void Desegmenter::replay(const Buf& b, uint32_t seq) {
  const SegmentStep* s = nullptr;
  for (uint32_t i = 1; i <= kMaxSteps + 1; i++) {
    s = c_.get<SegmentStep>(n_.proto, static_cast<uint16_t>(nth_ | i << 8));
    if (!s) break;
    switch (s->kind) {
      case SegmentStep::kMember: show_unfinished(b, s->off, s->pdu, true); break;
      case SegmentStep::kOverlap: show_overlap(); break;
      case SegmentStep::kComplete: {
        const StreamPdu& p = pdus_.at(s->pdu);
        std::string bytes;
        assemble(p, c_.session, bytes);
        Buf whole = c_.add_source(c_.keep_z(std::string("Reassembled ") + n_.layer), bytes);
        call(whole, p.seq, true);
        show_reassembled(p, whole);
        show_last(b, *s);
        if (s->asked != kNone) show_unfinished(b, pdus_.at(s->asked).seq - seq, s->asked, false);
        break;
      }
      case SegmentStep::kDirect: {
        uint32_t start = s->asked != kNone ? pdus_.at(s->asked).seq - seq : kNone;
        if (start != s->off) call(b.sub(s->off), seq + s->off, false);
        if (s->asked != kNone) show_unfinished(b, start, s->asked, start == s->off);
        break;
      }
    }
    if (!s->more || failed_) return;
  }
  if (!s && !b.empty()) call(b, seq, false);
}

}  // namespace strato
