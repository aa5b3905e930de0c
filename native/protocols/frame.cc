// The frame itself: what the file says of the packet, and the hand-over to its link layer.
#include <string>

#include "packet/context.h"
#include "packet/frame_options.h"
#include "packet/registry.h"
#include "protocols/kubernetes.h"

namespace strato::protocols {
namespace {

uint32_t dissect_frame(Buf b, Ctx& c, Item root);

Protocol proto("frame", "Frame", "Frame", dissect_frame);
// what tshark calls the link types (values of frame.encap_type) it met in captures of clusters and the like
const ValueString kEncaps[] = {
    {0, "Unknown"}, {1, "Ethernet"}, {2, "Token Ring"}, {3, "SLIP"}, {4, "PPP"},
    {6, "FDDI with bit-swapped MAC addresses"}, {7, "Raw IP"}, {9, "Linux ARCNET"}, {10, "RFC 1483 ATM"},
    {13, "ATM PDUs"}, {15, "NULL/Loopback"}, {20, "IEEE 802.11 Wireless LAN"},
    {23, "IEEE 802.11 plus radiotap radio header"}, {25, "Linux cooked-mode capture v1"}, {26, "Frame Relay"},
    {28, "Cisco HDLC"}, {42, "SS7 MTP2"}, {45, "USER 0"}, {63, "BACnet MS/TP"}, {83, "Juniper Ethernet"},
    {97, "Per-Packet Information header"}, {104, "IEEE 802.15.4 Wireless PAN"}, {129, "Raw IPv4"}, {130, "Raw IPv6"},
    {132, "DVB-CI (Common Interface)"}, {141, "NFLOG"}, {158, "Linux Netlink"}, {174, "OpenBSD loopback"},
    {210, "Linux cooked-mode capture v2"}};
const ValueString kDirections[] = {{0, "Unknown"}, {1, "Inbound"}, {2, "Outbound"}};
const ValueString kReceptions[] = {{0, "Not specified"}, {1, "Unicast"}, {2, "Multicast"}, {3, "Broadcast"},
                                   {4, "Promiscuous"}};
const ValueString kPointToPoint[] = {{0, "Sent"}, {1, "Received"}};
const ValueString kXdp[] = {{0, "XDP_ABORTED"}, {1, "XDP_DROP"}, {2, "XDP_PASS"}, {3, "XDP_TX"}, {4, "XDP_REDIRECT"}};
const ValueString kTc[] = {{0, "TC_ACT_OK"}, {1, "TC_ACT_RECLASSIFY"}, {2, "TC_ACT_SHOT"}, {3, "TC_ACT_PIPE"},
                           {4, "TC_ACT_STOLEN"}, {5, "TC_ACT_QUEUED"}, {6, "TC_ACT_REPEAT"}, {7, "TC_ACT_REDIRECT"},
                           {8, "TC_ACT_TRAP"}};
const ValueString kEnterprises[] = {{32473, "Example Enterprise Number for Documentation Use"}};
const TrueFalse kSet = {"Set", "Not set"};
const TrueFalse kAllowed = {"Allowed", "Not Allowed"};

FieldDef section(proto, "frame.section_number", "Section number", FT::Uint32, Base::Dec);
FieldDef interface_id(proto, "frame.interface_id", "Interface id", FT::Uint32, Base::Dec);
FieldDef interface_name(proto, "frame.interface_name", "Interface name", FT::String);
FieldDef interface_description(proto, "frame.interface_description", "Interface description", FT::String);
FieldDef queue(proto, "frame.interface_queue", "Interface queue", FT::Uint32, Base::Dec);
FieldDef flags(proto, "frame.packet_flags", "Packet flags", FT::Uint32, Base::Hex);
FieldDef flag_direction(proto, "frame.packet_flags_direction", "Direction", FT::Uint32, Base::Hex, vals(kDirections),
                        0x3);
FieldDef flag_reception(proto, "frame.packet_flags_reception_type", "Reception type", FT::Uint32, Base::Dec,
                        vals(kReceptions), 0x1c);
FieldDef flag_fcs(proto, "frame.packet_flags_fcs_length", "FCS length", FT::Uint32, Base::Dec, {}, 0x1e0);
FieldDef flag_reserved(proto, "frame.packet_flags_reserved", "Reserved", FT::Uint32, Base::Dec, {}, 0xfe00);
FieldDef flag_crc(proto, "frame.packet_flags_crc_error", "CRC error", FT::Boolean, Base::None, tfs(kSet), 0x1000000);
FieldDef flag_long(proto, "frame.packet_flags_packet_too_error", "Packet too long error", FT::Boolean, Base::None,
                   tfs(kSet), 0x2000000);
FieldDef flag_short(proto, "frame.packet_flags_packet_too_short_error", "Packet too short error", FT::Boolean,
                    Base::None, tfs(kSet), 0x4000000);
FieldDef flag_gap(proto, "frame.packet_flags_wrong_inter_frame_gap_error", "Wrong interframe gap error", FT::Boolean,
                  Base::None, tfs(kSet), 0x8000000);
FieldDef flag_unaligned(proto, "frame.packet_flags_unaligned_frame_error", "Unaligned frame error", FT::Boolean,
                        Base::None, tfs(kSet), 0x10000000);
FieldDef flag_delimiter(proto, "frame.packet_flags_start_frame_delimiter_error", "Start frame delimiter error",
                        FT::Boolean, Base::None, tfs(kSet), 0x20000000);
FieldDef flag_preamble(proto, "frame.packet_flags_preamble_error", "Preamble error", FT::Boolean, Base::None,
                       tfs(kSet), 0x40000000);
FieldDef flag_symbol(proto, "frame.packet_flags_symbol_error", "Symbol error", FT::Boolean, Base::None, tfs(kSet),
                     0x80000000);
const FieldDef* const kFlagBits[] = {&flag_direction, &flag_reception, &flag_fcs, &flag_reserved, &flag_crc, &flag_long,
                                     &flag_short, &flag_gap, &flag_unaligned, &flag_delimiter, &flag_preamble,
                                     &flag_symbol};
FieldDef packet_id(proto, "frame.packet_id", "Packet id", FT::Uint64, Base::Dec);
FieldDef verdict(proto, "frame.verdict", "Verdict", FT::String);
FieldDef verdict_hardware(proto, "frame.verdict.hw", "Hardware", FT::Bytes);
FieldDef verdict_tc(proto, "frame.verdict.ebpf_tc", "eBPF TC", FT::Int64, Base::Dec, vals(kTc));
FieldDef verdict_xdp(proto, "frame.verdict.ebpf_xdp", "eBPF XDP", FT::Int64, Base::Dec, vals(kXdp));
FieldDef encap_type(proto, "frame.encap_type", "Encapsulation type", FT::Int16, Base::Dec, vals(kEncaps));
FieldDef drop_count(proto, "frame.drop_count", "Drop Count", FT::Uint64, Base::Dec);
FieldDef p2p(proto, "frame.p2p_dir", "Point-to-Point Direction", FT::Int8, Base::Dec, vals(kPointToPoint));
FieldDef block_pen(proto, "frame.cb_pen", "Private Enterprise Number", FT::Uint32, Base::Dec, vals(kEnterprises));
FieldDef block_copy(proto, "frame.cb_copy", "Copying", FT::Boolean, Base::None, tfs(kAllowed));
FieldDef time_abs(proto, "frame.time", "Arrival Time", FT::AbsTime, Base::Utc);
FieldDef time_shift(proto, "frame.offset_shift", "Time shift for this packet", FT::RelTime);
FieldDef time_epoch(proto, "frame.time_epoch", "Epoch Time", FT::RelTime);
FieldDef time_delta(proto, "frame.time_delta", "Time delta from previous captured frame", FT::RelTime);
FieldDef time_delta_displayed(proto, "frame.time_delta_displayed", "Time delta from previous displayed frame",
                              FT::RelTime);
FieldDef time_relative(proto, "frame.time_relative", "Time since reference or first frame", FT::RelTime);
FieldDef number(proto, "frame.number", "Frame Number", FT::Uint32, Base::Dec);
FieldDef length(proto, "frame.len", "Frame length on the wire", FT::Uint32, Base::Dec);
FieldDef cap_length(proto, "frame.cap_len", "Frame length stored into the capture file", FT::Uint32, Base::Dec);
FieldDef marked(proto, "frame.marked", "Frame is marked", FT::Boolean);
FieldDef ignored(proto, "frame.ignored", "Frame is ignored", FT::Boolean);
FieldDef protocols(proto, "frame.protocols", "Protocols in frame", FT::String);
FieldDef comment(proto, "frame.comment", "Comment", FT::String);
ExpertDef comment_expert(proto, "frame.comment.expert", Severity::Comment, Group::Comments, "Formatted comment");

Protocol comments_proto("pkt_comment", "Pkt_Comment", "Packet comments", nullptr);

DissectorTable* linktype_table;

void add_comments(Ctx& c, Item root) {
  for (const std::string& text : c.session.frames.comments(c.frame.number)) {
    Buf none;
    Item p = root.add(*comments_proto.self, none, 0, 0);
    std::string_view kept = c.keep(text);
    Item it = p.s(comment, none, 0, 0, kept);
    it.expert(comment_expert, kept);
  }
}

void add_times(Ctx& c, Item it, const Buf& b) {
  const FrameMeta& m = c.frame;
  it.i(time_abs, b, 0, 0, m.ts_ns);
  it.i(time_shift, b, 0, 0, 0).gen();
  Item e = it.i(time_epoch, b, 0, 0, m.ts_ns);
  if (e) e.label("Epoch Time: %lld.%09lld seconds", static_cast<long long>(m.ts_ns / 1000000000),
                 static_cast<long long>(m.ts_ns % 1000000000));
  it.i(time_delta, b, 0, 0, m.ts_ns - m.prev_ts).gen();
  it.i(time_delta_displayed, b, 0, 0, m.ts_ns - m.prev_displayed_ts).gen();
  it.i(time_relative, b, 0, 0, m.ts_ns - m.first_ts).gen();
}

constexpr uint32_t kInbound = 1, kOutbound = 2;  // bits 0 and 1 of epb_flags

uint32_t direction(const FrameOptions& o) { return o.flags ? *o.flags & 3 : 0; }

void add_flags(Item it, const Buf& b, uint32_t v) {
  Item f = it.u(flags, b, 0, 0, v);
  for (const FieldDef* bit : kFlagBits) f.u(*bit, b, 0, 0, (v & bit->mask) >> bit->shift);
}

// A number of eight bytes in the file's byte order; false: it has another length.
bool verdict_number(const FrameVerdict& v, int64_t& out) {
  if (v.data.size() != 8) return false;
  uint64_t n = 0;
  for (size_t i = 0; i < 8; i++) n = n << 8 | static_cast<uint8_t>(v.data[v.big_endian ? i : 7 - i]);
  out = static_cast<int64_t>(n);
  return true;
}

void add_verdicts(Item it, const Buf& b, const FrameOptions& o) {
  Item all = it.s(verdict, b, 0, 0, "");
  Text said;
  for (const FrameVerdict& v : o.verdicts) {
    int64_t n = 0;
    if (v.type == 0) {
      said << ", Hardware (0)";
      Item h = all.s(verdict_hardware, b, 0, 0, v.data);
      if (h) {
        Text t;
        for (char ch : v.data) {
          if (!t.empty()) t << ' ';
          t.hex(static_cast<uint8_t>(ch), 2);
        }
        h.label("Hardware: %s", t.str().c_str());
      }
    } else if (v.type == 1 && verdict_number(v, n)) {
      said << ", eBPF_TC (1)";
      all.i(verdict_tc, b, 0, 0, n);
    } else if (v.type == 2 && verdict_number(v, n)) {
      said << ", eBPF_XDP (2)";
      all.i(verdict_xdp, b, 0, 0, n);
    }
  }
  if (all && said.size() > 2) all.label("Verdict: %s", said.str().c_str() + 2);
}

void add_options(Item it, const Buf& b, const FrameOptions& o) {
  if (o.queue) it.u(queue, b, 0, 0, *o.queue);
  if (o.flags) add_flags(it, b, *o.flags);
  if (o.packet_id) it.u(packet_id, b, 0, 0, *o.packet_id);
  if (!o.verdicts.empty()) add_verdicts(it, b, o);
}

// " on interface eth0, id 0 (inbound)"
std::string where(Ctx& c, const FrameOptions& o) {
  Text t;
  if (c.frame.has_iface) {
    std::string_view name = c.session.frames.interface_name(c.frame.number);
    if (!name.empty()) t << " on interface " << name << ", id " << c.frame.iface;
  }
  if (direction(o) == kInbound) t << " (inbound)";
  if (direction(o) == kOutbound) t << " (outbound)";
  return t.str();
}

void add_sizes(Item it, const Buf& b, const FrameMeta& m) {
  it.u(number, b, 0, 0, m.number);
  it.u(length, b, 0, 0, m.len).label("Frame Length: %u byte%s (%u bits)", m.len, m.len == 1 ? "" : "s", m.len * 8);
  it.u(cap_length, b, 0, 0, m.caplen)
      .label("Capture Length: %u byte%s (%u bits)", m.caplen, m.caplen == 1 ? "" : "s", m.caplen * 8);
}

void add_marks(Item it, const Buf& b, bool is_marked) {
  it.u(marked, b, 0, 0, is_marked).gen();
  it.u(ignored, b, 0, 0, 0).gen();
}

Item add_custom_block(Ctx& c, Item root, const Buf& b, const CustomFrame& x, uint32_t in_section) {
  const FrameMeta& m = c.frame;
  Item it = root.proto(proto, b, 0, b.captured());
  if (it) {
    const char* name = name_of(vals(kEnterprises), x.pen);
    it.label("PCAPNG Custom Block %u: %u byte%s (%u bits) of custom data and options, PEN %s (%u), copying %sallowed",
             m.number, m.len, m.len == 1 ? "" : "s", m.len * 8, name ? name : "Unknown", x.pen, x.copy ? "" : "not ");
  }
  it.u(section, b, 0, 0, in_section);
  add_sizes(it, b, m);
  add_marks(it, b, false);
  it.u(block_pen, b, 0, 0, x.pen);
  it.u(block_copy, b, 0, 0, x.copy);
  return it;
}

Item add_frame(Ctx& c, Item root, const Buf& b) {
  const FrameMeta& m = c.frame;
  const auto* details = dynamic_cast<const FrameDetails*>(&c.session.frames);
  uint32_t in_section = details ? details->section(m.number) : 0;
  FrameOptions o;
  if (in_section) {
    if (auto x = details->custom_block(m.number)) return add_custom_block(c, root, b, *x, in_section);
    o = details->options(m.number);
  }
  Item it = root.proto(proto, b, 0, b.captured());
  if (it)
    it.label("Frame %u: %u byte%s on wire (%u bits), %u byte%s captured (%u bits)%s", m.number, m.len,
             m.len == 1 ? "" : "s", m.len * 8, m.caplen, m.caplen == 1 ? "" : "s", m.caplen * 8, where(c, o).c_str());
  if (in_section) it.u(section, b, 0, 0, in_section);
  if (m.has_iface) {
    Item i = it.u(interface_id, b, 0, 0, m.iface);
    std::string_view name = c.session.frames.interface_name(m.number);
    std::string_view desc = c.session.frames.interface_description(m.number);
    if (!name.empty()) {
      i.append(" (%.*s)", static_cast<int>(name.size()), name.data());
      i.s(interface_name, b, 0, 0, c.keep(name));
    }
    if (!desc.empty()) i.s(interface_description, b, 0, 0, c.keep(desc));
  }
  add_options(it, b, o);
  it.i(encap_type, b, 0, 0, m.encap);
  if (m.has_ts) add_times(c, it, b);
  add_sizes(it, b, m);
  if (o.dropcount) it.u(drop_count, b, 0, 0, *o.dropcount);
  add_marks(it, b, o.marked);
  if (direction(o) == kInbound || direction(o) == kOutbound)
    it.i(p2p, b, 0, 0, direction(o) == kInbound ? 1 : 0);
  return it;
}

// A row for a custom block; false where the frame is none.
bool custom_block_columns(Ctx& c, const Buf& b) {
  const auto* details = dynamic_cast<const FrameDetails*>(&c.session.frames);
  const auto block = details ? details->custom_block(c.frame.number) : std::nullopt;
  if (!block) return false;
  c.col.protocol("PCAPNG");
  if (const char* what = c.session.settings.wireshark_defaults ? nullptr : kubernetes_block_name(b.rest(0))) {
    c.col.info(what);
    return true;
  }
  const char* name = name_of(vals(kEnterprises), block->pen);
  c.col.fmt_info("Custom Block: PEN = %s (%u), will %sbe copied", name ? name : "Unknown", block->pen, block->copy ? "" : "not ");
  return true;
}

uint32_t dissect_frame(Buf b, Ctx& c, Item root) {
  c.layers.clear();  // the frame itself does not stand in frame.protocols
  Item it;
  if (root.live()) {
    if (c.frame.has_comments) add_comments(c, root);
    it = add_frame(c, root, b);
  }
  const Protocol* link = linktype_table->find(c.frame.linktype);
  c.guard([&] {
    if (link) {
      c.call_or_data(link, b, root);
      return;
    }
    if (custom_block_columns(c, b)) return c.show_data(b, root);
    // a link type nobody knows: the bytes, and a word why
    c.col.protocol("UNKNOWN");
    c.col.fmt_info("WTAP_ENCAP = %d", c.frame.encap);
    c.show_data(b, root);
  }, root);
  if (root.live() && !c.session.identities.empty() && !c.session.settings.wireshark_defaults) add_kubernetes(c, root);
  if (it.live()) {
    Text t;
    for (const Protocol* p : c.layers) {
      if (!t.empty()) t << ':';
      t << p->filter;
    }
    it.s(protocols, b, 0, 0, c.keep(t.view())).gen();
  }
  return b.size() ? b.size() : 1;
}

}  // namespace

void register_frame(Registry& r) {
  proto.place = Protocol::Place::Transport;
  protocols.above = true;
  r.add(proto);
  r.add(comments_proto);
  linktype_table = &r.table("linktype");
}

}  // namespace strato::protocols
