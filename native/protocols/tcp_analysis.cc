// How the outcome of the sequence analysis is shown.
#include "protocols/tcp_internal.h"

namespace strato::protocols {
namespace {

using namespace tcp_mark;

FieldDef analysis(tcp_proto, "tcp.analysis", "SEQ/ACK analysis", FT::None);
FieldDef analysis_flags(tcp_proto, "tcp.analysis.flags", "TCP Analysis Flags", FT::None);
FieldDef dup_ack(tcp_proto, "tcp.analysis.duplicate_ack", "Duplicate ACK", FT::None);
ExpertDef dup_ack_expert(tcp_proto, "tcp.analysis.duplicate_ack", Severity::Note, Group::Sequence, "Duplicate ACK");
FieldDef dup_ack_num(tcp_proto, "tcp.analysis.duplicate_ack_num", "Duplicate ACK #", FT::Uint32, Base::Dec);
FieldDef acks_frame(tcp_proto, "tcp.analysis.acks_frame", "This is an ACK to the segment in frame", FT::FrameNum);
FieldDef in_flight(tcp_proto, "tcp.analysis.bytes_in_flight", "Bytes in flight", FT::Uint32, Base::Dec);
FieldDef push_bytes(tcp_proto, "tcp.analysis.push_bytes_sent", "Bytes sent since last PSH flag", FT::Uint32,
                    Base::Dec);
FieldDef ack_rtt(tcp_proto, "tcp.analysis.ack_rtt", "The RTT to ACK the segment was", FT::RelTime);
FieldDef initial_rtt(tcp_proto, "tcp.analysis.initial_rtt", "iRTT", FT::RelTime);
FieldDef rto(tcp_proto, "tcp.analysis.rto", "The RTO for this segment was", FT::RelTime);
FieldDef rto_frame(tcp_proto, "tcp.analysis.rto_frame", "RTO based on delta from frame", FT::FrameNum);
FieldDef time_relative(tcp_proto, "tcp.time_relative", "Time since first frame in this TCP stream", FT::RelTime);
FieldDef time_delta(tcp_proto, "tcp.time_delta", "Time since previous frame in this TCP stream", FT::RelTime);

FieldDef dup_ack_frame(tcp_proto, "tcp.analysis.duplicate_ack_frame", "Duplicate to the ACK in frame", FT::FrameNum);

#define STRATO_TCP_ANALYSIS(id, filter, severity, text) \
  ExpertDef id(tcp_proto, "tcp.analysis." filter, Severity::severity, Group::Sequence, text)
STRATO_TCP_ANALYSIS(e_retransmission, "retransmission", Note, "This frame is a (suspected) retransmission");
STRATO_TCP_ANALYSIS(e_fast, "fast_retransmission", Note, "This frame is a (suspected) fast retransmission");
STRATO_TCP_ANALYSIS(e_spurious, "spurious_retransmission", Note, "This frame is a (suspected) spurious retransmission");
STRATO_TCP_ANALYSIS(e_ooo, "out_of_order", Warn, "This frame is a (suspected) out-of-order segment");
STRATO_TCP_ANALYSIS(e_reused, "reused_ports", Note,
                    "A new tcp session is started with the same ports as an earlier session in this trace");
STRATO_TCP_ANALYSIS(e_lost, "lost_segment", Warn, "Previous segment(s) not captured (common at capture start)");
STRATO_TCP_ANALYSIS(e_ack_lost, "ack_lost_segment", Warn,
                    "ACKed segment that wasn't captured (common at capture start)");
STRATO_TCP_ANALYSIS(e_update, "window_update", Chat, "TCP window update");
STRATO_TCP_ANALYSIS(e_full, "window_full", Warn, "TCP window specified by the receiver is now completely full");
STRATO_TCP_ANALYSIS(e_keep_alive, "keep_alive", Note, "TCP keep-alive segment");
STRATO_TCP_ANALYSIS(e_keep_alive_ack, "keep_alive_ack", Note, "ACK to a TCP keep-alive segment");
STRATO_TCP_ANALYSIS(e_probe, "zero_window_probe", Note, "TCP Zero Window Probe");
STRATO_TCP_ANALYSIS(e_zero_window, "zero_window", Warn, "TCP Zero Window segment");
STRATO_TCP_ANALYSIS(e_probe_ack, "zero_window_probe_ack", Note, "ACK to a TCP Zero Window Probe");
#undef STRATO_TCP_ANALYSIS

struct Marker {
  uint16_t mark;
  const ExpertDef* expert;
  const char* info;
};
// In this order they are told; each puts its words in front of those before it.
const Marker kMarkers[] = {
    {kRetransmission, &e_retransmission, "[TCP Retransmission] "},
    {kFast, &e_fast, "[TCP Fast Retransmission] "},
    {kSpurious, &e_spurious, "[TCP Spurious Retransmission] "},
    {kOutOfOrder, &e_ooo, "[TCP Out-Of-Order] "},
    {kReused, &e_reused, "[TCP Port numbers reused] "},
    {kLost, &e_lost, "[TCP Previous segment not captured] "},
    {kAckLost, &e_ack_lost, "[TCP ACKed unseen segment] "},
    {kWindowUpdate, &e_update, "[TCP Window Update] "},
    {kWindowFull, &e_full, "[TCP Window Full] "},
    {kKeepAlive, &e_keep_alive, "[TCP Keep-Alive] "},
    {kKeepAliveAck, &e_keep_alive_ack, "[TCP Keep-Alive ACK] "},
    {kDupAck, nullptr, nullptr},
    {kProbe, &e_probe, "[TCP ZeroWindowProbe] "},
    {kZeroWindow, &e_zero_window, "[TCP ZeroWindow] "},
    {kProbeAck, &e_probe_ack, "[TCP ZeroWindowProbeAck] "},
};

void show_rto(Ctx& c, const TcpView& v, Item flags) {
  const TcpRto* o = v.rec->rto ? c.get<TcpRto>(tcp_proto, static_cast<uint16_t>(v.nth | 0x8000)) : nullptr;
  if (!o || !flags.live()) return;
  int64_t delta = c.frame.ts_ns - c.session.frames.meta(o->frame).ts_ns;
  if (!delta) return;
  flags.i(rto, v.b, 0, 0, delta).gen();
  flags.u(rto_frame, v.b, 0, 0, o->frame).gen();
}

void show_dup_ack(Ctx& c, const TcpView& v, Item at, Item flags) {
  const TcpRecord& r = *v.rec;
  if (c.col.writable()) {
    Text t;
    t << "[TCP Dup ACK " << r.y << '#' << r.x << "] ";
    c.col.prepend_info_fenced(t.view());
  }
  flags.add(dup_ack, v.b, 0, 0).gen().label("This is a TCP duplicate ack");
  at.u(dup_ack_num, v.b, 0, 0, r.x).gen();
  Item f = at.u(dup_ack_frame, v.b, 0, 0, r.y).gen();
  if (f.live()) f.expert(dup_ack_expert, c.fmt("Duplicate ACK (#%u)", r.x));
}

void show_marks(Ctx& c, const TcpView& v, Item at) {
  Item flags = at.add(analysis_flags, v.b, 0, 0).gen();
  for (const Marker& m : kMarkers) {
    if (!(v.rec->marks & m.mark)) continue;
    if (m.mark == kDupAck) {
      show_dup_ack(c, v, at, flags);
      continue;
    }
    flags.expert(*m.expert);
    if (m.mark & (kFast | kSpurious)) flags.expert(e_retransmission);
    if (m.mark == kRetransmission) show_rto(c, v, flags);
    if (c.col.writable()) c.col.prepend_info_fenced(m.info);
  }
}

}  // namespace

void tcp_show_times(Ctx& c, const TcpView& v, Item tcp) {
  if (!v.flow || !c.frame.has_ts || !v.rec) return;
  Item t = tcp.text(v.b, 0, 0, "Timestamps").gen();
  t.i(time_relative, v.b, 0, 0, c.frame.ts_ns - c.session.frames.meta(v.flow->first_frame).ts_ns).gen();
  uint32_t prev = v.rec->prev_frame;
  t.i(time_delta, v.b, 0, 0, prev ? c.frame.ts_ns - c.session.frames.meta(prev).ts_ns : 0).gen();
}

void tcp_show_analysis(Ctx& c, const TcpView& v, Item tcp) {
  if (!v.rec || c.in_error) return;
  const TcpRecord& r = *v.rec;
  bool data = v.seg_len > 0;
  if (!r.marks && !r.acked && !(data && (r.x || r.y))) return;
  Item a = tcp.add(analysis, v.b, 0, 0).gen();
  if (a.live()) {
    if (r.acked) {
      a.u(acks_frame, v.b, 0, 0, r.acked).gen();
      int64_t rtt = c.frame.ts_ns - c.session.frames.meta(r.acked).ts_ns;
      if (rtt) a.i(ack_rtt, v.b, 0, 0, rtt).gen();
    }
    if (v.state->first_rtt) a.i(initial_rtt, v.b, 0, 0, v.state->first_rtt).gen();
    if (data && r.x) a.u(in_flight, v.b, 0, 0, r.x).gen();
    if (data && r.y) a.u(push_bytes, v.b, 0, 0, r.y).gen();
  }
  if (r.marks) show_marks(c, v, a);
}

}  // namespace strato::protocols
