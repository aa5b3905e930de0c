// What TCP carries: desegmentation and the hand-over to the protocols above.
#include <algorithm>

#include "flow/desegment.h"
#include "packet/builtin.h"
#include "protocols/tcp_internal.h"

namespace strato::protocols {
namespace {

using namespace tcp_mark;

FieldDef payload_field(tcp_proto, "tcp.payload", "TCP payload", FT::Bytes);
FieldDef segment_data(tcp_proto, "tcp.segment_data", "TCP segment data", FT::Bytes);
FieldDef segments(tcp_proto, "tcp.segments", "Reassembled TCP Segments", FT::None);
FieldDef segment(tcp_proto, "tcp.segment", "TCP Segment", FT::FrameNum);
FieldDef overlap(tcp_proto, "tcp.segment.overlap", "Segment overlap", FT::Boolean);
FieldDef conflict(tcp_proto, "tcp.segment.overlap.conflict", "Conflicting data in segment overlap", FT::Boolean);
FieldDef count(tcp_proto, "tcp.segment.count", "Segment count", FT::Uint32, Base::Dec);
FieldDef reassembled_in(tcp_proto, "tcp.reassembled_in", "Reassembled PDU in frame", FT::FrameNum);
FieldDef reassembled_length(tcp_proto, "tcp.reassembled.length", "Reassembled TCP length", FT::Uint32, Base::Dec);
FieldDef reassembled_data(tcp_proto, "tcp.reassembled.data", "Reassembled TCP Data", FT::Bytes);
FieldDef reset_cause(tcp_proto, "tcp.reset_cause", "Reset cause", FT::String);

const SegmentNames kNames{tcp_proto, segments, segment, count, reassembled_in, reassembled_length, reassembled_data,
                          segment_data, overlap, conflict, "TCP", "Reassembled PDU in frame"};

DissectorTable *port_table, *named_table;
std::vector<Heuristic>* heuristics;

void hand_over(Ctx& c, const TcpView& v, Buf b, Item root) {
  uint16_t marks = v.rec ? v.rec->marks : 0;
  if (marks & (kKeepAlive | kProbe)) {
    c.show_data(b, root);  // a byte that means nothing
    return;
  }
  // a protocol that keeps state would be led astray by bytes it had already, or too early
  if (marks & (kRetransmission | kSpurious | kOutOfOrder)) return;
  const void* segment_facts = c.data;
  auto try_call = [&](const Protocol* p) {
    c.data = segment_facts;
    return p && (c.call(*p, b, root) != 0 || c.desegment_len);  // 0 with a wish for more is no refusal
  };
  if (v.flow && v.flow->dissector && c.frame.number >= v.flow->dissector_from && try_call(v.flow->dissector)) return;
  uint16_t server = v.state ? v.state->server_at(c.frame.number) : 0;
  const uint16_t ports[] = {server, std::min(v.sport, v.dport), std::max(v.sport, v.dport)};
  for (size_t i = c.session.decode_as.empty() ? 3 : 0; i < 3; i++)
    if (try_call(c.session.decode_as.find("tcp.port", ports[i]))) return;
  for (size_t i = 0; i < 3; i++)
    if (ports[i] && (i == 0 || ports[i] != server) && try_call(port_table->find(ports[i]))) return;
  c.data = segment_facts;
  if (c.try_heuristics(*heuristics, b, root)) return;
  for (size_t i = 0; i < 3; i++)
    if (ports[i] && try_call(named_table->find(ports[i]))) return;
  c.show_data(b, root);
}

class TcpDesegmenter final : public Desegmenter {
 public:
  TcpDesegmenter(Ctx& c, const TcpView& v, Item root, Item tcp)
      : Desegmenter(c, v.state->pdus[v.dir], kNames, v.nth, root, tcp), c_(c), v_(v), root_(root) {}

 private:
  bool dissect(Buf b, uint32_t seq, bool reassembled) override {
    StreamSegment s;
    s.seq = seq;
    s.next_seq = v_.seq + v_.seg_len;
    s.direction = static_cast<uint8_t>(v_.dir);
    s.fin = v_.has(tcp_flag::kFin);
    s.reassembled = reassembled;
    s.urgent = v_.has(tcp_flag::kUrg) ? v_.urgent : 0;
    s.stream_offset = seq - v_.fwd().base_seq - 1;
    const void* saved = c_.data;
    c_.data = &s;
    bool ok = c_.guard([&] { hand_over(c_, v_, b, root_); }, root_);
    c_.data = saved;
    return ok;
  }

  Ctx& c_;
  const TcpView& v_;
  Item root_;
};

// Bytes that came before, or cannot be told from such: shown, not dissected again.
bool skip(const Buf& b, const TcpView& v, Item tcp) {
  if (!v.rec || !(v.rec->marks & (kRetransmission | kSpurious))) return false;
  if ((v.rec->marks & kRetransmission) && tcp.live()) {
    Item d = tcp.add(segment_data, b, 0, b.captured());
    if (d) d.label("Retransmitted TCP segment data (%u byte%s)", b.size(), b.size() == 1 ? "" : "s");
  }
  return true;
}

}  // namespace

void tcp_payload(Ctx& c, TcpView& v, Item root, Item tcp) {
  Buf b = v.b.sub(v.hdr_len);
  if (!b.empty() && tcp.live()) {
    Item p = tcp.add(payload_field, b, 0, b.captured());
    if (p) p.label("TCP payload (%u byte%s)", b.size(), b.size() == 1 ? "" : "s");
  }
  bool fin = v.has(tcp_flag::kFin);
  if (b.empty() && !fin) return;
  if (v.has(tcp_flag::kRst)) {
    // RFC 9293 3.5.3: a reset may carry text that explains it
    if (b.captured() && tcp.live()) {
      Item cause = tcp.add(reset_cause, b, 0, b.captured());
      expert_stray_characters(cause, b.rest(0));
    }
    return;
  }
  if (skip(b, v, tcp)) return;
  Above above(c);
  if (!above.entered()) return;
  bool whole = b.captured() == b.size() && !c.in_error && !c.fragmented && v.state;
  if (whole) {
    TcpDesegmenter d(c, v, root, tcp);
    d.run(b, v.seq + (v.has(tcp_flag::kSyn) ? 1 : 0), fin);
    return;
  }
  if (b.empty()) return;
  // cut off: what asks for more cannot have it, and reads past the end are no one's fault
  bool was = c.fragmented;
  c.fragmented = true;
  c.guard([&] { hand_over(c, v, b, root); }, root);
  c.fragmented = was;
}

void tcp_payload_tables(Registry& r) {
  for (FieldDef* f : {&segments, &segment, &count, &reassembled_in, &reassembled_length, &reassembled_data, &segment_data,
                      &overlap, &conflict})
    f->above = true;
  port_table = &r.table("tcp.port");
  named_table = &r.table("tcp.port.named");
  heuristics = &r.heuristics("tcp");
}

}  // namespace strato::protocols
