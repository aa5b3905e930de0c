// ICMP (RFC 792, 950, 1191, 1256, 4884, 8335).
#include <cstdlib>

#include "packet/registry.h"
#include "protocols/checksum.h"
#include "protocols/ethernet.h"
#include "protocols/icmp_embedded.h"
#include "protocols/icmp_ext.h"
#include "protocols/icmp_match.h"
#include "protocols/ip.h"

namespace strato::protocols {
namespace {

uint32_t dissect_icmp(Buf b, Ctx& c, Item root);

enum Type : uint8_t {
  kEchoReply = 0, kUnreachable = 3, kSourceQuench = 4, kRedirect = 5, kAlternateHost = 6, kEcho = 8,
  kRouterAdvertisement = 9, kTimeExceeded = 11, kParameterProblem = 12, kTimestamp = 13, kTimestampReply = 14,
  kInformation = 15, kInformationReply = 16, kMask = 17, kMaskReply = 18, kPhoturis = 40, kExtendedEcho = 42,
  kExtendedEchoReply = 43
};

const ValueString kTypes[] = {{0, "Echo (ping) reply"},
                              {1, "Reserved"},
                              {2, "Reserved"},
                              {3, "Destination unreachable"},
                              {4, "Source quench (flow control)"},
                              {5, "Redirect"},
                              {6, "Alternate host address"},
                              {8, "Echo (ping) request"},
                              {9, "Router advertisement"},
                              {10, "Router solicitation"},
                              {11, "Time-to-live exceeded"},
                              {12, "Parameter problem"},
                              {13, "Timestamp request"},
                              {14, "Timestamp reply"},
                              {15, "Information request"},
                              {16, "Information reply"},
                              {17, "Address mask request"},
                              {18, "Address mask reply"},
                              {19, "Reserved (for security)"},
                              {30, "Traceroute"},
                              {31, "Datagram Conversion Error"},
                              {32, "Mobile Host Redirect"},
                              {33, "IPv6 Where-Are-You"},
                              {34, "IPv6 I-Am-Here"},
                              {35, "Mobile Registration Request"},
                              {36, "Mobile Registration Reply"},
                              {37, "Domain Name Request"},
                              {38, "Domain Name Reply"},
                              {39, "SKIP"},
                              {40, "Photuris"},
                              {41, "Experimental mobility protocols"},
                              {42, "Extended Echo request"},
                              {43, "Extended Echo reply"}};
const ValueString kUnreachableCodes[] = {{0, "Network unreachable"},
                                         {1, "Host unreachable"},
                                         {2, "Protocol unreachable"},
                                         {3, "Port unreachable"},
                                         {4, "Fragmentation needed"},
                                         {5, "Source route failed"},
                                         {6, "Destination network unknown"},
                                         {7, "Destination host unknown"},
                                         {8, "Source host isolated"},
                                         {9, "Network administratively prohibited"},
                                         {10, "Host administratively prohibited"},
                                         {11, "Network unreachable for TOS"},
                                         {12, "Host unreachable for TOS"},
                                         {13, "Communication administratively filtered"},
                                         {14, "Host precedence violation"},
                                         {15, "Precedence cutoff in effect"}};
const ValueString kRedirectCodes[] = {{0, "Redirect for network"},
                                      {1, "Redirect for host"},
                                      {2, "Redirect for TOS and network"},
                                      {3, "Redirect for TOS and host"}};
const ValueString kAlternateCodes[] = {{0, "Alternate address for host"}};
const ValueString kAdvertisementCodes[] = {{0, "Normal router advertisement"},
                                           {16, "Does not route common traffic"}};
const ValueString kExceededCodes[] = {{0, "Time to live exceeded in transit"},
                                      {1, "Fragment reassembly time exceeded"}};
const ValueString kProblemCodes[] = {
    {0, "Pointer indicates the error"}, {1, "Required option missing"}, {2, "Bad length"}};
const ValueString kPhoturisCodes[] = {{0, "Bad SPI"},
                                      {1, "Authentication Failed"},
                                      {2, "Decompression Failed"},
                                      {3, "Decryption Failed"},
                                      {4, "Need Authentication"},
                                      {5, "Need Authorization"}};
const ValueString kExtEchoCodes[] = {{0, "No error"}};
const ValueString kExtReplyCodes[] = {{0, "No error"},
                                      {1, "Malformed Query"},
                                      {2, "No Such Interface"},
                                      {3, "No Such Table Entry"},
                                      {4, "Multiple Interfaces Satisfy Query"}};
const ValueString kStates[] = {{0, "Reserved"}, {1, "Incomplete"}, {2, "Reachable"}, {3, "Stale"},
                               {4, "Delay"},    {5, "Probe"},      {6, "Failed"}};
const TrueFalse kSet = {"Set", "Not set"};

Protocol& proto = icmp_protocol();
FieldDef type(proto, "icmp.type", "Type", FT::Uint8, Base::Dec, vals(kTypes));
FieldDef code(proto, "icmp.code", "Code", FT::Uint8, Base::Dec);
FieldDef checksum(proto, "icmp.checksum", "Checksum", FT::Uint16, Base::Hex);
FieldDef checksum_status(proto, "icmp.checksum.status", "Checksum Status", FT::Uint8, Base::None,
                         vals(kChecksumStatus));
FieldDef unused(proto, "icmp.unused", "Unused", FT::Bytes);
FieldDef ident(proto, "icmp.ident", "Identifier (BE)", FT::Uint16, Base::DecHex);
FieldDef ident_le(proto, "icmp.ident_le", "Identifier (LE)", FT::Uint16, Base::DecHex);
FieldDef seq(proto, "icmp.seq", "Sequence Number (BE)", FT::Uint16, Base::DecHex);
FieldDef seq_le(proto, "icmp.seq_le", "Sequence Number (LE)", FT::Uint16, Base::DecHex);
FieldDef mtu(proto, "icmp.mtu", "MTU of next hop", FT::Uint16, Base::Dec);
FieldDef num_addrs(proto, "icmp.num_addrs", "Number of addresses", FT::Uint8, Base::Dec);
FieldDef addr_entry_size(proto, "icmp.addr_entry_size", "Address entry size", FT::Uint8, Base::Dec);
FieldDef lifetime(proto, "icmp.lifetime", "Lifetime", FT::Uint16, Base::Dec);
FieldDef router_address(proto, "icmp.router_address", "Router address", FT::IPv4);
FieldDef pref_level(proto, "icmp.pref_level", "Preference level", FT::Int32, Base::Dec);
FieldDef pointer(proto, "icmp.pointer", "Pointer", FT::Uint32, Base::Dec);
FieldDef originate(proto, "icmp.originate_timestamp", "Originate Timestamp", FT::Uint32, Base::Dec);
FieldDef receive(proto, "icmp.receive_timestamp", "Receive Timestamp", FT::Uint32, Base::Dec);
FieldDef transmit(proto, "icmp.transmit_timestamp", "Transmit Timestamp", FT::Uint32, Base::Dec);
FieldDef address_mask(proto, "icmp.address_mask", "Address Mask", FT::IPv4);
FieldDef redir_gw(proto, "icmp.redir_gw", "Gateway Address", FT::IPv4);
FieldDef length(proto, "icmp.length", "Length", FT::Uint8, Base::Dec);
FieldDef length_original(proto, "icmp.length.original_datagram", "Length of original datagram", FT::Uint8, Base::Dec);
FieldDef resp_in(proto, "icmp.resp_in", "Response frame", FT::FrameNum);
FieldDef resp_to(proto, "icmp.resp_to", "Request frame", FT::FrameNum);
FieldDef resptime(proto, "icmp.resptime", "Response time", FT::Double);
FieldDef data_time(proto, "icmp.data_time", "Timestamp from icmp data", FT::AbsTime, Base::Utc);
FieldDef data_time_relative(proto, "icmp.data_time_relative", "Timestamp from icmp data (relative)", FT::RelTime);
FieldDef ext_seq(proto, "icmp.ext.echo.seq", "Sequence Number", FT::Uint8, Base::DecHex);
FieldDef ext_req_res(proto, "icmp.ext.echo.req.res", "Reserved", FT::Uint8, Base::Hex, {}, 0xfe);
FieldDef ext_req_local(proto, "icmp.ext.echo.req.local", "Local bit", FT::Boolean, Base::None, tfs(kSet), 0x01);
FieldDef ext_rsp_state(proto, "icmp.ext.echo.rsp.state", "State", FT::Uint8, Base::Dec, vals(kStates), 0xe0);
FieldDef ext_rsp_res(proto, "icmp.ext.echo.rsp.res", "Reserved", FT::Uint8, Base::Hex, {}, 0x18);
FieldDef ext_rsp_active(proto, "icmp.ext.echo.rsp.active", "Active bit", FT::Boolean, Base::None, tfs(kSet), 0x04);
FieldDef ext_rsp_ipv4(proto, "icmp.ext.echo.rsp.ipv4", "IPv4 bit", FT::Boolean, Base::None, tfs(kSet), 0x02);
FieldDef ext_rsp_ipv6(proto, "icmp.ext.echo.rsp.ipv6", "IPv6 bit", FT::Boolean, Base::None, tfs(kSet), 0x01);
ExpertDef checksum_bad(proto, "icmp.checksum_bad", Severity::Warn, Group::Checksum, "Bad checksum");
ExpertDef no_response(proto, "icmp.resp_not_found", Severity::Warn, Group::Sequence, "Response not found");

const Strings kNoCodes{};
const Strings kCodes[] = {vals(kUnreachableCodes), vals(kRedirectCodes),  vals(kAlternateCodes),
                          vals(kAdvertisementCodes), vals(kExceededCodes), vals(kProblemCodes),
                          vals(kPhoturisCodes),      vals(kExtEchoCodes),  vals(kExtReplyCodes)};

const Strings& codes_of(uint8_t t) {
  switch (t) {
    case kUnreachable: return kCodes[0];
    case kRedirect: return kCodes[1];
    case kAlternateHost: return kCodes[2];
    case kRouterAdvertisement: return kCodes[3];
    case kTimeExceeded: return kCodes[4];
    case kParameterProblem: return kCodes[5];
    case kPhoturis: return kCodes[6];
    case kExtendedEcho: return kCodes[7];
    case kExtendedEchoReply: return kCodes[8];
    default: return kNoCodes;
  }
}

bool has_id(uint8_t t) {
  return t == kEcho || t == kEchoReply || (t >= kTimestamp && t <= kMaskReply);
}

const char* type_name(uint8_t t, uint8_t code_value) {
  // router advertisements that announce mobility agents share the type (RFC 5944 2.1)
  if (t == kRouterAdvertisement && (code_value == 0 || code_value == 16)) {
    if (code_value == 16) return "Mobile IP Advertisement";
  }
  const char* n = name_of(vals(kTypes), t);
  return n ? n : "Unknown ICMP (obsolete or malformed?)";
}

void add_start(Item it, Ctx& c, const Buf& b, uint8_t t, uint8_t code_value) {
  const char* name = type_name(t, code_value);
  const Strings& codes = codes_of(t);
  const char* code_name = name_of(codes, code_value);
  bool coded = codes.kind != Strings::Kind::None;
  if (c.col.writable()) {
    c.col.fmt_info("%-20s", name);
    if (code_name) c.col.fmt_info(" (%s)", code_name);
    else if (coded) c.col.fmt_info(" (Unknown code: %u)", code_value);
  }
  Item ti = it.add(type, b, 0, 1);
  if (ti) ti.label("Type: %u (%s)", t, name);
  Item ci = it.add(code, b, 1, 1);
  if (!ci || !coded) return;
  if (code_name) ci.label("Code: %u (%s)", code_value, code_name);
  else ci.label("Code: %u (Unknown code: %u)", code_value, code_value);
}

void add_checksum(Item it, Ctx& c, const Buf& b) {
  uint16_t held = b.u16(2);
  Item s = it.add(checksum, b, 2, 2);
  if (!it.live()) return;
  auto status = ChecksumStatus::Unverified;
  if (!c.fragmented && !c.in_error && b.captured() >= b.size()) {
    uint16_t rest = InternetSum().add(b.need(0, b.size()), b.size()).finish();
    status = rest ? ChecksumStatus::Bad : ChecksumStatus::Good;
    if (!rest) {
      s.append_text(" [correct]");
    } else {
      uint16_t want = checksum_should_be(held, rest);
      s.append(" incorrect, should be 0x%04x", want);
      it.u(checksum_status, b, 2, 2, 0).gen().expert(checksum_bad, c.fmt("Bad checksum [should be 0x%04x]", want));
      return;
    }
  } else {
    s.append(" [unverified] [%s]", c.in_error ? "in ICMP error packet"
                                   : c.fragmented ? "fragmented datagram" : "not all data available");
  }
  it.u(checksum_status, b, 2, 2, static_cast<uint64_t>(status)).gen();
}

void add_id(Item it, Ctx& c, const Buf& b, const IpCall& ip) {
  uint32_t id = b.u16(4), sq = b.u16(6);
  it.add(ident, b, 4, 2);
  it.le(ident_le, b, 4, 2);
  it.add(seq, b, 6, 2);
  it.le(seq_le, b, 6, 2);
  if (!c.col.writable()) return;
  c.col.fmt_info(" id=0x%04x, seq=%u/%u", id, sq, (sq & 0xff) << 8 | sq >> 8);
  if (ip.version) c.col.fmt_info(", ttl=%u", ip.ttl);
}

// Request and reply of one ping differ by 0x0800 in the sum and by nothing else, so the request's checksum can be
// told from the reply's: pings of several programs with the same id and sequence are kept apart by it.
uint16_t request_checksum(uint16_t held, uint8_t t) {
  if (t == kEcho) return held;
  uint32_t sum = static_cast<uint16_t>(~held) + 0x0800u;
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// What Info says of a request to several hosts, which may well go unanswered; nullptr for one host.
const char* to_many(const Ctx& c) {
  if (c.net_dst.type != Address::Type::IPv4) return nullptr;
  uint32_t to = c.net_dst.v4();
  return to == 0xffffffffu ? " (broadcast)" : to >> 28 == 0xe ? " (multicast)" : nullptr;
}

void match_echo(Item it, Ctx& c, const Buf& b, uint8_t t) {
  if (c.in_error) return;
  if (c.first_pass) {
    uint32_t key = request_checksum(b.u16(2), t);
    if (t == kEcho) echo_request(c, proto, b.u32(4), key);
    else echo_reply(c, proto, b.u32(4), key);
  }
  const EchoRec* r = c.get<EchoRec>(proto, c.nth(proto));
  if (t == kEcho) {
    if (r && r->peer) {
      c.col.fmt_info(" (reply in %u)", r->peer);
      it.u(resp_in, b, 0, 0, r->peer).gen();
    } else if (!c.first_pass && r && to_many(c)) {
      c.col.add_info(to_many(c));
    } else if (!c.first_pass && r) {
      c.col.add_info(" (no response found!)");
      it.expert(no_response, "No response seen to ICMP request");
    }
  } else if (r && r->peer) {
    c.col.fmt_info(" (request in %u)", r->peer);
    it.u(resp_to, b, 0, 0, r->peer).gen();
    double ms = echo_ms(c, r->peer, c.frame.number);
    it.d(resptime, b, 0, 0, ms).gen().label("Response time: %.3f ms", ms);
  }
}

// Many pings start their data with the time of sending, seconds and microseconds in either byte order: taken for one
// when it lies within a day of the capture.
bool add_data_time(Item it, Ctx& c, const Buf& b) {
  if (b.captured_left(8) < 8 || !c.frame.has_ts) return false;
  constexpr int64_t kDay = 86400ll * 1000000000;
  int64_t best = kDay + 1, value = 0;
  for (bool le : {false, true}) {
    int64_t sec = le ? b.le32(8) : b.u32(8), usec = le ? b.le32(12) : b.u32(12);
    int64_t t = sec * 1000000000 + usec * 1000;
    if (std::llabs(c.frame.ts_ns - t) < best) best = std::llabs(c.frame.ts_ns - t), value = t;
  }
  if (best > kDay) return false;
  it.i(data_time, b, 8, 8, value);
  it.i(data_time_relative, b, 8, 8, c.frame.ts_ns - value).gen();
  return true;
}

void add_milliseconds(Item it, const FieldDef& f, const Buf& b, uint32_t off) {
  uint32_t v = b.u32(off);
  Item x = it.add(f, b, off, 4);
  if (!x) return;
  uint32_t ms = v % 1000, s = v / 1000;
  Text t;
  uint32_t days = s / 86400, hours = s / 3600 % 24, minutes = s / 60 % 60;
  if (days) t << days << (days == 1 ? " day, " : " days, ");
  if (days || hours) t << hours << (hours == 1 ? " hour, " : " hours, ");
  if (days || hours || minutes) t << minutes << (minutes == 1 ? " minute, " : " minutes, ");
  t.fmt("%u.%03u seconds", s % 60, ms);
  x.append(" (%s after midnight UTC)", t.str().c_str());
}

// The four bytes after the checksum of an error message.
void add_error_word(Item it, const Buf& b, uint8_t t, uint8_t code_value) {
  uint8_t words = b.u8(5);
  if (t == kParameterProblem) it.add(pointer, b, 4, 1);
  else if (words) it.add(unused, b, 4, 1);
  if (words) {
    it.add(length, b, 5, 1);
    it.u(length_original, b, 5, 1, words * 4u).gen();
  }
  if (t == kUnreachable && code_value == 4) {
    if (!words) it.add(unused, b, 4, 2);
    it.add(mtu, b, 6, 2);
  } else if (words) {
    it.add(unused, b, 6, 2);
  } else {
    uint32_t from = t == kParameterProblem ? 5 : 4;
    it.add(unused, b, from, 8 - from);
  }
}

// RFC 4884: the original datagram is padded to 128 bytes or to the length given (in 32-bit words).
constexpr uint32_t kPaddedDatagram = 128;

void dissect_error(Ctx& c, const Buf& b, uint8_t t, uint8_t code_value, Item it) {
  add_error_word(it, b, t, code_value);
  uint32_t original = b.u8(5) * 4u;
  Buf inner = b.sub(8);
  if (original && inner.captured() && t != kRedirect) {
    uint32_t header = (inner.u8(0) & 15u) * 4;
    inner = inner.clamp(0, original + header);
  }
  dissect_embedded(c, find_ethertype(0x0800), inner, it);
  if (b.size() <= 8 + kPaddedDatagram || b.u16(10) > kPaddedDatagram) return;
  dissect_icmp_extensions(c, b.sub(8 + (original ? original : kPaddedDatagram)), it);
}

void dissect_router_advertisement(const Buf& b, Ctx& c, Item it) {
  uint8_t count = b.u8(4), words = b.u8(5);
  it.add(num_addrs, b, 4, 1);
  it.add(addr_entry_size, b, 5, 1);
  uint32_t s = b.u16(6);
  Item l = it.add(lifetime, b, 6, 2);
  if (l) l.append(" (%u second%s)", s, s == 1 ? "" : "s");
  uint32_t at = 8;
  for (uint32_t i = 0; i < count && words >= 2; i++, at += words * 4u) {
    it.add(router_address, b, at, 4);
    it.add(pref_level, b, at + 4, 4);
  }
  if (at < b.size()) c.show_data(b.sub(at), it);
}

void dissect_body(Ctx& c, const Buf& b, uint8_t t, uint8_t code_value, Item it) {
  switch (t) {
    case kEcho: case kEchoReply:
      match_echo(it, c, b, t);
      if (b.size() > 8) c.show_data(b.sub(add_data_time(it, c, b) ? 16 : 8), it);
      break;
    case kUnreachable: case kSourceQuench: case kTimeExceeded: case kParameterProblem:
      dissect_error(c, b, t, code_value, it);
      break;
    case kRedirect:
      it.add(redir_gw, b, 4, 4);
      dissect_embedded(c, find_ethertype(0x0800), b.sub(8), it);
      break;
    case kRouterAdvertisement: dissect_router_advertisement(b, c, it); break;
    case kTimestamp: case kTimestampReply:
      add_milliseconds(it, originate, b, 8);
      add_milliseconds(it, receive, b, 12);
      add_milliseconds(it, transmit, b, 16);
      break;
    case kMask: case kMaskReply: it.add(address_mask, b, 8, 4); break;
    default: break;
  }
}

void dissect_extended_echo(Ctx& c, const Buf& b, uint8_t t, Item it) {
  it.add(ident, b, 4, 2);
  it.le(ident_le, b, 4, 2);
  it.add(ext_seq, b, 6, 1);
  if (t == kExtendedEcho) {
    it.add(ext_req_res, b, 7, 1);
    it.add(ext_req_local, b, 7, 1);
    if (b.size() > 8) dissect_icmp_extensions(c, b.sub(8), it);
    return;
  }
  for (const FieldDef* f : {&ext_rsp_state, &ext_rsp_res, &ext_rsp_active, &ext_rsp_ipv4, &ext_rsp_ipv6})
    it.add(*f, b, 7, 1);
  if (b.size() > 8) c.show_data(b.sub(8), it);
}

uint32_t dissect_icmp(Buf b, Ctx& c, Item root) {
  IpCall ip = take_ip_call(c);
  c.col.protocol("ICMP");
  c.col.clear_info();
  Item it = root.proto(proto, b, 0, b.size());
  uint8_t t = b.u8(0), code_value = b.u8(1);
  add_start(it, c, b, t, code_value);
  add_checksum(it, c, b);
  if (has_id(t)) add_id(it, c, b, ip);
  if (t == kExtendedEcho || t == kExtendedEchoReply) dissect_extended_echo(c, b, t, it);
  else dissect_body(c, b, t, code_value, it);
  return b.size();
}

}  // namespace

Protocol& icmp_protocol() {
  static Protocol p("icmp", "ICMP", "Internet Control Message Protocol", dissect_icmp);
  return p;
}

void register_icmp(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  r.attach("ip.proto", 1, proto);
}

}  // namespace strato::protocols
