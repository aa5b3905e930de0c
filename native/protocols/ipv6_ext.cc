// IPv6 extension headers (RFC 8200): hop-by-hop and destination options, routing (RFC 5095, 6275, 6554, 8754),
// fragment; and the authentication header (RFC 4302), which both versions carry.
#include "flow/reassembly.h"
#include "packet/registry.h"
#include "protocols/ip.h"
#include "protocols/ip_numbers.h"
#include "protocols/ipv6.h"

namespace strato::protocols {
namespace {

uint32_t dissect_hopopts(Buf b, Ctx& c, Item root);
uint32_t dissect_dstopts(Buf b, Ctx& c, Item root);
uint32_t dissect_routing(Buf b, Ctx& c, Item root);
uint32_t dissect_fraghdr(Buf b, Ctx& c, Item root);
uint32_t dissect_ah(Buf b, Ctx& c, Item root);

const ValueString kRoutingTypes[] = {{0, "Source Route"},
                                     {1, "Nimrod"},
                                     {2, "Type 2 Routing"},
                                     {3, "RPL Source Route"},
                                     {4, "Segment Routing"},
                                     {5, "Compact Routing Header 16"},
                                     {6, "Compact Routing Header 32"},
                                     {253, "Experiment 1"},
                                     {254, "Experiment 2"}};
const TrueFalse kYesNo = {"Yes", "No"};

Protocol hopopts("ipv6.hopopts", "IPv6 Hop-by-Hop", "IPv6 Hop-by-Hop Option", dissect_hopopts);
FieldDef hop_nxt(hopopts, "ipv6.hopopts.nxt", "Next Header", FT::Uint8, Base::Dec, vals(kIpProtocols));
FieldDef hop_len(hopopts, "ipv6.hopopts.len", "Length", FT::Uint8, Base::Dec);
FieldDef hop_len_oct(hopopts, "ipv6.hopopts.len_oct", "Length", FT::Uint16, Base::Dec);

Protocol dstopts("ipv6.dstopts", "IPv6 Destination", "Destination Options for IPv6", dissect_dstopts);
FieldDef dst_nxt(dstopts, "ipv6.dstopts.nxt", "Next Header", FT::Uint8, Base::Dec, vals(kIpProtocols));
FieldDef dst_len(dstopts, "ipv6.dstopts.len", "Length", FT::Uint8, Base::Dec);
FieldDef dst_len_oct(dstopts, "ipv6.dstopts.len_oct", "Length", FT::Uint16, Base::Dec);

Protocol routing("ipv6.routing", "IPv6 Routing", "Routing Header for IPv6", dissect_routing);
FieldDef rt_nxt(routing, "ipv6.routing.nxt", "Next Header", FT::Uint8, Base::Dec, vals(kIpProtocols));
FieldDef rt_len(routing, "ipv6.routing.len", "Length", FT::Uint8, Base::Dec);
FieldDef rt_len_oct(routing, "ipv6.routing.len_oct", "Length", FT::Uint16, Base::Dec);
FieldDef rt_type(routing, "ipv6.routing.type", "Type", FT::Uint8, Base::Dec, vals(kRoutingTypes));
FieldDef rt_segleft(routing, "ipv6.routing.segleft", "Segments Left", FT::Uint8, Base::Dec);
FieldDef rt_src_reserved(routing, "ipv6.routing.src.reserved", "Reserved", FT::Bytes);
FieldDef rt_src_addr(routing, "ipv6.routing.src.addr", "Address", FT::IPv6);
FieldDef rt_mip_reserved(routing, "ipv6.routing.mipv6.reserved", "Reserved", FT::Bytes);
FieldDef rt_mip_home(routing, "ipv6.routing.mipv6.home_address", "Home Address", FT::IPv6);
FieldDef rt_srh_last(routing, "ipv6.routing.srh.last_entry", "Last Entry", FT::Uint8, Base::Dec);
FieldDef rt_srh_flags(routing, "ipv6.routing.srh.flags", "Flags", FT::Uint8, Base::Hex);
FieldDef rt_srh_tag(routing, "ipv6.routing.srh.tag", "Tag", FT::Bytes);
FieldDef rt_srh_addr(routing, "ipv6.routing.srh.addr", "Address", FT::IPv6);
FieldDef rt_unknown(routing, "ipv6.routing.unknown_data", "Type-Specific Data", FT::Bytes);

Protocol fraghdr("ipv6.fraghdr", "IPv6 Fragment", "Fragment Header for IPv6", dissect_fraghdr);
FieldDef frag_nxt(fraghdr, "ipv6.fraghdr.nxt", "Next header", FT::Uint8, Base::Dec, vals(kIpProtocols));
FieldDef frag_reserved(fraghdr, "ipv6.fraghdr.reserved_octet", "Reserved octet", FT::Uint8, Base::Hex);
FieldDef frag_offset(fraghdr, "ipv6.fraghdr.offset", "Offset", FT::Uint16, Base::Dec, {}, 0xfff8);
FieldDef frag_bits(fraghdr, "ipv6.fraghdr.reserved_bits", "Reserved bits", FT::Uint16, Base::Dec, {}, 0x0006);
FieldDef frag_more(fraghdr, "ipv6.fraghdr.more", "More Fragments", FT::Boolean, Base::None, tfs(kYesNo), 0x0001);
FieldDef frag_ident(fraghdr, "ipv6.fraghdr.ident", "Identification", FT::Uint32, Base::Hex);

// the list of fragments has IPv6's own names
Protocol& ipv6 = ipv6_protocol();
FieldDef fragments(ipv6, "ipv6.fragments", "IPv6 Fragments", FT::None);
FieldDef fragment(ipv6, "ipv6.fragment", "IPv6 Fragment", FT::FrameNum);
FieldDef fragment_overlap(ipv6, "ipv6.fragment.overlap", "Fragment overlap", FT::Boolean);
FieldDef fragment_conflict(ipv6, "ipv6.fragment.overlap.conflict", "Conflicting data in fragment overlap",
                           FT::Boolean);
FieldDef fragment_tails(ipv6, "ipv6.fragment.multipletails", "Multiple tail fragments found", FT::Boolean);
FieldDef fragment_long(ipv6, "ipv6.fragment.toolongfragment", "Fragment too long", FT::Boolean);
FieldDef fragment_count(ipv6, "ipv6.fragment.count", "Fragment count", FT::Uint32, Base::Dec);
FieldDef reassembled_in(ipv6, "ipv6.reassembled.in", "Reassembled IPv6 in frame", FT::FrameNum);
FieldDef reassembled_length(ipv6, "ipv6.reassembled.length", "Reassembled IPv6 length", FT::Uint32, Base::Dec);
FieldDef reassembled_data(ipv6, "ipv6.reassembled.data", "Reassembled IPv6 data", FT::Bytes);
const FragmentFields kFragments = {"IPv6",            fragments,      fragment,          fragment_overlap,
                                   fragment_conflict, fragment_tails, fragment_long,     fragment_count,
                                   reassembled_in,    reassembled_length, reassembled_data};

Protocol ah("ah", "AH", "Authentication Header", dissect_ah);
FieldDef ah_next(ah, "ah.next_header", "Next header", FT::Uint8, Base::Dec, vals(kIpProtocols));
FieldDef ah_length(ah, "ah.length", "Length", FT::Uint8, Base::Dec);
FieldDef ah_reserved(ah, "ah.reserved", "Reserved", FT::Bytes);
FieldDef ah_spi(ah, "ah.spi", "AH SPI", FT::Uint32, Base::Hex);
FieldDef ah_sequence(ah, "ah.sequence", "AH Sequence", FT::Uint32, Base::Dec);
FieldDef ah_icv(ah, "ah.icv", "AH ICV", FT::Bytes);

struct LengthFields {
  const FieldDef &nxt, &len, &len_oct;
};

// Next header and length, which all but the fragment header start with; returns the header's length.
uint32_t add_lengths(Item it, const Buf& b, const LengthFields& f) {
  it.add(f.nxt, b, 0, 1);
  uint32_t len = (b.u8(1) + 1u) * 8;
  it.add(f.len, b, 1, 1);
  Item o = it.u(f.len_oct, b, 1, 1, len).gen();
  if (o) o.label("Length: %u bytes", len);
  return len;
}

uint32_t dissect_options(Buf b, Ctx& c, Item root, const Protocol& p, const LengthFields& f, const char* info) {
  Ipv6Call* call = ipv6_call(c);
  if (!call) return 0;
  c.col.info(info);
  uint32_t len = (b.u8(1) + 1u) * 8;
  Item it = call->tree.proto(p, b, 0, len);
  add_lengths(it, b, f);
  dissect_ipv6_options(c, b, 2, len, it, *call);
  return continue_ipv6(c, *call, b.u8(0), b, len, root);
}

uint32_t dissect_hopopts(Buf b, Ctx& c, Item root) {
  return dissect_options(b, c, root, hopopts, {hop_nxt, hop_len, hop_len_oct}, "IPv6 hop-by-hop options");
}
uint32_t dissect_dstopts(Buf b, Ctx& c, Item root) {
  return dissect_options(b, c, root, dstopts, {dst_nxt, dst_len, dst_len_oct}, "IPv6 destination options");
}

void add_routing_data(Item it, const Buf& b, uint8_t type, uint32_t len) {
  switch (type) {
    case 0:
      it.add(rt_src_reserved, b, 4, 4);
      for (uint32_t at = 8; at + 16 <= len; at += 16) it.add(rt_src_addr, b, at, 16);
      break;
    case 2:
      it.add(rt_mip_reserved, b, 4, 4);
      if (len >= 24) it.add(rt_mip_home, b, 8, 16);
      break;
    case 4: {
      uint32_t last = b.u8(4);
      it.add(rt_srh_last, b, 4, 1);
      it.add(rt_srh_flags, b, 5, 1);
      it.add(rt_srh_tag, b, 6, 2);
      for (uint32_t i = 0, at = 8; i <= last && at + 16 <= len; i++, at += 16) {
        Item a = it.add(rt_srh_addr, b, at, 16);
        if (!a) continue;
        Text t;
        t.ipv6(b.need(at, 16));
        a.label("Address[%u]: %s", i, t.str().c_str());
      }
      break;
    }
    default: it.add(rt_unknown, b, 4, len - 4);
  }
}

uint32_t dissect_routing(Buf b, Ctx& c, Item root) {
  Ipv6Call* call = ipv6_call(c);
  if (!call) return 0;
  c.col.info("IPv6 routing");
  uint32_t len = (b.u8(1) + 1u) * 8;
  Item it = call->tree.proto(routing, b, 0, len);
  add_lengths(it, b, {rt_nxt, rt_len, rt_len_oct});
  uint8_t type = b.u8(2);
  if (it) {
    const char* name = name_of(vals(kRoutingTypes), type);
    it.label("Routing Header for IPv6 (%s)", name ? name : "Unknown type");
  }
  it.add(rt_type, b, 2, 1);
  it.add(rt_segleft, b, 3, 1);
  add_routing_data(it, b, type, len);
  return continue_ipv6(c, *call, b.u8(0), b, len, root);
}

void add_fraghdr(Item it, const Buf& b, uint32_t offset) {
  it.add(frag_nxt, b, 0, 1);
  it.add(frag_reserved, b, 1, 1);
  Item o = it.add(frag_offset, b, 2, 2);
  if (o) o.append(" (%u bytes)", offset);
  it.add(frag_bits, b, 2, 2);
  it.add(frag_more, b, 2, 2);
  it.add(frag_ident, b, 4, 4);
}

uint32_t dissect_fraghdr(Buf b, Ctx& c, Item root) {
  Ipv6Call* call = ipv6_call(c);
  if (!call) return 0;
  uint8_t next = b.u8(0);
  uint16_t bits = b.u16(2);
  uint32_t ident = b.u32(4), offset = bits & 0xfff8u;
  bool more = bits & 1;
  c.col.clear_info();
  c.col.fmt_info("IPv6 fragment (off=%u more=%c ident=0x%08x nxt=%u)", offset, more ? 'y' : 'n', ident, next);
  Item it = call->tree.proto(fraghdr, b, 0, 8);
  if (it.live()) add_fraghdr(it, b, offset);
  if (!more && !offset) return continue_ipv6(c, *call, next, b, 8, root);
  Buf payload = b.sub(8), whole;
  uint32_t in = 0;
  if (payload.captured() == payload.size() && !payload.empty()) {
    FragmentKey k;
    memcpy(k.src, c.net_src.data, 16);
    memcpy(k.dst, c.net_dst.data, 16);
    k.id = ident;
    k.extra = next;
    if (reassemble(c, fraghdr, kFragments, call->tree, k, payload, offset, more, whole, in))
      return continue_ipv6(c, *call, next, whole, 0, root);
  } else if (!offset && !payload.empty()) {
    bool was = c.fragmented;
    c.fragmented = true;
    uint32_t took = continue_ipv6(c, *call, next, b, 8, root);
    c.fragmented = was;
    return took;
  }
  c.show_data(payload, root);
  return b.size();
}

uint32_t dissect_ah(Buf b, Ctx& c, Item root) {
  Ipv6Call* call = ipv6_call(c);
  const void* data = c.data;
  c.data = nullptr;
  (void)data;
  c.col.protocol("AH");
  c.col.clear_info();
  uint32_t spi = b.u32(4), len = (b.u8(1) + 2u) * 4;
  c.col.fmt_info("AH (SPI=0x%08x)", spi);
  Item it = (call ? call->tree : root).proto(ah, b, 0, len);
  it.add(ah_next, b, 0, 1);
  Item l = it.add(ah_length, b, 1, 1);
  if (l) l.append(" (%u bytes)", len);
  it.add(ah_reserved, b, 2, 2);
  it.add(ah_spi, b, 4, 4);
  it.add(ah_sequence, b, 8, 4);
  if (len > 12) it.add(ah_icv, b, 12, len - 12);
  uint8_t next = b.u8(0);
  if (call) return continue_ipv6(c, *call, next, b, len, root);
  IpCall none{0, next, 0};
  Buf rest = b.sub(len);
  if (!call_ip_proto(c, none, rest, root)) c.show_data(rest, root);
  return b.size();
}

}  // namespace

void register_ipv6_ext(Registry& r) {
  for (Protocol* p : {&hopopts, &dstopts, &routing, &fraghdr, &ah}) r.add(*p);
  r.attach("ip.proto", 0, hopopts);
  r.attach("ip.proto", 60, dstopts);
  r.attach("ip.proto", 43, routing);
  r.attach("ip.proto", 44, fraghdr);
  r.attach("ip.proto", 51, ah);
}

}  // namespace strato::protocols
