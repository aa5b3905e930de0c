// Decrypted application data: a byte stream of its own, whose protocol is told by ALPN (RFC 7301), by what the bytes
// look like, or by the port.
#include "flow/desegment.h"
#include "protocols/tcp.h"
#include "protocols/tls.h"

namespace strato::protocols {
namespace tls {
namespace {

FieldDef segment_data(proto(), "tls.segment.data", "TLS segment data", FT::Bytes);
FieldDef segments(proto(), "tls.segments", "Reassembled TLS segments", FT::None);
FieldDef segment(proto(), "tls.segment", "TLS segment", FT::FrameNum);
FieldDef overlap(proto(), "tls.segment.overlap", "Segment overlap", FT::Boolean);
FieldDef conflict(proto(), "tls.segment.overlap.conflict", "Conflicting data in segment overlap", FT::Boolean);
FieldDef count(proto(), "tls.segment.count", "Segment count", FT::Uint32, Base::Dec);
FieldDef reassembled_in(proto(), "tls.reassembled_in", "Reassembled PDU in frame", FT::FrameNum);
FieldDef reassembled_length(proto(), "tls.reassembled.length", "Reassembled PDU length", FT::Uint32, Base::Dec);
FieldDef reassembled_data(proto(), "tls.reassembled.data", "Reassembled PDU data", FT::Bytes);

const SegmentNames kNames{proto(), segments, segment, count, reassembled_in, reassembled_length, reassembled_data,
                          segment_data, overlap, conflict, "TLS", "Reassembled PDU in frame"};

// The steps of desegmentation are remembered under an 8-bit number; more records than this in one frame are handed on
// without it. 255 is more than a frame of 64 KB holds of records worth putting together.
constexpr uint16_t kMaxPieces = 255;

constexpr std::string_view kUnfinished = "[TLS segment of a reassembled PDU]";

const DissectorTable& alpn_table() {
  static const DissectorTable& t = Registry::get().table("tls.alpn");
  return t;
}
const DissectorTable& port_table() {
  static const DissectorTable& t = Registry::get().table("tls.port");
  return t;
}
const std::vector<Heuristic>& heuristics() {
  static const std::vector<Heuristic>& h = Registry::get().heuristics("tls");
  return h;
}

const Protocol* by_port(const Ctx& c) {
  if (const Protocol* p = port_table().find(c.sport)) return p;
  return port_table().find(c.dport);
}

// What a protocol inside decides about its flow (a heuristic that took it, an upgrade) is about what TLS carries, not
// about what TCP does.
class KeepFlow {
 public:
  KeepFlow(Ctx& c, Secrets& s) : c_(c), s_(s), dissector_(c.flow->dissector), from_(c.flow->dissector_from) {}
  ~KeepFlow() {
    if (!c_.first_pass || (c_.flow->dissector == dissector_ && c_.flow->dissector_from == from_)) return;
    s_.app = c_.flow->dissector;
    s_.app_from = c_.flow->dissector_from;
    c_.flow->dissector = dissector_;
    c_.flow->dissector_from = from_;
  }
  KeepFlow(const KeepFlow&) = delete;

 private:
  Ctx& c_;
  Secrets& s_;
  const Protocol* dissector_;
  uint32_t from_;
};

class TlsDesegmenter final : public Desegmenter {
 public:
  TlsDesegmenter(Run& r, uint16_t piece, bool* called)
      : Desegmenter(r.c, r.conn->secrets->pdus[r.side], kNames, piece, r.root, r.tree), r_(r), called_(called) {
    if (!r.c.col.writable()) return;
    protocol_ = r.c.col.protocol_view();
    info_ = r.c.col.info_tail();
  }

  bool dissect(Buf b, uint32_t seq, bool reassembled) override {
    StreamSegment s;
    s.seq = seq;
    s.next_seq = seq + b.size();
    s.direction = static_cast<uint8_t>(r_.side);
    s.reassembled = reassembled;
    s.stream_offset = seq;
    const void* saved = r_.c.data;
    bool ok = r_.c.guard([&] { hand_over(b, s); }, r_.root);
    r_.c.data = saved;
    return ok;
  }

 private:
  void hand_over(const Buf& b, StreamSegment& s) {
    Ctx& c = r_.c;
    Secrets& k = *r_.conn->secrets;
    KeepFlow keep(c, k);
    auto try_call = [&](const Protocol* p) {
      c.data = &s;
      if (!p || (c.call(*p, b, r_.root) == 0 && !c.desegment_len)) return false;
      return *called_ = true;
    };
    if (k.app && c.frame.number >= k.app_from && try_call(k.app)) return;
    if (k.alpn && try_call(alpn_table().find(k.alpn))) return;
    if (!k.alpn) {
      c.data = &s;
      const Protocol* took = nullptr;
      if (c.try_heuristics(heuristics(), b, r_.root, &took)) {
        if (c.first_pass && !k.app) {
          k.app = took;
          k.app_from = c.frame.number;
        }
        *called_ = true;
        return;
      }
      if (try_call(by_port(c))) return;
    }
    c.show_data(b, r_.root);
  }

  // What a protocol said of a message that is not whole is taken back. In two passes tshark is silent about what runs
  // to the end of the stream; the segment that completes a PDU has other things to say then.
  void name_unfinished(const StreamPdu* pdu) override {
    Columns& col = r_.c.col;
    *called_ = true;
    col.protocol(protocol_);
    bool last = pdu && pdu->last_frame == r_.c.frame.number;
    bool silent = !r_.c.first_pass && (last || (pdu && pdu->until_fin && r_.c.session.settings.wireshark_defaults));
    col.info(silent ? std::string_view(info_) : kUnfinished);
  }

  Run& r_;
  bool* called_;
  std::string protocol_, info_;
};

}  // namespace

std::string_view inner_protocol(const Run& r) {
  const Secrets* s = r.conn ? r.conn->secrets.get() : nullptr;
  const Protocol* p = nullptr;
  if (s && s->app && r.c.frame.number >= s->app_from) p = s->app;
  if (!p && s && s->alpn) p = alpn_table().find(s->alpn);
  return p ? std::string_view(p->name) : std::string_view();
}

void dissect_plain_data(Run& r, const Buf& plain) {
  Ctx& c = r.c;
  if (plain.empty()) {  // TLS 1.0 sends such against attacks on its chaining
    c.col.add_info_sep(", ", "Application Data");
    return;
  }
  c.follow(FollowLayer::Tls, plain);
  uint32_t offset = r.at.position.offset;
  r.at.position.offset += plain.size();
  if (c.first_pass) r.conn->secrets->now[r.side] = r.at.position;
  bool called = false;
  size_t info = c.col.info_view().size();
  TlsDesegmenter d(r, c.inner_streams, &called);
  if (c.inner_streams < kMaxPieces) {
    c.inner_streams++;
    d.run(plain, offset, false);
  } else {
    uint16_t offered = c.can_desegment;
    c.can_desegment = 0;
    d.dissect(plain, offset, false);
    c.can_desegment = offered;
  }
  if (!called && c.col.writable() && c.col.info_view().size() == info) c.col.add_info_sep(", ", "Application Data");
}

}  // namespace tls
}  // namespace strato::protocols
