// Logical link control (IEEE 802.2) with its SNAP extension (IEEE 802): what 802.3 frames with a length carry. Of what
// lies above only IP, what has an EtherType, and bridged Ethernet are followed.
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/ethernet.h"

namespace strato::protocols {
namespace {

uint32_t dissect_llc(Buf b, Ctx& c, Item root);

// service access points one may meet beside servers; the low bit (group, response) is taken off before
const ValueString kSaps[] = {{0x00, "NULL LSAP"}, {0x02, "LLC Sub-Layer Management"}, {0x04, "SNA Path Control"},
                             {0x06, "TCP/IP"}, {0x08, "SNA"}, {0x0c, "SNA"}, {0x10, "NetWare (unofficial?)"},
                             {0x42, "Spanning Tree BPDU"}, {0x82, "BACnet"}, {0x98, "ARP"}, {0xaa, "SNAP"},
                             {0xba, "Banyan Vines"}, {0xbc, "Banyan Vines"}, {0xe0, "NetWare"}, {0xf0, "NetBIOS"},
                             {0xf4, "IBM Net Management"}, {0xfc, "Remote Program Load"}, {0xfe, "ISO Network Layer"},
                             {0xff, "Global LSAP"}};
const TrueFalse kGroup = {"Group", "Individual"};
const TrueFalse kAnswer = {"Response", "Command"};
const TrueFalse kSet = {"Set", "Not set"};
const ValueString kFormats[] = {{0, "Information frame"}, {1, "Supervisory frame"}, {2, "Information frame"},
                                {3, "Unnumbered frame"}};
const ValueString kSupervisory[] = {{0, "Receiver ready"}, {1, "Receiver not ready"}, {2, "Reject"},
                                    {3, "Selective reject"}};
const ValueString kCommands[] = {{0x00, "Unnumbered Information"}, {0x10, "Disconnect"},
                                 {0x1b, "Set Asynchronous Balanced Mode Extended"}, {0x2b, "Exchange identification"},
                                 {0x38, "Test"}};
const ValueString kResponses[] = {{0x00, "Unnumbered Information"}, {0x03, "Disconnected mode"},
                                  {0x18, "Unnumbered Acknowledge"}, {0x21, "Frame reject"},
                                  {0x2b, "Exchange identification"}, {0x38, "Test"}};
const ValueString kShortSupervisory[] = {{0, "RR"}, {1, "RNR"}, {2, "REJ"}, {3, "SREJ"}};
const ValueString kShortCommands[] = {{0x00, "UI"}, {0x10, "DISC"}, {0x1b, "SABME"}, {0x2b, "XID"}, {0x38, "TEST"}};
const ValueString kShortResponses[] = {{0x00, "UI"}, {0x03, "DM"}, {0x18, "UA"}, {0x21, "FRMR"}, {0x2b, "XID"},
                                       {0x38, "TEST"}};
const ValueString kOrganizations[] = {{0x000000, "Officially Xerox, but 0:0:0:0:0:0 is more common"},
                                      {0x00000c, "Cisco Systems, Inc"}, {0x0000f8, "Digital Equipment Corporation"},
                                      {0x0080c2, "IEEE"}, {0x080007, "Apple, Inc."}};

Protocol proto("llc", "LLC", "Logical-Link Control", dissect_llc);
FieldDef dsap(proto, "llc.dsap", "DSAP", FT::Uint8, Base::Hex, vals(kSaps));
FieldDef dsap_sap(proto, "llc.dsap.sap", "SAP", FT::Uint8, Base::Hex, {}, 0xfe);
FieldDef dsap_ig(proto, "llc.dsap.ig", "IG Bit", FT::Boolean, Base::None, tfs(kGroup), 0x01);
FieldDef ssap(proto, "llc.ssap", "SSAP", FT::Uint8, Base::Hex, vals(kSaps));
FieldDef ssap_sap(proto, "llc.ssap.sap", "SAP", FT::Uint8, Base::Hex, {}, 0xfe);
FieldDef ssap_cr(proto, "llc.ssap.cr", "CR Bit", FT::Boolean, Base::None, tfs(kAnswer), 0x01);
FieldDef control(proto, "llc.control", "Control", FT::Uint16, Base::Hex);
FieldDef n_r(proto, "llc.control.n_r", "N(R)", FT::Uint16, Base::Dec, {}, 0xfe00);
FieldDef n_s(proto, "llc.control.n_s", "N(S)", FT::Uint16, Base::Dec, {}, 0x00fe);
FieldDef poll(proto, "llc.control.p", "Poll", FT::Boolean, Base::None, tfs(kSet), 0x0100);
FieldDef final_bit(proto, "llc.control.f", "Final", FT::Boolean, Base::None, tfs(kSet), 0x0100);
FieldDef poll_u(proto, "llc.control.p", "Poll", FT::Boolean, Base::None, tfs(kSet), 0x10);
FieldDef final_u(proto, "llc.control.f", "Final", FT::Boolean, Base::None, tfs(kSet), 0x10);
FieldDef s_type(proto, "llc.control.s_ftype", "Supervisory frame type", FT::Uint16, Base::Hex, vals(kSupervisory),
                0x0c);
FieldDef command(proto, "llc.control.u_modifier_cmd", "Command", FT::Uint8, Base::Hex, vals(kCommands), 0xec);
FieldDef response(proto, "llc.control.u_modifier_resp", "Response", FT::Uint8, Base::Hex, vals(kResponses), 0xec);
FieldDef format(proto, "llc.control.ftype", "Frame type", FT::Uint16, Base::Hex, vals(kFormats), 0x03);
FieldDef format_u(proto, "llc.control.ftype", "Frame type", FT::Uint8, Base::Hex, vals(kFormats), 0x03);
FieldDef format_i(proto, "llc.control.ftype", "Frame type", FT::Uint16, Base::Hex, vals(kFormats), 0x01);
FieldDef type(proto, "llc.type", "Type", FT::Uint16, Base::Hex, vals(kEtherTypes));
FieldDef oui(proto, "llc.oui", "Organization Code", FT::Uint24, Base::Dec);
FieldDef pid(proto, "llc.pid", "Protocol ID", FT::Uint16, Base::Hex);
FieldDef cisco_pid(proto, "llc.cisco_pid", "PID", FT::Uint16, Base::Hex);

constexpr uint8_t kSnap = 0xaa, kIp = 0x06;
constexpr uint8_t kXid = 0xaf, kUi = 0x03, kPollBit = 0x10;  // control octets of unnumbered frames
constexpr uint32_t kEthernetOui = 0x000000, kAppleTalkOui = 0x0000f8, kCiscoOui = 0x00000c, kBridgeOui = 0x0080c2;
constexpr uint16_t kBridgedEthernet = 7;  // without the frame check sequence

DissectorTable *linktypes, *saps;

const char* sap_name(uint8_t v) {
  const char* n = name_of(vals(kSaps), v & 0xfe);
  return n ? n : "Unknown";
}

// The control field: what kind of frame, in words.
struct Control {
  uint16_t value = 0;
  uint32_t bytes = 2;
  bool information = false, supervisory = false, unnumbered = false;
};

Control read_control(const Buf& b) {
  Control k;
  uint8_t low = b.u8(2);
  k.unnumbered = (low & 3) == 3;
  k.supervisory = (low & 3) == 1;
  k.information = !(low & 1);
  k.bytes = k.unnumbered ? 1 : 2;
  k.value = k.unnumbered ? low : b.le16(2);
  return k;
}

void describe(const Control& k, bool answer, Text& t) {
  bool set = k.value & (k.unnumbered ? kPollBit : 0x0100);
  const char* flag = set ? answer ? " F" : " P" : "";
  if (k.unnumbered) {
    uint32_t m = (k.value & 0xec) >> 2;
    const char* n = name_of(answer ? vals(kShortResponses) : vals(kShortCommands), m);
    t << 'U' << flag << ", func=" << (n ? n : "Unknown");
  } else if (k.supervisory) {
    t << 'S' << flag << ", func=" << name_of(vals(kShortSupervisory), k.value >> 2 & 3) << ", N(R)=" << (k.value >> 9);
  } else {
    t << 'I' << flag << ", N(R)=" << (k.value >> 9) << ", N(S)=" << (k.value >> 1 & 0x7f);
  }
}

void add_control(Item it, const Buf& b, const Control& k, bool answer, const Text& words) {
  Item i = it.u(control, b, 2, k.bytes, k.value);
  if (i && k.unnumbered) i.label("Control field: %s (0x%02X)", words.str().c_str(), k.value);
  else if (i) i.label("Control field: %s (0x%04x)", words.str().c_str(), k.value);
  auto part = [&](const FieldDef& f) { i.u(f, b, 2, k.bytes, (k.value & f.mask) >> f.shift); };
  if (k.unnumbered) {
    if (k.value & kPollBit) part(answer ? final_u : poll_u);
    part(answer ? response : command);
    part(format_u);
    return;
  }
  part(n_r);
  if (k.information) part(n_s);
  if (k.value & 0x0100) part(answer ? final_bit : poll);
  if (k.supervisory) part(s_type);
  part(k.information ? format_i : format);
}

void add_sap(Item it, const Buf& b, uint32_t off, const FieldDef& whole, const FieldDef& sap, const FieldDef& bit) {
  Item i = it.add(whole, b, off, 1);
  Item s = i.add(sap, b, off, 1);
  if (s) {
    uint8_t v = b.u8(off);
    Text bits;
    for (int k = 7; k >= 1; k--) bits << (v >> k & 1 ? '1' : '0') << (k == 4 ? " " : "");
    s.label("%s. = SAP: %s", bits.str().c_str(), sap_name(v));
  }
  i.add(bit, b, off, 1);
}

// The five octets of SNAP; returns the protocol above, nullptr: none that is known.
const Protocol* snap(Ctx& c, const Buf& b, uint32_t at, Item it, bool unnumbered_information) {
  uint32_t org = static_cast<uint32_t>(b.be(at, 3));
  uint16_t id = b.u16(at + 3);
  const char* name = name_of(vals(kOrganizations), org);
  if (c.col.writable()) c.col.fmt_info("; SNAP, OUI 0x%06X (%s), PID 0x%04X", org, name ? name : "Unknown", id);
  Item o = it.add(oui, b, at, 3);
  if (o) o.label("Organization Code: %02x:%02x:%02x (%s)", org >> 16, org >> 8 & 255, org & 255, name ? name : "Unknown");
  bool ethertype = org == kEthernetOui || org == kAppleTalkOui;
  if (!ethertype) {
    it.add(org == kCiscoOui ? cisco_pid : pid, b, at + 3, 2);
    return org == kBridgeOui && id == kBridgedEthernet ? linktypes->find(1) : nullptr;
  }
  // of frames other than UI tshark does not say the type
  if (unnumbered_information) it.add(type, b, at + 3, 2);
  return unnumbered_information ? find_ethertype(id) : nullptr;
}

uint32_t dissect_llc(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  if (b.captured() >= 2 && b.u16(0) == 0xffff) return 0;  // NetWare without LLC
  c.col.protocol("LLC");
  c.col.clear_info();
  Item it = root.proto(proto, b, 0, b.size() < 3 ? b.size() : 3);
  uint8_t to = b.u8(0), from = b.u8(1);
  bool answer = from & 1, extended = to == kSnap && from == kSnap;
  add_sap(it, b, 0, dsap, dsap_sap, dsap_ig);
  add_sap(it, b, 1, ssap, ssap_sap, ssap_cr);
  Control k = read_control(b);
  Text words;
  describe(k, answer, words);
  if (c.col.writable()) c.col.add_info(words.view());
  if (it.live()) add_control(it, b, k, answer, words);
  uint32_t at = 2 + k.bytes;
  const Protocol* child = nullptr;
  bool bridged = false;
  if (extended) {
    child = snap(c, b, at, it, k.unnumbered && k.value == kUi);
    bridged = child && child == linktypes->find(1);
    at += 5;
  } else {
    if (c.col.writable())
      c.col.fmt_info("; DSAP %s %s, SSAP %s %s", sap_name(to), to & 1 ? "Group" : "Individual", sap_name(from),
                     answer ? "Response" : "Command");
    if (k.unnumbered && k.value == kUi) child = (to & 0xfe) == kIp ? find_ethertype(0x0800) : saps->find(to & 0xfe);
  }
  it.set_len(at);
  // a bridged frame stands behind two bytes of padding (RFC 2684 5.2)
  if (bridged && b.size() >= at + 2) at += 2;
  Buf rest = b.sub(at);
  if (k.unnumbered && (k.value & ~kPollBit) == kXid) {
    // the sender's class and receive window (ISO 8802-2 5.4.1.1.2)
    if (rest.captured() >= 3 && rest.u8(0) == 0x81 && c.col.writable()) {
      c.col.protocol("XID");
      c.col.clear_info();
      if (rest.u8(1) == 1) c.col.fmt_info("Basic Format; Type 1 LLC (Class I LLC); Window Size %u", rest.u8(2) >> 1);
      else c.col.add_info("Basic Format");
    }
    return b.size();
  }
  if (k.supervisory && !extended) return b.size();
  if (rest.size()) c.call_or_data(child, rest, root);
  return b.size();
}

}  // namespace

void register_llc(Registry& r) {
  r.add(proto);
  linktypes = &r.table("linktype");
  saps = &r.table("llc.dsap");
  r.attach(kLlcTable, 0, proto);
}

}  // namespace strato::protocols
