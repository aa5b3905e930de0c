// Options of IPv6's hop-by-hop and destination headers: padding (RFC 8200), router alert (RFC 2711), tunnel limit
// (RFC 2473), jumbo payload (RFC 2675), home address (RFC 6275), RPL (RFC 6553), path MTU (RFC 9268).
#include "packet/registry.h"
#include "protocols/ipv6.h"

namespace strato::protocols {
namespace {

const ValueString kTypes[] = {{0, "Pad1"},
                              {1, "PadN"},
                              {4, "Tunnel Encapsulation Limit"},
                              {5, "Router Alert"},
                              {7, "CALIPSO"},
                              {8, "SMF_DPD"},
                              {15, "Performance and Diagnostic Metrics"},
                              {30, "Experimental (0x1E)"},
                              {38, "Quick-Start"},
                              {48, "Path MTU Option"},
                              {49, "IOAM Option"},
                              {62, "Experimental (0x3E)"},
                              {94, "Experimental (0x5E)"},
                              {99, "RPL Option"},
                              {109, "MPL Option"},
                              {126, "Experimental (0x7E)"},
                              {138, "Endpoint Identification"},
                              {139, "ILNP Nonce"},
                              {140, "Line-Identification Option"},
                              {194, "Jumbo Payload"},
                              {201, "Home Address"},
                              {238, "IP_DFF"}};
const ValueString kActions[] = {{0, "Skip and continue"},
                                {1, "Discard"},
                                {2, "Discard and send ICMP Parameter Problem"},
                                {3, "Discard and send ICMP if not multicast"}};
const ValueString kAlerts[] = {{0, "MLD"}, {1, "RSVP"}, {2, "Active Network"}};
const TrueFalse kYesNo = {"Yes", "No"};

Protocol& proto = ipv6_protocol();
FieldDef opt(proto, "ipv6.opt", "IPv6 Option", FT::None);
FieldDef type(proto, "ipv6.opt.type", "Type", FT::Uint8, Base::Hex, vals(kTypes));
FieldDef action(proto, "ipv6.opt.type.action", "Action", FT::Uint8, Base::Dec, vals(kActions), 0xc0);
FieldDef change(proto, "ipv6.opt.type.change", "May Change", FT::Boolean, Base::None, tfs(kYesNo), 0x20);
FieldDef rest(proto, "ipv6.opt.type.rest", "Low-Order Bits", FT::Uint8, Base::Hex, {}, 0x1f);
FieldDef length(proto, "ipv6.opt.length", "Length", FT::Uint8, Base::Dec);
FieldDef pad1(proto, "ipv6.opt.pad1", "Pad1", FT::None);
FieldDef padn(proto, "ipv6.opt.padn", "PadN", FT::Bytes);
FieldDef tel(proto, "ipv6.opt.tel", "Tunnel Encapsulation Limit", FT::Uint8, Base::Dec);
FieldDef router_alert(proto, "ipv6.opt.router_alert", "Router Alert", FT::Uint16, Base::Dec, vals(kAlerts));
FieldDef jumbo(proto, "ipv6.opt.jumbo", "Payload Length", FT::Uint32, Base::Dec);
FieldDef home(proto, "ipv6.opt.mipv6.home_address", "MIPv6 Home Address", FT::IPv6);
FieldDef rpl_flag(proto, "ipv6.opt.rpl.flag", "Flag", FT::Uint8, Base::Hex);
FieldDef rpl_instance(proto, "ipv6.opt.rpl.instance_id", "RPLInstanceID", FT::Uint8, Base::Hex);
FieldDef rpl_rank(proto, "ipv6.opt.rpl.sender_rank", "Sender Rank", FT::Uint16, Base::Hex);
FieldDef pmtu_min(proto, "ipv6.opt.pmtu.min", "Minimum Reported PMTU", FT::Uint16, Base::Dec);
FieldDef pmtu_rtn(proto, "ipv6.opt.pmtu.rtn", "Return Minimum PMTU", FT::Uint16, Base::Dec);
FieldDef unknown(proto, "ipv6.opt.unknown", "Unknown Option Payload", FT::Bytes);
ExpertDef jumbo_prohibited(proto, "ipv6.opt.jumbo.prohibited", Severity::Error, Group::Malformed,
                           "When IPv6 payload length does not equal 0 a Jumbo Payload option must not be present");
ExpertDef jumbo_truncated(proto, "ipv6.opt.jumbo.truncated", Severity::Error, Group::Malformed,
                          "Jumbo Payload option present and jumbo length < 65536");
ExpertDef bad_length(proto, "ipv6.opt.invalid_len", Severity::Error, Group::Malformed, "Invalid IPv6 option length");

void add_type(Item o, const Buf& b, uint32_t at) {
  Item t = o.add(type, b, at, 1);
  t.add(action, b, at, 1);
  t.add(change, b, at, 1);
  t.add(rest, b, at, 1);
}

void add_jumbo(Item o, const Buf& b, uint32_t at, Ipv6Call& call) {
  Item j = o.add(jumbo, b, at, 4);
  if (!call.zero_plen) j.expert(jumbo_prohibited);
  if (b.u32(at) < 65536) j.expert(jumbo_truncated);
  call.jumbo = true;
}

void add_data(Item o, const Buf& b, uint8_t kind, uint32_t at, uint32_t n, Ipv6Call& call) {
  switch (kind) {
    case 1: {
      Item p = o.add(padn, b, at, n);
      if (p && !n) p.label("PadN: <none>");
      break;
    }
    case 4:
      if (n == 1) o.add(tel, b, at, 1);
      else o.expert(bad_length);
      break;
    case 5:
      if (n == 2) o.add(router_alert, b, at, 2);
      else o.expert(bad_length);
      break;
    case 48:
      if (n < 4) break;
      o.add(pmtu_min, b, at, 2);
      o.add(pmtu_rtn, b, at + 2, 2);
      break;
    case 99:
      if (n < 4) break;
      o.add(rpl_flag, b, at, 1);
      o.add(rpl_instance, b, at + 1, 1);
      o.add(rpl_rank, b, at + 2, 2);
      break;
    case 194:
      if (n == 4) add_jumbo(o, b, at, call);
      else o.expert(bad_length);
      break;
    case 201:
      if (n == 16) o.add(home, b, at, 16);
      else o.expert(bad_length);
      break;
    default:
      if (n) o.add(unknown, b, at, n);
  }
}

}  // namespace

void dissect_ipv6_options(Ctx& c, const Buf& b, uint32_t at, uint32_t end, Item it, Ipv6Call& call) {
  (void)c;
  while (at < end) {
    uint8_t kind = b.u8(at);
    if (kind == 0) {
      Item o = it.add(pad1, b, at, 1);
      add_type(o, b, at);
      at++;
      continue;
    }
    uint32_t n = b.u8(at + 1);
    b.need(at + 2, n);
    Item o = it.add(opt, b, at, n + 2);
    const char* name = name_of(vals(kTypes), kind);
    if (o) o.label("%s", name ? name : "Unknown IPv6 Option");
    add_type(o, b, at);
    o.add(length, b, at + 1, 1);
    add_data(o, b, kind, at + 2, n, call);
    at += 2 + n;
  }
}

}  // namespace strato::protocols
