// TCP (RFC 9293): the header, streams, and the first visit of a segment.
#include "protocols/tcp_internal.h"

#include <cstring>

#include "protocols/checksum.h"
#include "protocols/ip.h"
#include "protocols/straight.h"

namespace strato::protocols {
namespace {

using namespace tcp_flag;

FieldDef srcport(tcp_proto, "tcp.srcport", "Source Port", FT::Uint16, Base::Dec);
FieldDef dstport(tcp_proto, "tcp.dstport", "Destination Port", FT::Uint16, Base::Dec);
FieldDef port(tcp_proto, "tcp.port", "Source or Destination Port", FT::Uint16, Base::Dec);
FieldDef stream(tcp_proto, "tcp.stream", "Stream index", FT::Uint32, Base::Dec);
FieldDef completeness(tcp_proto, "tcp.completeness", "Conversation completeness", FT::Uint8, Base::Dec);
FieldDef len_field(tcp_proto, "tcp.len", "TCP Segment Len", FT::Uint32, Base::Dec);
FieldDef seq_field(tcp_proto, "tcp.seq", "Sequence Number", FT::Uint32, Base::Dec);
FieldDef seq_raw(tcp_proto, "tcp.seq_raw", "Sequence Number (raw)", FT::Uint32, Base::Dec);
FieldDef nxtseq(tcp_proto, "tcp.nxtseq", "Next Sequence Number", FT::Uint32, Base::Dec);
FieldDef ack_field(tcp_proto, "tcp.ack", "Acknowledgment Number", FT::Uint32, Base::Dec);
FieldDef ack_raw(tcp_proto, "tcp.ack_raw", "Acknowledgment number (raw)", FT::Uint32, Base::Dec);
FieldDef hdr_len(tcp_proto, "tcp.hdr_len", "Header Length", FT::Uint8, Base::Dec);
FieldDef flags_field(tcp_proto, "tcp.flags", "Flags", FT::Uint16, Base::Hex, {}, 0xfff);
const TrueFalse kSet = {"Set", "Not set"};
FieldDef flag_res(tcp_proto, "tcp.flags.res", "Reserved", FT::Boolean, Base::None, tfs(kSet), 0xe00);
FieldDef flag_ae(tcp_proto, "tcp.flags.ae", "Accurate ECN", FT::Boolean, Base::None, tfs(kSet), 0x100);
FieldDef flag_cwr(tcp_proto, "tcp.flags.cwr", "Congestion Window Reduced", FT::Boolean, Base::None, tfs(kSet), 0x80);
FieldDef flag_ece(tcp_proto, "tcp.flags.ece", "ECN-Echo", FT::Boolean, Base::None, tfs(kSet), 0x40);
FieldDef flag_urg(tcp_proto, "tcp.flags.urg", "Urgent", FT::Boolean, Base::None, tfs(kSet), 0x20);
FieldDef flag_ack(tcp_proto, "tcp.flags.ack", "Acknowledgment", FT::Boolean, Base::None, tfs(kSet), 0x10);
FieldDef flag_push(tcp_proto, "tcp.flags.push", "Push", FT::Boolean, Base::None, tfs(kSet), 0x8);
FieldDef flag_reset(tcp_proto, "tcp.flags.reset", "Reset", FT::Boolean, Base::None, tfs(kSet), 0x4);
FieldDef flag_syn(tcp_proto, "tcp.flags.syn", "Syn", FT::Boolean, Base::None, tfs(kSet), 0x2);
FieldDef flag_fin(tcp_proto, "tcp.flags.fin", "Fin", FT::Boolean, Base::None, tfs(kSet), 0x1);
FieldDef flags_str(tcp_proto, "tcp.flags.str", "TCP Flags", FT::String);
FieldDef window_value(tcp_proto, "tcp.window_size_value", "Window", FT::Uint16, Base::Dec);
FieldDef window_size(tcp_proto, "tcp.window_size", "Calculated window size", FT::Uint32, Base::Dec);
FieldDef window_scale(tcp_proto, "tcp.window_size_scalefactor", "Window size scaling factor", FT::Int32, Base::Dec);
FieldDef checksum(tcp_proto, "tcp.checksum", "Checksum", FT::Uint16, Base::Hex);
FieldDef checksum_status(tcp_proto, "tcp.checksum.status", "Checksum Status", FT::Uint8, Base::None,
                         vals(kChecksumStatus));
FieldDef urgent_pointer(tcp_proto, "tcp.urgent_pointer", "Urgent Pointer", FT::Uint16, Base::Dec);

ExpertDef bogus_len(tcp_proto, "tcp.bogus_header_length", Severity::Error, Group::Protocol,
                    "Bogus TCP Header length");
ExpertDef short_segment(tcp_proto, "tcp.short_segment", Severity::Warn, Group::Malformed, "Short segment");
ExpertDef ack_nonzero(tcp_proto, "tcp.ack.nonzero", Severity::Note, Group::Protocol,
                      "The acknowledgment number field is nonzero while the ACK flag is not set");
ExpertDef urgent_nonzero(tcp_proto, "tcp.urgent_pointer.non_zero", Severity::Note, Group::Protocol,
                         "The urgent pointer field is nonzero while the URG flag is not set");
ExpertDef syn_expert(tcp_proto, "tcp.connection.syn", Severity::Chat, Group::Sequence,
                     "Connection establish request (SYN)");
ExpertDef synack_expert(tcp_proto, "tcp.connection.synack", Severity::Chat, Group::Sequence,
                        "Connection establish acknowledge (SYN+ACK)");
ExpertDef fin_expert(tcp_proto, "tcp.connection.fin", Severity::Chat, Group::Sequence, "Connection finish (FIN)");
ExpertDef fin_active(tcp_proto, "tcp.connection.fin_active", Severity::Note, Group::Sequence,
                     "This frame initiates the connection closing");
ExpertDef fin_passive(tcp_proto, "tcp.connection.fin_passive", Severity::Note, Group::Sequence,
                      "This frame undergoes the connection closing");
ExpertDef rst_expert(tcp_proto, "tcp.connection.rst", Severity::Warn, Group::Sequence, "Connection reset (RST)");

// "Conversation completeness": what was seen of a connection's life.
namespace seen {
constexpr uint8_t kSyn = 1, kSynAck = 2, kAck = 4, kData = 8, kFin = 16, kRst = 32;
}

const char* completeness_text(uint8_t v) {
  constexpr uint8_t kHandshake = seen::kSyn | seen::kSynAck | seen::kAck;
  if ((v & kHandshake) == kHandshake) {
    bool ended = v & (seen::kFin | seen::kRst), data = v & seen::kData;
    if (ended) return data ? "Complete, WITH_DATA" : "Complete, NO_DATA";
    return data ? "Incomplete, DATA" : "Incomplete, ESTABLISHED";
  }
  if (v == (seen::kSyn | seen::kSynAck)) return "Incomplete, CLIENT_ESTABLISHED";
  return v == seen::kSyn ? "Incomplete, SYN_SENT" : "Incomplete";
}

struct FlagName { uint16_t bit; const char* name; };
constexpr FlagName kFlagNames[] = {{kFin, "FIN"}, {kSyn, "SYN"}, {kRst, "RST"}, {kPush, "PSH"}, {kAck, "ACK"},
                                   {kUrg, "URG"}, {kEce, "ECE"}, {kCwr, "CWR"}, {kAe, "AE"}, {0xe00, "Reserved"}};

void print_flags(uint16_t flags, Text& t) {
  bool any = false;
  for (const FlagName& f : kFlagNames) {
    if (!(flags & f.bit)) continue;
    if (any) t << ", ";
    t << f.name;
    any = true;
  }
  if (!any) t << "<None>";
}

uint32_t scaled_window(const TcpView& v) {
  int16_t shift = v.state && !v.quoted ? v.fwd().scale : -1;
  return v.has(kSyn) || shift <= 0 ? v.window : static_cast<uint32_t>(v.window) << shift;
}

// --- first visit ----------------------------------------------------------------------------------------------

// The stream of this segment. A SYN with another sequence number than the stream's first starts a new stream
// between the same ports.
Flow& stream_of(Ctx& c, const TcpView& v, bool& reused) {
  Flow* f = c.session.flows.find(FlowKind::Tcp, c.net_src, v.sport, c.net_dst, v.dport);
  if (f && (v.flags & (kSyn | kAck)) == kSyn) {
    const TcpState& t = f->state.get<TcpState>(tcp_proto);
    const TcpSide& s = t.side[f->direction(c.net_src, v.sport)];
    if (s.base_set && s.base_seq != v.seq) {
      reused = true;
      f = nullptr;
    }
  }
  if (f) return *f;
  return c.session.flows.add(FlowKind::Tcp, c.net_src, v.sport, c.net_dst, v.dport, c.frame.number);
}

void set_bases(TcpView& v, bool& reused) {
  TcpSide &fwd = v.fwd(), &rev = v.rev();
  // an answer with another number than before: the other end began anew as well
  if (fwd.base_set && v.has(kSyn) && v.has(kAck) && fwd.base_seq != v.seq) {
    fwd.base_seq = v.seq;
    reused = true;
  }
  if (!fwd.base_set) {
    fwd.base_seq = v.has(kSyn) ? v.seq : v.seq - 1;
    fwd.base_set = true;
  }
  // of a SYN only the ACK flag says that the field means something
  if (!rev.base_set && v.has(kAck)) {
    rev.base_seq = v.ack - 1;
    rev.base_set = true;
  }
}

// The first packet of a stream counts only if it opens it; a FIN counts with the ACK flag only.
uint8_t completeness_of(const TcpView& v, uint8_t before, bool first) {
  uint8_t now = before;
  bool ack = v.has(kAck), syn = v.has(kSyn);
  if (first && (ack || !syn)) return now;
  if (syn) now |= ack ? seen::kSynAck : first ? seen::kSyn : 0;
  if (v.seg_len && !(syn && ack)) now |= seen::kData;
  else if (ack && !syn) now |= seen::kAck;
  if (ack && v.has(kFin)) now |= seen::kFin;
  if (v.has(kRst)) now |= seen::kRst;
  return now;
}

void keep_record(Ctx& c, const TcpView& v) {
  const TcpRecord::Packed p = v.record.pack(c.frame.number);
  memcpy(c.session.packets.put_bytes(c.frame.number, tcp_proto.key, v.nth, p.size), &p, p.size);
}

void first_visit(Ctx& c, TcpView& v) {
  bool reused = false;
  Flow& f = stream_of(c, v, reused);
  TcpRecord& r = v.record;
  v.rec = &r;
  v.flow = &f;
  v.state = &f.state.get<TcpState>(tcp_proto);
  TcpState& t = *v.state;
  v.dir = f.direction(c.net_src, v.sport);
  r.flow = f.id;
  r.dir = static_cast<uint8_t>(v.dir);
  r.prev_frame = t.last_frame;
  r.completeness = reused ? seen::kSyn : t.completeness;
  t.completeness = completeness_of(v, t.completeness, !t.last_frame);
  t.last_frame = f.last_frame = c.frame.number;
  set_bases(v, reused);
  if ((v.flags & (kSyn | kAck)) == kSyn) {
    t.syn_ts = c.frame.ts_ns;
    t.serve(v.dport, c.frame.number);
  } else if (v.has(kSyn)) {
    t.serve(v.sport, c.frame.number);
  } else if (v.has(kAck) && t.syn_ts && !t.first_rtt) {
    t.first_rtt = c.frame.ts_ns - t.syn_ts;
  }
  if (v.have_seg_len) {
    TcpSegment s{c.frame.number, v.seq, v.ack, v.seg_len, c.frame.ts_ns, v.window, v.flags};
    uint32_t rto = 0;
    tcp_analyze(t, v.dir, s, r, rto);
    if (rto) {
      r.rto = 1;
      c.put<TcpRto>(tcp_proto, static_cast<uint16_t>(v.nth | 0x8000))->frame = rto;
    }
  }
  if (reused) r.marks |= tcp_mark::kReused;
  keep_record(c, v);
  v.fwd().sacks = 0;  // set again by the options of this segment
}

// What the rest of the header leaves for later segments.
void header_ends(Ctx& c, TcpView& v) {
  c.tcp_flags = c.tcp_flags == Ctx::kNoFlags ? v.flags : Ctx::kManyFlags;
  if (!v.analyse) return;
  if (v.has(kFin) && !v.state->fin_seen) {
    v.state->fin_seen = true;
    v.state->first_fin_dir = static_cast<uint8_t>(v.dir);
  }
  tcp_scan_options(v);
}

// A later visit, or a header quoted in an error message (which leaves no trace in the stream).
void find_record(Ctx& c, TcpView& v) {
  if (const auto* kept = c.session.packets.find<uint8_t>(c.frame.number, tcp_proto.key, v.nth)) {
    v.record = TcpRecord::unpack(c.frame.number, kept);
    v.rec = &v.record;
    v.flow = &c.session.flows.at(v.rec->flow);
    v.dir = v.rec->dir;
    v.state = v.flow->state.find<TcpState>(tcp_proto);
  }
}

void quoted_visit(Ctx& c, TcpView& v) {
  if (c.first_pass) {
    bool reused = false;
    Flow& f = stream_of(c, v, reused);
    TcpState& t = f.state.get<TcpState>(tcp_proto);
    v.record.flow = f.id;
    v.record.dir = static_cast<uint8_t>(f.direction(c.net_src, v.sport));
    v.record.prev_frame = t.last_frame;
    v.record.completeness = t.completeness;
    keep_record(c, v);
    t.last_frame = f.last_frame = c.frame.number;
  }
  find_record(c, v);
}

// --- tree -----------------------------------------------------------------------------------------------------

void add_ports(Item it, const TcpView& v) {
  it.add(srcport, v.b, 0, 2);
  it.add(dstport, v.b, 2, 2);
  it.add(port, v.b, 0, 2).hide();
  it.add(port, v.b, 2, 2).hide();
}

void add_numbers(Item it, Ctx& c, const TcpView& v) {
  if (v.flow) {
    it.u(stream, v.b, 0, 0, v.flow->stream).gen();
    // before this packet where it is read as it comes, of the whole stream afterwards
    uint8_t done = c.first_pass ? v.rec->completeness : v.state->completeness;
    it.u(completeness, v.b, 0, 0, done).gen().label("Conversation completeness: %s (%u)", completeness_text(done), done);
  }
  if (v.have_seg_len) it.u(len_field, v.b, 0, 0, v.seg_len).gen();
  bool rel = v.relative();
  Item s = it.u(seq_field, v.b, 4, 4, v.rel_seq());
  if (s && rel) s.append_text("    (relative sequence number)");
  it.add(seq_raw, v.b, 4, 4);
  if (v.have_seg_len) {
    uint32_t next = v.rel_seq() + v.seg_len + (v.has(kSyn | kFin) ? 1 : 0);
    Item n = it.u(nxtseq, v.b, 4, 0, next).gen();
    if (n && rel) n.append_text("    (relative sequence number)");
  }
  v.b.need(8, 4);
  Item a = it.u(ack_field, v.b, 8, 4, v.rel_ack());
  if (a && rel && v.has(kAck)) a.append_text("    (relative ack number)");
  if (!v.has(kAck) && v.ack) a.expert(ack_nonzero);
  it.add(ack_raw, v.b, 8, 4);
}

void add_flags(Item it, Ctx& c, const TcpView& v) {
  Item f = it.add(flags_field, v.b, 12, 2);
  if (f) {
    Text t;
    print_flags(v.flags, t);
    f.label("Flags: 0x%03x (%s)", v.flags, t.str().c_str());
  }
  for (const FieldDef* d : {&flag_res, &flag_ae, &flag_cwr, &flag_ece, &flag_urg, &flag_ack, &flag_push})
    f.add(*d, v.b, 12, 2);
  Item r = f.add(flag_reset, v.b, 12, 2);
  if (v.has(kRst)) r.expert(rst_expert);
  Item s = f.add(flag_syn, v.b, 12, 2);
  if (v.has(kSyn) && v.has(kAck))
    s.expert(synack_expert, c.fmt("Connection establish acknowledge (SYN+ACK): server port %u", v.sport));
  else if (v.has(kSyn))
    s.expert(syn_expert, c.fmt("Connection establish request (SYN): server port %u", v.dport));
  Item n = f.add(flag_fin, v.b, 12, 2);
  if (v.has(kFin)) {
    n.expert(fin_expert);
    if (v.state) n.expert(v.state->fin_seen && v.state->first_fin_dir != v.dir ? fin_passive : fin_active);
  }
  // one character a flag, highest first; a middle dot where it is not set
  static const char kLetters[] = "RRRACEUAPRSF";
  Text t;
  for (int i = 0; i < 12; i++) {
    if (v.flags >> (11 - i) & 1) t << kLetters[i];
    else t << "·";
  }
  f.s(flags_str, v.b, 12, 2, c.keep(t.view())).gen();
}

void add_window(Item it, const TcpView& v) {
  it.add(window_value, v.b, 14, 2);
  it.u(window_size, v.b, 14, 2, scaled_window(v)).gen();
  if (v.has(kSyn) || !v.state) return;
  int16_t shift = v.fwd().scale;
  Item s = it.i(window_scale, v.b, 14, 2, shift < 0 ? shift : 1 << shift).gen();
  if (s && shift == TcpSide::kScaleUnknown) s.append_text(" (unknown)");
  if (s && shift == TcpSide::kScaleNone) s.append_text(" (no window scaling used)");
}

void add_rest(Item it, const TcpView& v) {
  Item sum = it.add(checksum, v.b, 16, 2);
  if (sum) sum.append_text(" [unverified]");
  it.u(checksum_status, v.b, 16, 2, static_cast<uint64_t>(ChecksumStatus::Unverified)).gen();
  Item u = it.add(urgent_pointer, v.b, 18, 2);
  if (!v.has(kUrg) && v.urgent) u.expert(urgent_nonzero);
}

void add_tree(Item it, Ctx& c, const TcpView& v) {
  if (it) {
    Text t;
    t << "Transmission Control Protocol, Src Port: " << uint32_t{v.sport} << ", Dst Port: " << uint32_t{v.dport}
      << ", Seq: " << v.rel_seq();
    if (v.has(kAck)) t << ", Ack: " << v.rel_ack();
    if (v.have_seg_len) t << ", Len: " << v.seg_len;
    it.label_text(t.view());
  }
  add_ports(it, v);
  add_numbers(it, c, v);
  Item l = it.u(hdr_len, v.b, 12, 1, v.hdr_len);
  if (l) {
    uint32_t n = v.hdr_len / 4;
    l.label("%d%d%d%d .... = Header Length: %u bytes (%u)", n >> 3 & 1, n >> 2 & 1, n >> 1 & 1, n & 1, v.hdr_len, n);
  }
  if (!v.have_seg_len && !v.quoted) it.expert(short_segment);
  add_flags(it, c, v);
  add_window(it, v);
  add_rest(it, v);
}

void write_info(Ctx& c, const TcpView& v) {
  Text& t = c.col.info_text();
  t << " [";
  print_flags(v.flags, t);
  t << "] Seq=" << v.rel_seq();
  if (v.has(kAck)) t << " Ack=" << v.rel_ack();
  t << " Win=" << scaled_window(v);
  if (v.has(kUrg)) t << " Urg=" << uint32_t{v.urgent};
  if (v.have_seg_len) t << " Len=" << v.seg_len;
}

// The fixed header. false: its length is impossible and was reported.
bool read_header(Ctx& c, TcpView& v, Item it) {
  v.seq = v.b.u32(4);
  if (!v.b.has(12, 1)) {
    // an error message may quote 8 bytes only
    if (it.live()) {
      add_ports(it, v);
      if (c.in_error) it.add(seq_field, v.b, 4, 4);
    }
    v.b.need(8, 12);
  }
  v.ack = v.b.u32(8);
  v.flags = v.b.u16(12) & 0xfff;
  v.hdr_len = v.b.u8(12) >> 4 << 2;
  if (v.hdr_len >= 20) return true;
  c.col.fmt_info(", bogus TCP header length (%u, must be at least 20)", v.hdr_len);
  if (it.live()) {
    add_ports(it, v);
    Item l = it.u(hdr_len, v.b, 12, 1, v.hdr_len);
    if (l.live()) l.expert(bogus_len, c.fmt("Bogus TCP header length (%u, must be at least 20)", v.hdr_len));
  }
  return false;
}

}  // namespace

uint32_t dissect_tcp(Buf b, Ctx& c, Item root) {
  take_ip_call(c);
  c.col.protocol("TCP");
  c.col.clear_info();
  TcpView v;
  v.b = b;
  Item it = root.proto(tcp_proto, b, 0, b.size());
  v.sport = b.u16(0);
  v.dport = b.u16(2);
  c.sport = v.sport;
  c.dport = v.dport;
  c.ports = PortKind::Tcp;
  if (c.col.writable()) c.col.info_text() << uint32_t{v.sport} << " → " << uint32_t{v.dport};
  if (!read_header(c, v, it)) return b.size();
  it.set_len(v.hdr_len);
  v.window = b.u16(14);
  v.urgent = b.has(18, 2) ? b.u16(18) : 0;
  // what an error message quotes may be any piece of the segment: its numbers are shown as they stand
  v.quoted = c.in_error;
  v.have_seg_len = v.hdr_len <= b.size() && !c.fragmented && !v.quoted;
  v.seg_len = v.have_seg_len ? b.size() - v.hdr_len : 0;
  v.nth = c.nth(tcp_proto);
  v.analyse = c.first_pass && !c.in_error;
  if (v.analyse) first_visit(c, v);
  else if (c.in_error) quoted_visit(c, v);
  else find_record(c, v);
  c.flow = v.flow;
  if (c.col.writable()) write_info(c, v);
  if (it.live()) add_tree(it, c, v);
  b.need(18, 2);
  header_ends(c, v);
  try {
    if (it.live() || c.col.writable()) tcp_options(c, v, it);
  } catch (const ReadError&) {
    if (it.live()) tcp_show_times(c, v, it);
    throw;
  }
  b.need(0, v.hdr_len);  // with or without a tree the same: what was cut off ends it here
  if (it.live()) tcp_show_times(c, v, it);
  if (it.live() || c.col.writable()) tcp_show_analysis(c, v, it);
  if (c.tap && v.flow && v.have_seg_len) {
    c.tap->pieces.push_back({FollowLayer::Tcp, static_cast<uint8_t>(v.dir), v.flow, b.sub(v.hdr_len), v.seq, v.ack,
                             v.seg_len, v.has(kSyn), v.has(kAck)});
  }
  if (v.have_seg_len || (v.quoted && v.hdr_len <= b.size())) tcp_payload(c, v, root, it);
  return b.size() ? b.size() : 1;
}

namespace {

constexpr uint32_t kFixedHeader = 20;

}  // namespace

bool straight_tcp(const Buf& b) {
  if (!b.has(0, kFixedHeader)) return false;
  const uint32_t n = static_cast<uint32_t>(b.data()[12] >> 4 << 2);
  return n >= kFixedHeader && n <= b.captured();
}

void take_tcp(Ctx& c, const Buf& b, uint16_t nth) {
  const uint8_t* p = b.need(0, kFixedHeader);
  auto u16 = [&](uint32_t at) { return static_cast<uint16_t>(p[at] << 8 | p[at + 1]); };
  auto u32 = [&](uint32_t at) { return static_cast<uint32_t>(u16(at)) << 16 | u16(at + 2); };
  TcpView v;
  v.b = b;
  v.sport = u16(0);
  v.dport = u16(2);
  v.seq = u32(4);
  v.ack = u32(8);
  v.flags = u16(12) & 0xfff;
  v.hdr_len = static_cast<uint32_t>(p[12] >> 4 << 2);
  v.window = u16(14);
  v.urgent = u16(18);
  v.have_seg_len = v.analyse = true;
  v.seg_len = b.size() - v.hdr_len;
  v.nth = nth;
  first_visit(c, v);
  header_ends(c, v);
  tcp_payload(c, v, Item(), Item());
}

void register_tcp(Registry& r) {
  tcp_proto.place = Protocol::Place::Transport;
  r.add(tcp_proto);
  mptcp_proto.pseudo = true;
  r.add(mptcp_proto);
  tcp_payload_tables(r);
  r.attach("ip.proto", 6, tcp_proto);
}

}  // namespace strato::protocols
