// IPv4 (RFC 791; differentiated services RFC 2474, RFC 3168).
#include "protocols/ip.h"

#include "flow/reassembly.h"
#include "packet/registry.h"
#include "protocols/checksum.h"
#include "protocols/dsfield.h"
#include "protocols/ethernet.h"
#include "protocols/ip_numbers.h"
#include "protocols/ip_options.h"

namespace strato::protocols {
namespace {

const TrueFalse kSet = {"Set", "Not set"};

Protocol& proto = ip_proto;
FieldDef version(proto, "ip.version", "Version", FT::Uint8, Base::Dec);
FieldDef hdr_len(proto, "ip.hdr_len", "Header Length", FT::Uint8, Base::Dec);
FieldDef dsfield(proto, "ip.dsfield", "Differentiated Services Field", FT::Uint8, Base::Hex);
FieldDef dscp(proto, "ip.dsfield.dscp", "Differentiated Services Codepoint", FT::Uint8, Base::Dec, vals(kDscpNames),
              0xfc);
FieldDef ecn(proto, "ip.dsfield.ecn", "Explicit Congestion Notification", FT::Uint8, Base::Dec, vals(kEcnNames), 0x03);
FieldDef total_len(proto, "ip.len", "Total Length", FT::Uint16, Base::Dec);
FieldDef id(proto, "ip.id", "Identification", FT::Uint16, Base::HexDec);
FieldDef flags(proto, "ip.flags", "Flags", FT::Uint8, Base::Hex, {}, 0xe0);
FieldDef flag_rb(proto, "ip.flags.rb", "Reserved bit", FT::Boolean, Base::None, tfs(kSet), 0x80);
FieldDef flag_df(proto, "ip.flags.df", "Don't fragment", FT::Boolean, Base::None, tfs(kSet), 0x40);
FieldDef flag_mf(proto, "ip.flags.mf", "More fragments", FT::Boolean, Base::None, tfs(kSet), 0x20);
FieldDef frag_offset(proto, "ip.frag_offset", "Fragment Offset", FT::Uint16, Base::Dec, {}, 0x1fff);
FieldDef ttl(proto, "ip.ttl", "Time to Live", FT::Uint8, Base::Dec);
FieldDef protocol(proto, "ip.proto", "Protocol", FT::Uint8, Base::Dec, vals(kIpProtocols));
FieldDef checksum(proto, "ip.checksum", "Header Checksum", FT::Uint16, Base::Hex);
FieldDef checksum_status(proto, "ip.checksum.status", "Header checksum status", FT::Uint8, Base::None,
                         vals(kChecksumStatus));
FieldDef src(proto, "ip.src", "Source Address", FT::IPv4);
FieldDef dst(proto, "ip.dst", "Destination Address", FT::IPv4);
FieldDef addr(proto, "ip.addr", "Source or Destination Address", FT::IPv4);
FieldDef src_host(proto, "ip.src_host", "Source Host", FT::String);
FieldDef dst_host(proto, "ip.dst_host", "Destination Host", FT::String);
FieldDef host(proto, "ip.host", "Source or Destination Host", FT::String);
FieldDef current(proto, "ip.cur_rt", "Current Route", FT::IPv4);
FieldDef current_host(proto, "ip.cur_rt_host", "Current Route Host", FT::String);

FieldDef fragments(proto, "ip.fragments", "IPv4 Fragments", FT::Bytes);
FieldDef fragment(proto, "ip.fragment", "IPv4 Fragment", FT::FrameNum);
FieldDef fragment_overlap(proto, "ip.fragment.overlap", "Fragment overlap", FT::Boolean);
FieldDef fragment_conflict(proto, "ip.fragment.overlap.conflict", "Conflicting data in fragment overlap",
                           FT::Boolean);
FieldDef fragment_tails(proto, "ip.fragment.multipletails", "Multiple tail fragments found", FT::Boolean);
FieldDef fragment_long(proto, "ip.fragment.toolongfragment", "Fragment too long", FT::Boolean);
FieldDef fragment_count(proto, "ip.fragment.count", "Fragment count", FT::Uint32, Base::Dec);
FieldDef reassembled_in(proto, "ip.reassembled_in", "Reassembled IPv4 in frame", FT::FrameNum);
FieldDef reassembled_length(proto, "ip.reassembled.length", "Reassembled IPv4 length", FT::Uint32, Base::Dec);
FieldDef reassembled_data(proto, "ip.reassembled.data", "Reassembled IPv4 data", FT::Bytes);
const FragmentFields kFragments = {"IPv4",           fragments,     fragment,       fragment_overlap,
                                   fragment_conflict, fragment_tails, fragment_long, fragment_count,
                                   reassembled_in,   reassembled_length, reassembled_data};

ExpertDef bogus_version(proto, "ip.bogus_ip_version", Severity::Error, Group::Protocol, "Bogus IPv4 version");
ExpertDef bogus_hdr_len(proto, "ip.bogus_header_length", Severity::Error, Group::Protocol,
                        "Bogus IP header length");
ExpertDef bogus_len(proto, "ip.bogus_ip_length", Severity::Error, Group::Protocol, "Bogus IP length");
ExpertDef ttl_local(proto, "ip.ttl.lncb", Severity::Note, Group::Sequence, "Time To Live");
ExpertDef ttl_small(proto, "ip.ttl.too_small", Severity::Note, Group::Sequence, "Time To Live");

DissectorTable* ip_proto_table;

struct Header {
  uint32_t len = 0;      // of the header, bytes
  uint32_t total = 0;    // of the packet as stated (or presumed)
  uint16_t id = 0;
  uint16_t frag = 0;     // flags and offset as on the wire
  uint8_t ttl = 0, proto = 0;
  uint32_t src = 0, dst = 0;  // dst: the last, where a source route leads on
  bool routed = false;
  uint32_t offset() const { return (frag & 0x1fffu) * 8; }
  bool more() const { return frag & 0x2000; }
};

void add_dsfield(Item it, const Buf& b) {
  uint8_t v = b.u8(1);
  Item ds = it.add(dsfield, b, 1, 1);
  if (ds) ds.append(" (DSCP: %s, ECN: %s)", dscp_short(v), ecn_short(v));
  ds.add(dscp, b, 1, 1);
  ds.add(ecn, b, 1, 1);
}

void add_flags(Item it, const Buf& b, const Header& h) {
  Item f = it.add(flags, b, 6, 1);
  if (f) {
    if (h.frag & 0x8000) f.append_text(", Reserved bit");
    if (h.frag & 0x4000) f.append_text(", Don't fragment");
    if (h.frag & 0x2000) f.append_text(", More fragments");
  }
  f.add(flag_rb, b, 6, 1);
  f.add(flag_df, b, 6, 1);
  f.add(flag_mf, b, 6, 1);
  Item o = it.add(frag_offset, b, 6, 2);
  if (o) {
    Text bits;
    for (int i = 12; i >= 0; i--) bits << ((h.frag >> i & 1) ? '1' : '0') << (i % 4 == 0 && i ? " " : "");
    o.label("...%s = Fragment Offset: %u", bits.str().c_str(), h.offset());
  }
}

// What a packet to 224.0.0.`last` is expected to be sent with, 0: no matter.
uint8_t local_ttl(uint32_t last) {
  switch (last) {
    case 18:    // VRRP (RFC 5798 5.1.1.3)
    case 102:   // HSRP version 2, GLBP
    case 251:   // multicast DNS (RFC 6762 11)
      return 255;
    case 252:   // LLMNR (RFC 4795 2.5) asks nothing of the kind
      return 0;
    default: return 1;
  }
}

void add_ttl(Item it, const Buf& b, const Header& h) {
  Item t = it.add(ttl, b, 8, 1);
  bool multicast = h.dst >> 28 == 0xe;
  if (multicast && h.dst >> 8 == 0xe00000) {
    // RFC 5771: 224.0.0/24 is never forwarded, so 1 would do; some ask for 255 to see that nobody did
    uint8_t want = local_ttl(h.dst & 0xff);
    if (want && h.ttl != want && t.live())
      t.expert(ttl_local, t.ctx()->fmt("\"Time To Live\" != %u for a packet sent to the Local Network Control Block "
                                       "(see RFC 3171)", want));
  } else if (!multicast && h.ttl < 5) {
    if (t.live()) t.expert(ttl_small, t.ctx()->fmt("\"Time To Live\" only %u", h.ttl));
  }
}

const IpAddressFields kSource{src, src_host, &addr, &host}, kDestination{dst, dst_host, &addr, &host};
const IpAddressFields kNextStop{current, current_host};

// The total length, with what is wrong with it. false: nothing more can be said of the packet.
bool add_length(Item it, Ctx& c, const Buf& b, Header& h) {
  h.total = b.u16(2);
  if (h.total >= h.len) {
    Item l = it.add(total_len, b, 2, 2);
    if (h.total > b.size() && !c.in_error && l.live())
      l.expert(bogus_len, c.fmt("IPv4 total length exceeds packet length (%u bytes)", b.size()));
    return true;
  }
  if (h.total == 0) {
    // segmentation offload: the kernel hands out packets whose length the card would have filled in
    h.total = b.size();
    it.u(total_len, b, 2, 2, h.total)
        .label("Total Length: %u bytes (reported as 0, presumed to be because of \"TCP segmentation offload\" (TSO))",
               h.total);
    return true;
  }
  c.col.fmt_info("Bogus IP length (%u, less than header length %u)", h.total, h.len);
  Item l = it.add(total_len, b, 2, 2);
  if (l) l.label("Total Length: %u bytes (bogus, less than header length %u)", h.total, h.len);
  l.expert(bogus_len);
  return false;
}

void add_rest(Item it, const Buf& b, const Header& h) {
  it.add(id, b, 4, 2);
  add_flags(it, b, h);
  add_ttl(it, b, h);
  it.add(protocol, b, 9, 1);
  Item sum = it.add(checksum, b, 10, 2);
  if (sum) sum.append_text(" [validation disabled]");
  it.u(checksum_status, b, 10, 2, static_cast<uint64_t>(ChecksumStatus::Unverified)).gen();
  add_ip_address(it, b, 12, kSource);
  add_ip_address(it, b, 16, h.routed ? kNextStop : kDestination);
}

void hand_over(Ctx& c, Buf payload, const Header& h, Item root);

// A fragment: its datagram when this packet completes it, else its bytes as data.
void dissect_fragment(Ctx& c, const Buf& payload, const Header& h, Item it, Item root) {
  Buf whole;
  uint32_t in = 0;
  // what was cut at capture cannot be put together; its start is shown as far as it goes
  if (payload.captured() == payload.size() && !payload.empty()) {
    FragmentKey k;
    memcpy(k.src, c.net_src.data, 4);
    memcpy(k.dst, c.net_dst.data, 4);
    k.id = h.id;
    k.extra = h.proto;
    if (reassemble(c, proto, kFragments, it, k, payload, h.offset(), h.more(), whole, in)) {
      hand_over(c, whole, h, root);
      return;
    }
  } else if (!h.offset()) {
    bool was = c.fragmented;
    c.fragmented = true;
    hand_over(c, payload, h, root);
    c.fragmented = was;
    return;
  }
  if (c.col.writable()) {
    const char* name = name_of(vals(kIpProtocols), h.proto);
    c.col.fmt_info("Fragmented IP protocol (proto=%s %u, off=%u, ID=%04x)", name ? name : "Unassigned", h.proto,
                   h.offset(), h.id);
    if (in) c.col.fmt_info(" [Reassembled in #%u]", in);
  }
  c.show_data(payload, root);
}

void hand_over(Ctx& c, Buf payload, const Header& h, Item root) {
  IpCall call{4, h.proto, h.ttl};
  if (call_ip_proto(c, call, payload, root)) return;
  if (c.col.writable()) {
    const char* name = name_of(vals(kIpProtocols), h.proto);
    c.col.clear_info();
    c.col.fmt_info("%s (%u)", name ? name : "Unassigned", h.proto);
  }
  c.show_data(payload, root);
}

// version and header length; false: not an IPv4 header
bool add_start(Item it, Ctx& c, const Buf& b, Header& h) {
  uint8_t first = b.u8(0);
  Item v = it.u(version, b, 0, 1, first >> 4);
  if (v) v.label("%d%d%d%d .... = Version: %u", first >> 7 & 1, first >> 6 & 1, first >> 5 & 1, first >> 4 & 1,
                 first >> 4);
  if (first >> 4 != 4) {
    c.col.fmt_info("Bogus IPv4 version (%u, must be 4)", first >> 4);
    v.expert(bogus_version);
    return false;
  }
  h.len = (first & 15u) * 4;
  Item l = it.u(hdr_len, b, 0, 1, h.len);
  if (l) l.label(".... %d%d%d%d = Header Length: %u bytes%s (%u)", first >> 3 & 1, first >> 2 & 1, first >> 1 & 1,
                 first & 1, h.len, h.len < 20 ? " (bogus, must be at least 20)" : "", first & 15);
  if (h.len < 20) {
    c.col.fmt_info("Bogus IP header length (%u, must be at least %u)", h.len, 20);
    l.expert(bogus_hdr_len);
    return false;
  }
  return true;
}

}  // namespace

uint32_t dissect_ip(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  if (b.u8(0) >> 4 == 6) {  // an IPv6 packet under IPv4's EtherType
    c.call_or_data(find_ethertype(0x86dd), b, root);
    return b.size();
  }
  c.col.protocol("IPv4");
  c.col.clear_info();
  Item it = root.proto(proto, b, 0, b.size() < 20 ? b.size() : 20);
  Header h;
  if (!add_start(it, c, b, h)) return b.size();
  it.set_len(h.len);
  if (it.live()) add_dsfield(it, b);
  if (!add_length(it, c, b, h)) return b.size();
  const uint8_t* p = b.need(0, 20);
  h.id = b.u16(4);
  h.frag = b.u16(6);
  h.ttl = p[8];
  h.proto = p[9];
  h.src = b.u32(12);
  uint32_t last = h.len > 20 ? ip_final_destination(b, h.len) : 0;
  h.routed = last != 0;
  if (!last) last = 16;
  h.dst = b.u32(last);
  c.net_src = c.src = Address::ipv4(p + 12);
  c.net_dst = c.dst = Address::ipv4(b.need(last, 4));
  if (it.live()) {
    if (it) {
      Text t;
      t << "Internet Protocol Version 4, Src: ";
      t.ipv4(h.src) << ", Dst: ";
      t.ipv4(h.dst);
      if (h.routed) {
        t << ", Via: ";
        t.ipv4(b.u32(16));
      }
      it.label_text(t.view());
    }
    add_rest(it, b, h);
  }
  if (h.len > 20) ip_options(c, b, h.len, it, kDestination);
  Buf payload = b.clamp(h.len, h.total - h.len);
  c.payload_used = 0xffffffffu;
  if (h.more() || h.offset()) dissect_fragment(c, payload, h, it, root);
  else hand_over(c, payload, h, root);
  c.payload_used = h.total < b.size() ? h.total : b.size();
  return b.size();
}

bool call_ip_proto(Ctx& c, const IpCall& call, Buf b, Item root) {
  const Protocol* p = c.session.decode_as.empty() ? nullptr : c.session.decode_as.find("ip.proto", call.proto);
  if (!p) p = ip_proto_table->find(call.proto);
  if (!p) return false;
  const void* saved = c.data;
  c.data = &call;
  uint32_t took = c.call(*p, b, root);
  c.data = saved;
  return took != 0;
}

void register_ip(Registry& r) {
  proto.place = Protocol::Place::Transport;
  r.add(proto);
  ip_proto_table = &r.table("ip.proto");
  r.attach("ethertype", 0x0800, proto);
  r.attach("linktype", 228, proto);
  r.attach("ip.proto", 4, proto);
}

}  // namespace strato::protocols
