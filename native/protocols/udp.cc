// UDP (RFC 768), its flows, and the hand-over by port.
#include <algorithm>
#include <optional>

#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/checksum.h"
#include "protocols/ip.h"
#include "protocols/straight.h"

namespace strato::protocols {
namespace {

uint32_t dissect_udp(Buf b, Ctx& c, Item root);

Protocol proto("udp", "UDP", "User Datagram Protocol", dissect_udp);
FieldDef srcport(proto, "udp.srcport", "Source Port", FT::Uint16, Base::Dec);
FieldDef dstport(proto, "udp.dstport", "Destination Port", FT::Uint16, Base::Dec);
FieldDef port(proto, "udp.port", "Source or Destination Port", FT::Uint16, Base::Dec);
FieldDef stream(proto, "udp.stream", "Stream index", FT::Uint32, Base::Dec);
FieldDef length(proto, "udp.length", "Length", FT::Uint16, Base::Dec);
FieldDef checksum(proto, "udp.checksum", "Checksum", FT::Uint16, Base::Hex);
FieldDef checksum_status(proto, "udp.checksum.status", "Checksum Status", FT::Uint8, Base::None,
                         vals(kChecksumStatus));
FieldDef time_relative(proto, "udp.time_relative", "Time since first frame", FT::RelTime);
FieldDef time_delta(proto, "udp.time_delta", "Time since previous frame", FT::RelTime);
FieldDef payload_field(proto, "udp.payload", "Payload", FT::Bytes);
ExpertDef bad_length(proto, "udp.length.bad", Severity::Error, Group::Malformed, "Bad length value");
ExpertDef zero_checksum(proto, "udp.checksum.zero", Severity::Error, Group::Checksum, "Illegal checksum value (0)");
ExpertDef traceroute(proto, "udp.possible_traceroute", Severity::Chat, Group::Sequence, "Possible traceroute");

DissectorTable *port_table, *named_table;
std::vector<Heuristic>* heuristics;

// traceroute counts its probes in the destination port, three to a hop (traceroute(8))
constexpr uint32_t kTracerouteFirst = 33435, kTracerouteTries = 3, kTracerouteHops = 30;

bool is_probe(uint32_t port) {
  return port >= kTracerouteFirst && port < kTracerouteFirst + kTracerouteHops * kTracerouteTries;
}

void add_probe(Item at, uint32_t port) {
  uint32_t n = port - kTracerouteFirst;
  at.expert(traceroute, at.ctx()->fmt("Possible traceroute: hop #%u, attempt #%u", n / kTracerouteTries + 1,
                                      n % kTracerouteTries + 1));
}

struct Rec : FlowLink {};

struct Header {
  uint16_t sport = 0, dport = 0, len = 0, sum = 0;
  uint32_t size = 0;  // header and payload as presumed
};

// Of flows whose protocol opens a conversation of its own, by which tshark counts another stream.
struct Renewal : State {
  bool due = false;   // the next packet starts it
  bool done = false;  // and it stays that one
  uint32_t from = 0;  // frame that opened it
  uint32_t next = Flow::kNone;
};

// An agent answers from whatever port it likes, so the first SNMP message (RFC 3417: 161, 162; tshark knows 8161 too)
// opens a conversation with any port of the other side: the packets after it count as a new stream.
void note_snmp(Ctx& c, const Buf& b, const Header& h) {
  auto snmp_port = [](uint16_t p) { return p == 161 || p == 162 || p == 8161; };
  if (!c.first_pass || !c.flow || (!snmp_port(h.sport) && !snmp_port(h.dport))) return;
  // a SEQUENCE that begins with the version, an INTEGER (RFC 3416), and fits
  if (b.captured() < 5 || b.u8(0) != 0x30) return;
  uint32_t first = b.u8(1), bytes = first & 0x7f, at = 2, len = first;
  if (first & 0x80) {
    if (bytes > 4 || !b.has(2, bytes)) return;
    len = bytes ? static_cast<uint32_t>(b.be(2, bytes)) : b.left(2);
    at += bytes;
  }
  if (len > b.left(at) || !b.has(at, 1) || b.u8(at) != 0x02) return;
  Renewal& r = c.flow->state.get<Renewal>(proto);
  if (r.due || r.done) return;
  r.due = true;
  r.from = c.frame.number;
}

Flow& first_visit(Ctx& c, const Header& h, uint16_t nth) {
  Flow* f = c.session.flows.find(FlowKind::Udp, c.net_src, h.sport, c.net_dst, h.dport);
  Rec* r = c.put<Rec>(proto, nth);
  Renewal* renewal = f ? f->state.find<Renewal>(proto) : nullptr;
  if (!f || (renewal && renewal->due)) {
    f = &c.session.flows.add(FlowKind::Udp, c.net_src, h.sport, c.net_dst, h.dport, c.frame.number);
    r->prev_frame = 0;
    if (renewal) {
      renewal->next = f->id;
      f->state.get<Renewal>(proto).done = true;
    }
  } else {
    r->prev_frame = f->last_frame;
  }
  r->flow = f->id;
  f->last_frame = c.frame.number;
  return *f;
}

void add_times(Item it, Ctx& c, const Rec& r, const Buf& b) {
  const Flow& f = *c.flow;
  if (!c.frame.has_ts || c.in_error) return;
  Item t = it.text(b, 0, 0, "Timestamps").gen();
  t.i(time_relative, b, 0, 0, c.frame.ts_ns - c.session.frames.meta(f.first_frame).ts_ns).gen();
  int64_t prev = r.prev_frame ? c.session.frames.meta(r.prev_frame).ts_ns : c.frame.ts_ns;
  t.i(time_delta, b, 0, 0, c.frame.ts_ns - prev).gen();
}

// What hands over by port, lower port first.
const Protocol* by_port(const Ctx& c, uint16_t p) {
  if (!p) return nullptr;
  const Protocol* child = c.session.decode_as.empty() ? nullptr : c.session.decode_as.find("udp.port", p);
  return child ? child : port_table->find(p);
}

bool is_tunnel(const Protocol* p) { return p && p->place == Protocol::Place::Transport; }

void hand_over(Ctx& c, Buf b, const Header& h, Item root) {
  uint16_t low = std::min(h.sport, h.dport), high = std::max(h.sport, h.dport);
  const Protocol* const by[] = {by_port(c, low), by_port(c, high)};
  // a tunnel brings conversations of its own, which count as they come
  bool tunnel = is_tunnel(by[0]) || is_tunnel(by[1]);
  if (!by[0] && !by[1]) note_snmp(c, b, h);
  std::optional<Above> above;
  if (!tunnel) {
    above.emplace(c);
    if (!above->entered()) return;
  }
  if (c.flow && c.flow->dissector && c.frame.number >= c.flow->dissector_from &&
      c.call(*c.flow->dissector, b, root) != 0)
    return;
  for (const Protocol* child : by)
    if (child && c.call(*child, b, root) != 0) return;
  if (c.try_heuristics(*heuristics, b, root)) return;
  for (uint16_t port : {low, high})
    if (const Protocol* named = named_table->find(port); named && c.call(*named, b, root) != 0) return;
  c.show_data(b, root);
}

// The length field, with what is wrong with it; false: nothing more to say.
bool add_length(Item it, Ctx& c, const Buf& b, const IpCall& ip, Header& h) {
  h.len = b.u16(4);
  h.size = h.len;
  Item l = it.add(length, b, 4, 2);
  if (h.len == 0 && ip.jumbo) {
    h.size = b.size();
    return true;
  }
  if (h.len < 8) {
    if (l) l.label("Length: %u (bogus, must be >= 8)", h.len);
    if (l.live()) l.expert(bad_length, c.fmt("Bad length value %u < 8", h.len));
    c.col.fmt_info(" [BAD UDP LENGTH %u < 8]", h.len);
    return false;
  }
  if (h.len > b.size() && !c.fragmented && !c.in_error) {
    if (l) l.label("Length: %u (bogus, payload length %u)", h.len, b.size());
    if (l.live()) l.expert(bad_length, c.fmt("Bad length value %u > IP payload length", h.len));
    c.col.fmt_info(" [BAD UDP LENGTH %u > IP PAYLOAD LENGTH]", h.len);
  }
  return true;
}

void add_checksum(Item it, const Buf& b, const Header& h) {
  Item s = it.add(checksum, b, 6, 2);
  auto status = h.sum ? ChecksumStatus::Unverified : ChecksumStatus::NotPresent;
  if (s) s.append_text(h.sum ? " [unverified]" : " [zero-value ignored]");
  it.u(checksum_status, b, 6, 2, static_cast<uint64_t>(status)).gen();
}

uint32_t dissect_udp(Buf b, Ctx& c, Item root) {
  IpCall ip = take_ip_call(c);
  c.col.protocol("UDP");
  c.col.clear_info();
  Header h;
  Item it = root.proto(proto, b, 0, 8);
  h.sport = b.u16(0);
  h.dport = b.u16(2);
  if (c.col.writable()) c.col.info_text() << static_cast<uint32_t>(h.sport) << " → " << static_cast<uint32_t>(h.dport);
  if (it.live()) {
    if (it) it.label("User Datagram Protocol, Src Port: %u, Dst Port: %u", h.sport, h.dport);
    Item sp = it.add(srcport, b, 0, 2);
    Item dp = it.add(dstport, b, 2, 2);
    it.add(port, b, 0, 2).hide();
    it.add(port, b, 2, 2).hide();
    if (is_probe(h.dport)) add_probe(dp, h.dport);
    else if (is_probe(h.sport)) add_probe(sp, h.sport);
  }
  c.sport = h.sport;
  c.dport = h.dport;
  c.ports = PortKind::Udp;
  if (!add_length(it, c, b, ip, h)) return b.size();
  h.sum = b.u16(6);
  if (c.col.writable()) {
    c.col.info_text() << " Len=" << h.size - 8;
    if (h.len == 0) c.col.add_info(" [Jumbogram]");
  }
  if (c.first_pass) first_visit(c, h, c.nth(proto));
  const Rec* rec = c.get<Rec>(proto, c.nth(proto));
  c.flow = rec ? &c.session.flows.at(rec->flow) : nullptr;
  // once all is known the message that opened it counts to the new stream as well
  const Renewal* renewal = !c.first_pass && c.flow ? c.flow->state.find<Renewal>(proto) : nullptr;
  if (renewal && renewal->next != Flow::kNone && c.frame.number >= renewal->from)
    c.flow = &c.session.flows.at(renewal->next);
  Buf payload = b.clamp(8, h.size - 8);
  if (it.live()) {
    add_checksum(it, b, h);
    if (c.flow) {
      it.u(stream, b, 0, 0, c.flow->stream).gen();
      add_times(it, c, *rec, b);
    }
    if (payload.captured()) {
      Item p = it.add(payload_field, payload, 0, payload.captured());
      if (p) p.label("UDP payload (%u byte%s)", payload.size(), payload.size() == 1 ? "" : "s");
    }
  }
  c.follow(FollowLayer::Udp, payload);
  if (!payload.empty()) hand_over(c, payload, h, c.root());
  return b.size();
}

constexpr uint32_t kHeader = 8;

Header read_header(const Buf& b) { return {b.u16(0), b.u16(2), b.u16(4), b.u16(6), b.u16(4)}; }

}  // namespace

bool straight_udp(const Buf& b, const Protocol** tunnel) {
  if (!b.has(0, kHeader)) return false;
  const Header h = read_header(b);
  if (h.len < kHeader || h.len > b.size()) return false;
  const Protocol *low = port_table->find(std::min(h.sport, h.dport)), *high = port_table->find(std::max(h.sport, h.dport));
  // where the first may refuse what the second then takes, it is no straight way
  if (is_tunnel(low) || is_tunnel(high)) {
    if (low && high) return false;
    *tunnel = low ? low : high;
  }
  return true;
}

void take_udp(Ctx& c, const Buf& b, uint16_t nth, bool tunnel) {
  const Header h = read_header(b);
  c.flow = &first_visit(c, h, nth);
  Buf payload = b.sub(kHeader, h.len - kHeader);
  if (tunnel || payload.empty()) return;
  if (!port_table->find(h.sport) && !port_table->find(h.dport)) note_snmp(c, payload, h);
  c.carries = true;
}

void register_udp(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  port_table = &r.table("udp.port");
  named_table = &r.table("udp.port.named");
  heuristics = &r.heuristics("udp");
  r.attach("ip.proto", 17, proto);
}

}  // namespace strato::protocols
