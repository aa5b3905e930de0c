// DNS (RFC 1035), multicast DNS (RFC 6762), LLMNR (RFC 4795), dynamic update (RFC 2136); over TCP with a length before
// each message.
#include "protocols/dns.h"

#include "packet/registry.h"
#include "protocols/dns_types.h"
#include "protocols/duration.h"
#include "protocols/tcp.h"

namespace strato::protocols {
namespace {

uint32_t dissect_dns(Buf b, Ctx& c, Item root);
uint32_t dissect_mdns(Buf b, Ctx& c, Item root);
uint32_t dissect_llmnr(Buf b, Ctx& c, Item root);

const ValueString kOpcodes[] = {{0, "Standard query"},          {1, "Inverse query"},
                                {2, "Server status request"},   {4, "Zone change notification"},
                                {5, "Dynamic update"},          {6, "DNS Stateful operations (DSO)"}};
const ValueString kRcodes[] = {{0, "No error"},
                               {1, "Format error"},
                               {2, "Server failure"},
                               {3, "No such name"},
                               {4, "Not implemented"},
                               {5, "Refused"},
                               {6, "Name exists"},
                               {7, "RRset exists"},
                               {8, "RRset does not exist"},
                               {9, "Not authoritative"},
                               {10, "Name out of zone"},
                               {11, "DSO-Type not implemented"},
                               {16, "Bad OPT Version or TSIG Signature Failure"},
                               {17, "Key not recognized"},
                               {18, "Signature out of time window"},
                               {19, "Bad TKEY Mode"},
                               {20, "Duplicate key name"},
                               {21, "Algorithm not supported"},
                               {22, "Bad Truncation"},
                               {23, "Bad/missing Server Cookie"}};
const ValueString kClasses[] = {{1, "IN"}, {2, "CS"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}};
const TrueFalse kResponse = {"Message is a response", "Message is a query"};
const TrueFalse kAuthoritative = {"Server is an authority for domain", "Server is not an authority for domain"};
const TrueFalse kConflictQuery = {"The sender received multiple responses", "None"};
const TrueFalse kConflictResponse = {"The name is not considered unique", "The name is considered unique"};
const TrueFalse kTruncated = {"Message is truncated", "Message is not truncated"};
const TrueFalse kRecDesired = {"Do query recursively", "Don't do query recursively"};
const TrueFalse kTentative = {"Tentative", "Not tentative"};
const TrueFalse kRecAvail = {"Server can do recursive queries", "Server can't do recursive queries"};
const TrueFalse kZ = {"reserved - incorrect!", "reserved (0)"};
const TrueFalse kAuthenticated = {"Answer/authority portion was authenticated by the server",
                                  "Answer/authority portion was not authenticated by the server"};
const TrueFalse kSet = {"Set", "Not set"};
const TrueFalse kCheckDisable = {"Acceptable", "Unacceptable"};
const TrueFalse kDo = {"Accepts DNSSEC security RRs", "Cannot handle DNSSEC security RRs"};

Protocol& proto = dns_protocol();
Protocol mdns("mdns", "mDNS", "Multicast Domain Name System", dissect_mdns);
Protocol llmnr("llmnr", "LLMNR", "Link-local Multicast Name Resolution", dissect_llmnr);

FieldDef length(proto, "dns.length", "Length", FT::Uint16, Base::Dec);
FieldDef id(proto, "dns.id", "Transaction ID", FT::Uint16, Base::Hex);
FieldDef flags(proto, "dns.flags", "Flags", FT::Uint16, Base::Hex);
FieldDef f_response(proto, "dns.flags.response", "Response", FT::Boolean, Base::None, tfs(kResponse), 0x8000);
FieldDef f_opcode(proto, "dns.flags.opcode", "Opcode", FT::Uint16, Base::Dec, vals(kOpcodes), 0x7800);
FieldDef f_authoritative(proto, "dns.flags.authoritative", "Authoritative", FT::Boolean, Base::None,
                         tfs(kAuthoritative), 0x0400);
FieldDef f_conflict_query(proto, "dns.flags.conflict", "Conflict", FT::Boolean, Base::None, tfs(kConflictQuery),
                          0x0400);
FieldDef f_conflict_response(proto, "dns.flags.conflict", "Conflict", FT::Boolean, Base::None, tfs(kConflictResponse),
                             0x0400);
FieldDef f_truncated(proto, "dns.flags.truncated", "Truncated", FT::Boolean, Base::None, tfs(kTruncated), 0x0200);
FieldDef f_recdesired(proto, "dns.flags.recdesired", "Recursion desired", FT::Boolean, Base::None, tfs(kRecDesired),
                      0x0100);
FieldDef f_tentative(proto, "dns.flags.tentative", "Tentative", FT::Boolean, Base::None, tfs(kTentative), 0x0100);
FieldDef f_recavail(proto, "dns.flags.recavail", "Recursion available", FT::Boolean, Base::None, tfs(kRecAvail),
                    0x0080);
FieldDef f_z(proto, "dns.flags.z", "Z", FT::Boolean, Base::None, tfs(kZ), 0x0040);
FieldDef f_authenticated(proto, "dns.flags.authenticated", "Answer authenticated", FT::Boolean, Base::None,
                         tfs(kAuthenticated), 0x0020);
FieldDef f_ad(proto, "dns.flags.authenticated", "AD bit", FT::Boolean, Base::None, tfs(kSet), 0x0020);
FieldDef f_checkdisable(proto, "dns.flags.checkdisable", "Non-authenticated data", FT::Boolean, Base::None,
                        tfs(kCheckDisable), 0x0010);
FieldDef f_rcode(proto, "dns.flags.rcode", "Reply code", FT::Uint16, Base::Dec, vals(kRcodes), 0x000f);
FieldDef count_queries(proto, "dns.count.queries", "Questions", FT::Uint16, Base::Dec);
FieldDef count_zones(proto, "dns.count.zones", "Zones", FT::Uint16, Base::Dec);
FieldDef count_answers(proto, "dns.count.answers", "Answer RRs", FT::Uint16, Base::Dec);
FieldDef count_prerequisites(proto, "dns.count.prerequisites", "Prerequisites", FT::Uint16, Base::Dec);
FieldDef count_auth(proto, "dns.count.auth_rr", "Authority RRs", FT::Uint16, Base::Dec);
FieldDef count_updates(proto, "dns.count.updates", "Updates", FT::Uint16, Base::Dec);
FieldDef count_add(proto, "dns.count.add_rr", "Additional RRs", FT::Uint16, Base::Dec);
FieldDef qry_name(proto, "dns.qry.name", "Name", FT::String);
FieldDef qry_name_len(proto, "dns.qry.name.len", "Name Length", FT::Uint16, Base::Dec);
FieldDef count_labels(proto, "dns.count.labels", "Label Count", FT::Uint16, Base::Dec);
FieldDef qry_type(proto, "dns.qry.type", "Type", FT::Uint16, Base::Dec, vals(kDnsTypeTexts));
FieldDef qry_class(proto, "dns.qry.class", "Class", FT::Uint16, Base::Hex, vals(kClasses));
FieldDef qry_class_mdns(proto, "dns.qry.class", "Class", FT::Uint16, Base::Hex, vals(kClasses), 0x7fff);
FieldDef qry_qu(proto, "dns.qry.qu", "\"QU\" question", FT::Boolean, Base::None, {}, 0x8000);
FieldDef resp_name(proto, "dns.resp.name", "Name", FT::String);
FieldDef resp_type(proto, "dns.resp.type", "Type", FT::Uint16, Base::Dec, vals(kDnsTypeTexts));
FieldDef resp_class(proto, "dns.resp.class", "Class", FT::Uint16, Base::Hex, vals(kClasses));
FieldDef resp_class_mdns(proto, "dns.resp.class", "Class", FT::Uint16, Base::Hex, vals(kClasses), 0x7fff);
FieldDef resp_flush(proto, "dns.resp.cache_flush", "Cache flush", FT::Boolean, Base::None, {}, 0x8000);
FieldDef resp_ttl(proto, "dns.resp.ttl", "Time to live", FT::Uint32, Base::Dec);
FieldDef resp_len(proto, "dns.resp.len", "Data length", FT::Uint16, Base::Dec);
FieldDef srv_service(proto, "dns.srv.service", "Service", FT::String);
FieldDef srv_proto(proto, "dns.srv.proto", "Protocol", FT::String);
FieldDef srv_name(proto, "dns.srv.name", "Name", FT::String);
FieldDef payload_size(proto, "dns.rr.udp_payload_size", "UDP payload size", FT::Uint16, Base::Dec);
FieldDef ext_rcode(proto, "dns.resp.ext_rcode", "Higher bits in extended RCODE", FT::Uint8, Base::Hex);
FieldDef edns_version(proto, "dns.resp.edns0_version", "EDNS0 version", FT::Uint8, Base::Dec);
FieldDef edns_z(proto, "dns.resp.z", "Z", FT::Uint16, Base::Hex);
FieldDef edns_do(proto, "dns.resp.z.do", "DO bit", FT::Boolean, Base::None, tfs(kDo), 0x8000);
FieldDef edns_reserved(proto, "dns.resp.z.reserved", "Reserved", FT::Uint16, Base::Hex, {}, 0x7fff);
FieldDef rr_data(proto, "dns.data", "Data", FT::Bytes);
FieldDef response_in(proto, "dns.response_in", "Response In", FT::FrameNum);
FieldDef response_to(proto, "dns.response_to", "Request In", FT::FrameNum);
FieldDef retransmission(proto, "dns.retransmission", "Retransmission", FT::Boolean);
FieldDef retransmit_request_in(proto, "dns.retransmit_request_in", "Retransmitted request. Original request in",
                               FT::FrameNum);
FieldDef retransmit_response_in(proto, "dns.retransmit_response_in", "Retransmitted response. Original response in",
                                FT::FrameNum);
FieldDef time(proto, "dns.time", "Time", FT::RelTime);
FieldDef unsolicited(proto, "dns.unsolicited", "Unsolicited", FT::Boolean);
FieldDef extraneous_data(proto, "dns.extraneous.data", "Extraneous Data Bytes", FT::Bytes);
FieldDef extraneous_length(proto, "dns.extraneous.length", "Extraneous Data Length", FT::Int32, Base::Dec);
ExpertDef repeat_request(proto, "dns.retransmit_request", Severity::Warn, Group::Protocol,
                         "DNS query retransmission");
ExpertDef repeat_response(proto, "dns.retransmit_response", Severity::Warn, Group::Protocol,
                          "DNS response retransmission");
ExpertDef undecoded(proto, "dns.undecoded.type", Severity::Note, Group::Undecoded, "Undecoded option");
ExpertDef ttl_high(proto, "dns.ttl.high_bit_set", Severity::Warn, Group::Protocol,
                   "The uppermost bit of the TTL is set (RFC 2181, section 8)");
ExpertDef extraneous(proto, "dns.extraneous", Severity::Note, Group::Undecoded, "Extraneous data");

constexpr uint32_t kHeader = 12;
constexpr uint16_t kResponseBit = 0x8000;
constexpr uint16_t kUpdate = 5;
constexpr uint16_t kOpt = 41, kSrv = 33;

struct Message {
  Ctx& c;
  const Buf& b;
  const Protocol& layer;  // dns, mdns or llmnr
  uint16_t id = 0, flags = 0;
  bool is_response() const { return flags & kResponseBit; }
  uint16_t opcode() const { return flags >> 11 & 15; }
  bool multicast() const { return &layer == &mdns; }
};

const char* class_name(uint16_t v) {
  const char* n = name_of(vals(kClasses), v);
  return n ? n : "Unknown";
}

void start_info(Message& m) {
  if (!m.c.col.writable()) return;
  const char* op = name_of(vals(kOpcodes), m.opcode());
  if (op) m.c.col.info(op);
  else m.c.col.fmt_info("Unknown operation (%u)", m.opcode());
  m.c.col.fmt_info("%s 0x%04x", m.is_response() ? " response" : "", m.id);
  if (!m.is_response() || !(m.flags & 15)) return;
  const char* rc = name_of(vals(kRcodes), m.flags & 15);
  if (rc) m.c.col.info_text() << ' ' << rc;
  else m.c.col.fmt_info(" Unknown error (%u)", m.flags & 15);
}

void add_flags(const Message& m, Item it) {
  Item f = it.add(flags, m.b, 2, 2);
  if (f) {
    const char* op = name_of(vals(kOpcodes), m.opcode());
    f.append(" %s", op ? op : "Unknown operation");
    if (m.is_response()) {
      const char* rc = name_of(vals(kRcodes), m.flags & 15);
      f.append(" response, %s", rc ? rc : "Unknown error");
    }
  }
  auto bit = [&](const FieldDef& d) { f.add(d, m.b, 2, 2); };
  bool local = &m.layer == &llmnr, r = m.is_response();
  bit(f_response);
  bit(f_opcode);
  if (local) bit(r ? f_conflict_response : f_conflict_query);
  else if (r) bit(f_authoritative);
  bit(f_truncated);
  bit(local ? f_tentative : f_recdesired);
  if (!local) {
    if (r) bit(f_recavail);
    bit(f_z);
    if (r) bit(f_authenticated);
    else if (m.flags & 0x0020) bit(f_ad);
    bit(f_checkdisable);
  }
  if (r) bit(f_rcode);
}

// One question; returns the offset after it.
uint32_t add_question(const Message& m, uint32_t off, Item list) {
  Ctx& c = m.c;
  DnsName n = read_dns_name(c, m.b, off);
  uint32_t at = off + n.used;
  uint16_t type = m.b.u16(at), cls = m.b.u16(at + 2);
  bool qu = m.multicast() && cls & 0x8000;
  uint16_t plain = m.multicast() ? cls & 0x7fff : cls;
  std::string_view type_text = dns_type_name(c, type);
  if (c.col.writable()) {
    c.col.info_text() << ' ' << type_text << ' ' << n.text;
    if (m.multicast()) c.col.add_info(qu ? ", \"QU\" question" : ", \"QM\" question");
  }
  if (list.live()) {
    Item q = list.text(m.b, off, n.used + 4, "%s: type %s, class %s%s", c.keep_z(n.text), c.keep_z(type_text),
                       class_name(plain),
                       m.multicast() ? qu ? ", \"QU\" question" : ", \"QM\" question" : "");
    q.s(qry_name, m.b, off, n.used, n.text);
    q.u(qry_name_len, m.b, off, n.used, n.length).gen();
    q.u(count_labels, m.b, off, n.used, n.labels).gen();
    q.add(qry_type, m.b, at, 2);
    q.add(m.multicast() ? qry_class_mdns : qry_class, m.b, at + 2, 2);
    if (m.multicast()) q.add(qry_qu, m.b, at + 2, 2);
  }
  return at + 4;
}

void add_owner(const Message& m, Item r, const DnsName& n, uint32_t off, uint16_t type) {
  // _service._proto.name (RFC 2782): told apart where a name has at least three labels
  if (type == kSrv) {
    size_t a = n.text.find('.'), b = a == std::string_view::npos ? a : n.text.find('.', a + 1);
    if (b != std::string_view::npos || a != std::string_view::npos) {
      r.s(srv_service, m.b, off, n.used, n.text.substr(0, a));
      r.s(srv_proto, m.b, off, n.used, n.text.substr(a + 1, b == std::string_view::npos ? b : b - a - 1));
      if (b != std::string_view::npos) r.s(srv_name, m.b, off, n.used, n.text.substr(b + 1));
      return;
    }
    r.s(srv_service, m.b, off, n.used, n.text);
    return;
  }
  r.s(resp_name, m.b, off, n.used, n.text);
}

void add_opt_header(const Buf& b, uint32_t at, Item r) {
  r.add(resp_type, b, at, 2);
  r.add(payload_size, b, at + 2, 2);
  r.add(ext_rcode, b, at + 4, 1);
  r.add(edns_version, b, at + 5, 1);
  Item z = r.add(edns_z, b, at + 6, 2);
  z.add(edns_do, b, at + 6, 2);
  z.add(edns_reserved, b, at + 6, 2);
  r.add(resp_len, b, at + 8, 2);
}

void add_rr_header(const Message& m, uint32_t at, Item r) {
  r.add(resp_type, m.b, at, 2);
  r.add(m.multicast() ? resp_class_mdns : resp_class, m.b, at + 2, 2);
  if (m.multicast()) r.add(resp_flush, m.b, at + 2, 2);
  uint32_t ttl = m.b.u32(at + 4);
  Item t = r.add(resp_ttl, m.b, at + 4, 4);
  if (t) {
    Text d;
    print_duration(ttl, d);
    t.append(" (%s)", d.str().c_str());
  }
  if (ttl & 0x80000000u) t.expert(ttl_high);
  r.add(resp_len, m.b, at + 8, 2);
}

void add_rdata(const DnsRecord& r) {
  if (r.type == kOpt) dissect_dns_options(r);
  else if (!dissect_dns_rdata(r) && !dissect_dns_rdata_security(r) && !dissect_dns_rdata_rare(r) && r.len) {
    if (r.it.live())
      r.it.expert(undecoded, r.c.fmt("Data of DNS type %u is not dissected: shown as bytes", r.type));
    r.it.add(rr_data, r.msg, r.off, r.len);
  }
}

// One resource record; returns the offset after it.
uint32_t add_record(const Message& m, uint32_t off, Item list) {
  Ctx& c = m.c;
  DnsName n = read_dns_name(c, m.b, off);
  uint32_t at = off + n.used;
  uint16_t type = m.b.u16(at), cls = m.b.u16(at + 2);
  m.b.u32(at + 4);
  uint32_t len = m.b.u16(at + 8);
  bool flush = m.multicast() && cls & 0x8000 && type != kOpt;
  std::string_view type_text = dns_type_name(c, type);
  if (c.col.writable()) c.col.info_text() << ' ' << type_text << (flush ? ", cache flush" : "");
  Item r;
  if (list.live()) {
    if (type == kOpt) {
      r = list.text(m.b, off, n.used + 10 + len, "%s: type %s", c.keep_z(n.text), c.keep_z(type_text));
      r.s(resp_name, m.b, off, n.used, n.text);
      add_opt_header(m.b, at, r);
    } else {
      r = list.text(m.b, off, n.used + 10 + len, "%s: type %s, class %s%s", c.keep_z(n.text), c.keep_z(type_text),
                    class_name(m.multicast() ? cls & 0x7fff : cls), flush ? ", cache flush" : "");
      add_owner(m, r, n, off, type);
      add_rr_header(m, at, r);
    }
  }
  // records with no data stand in updates' prerequisites; they have a type all the same
  if (len) add_rdata({c, m.b, at + 10, len, type, n.text, r});
  return at + 10 + len;
}

using Adder = uint32_t (*)(const Message&, uint32_t, Item);

uint32_t add_section(const Message& m, Item it, const char* title, uint32_t off, uint32_t count, Adder add) {
  if (!count) return off;
  uint32_t start = off;
  Item list = it.text(m.b, off, 0, "%s", title);
  // each entry takes at least five bytes, so reading fails before the loop gets long
  for (uint32_t i = 0; i < count; i++) off = add(m, off, list);
  list.set_len(off - start);
  return off;
}

void add_pair(const Message& m, Item it, const DnsPair& p, Item id_item) {
  const Buf& b = m.b;
  if (m.is_response()) {
    if (p.retransmission) {
      id_item.expert(repeat_response, m.c.fmt("DNS response retransmission. Original response in frame %u", p.response));
      it.u(retransmit_response_in, b, 0, 0, p.response).gen();
      it.u(retransmission, b, 0, 0, 1).gen();
    } else if (p.request) {
      it.u(response_to, b, 0, 0, p.request).gen();
      it.i(time, b, 0, 0, m.c.frame.ts_ns - m.c.session.frames.meta(p.request).ts_ns).gen();
    } else {
      it.u(unsolicited, b, 0, 0, 1).gen();
    }
    return;
  }
  if (p.retransmission) {
    id_item.expert(repeat_request, m.c.fmt("DNS query retransmission. Original request in frame %u", p.request));
    it.u(retransmit_request_in, b, 0, 0, p.request).gen();
    it.u(retransmission, b, 0, 0, 1).gen();
  } else if (p.response) {
    it.u(response_in, b, 0, 0, p.response).gen();
  }
}

void add_counts(const Message& m, Item it) {
  bool update = m.opcode() == kUpdate;
  it.add(update ? count_zones : count_queries, m.b, 4, 2);
  it.add(update ? count_prerequisites : count_answers, m.b, 6, 2);
  it.add(update ? count_updates : count_auth, m.b, 8, 2);
  it.add(count_add, m.b, 10, 2);
}

void dissect_message(const Buf& b, Ctx& c, Item root, const Protocol& layer, const Buf* prefix) {
  Message m{c, b, layer};
  m.id = b.u16(0);
  m.flags = b.u16(2);
  start_info(m);
  // several messages may share a TCP segment (one layer): told apart by where they start
  uint16_t nth = prefix ? static_cast<uint16_t>(0x8000u | (b.base() & 0x7fff)) : c.nth(layer);
  DnsPair pair = pair_dns(c, layer, nth, m.id, m.is_response());
  if (!root.live() && !c.col.writable()) return;
  Item it = prefix ? root.proto(layer, *prefix, 0, prefix->size()) : root.proto(layer, b, 0, b.size());
  if (it) it.label("%s (%s)", layer.name, m.is_response() ? "response" : "query");
  if (prefix) it.add(length, *prefix, 0, 2);
  Item id_item = it.add(id, b, 0, 2);
  add_flags(m, it);
  add_counts(m, it);
  uint32_t quest = b.u16(4), ans = b.u16(6), auth = b.u16(8), add = b.u16(10), off = kHeader;
  bool update = m.opcode() == kUpdate;
  off = add_section(m, it, update ? "Zone" : "Queries", off, quest, add_question);
  off = add_section(m, it, update ? "Prerequisites" : "Answers", off, ans, add_record);
  off = add_section(m, it, update ? "Updates" : "Authoritative nameservers", off, auth, add_record);
  off = add_section(m, it, "Additional records", off, add, add_record);
  add_pair(m, it, pair, id_item);
  if (b.captured_left(off) && !prefix) {
    Item x = it.add(extraneous_data, b, off, b.captured_left(off));
    it.i(extraneous_length, b, off, 0, b.captured_left(off)).gen();
    x.expert(extraneous);
  }
}

uint32_t dissect_as(const Buf& b, Ctx& c, Item root, const Protocol& layer, const char* column) {
  c.data = nullptr;
  c.col.protocol(column);
  c.col.clear_info();
  dissect_message(b, c, root, layer, nullptr);
  return b.size();
}

uint32_t dissect_mdns(Buf b, Ctx& c, Item root) { return dissect_as(b, c, root, mdns, "MDNS"); }
uint32_t dissect_llmnr(Buf b, Ctx& c, Item root) { return dissect_as(b, c, root, llmnr, "LLMNR"); }

// The whole of one message over TCP, length included.
uint32_t dissect_one_tcp(Buf b, Ctx& c, Item root) {
  c.col.protocol("DNS");
  c.col.clear_info();
  dissect_message(b.sub(2), c, root, proto, &b);
  return b.size();
}

uint32_t length_of(const Buf& b, uint32_t off, Ctx&) { return b.u16(off) + 2u; }

uint32_t dissect_dns(Buf b, Ctx& c, Item root) {
  if (c.ports == PortKind::Tcp) {
    c.data = nullptr;
    return tcp_pdus(b, c, root, 2, length_of, dissect_one_tcp);
  }
  return dissect_as(b, c, root, proto, "DNS");
}

// Port-independent: a plain query or response with one question whose name and class are sound.
bool looks_like_dns(Buf b, Ctx& c, Item root) {
  // the name service of NetBIOS (RFC 1002 4.2) has the same header, but is another protocol
  constexpr uint16_t kNetBiosNames = 137;
  if (c.sport == kNetBiosNames || c.dport == kNetBiosNames) return false;
  if (b.captured() < kHeader + 5) return false;
  uint16_t f = b.u16(2);
  uint32_t quest = b.u16(4), ans = b.u16(6), auth = b.u16(8), add = b.u16(10);
  if (f & 0x7800 || f & 0x0040 || quest != 1 || ans > 20 || auth > 20 || add > 20) return false;
  if (!(f & kResponseBit) && (f & 15 || ans || auth || add > 2)) return false;
  uint32_t at = kHeader, chars = 0;
  for (uint8_t n = b.u8(at); n; n = b.u8(at)) {
    if (n > 63 || !b.has(at, n + 2u)) return false;
    at += n + 1u;
    chars += n + 1u;
  }
  if (chars > 255 || !chars || !b.has(at, 5)) return false;
  uint16_t type = b.u16(at + 1), cls = b.u16(at + 3);
  if (!name_of(vals(kDnsTypeNames), type) || !type || !name_of(vals(kClasses), cls)) return false;
  dissect_as(b, c, root, proto, "DNS");
  return true;
}

}  // namespace

Protocol& dns_protocol() {
  static Protocol p("dns", "DNS", "Domain Name System", dissect_dns);
  return p;
}

const FieldDef& dns_type_field() { return resp_type; }

std::string_view dns_type_name(Ctx& c, uint16_t type) {
  const char* n = name_of(vals(kDnsTypeNames), type);
  return n ? std::string_view(n) : c.fmt("Unknown (%u)", type);
}

void DnsRecord::summary(const char* label, std::string_view text) const {
  if (c.col.writable()) c.col.info_text() << ' ' << text;
  if (!it) return;
  Item node = it;
  Text t;
  t << ", " << label << (*label ? " " : "") << text;
  node.append_text(t.view());
}

void register_dns(Registry& r) {
  for (Protocol* p : {&proto, &mdns, &llmnr}) {
    p->place = Protocol::Place::Application;
    p->speaks = &proto;
    r.add(*p);
  }
  r.attach("udp.port", 53, proto);
  r.attach("udp.port", 5353, mdns);
  r.attach("udp.port", 5355, llmnr);
  r.attach("tcp.port", 53, proto);
  r.attach("tcp.port", 5353, proto);
  r.attach_heuristic("udp", proto, looks_like_dns);
}

}  // namespace strato::protocols
