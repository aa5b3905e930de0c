// ICMPv6 (RFC 4443, RFC 8335; node information RFC 4620).
#include "protocols/icmpv6.h"

#include "packet/registry.h"
#include "protocols/checksum.h"
#include "protocols/ethernet.h"
#include "protocols/icmp_embedded.h"
#include "protocols/icmp_ext.h"
#include "protocols/icmp_match.h"
#include "protocols/ip.h"

namespace strato::protocols {
namespace {

uint32_t dissect_icmpv6(Buf b, Ctx& c, Item root);

enum Type : uint8_t {
  kUnreachable = 1, kTooBig = 2, kTimeExceeded = 3, kParameterProblem = 4, kEcho = 128, kEchoReply = 129,
  kListenerQuery = 130, kListenerDone = 132, kRouterSolicitation = 133, kRedirect = 137, kRenumbering = 138,
  kNodeQuery = 139, kNodeReply = 140, kListenerReport2 = 143, kExperimentalMobility = 150, kFmip = 154, kRpl = 155,
  kExtendedEcho = 160, kExtendedEchoReply = 161
};

const RangeString kTypes[] = {{1, 1, "Destination Unreachable"},
                              {2, 2, "Packet Too Big"},
                              {3, 3, "Time Exceeded"},
                              {4, 4, "Parameter Problem"},
                              {100, 101, "Private experimentation"},
                              {127, 127, "Reserved for expansion of ICMPv6 error messages"},
                              {128, 128, "Echo (ping) request"},
                              {129, 129, "Echo (ping) reply"},
                              {130, 130, "Multicast Listener Query"},
                              {131, 131, "Multicast Listener Report"},
                              {132, 132, "Multicast Listener Done"},
                              {133, 133, "Router Solicitation"},
                              {134, 134, "Router Advertisement"},
                              {135, 135, "Neighbor Solicitation"},
                              {136, 136, "Neighbor Advertisement"},
                              {137, 137, "Redirect"},
                              {138, 138, "Router Renumbering"},
                              {139, 139, "Node Information Query"},
                              {140, 140, "Node Information Reply"},
                              {141, 141, "Inverse Neighbor Discovery Solicitation"},
                              {142, 142, "Inverse Neighbor Discovery Advertisement"},
                              {143, 143, "Multicast Listener Report Message v2"},
                              {144, 144, "Home Agent Address Discovery Request"},
                              {145, 145, "Home Agent Address Discovery Reply"},
                              {146, 146, "Mobile Prefix Solicitation"},
                              {147, 147, "Mobile Prefix Advertisement"},
                              {148, 148, "Certification Path Solicitation"},
                              {149, 149, "Certification Path Advertisement"},
                              {150, 150, "Experimental Mobility"},
                              {151, 151, "Multicast Router Advertisement"},
                              {152, 152, "Multicast Router Solicitation"},
                              {153, 153, "Multicast Router Termination"},
                              {154, 154, "FMIPv6"},
                              {155, 155, "RPL Control"},
                              {156, 156, "Locator Update"},
                              {157, 157, "Duplicate Address Request"},
                              {158, 158, "Duplicate Address Confirmation"},
                              {159, 159, "MPL Control Message"},
                              {160, 160, "Extended Echo request"},
                              {161, 161, "Extended Echo reply"},
                              {200, 201, "Private experimentation"},
                              {255, 255, "Reserved for expansion of ICMPv6 informational messages"}};
const RangeString kUnreachableCodes[] = {{0, 0, "no route to destination"},
                                         {1, 1, "Administratively prohibited"},
                                         {2, 2, "Beyond scope of source address"},
                                         {3, 3, "Address unreachable"},
                                         {4, 4, "Port unreachable"},
                                         {5, 5, "Source address failed ingress/egress policy"},
                                         {6, 6, "Reject route to destination"},
                                         {7, 7, "Error in Source Routing Header"},
                                         {8, 255, "Unknown"}};
const ValueString kExceededCodes[] = {{0, "hop limit exceeded in transit"}, {1, "fragment reassembly time exceeded"}};
const ValueString kProblemCodes[] = {{0, "erroneous header field encountered"},
                                     {1, "unrecognized Next Header type encountered"},
                                     {2, "unrecognized IPv6 option encountered"},
                                     {3, "IPv6 First Fragment has incomplete IPv6 Header Chain"}};
const ValueString kRenumberingCodes[] = {{0, "Command"}, {1, "Result"}, {255, "Sequence Number Reset"}};
const ValueString kNodeQueryCodes[] = {{0, "Query subject = IPv6 addresses"},
                                       {1, "Query subject = DNS name or empty"},
                                       {2, "Query subject = IPv4 addresses"}};
const ValueString kNodeReplyCodes[] = {{0, "Successful"}, {1, "Refused"}, {2, "Unknown query type"}};
const ValueString kRplCodes[] = {{0, "DODAG Information Solicitation"},
                                 {1, "DODAG Information Object"},
                                 {2, "Destination Advertisement Object"},
                                 {3, "Destination Advertisement Object Acknowledgement"}};
const ValueString kNone[] = {{256, ""}};
const ValueString kExtEchoCodes[] = {{0, "No error"}};
const ValueString kExtReplyCodes[] = {{0, "No error"},
                                      {1, "Malformed Query"},
                                      {2, "No Such Interface"},
                                      {3, "No Such Table Entry"},
                                      {4, "Multiple Interfaces Satisfy Query"}};
const ValueString kStates[] = {{0, "Reserved"}, {1, "Incomplete"}, {2, "Reachable"}, {3, "Stale"},
                               {4, "Delay"},    {5, "Probe"},      {6, "Failed"}};
const TrueFalse kSet = {"Set", "Not set"};

Protocol& proto = icmpv6_protocol();
FieldDef type(proto, "icmpv6.type", "Type", FT::Uint8, Base::Dec, ranges(kTypes));
FieldDef code(proto, "icmpv6.code", "Code", FT::Uint8, Base::Dec);
FieldDef checksum(proto, "icmpv6.checksum", "Checksum", FT::Uint16, Base::Hex);
FieldDef checksum_status(proto, "icmpv6.checksum.status", "Checksum Status", FT::Uint8, Base::None,
                         vals(kChecksumStatus));
FieldDef reserved(proto, "icmpv6.reserved", "Reserved", FT::Bytes);
FieldDef data(proto, "icmpv6.data", "Data", FT::Bytes);
FieldDef mtu(proto, "icmpv6.mtu", "MTU", FT::Uint32, Base::Dec);
FieldDef pointer(proto, "icmpv6.pointer", "Pointer", FT::Uint32, Base::Dec);
FieldDef length(proto, "icmpv6.length", "Length of original datagram", FT::Uint8, Base::Dec);
FieldDef echo_id(proto, "icmpv6.echo.identifier", "Identifier", FT::Uint16, Base::Hex);
FieldDef echo_seq(proto, "icmpv6.echo.sequence_number", "Sequence", FT::Uint16, Base::Dec);
FieldDef resp_in(proto, "icmpv6.resp_in", "Response In", FT::FrameNum);
FieldDef resp_to(proto, "icmpv6.resp_to", "Response To", FT::FrameNum);
FieldDef resptime(proto, "icmpv6.resptime", "Response Time", FT::Double);
FieldDef ni_qtype(proto, "icmpv6.ni.qtype", "Qtype", FT::Uint16, Base::Dec);
FieldDef ni_flag(proto, "icmpv6.ni.flag", "Flags", FT::Uint16, Base::Hex);
FieldDef ni_nonce(proto, "icmpv6.ni.nonce", "Nonce", FT::Uint64, Base::Hex);
FieldDef ext_seq(proto, "icmpv6.ext.echo.seq", "Sequence number", FT::Uint8, Base::DecHex);
FieldDef ext_req_res(proto, "icmpv6.ext.echo.req.res", "Reserved", FT::Uint8, Base::Hex, {}, 0xfe);
FieldDef ext_req_local(proto, "icmpv6.ext.echo.req.local", "Local bit", FT::Boolean, Base::None, tfs(kSet), 0x01);
FieldDef ext_rsp_state(proto, "icmpv6.ext.echo.rsp.state", "State", FT::Uint8, Base::Dec, vals(kStates), 0xe0);
FieldDef ext_rsp_res(proto, "icmpv6.ext.echo.rsp.res", "Reserved", FT::Uint8, Base::Hex, {}, 0x18);
FieldDef ext_rsp_active(proto, "icmpv6.ext.echo.rsp.active", "Active bit", FT::Boolean, Base::None, tfs(kSet), 0x04);
FieldDef ext_rsp_ipv4(proto, "icmpv6.ext.echo.rsp.ipv4", "IPv4 bit", FT::Boolean, Base::None, tfs(kSet), 0x02);
FieldDef ext_rsp_ipv6(proto, "icmpv6.ext.echo.rsp.ipv6", "IPv6 bit", FT::Boolean, Base::None, tfs(kSet), 0x01);
ExpertDef checksum_bad(proto, "icmpv6.checksum_bad.expert", Severity::Warn, Group::Checksum, "Bad checksum");
ExpertDef no_response(proto, "icmpv6.resp_not_found", Severity::Warn, Group::Sequence, "Response not found");

Strings codes_of(uint8_t t) {
  switch (t) {
    case kUnreachable: return ranges(kUnreachableCodes);
    case kTimeExceeded: return vals(kExceededCodes);
    case kParameterProblem: return vals(kProblemCodes);
    case kRenumbering: return vals(kRenumberingCodes);
    case kNodeQuery: return vals(kNodeQueryCodes);
    case kNodeReply: return vals(kNodeReplyCodes);
    case kExperimentalMobility: case kFmip: return vals(kNone);
    case kRpl: return vals(kRplCodes);
    case kExtendedEcho: return vals(kExtEchoCodes);
    case kExtendedEchoReply: return vals(kExtReplyCodes);
    default: return {};
  }
}

void add_start(Item it, Ctx& c, const Buf& b, uint8_t t, uint8_t code_value) {
  const char* name = name_of(ranges(kTypes), t);
  if (c.col.writable()) {
    if (name) c.col.info(name);
    else c.col.fmt_info("Unknown (%u)", t);
  }
  Item ti = it.add(type, b, 0, 1);
  if (ti) ti.label("Type: %s (%u)", name ? name : "Unknown", t);
  Item ci = it.add(code, b, 1, 1);
  Strings codes = codes_of(t);
  if (codes.kind == Strings::Kind::None) return;
  const char* code_name = name_of(codes, code_value);
  if (ci) ci.append(" (%s)", code_name ? code_name : "Unknown");
  if (!c.col.writable()) return;
  if (code_name) c.col.fmt_info(" (%s)", code_name);
  else c.col.fmt_info(" (Unknown (%u))", code_value);
}

void add_checksum(Item it, Ctx& c, const Buf& b) {
  Item s = it.add(checksum, b, 2, 2);
  if (!it.live()) {
    b.u16(2);
    return;
  }
  bool can = !c.fragmented && !c.in_error && b.captured() >= b.size() && c.net_src.type == Address::Type::IPv6;
  if (!can) {
    s.append(" [unverified] [%s]", c.in_error ? "in ICMP error packet"
                                   : c.fragmented ? "fragmented datagram" : "not all data available");
    it.u(checksum_status, b, 2, 2, static_cast<uint64_t>(ChecksumStatus::Unverified)).gen();
    return;
  }
  uint16_t rest = InternetSum().add(c.net_src.data, 16).add(c.net_dst.data, 16).add32(b.size()).add32(58)
                      .add(b.need(0, b.size()), b.size()).finish();
  if (!rest) {
    s.append_text(" [correct]");
    it.u(checksum_status, b, 2, 2, static_cast<uint64_t>(ChecksumStatus::Good)).gen();
    return;
  }
  uint16_t want = checksum_should_be(b.u16(2), rest);
  s.append(" incorrect, should be 0x%04x", want);
  s.expert(checksum_bad, c.fmt("Bad checksum [should be 0x%04x]", want));
  it.u(checksum_status, b, 2, 2, static_cast<uint64_t>(ChecksumStatus::Bad)).gen();
}

// Request and reply differ by 0x0100 in the sum: see icmp.cc.
uint16_t request_checksum(uint16_t held, uint8_t t) {
  if (t == kEcho) return held;
  uint32_t sum = static_cast<uint16_t>(~held) + 0xfeffu;
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
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
    } else if (!c.first_pass && r && c.net_dst.data[0] == 0xff) {
      c.col.add_info(" (multicast)");
    } else if (!c.first_pass && r) {
      c.col.add_info(" (no response found!)");
      it.expert(no_response, "No response seen to ICMPv6 request");
    }
  } else if (r && r->peer) {
    c.col.fmt_info(" (request in %u)", r->peer);
    it.u(resp_to, b, 0, 0, r->peer).gen();
    double ms = echo_ms(c, r->peer, c.frame.number);
    it.d(resptime, b, 0, 0, ms).gen().label("Response Time: %.3f ms", ms);
  }
}

void dissect_echo(Ctx& c, const Buf& b, uint8_t t, const IpCall& ip, Item it) {
  it.add(echo_id, b, 4, 2);
  it.add(echo_seq, b, 6, 2);
  if (c.col.writable()) {
    c.col.fmt_info(" id=0x%04x, seq=%u", b.u16(4), b.u16(6));
    if (ip.version) c.col.fmt_info(", hop limit=%u", ip.ttl);
  }
  match_echo(it, c, b, t);
  if (b.size() > 8) c.show_data(b.sub(8), it);
}


void dissect_error(Ctx& c, const Buf& b, uint8_t t, Item it) {
  uint32_t original = 0;
  if (t == kTooBig) it.add(mtu, b, 4, 4);
  else if (t == kParameterProblem) it.add(pointer, b, 4, 4);
  else {
    original = b.u8(4) * 8u;
    if (original) {
      it.add(length, b, 4, 1);
      it.add(reserved, b, 5, 3);
    } else {
      it.add(reserved, b, 4, 4);
    }
  }
  dissect_embedded(c, find_ethertype(0x86dd), b.sub(8), it);
  if (original && b.size() > 8 + original) dissect_icmp_extensions(c, b.sub(8 + original), it);
}

void dissect_extended_echo(Ctx& c, const Buf& b, uint8_t t, Item it) {
  it.add(echo_id, b, 4, 2);
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

void dissect_node_information(const Buf& b, Item it) {
  it.add(ni_qtype, b, 4, 2);
  it.add(ni_flag, b, 6, 2);
  it.add(ni_nonce, b, 8, 8);
  if (b.captured_left(16)) it.add(data, b, 16, b.captured_left(16));
}

void dissect_body(Ctx& c, const Buf& b, uint8_t t, const IpCall& ip, Item it) {
  if (t >= kUnreachable && t <= kParameterProblem) dissect_error(c, b, t, it);
  else if (t == kEcho || t == kEchoReply) dissect_echo(c, b, t, ip, it);
  else if ((t >= kListenerQuery && t <= kListenerDone) || t == kListenerReport2) dissect_multicast_listener(b, t, it);
  else if (t >= kRouterSolicitation && t <= kRedirect) dissect_neighbour_discovery(c, b, t, it);
  else if (t == kNodeQuery || t == kNodeReply) dissect_node_information(b, it);
  else if (t == kExtendedEcho || t == kExtendedEchoReply) dissect_extended_echo(c, b, t, it);
  else if (b.captured_left(4)) it.add(data, b, 4, b.captured_left(4));
}

uint32_t dissect_icmpv6(Buf b, Ctx& c, Item root) {
  IpCall ip = take_ip_call(c);
  c.col.protocol("ICMPv6");
  c.col.clear_info();
  Item it = root.proto(proto, b, 0, b.size());
  uint8_t t = b.u8(0), code_value = b.u8(1);
  add_start(it, c, b, t, code_value);
  add_checksum(it, c, b);
  dissect_body(c, b, t, ip, it);
  return b.size();
}

}  // namespace

Protocol& icmpv6_protocol() {
  static Protocol p("icmpv6", "ICMPv6", "Internet Control Message Protocol v6", dissect_icmpv6);
  return p;
}

void register_icmpv6(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  r.attach("ip.proto", 58, proto);
}

}  // namespace strato::protocols
