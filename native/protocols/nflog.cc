// Packets of the NFLOG target of iptables and nftables: a header and attributes (type, length, value) before the
// packet itself (tcpdump.org/linktypes/LINKTYPE_NFLOG.html, linux/netfilter/nfnetlink_log.h).
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/no_addresses.h"

namespace strato::protocols {
namespace {

uint32_t dissect_nflog(Buf b, Ctx& c, Item root);

constexpr uint16_t kPacketHeader = 1, kTimestamp = 3, kInDevice = 4, kOutDevice = 5, kInPort = 6, kOutPort = 7,
                   kPayload = 9, kPrefix = 10, kUid = 11, kGid = 14;

const ValueString kFamilies[] = {{2, "IPv4"}, {7, "Bridge"}, {10, "IPv6"}};
const ValueString kHooks[] = {{0, "Pre-routing"}, {1, "Local in"}, {2, "Forward"}, {3, "Local out"}, {4, "Post-routing"}};
const ValueString kTypes[] = {{kPacketHeader, "NFULA_PACKET_HDR"}, {2, "NFULA_MARK"}, {kTimestamp, "NFULA_TIMESTAMP"},
                              {kInDevice, "NFULA_IFINDEX_INDEV"}, {kOutDevice, "NFULA_IFINDEX_OUTDEV"},
                              {kInPort, "NFULA_IFINDEX_PHYSINDEV"}, {kOutPort, "NFULA_IFINDEX_PHYSOUTDEV"},
                              {8, "NFULA_HWADDR"}, {kPayload, "NFULA_PAYLOAD"}, {kPrefix, "NFULA_PREFIX"},
                              {kUid, "NFULA_UID"}, {12, "NFULA_SEQ"}, {13, "NFULA_SEQ_GLOBAL"}, {kGid, "NFULA_GID"},
                              {15, "NFULA_HWTYPE"}, {16, "NFULA_HWHEADER"}, {17, "NFULA_HWLEN"}};

Protocol proto("nflog", "NFLOG", "Linux Netfilter NFLOG", dissect_nflog);
FieldDef family(proto, "nflog.family", "Family", FT::Uint8, Base::Dec, vals(kFamilies));
FieldDef version(proto, "nflog.version", "Version", FT::Uint8, Base::Dec);
FieldDef resource(proto, "nflog.res_id", "Resource id", FT::Uint16, Base::Dec);
FieldDef tlv(proto, "nflog.tlv", "TLV", FT::Bytes);
FieldDef tlv_length(proto, "nflog.tlv_length", "Length", FT::Uint16, Base::Dec);
FieldDef tlv_type(proto, "nflog.tlv_type", "Type", FT::Uint16, Base::Dec, vals(kTypes), 0x7fff);
FieldDef hw_protocol(proto, "nflog.protocol", "HW protocol", FT::Uint16, Base::Hex);
FieldDef hook(proto, "nflog.hook", "Netfilter hook", FT::Uint8, Base::Dec, vals(kHooks));
FieldDef in_device(proto, "nflog.ifindex_indev", "IFINDEX_INDEV", FT::Uint32, Base::Dec);
FieldDef out_device(proto, "nflog.ifindex_outdev", "IFINDEX_OUTDEV", FT::Uint32, Base::Dec);
FieldDef in_port(proto, "nflog.ifindex_physindev", "IFINDEX_PHYSINDEV", FT::Uint32, Base::Dec);
FieldDef out_port(proto, "nflog.ifindex_physoutdev", "IFINDEX_PHYSOUTDEV", FT::Uint32, Base::Dec);
FieldDef prefix(proto, "nflog.prefix", "Prefix", FT::String);
FieldDef uid(proto, "nflog.uid", "UID", FT::Int32, Base::Dec);
FieldDef gid(proto, "nflog.gid", "GID", FT::Int32, Base::Dec);
FieldDef value(proto, "nflog.tlv_value", "Value", FT::Bytes);

DissectorTable* ethertypes;

const FieldDef* number_of(uint16_t type) {
  switch (type) {
    case kInDevice: return &in_device;
    case kOutDevice: return &out_device;
    case kInPort: return &in_port;
    case kOutPort: return &out_port;
    case kUid: return &uid;
    case kGid: return &gid;
    default: return nullptr;
  }
}

void show_value(Item t, const Buf& b, uint16_t type, uint32_t at, uint32_t size) {
  if (type == kPacketHeader && size >= 3) {
    t.add(hw_protocol, b, at, 2);
    t.add(hook, b, at + 2, 1);
  } else if (type == kPrefix) {
    std::string_view s = b.str(at, size);
    t.s(prefix, b, at, size, s.substr(0, s.find('\0')));
  } else if (const FieldDef* f = number_of(type); f && size == 4) {
    t.add(*f, b, at, 4);
  } else if (type != kPayload && size) {
    t.add(value, b, at, size);
  }
}

uint32_t dissect_nflog(Buf b, Ctx& c, Item root) {
  constexpr uint32_t kHeader = 4, kAttribute = 4;
  no_addresses(c);
  c.col.protocol("NFLOG");
  c.col.clear_info();
  Item it = root.proto(proto, b, 0, b.size());
  const uint8_t af = b.u8(0);
  it.add(family, b, 0, 1);
  it.add(version, b, 1, 1);
  it.add(resource, b, 2, 2);
  // attributes are in the byte order of the machine that wrote them; types are small, so the half that is zero tells
  Buf packet;
  for (uint32_t at = kHeader; b.has(at, kAttribute);) {
    const bool little = b.u8(at + 2) != 0 || b.u8(at + 3) == 0;
    auto half = [&](uint32_t i) { return static_cast<uint16_t>(little ? b.u8(i) | b.u8(i + 1) << 8 : b.u16(i)); };
    const uint16_t size = half(at), type = half(at + 2) & 0x7fff;
    if (size < kAttribute) break;
    const uint32_t shown = std::min<uint32_t>(size, b.size() - at);
    Item t = it.add(tlv, b, at, std::min(shown, b.captured() - at));
    const char* name = name_of(vals(kTypes), type);
    if (t) t.label("TLV Type: %s (%u), Length: %u", name ? name : "Unknown", type, size);
    t.u(tlv_length, b, at, 2, size);
    t.u(tlv_type, b, at + 2, 2, type);
    show_value(t, b, type, at + kAttribute, shown - kAttribute);
    if (type == kPayload) packet = b.sub(at + kAttribute, shown - kAttribute);
    at += (size + 3u) & ~3u;
  }
  if (packet.empty()) return b.size();
  const Protocol* p = af == 2 ? ethertypes->find(0x0800) : af == 10 ? ethertypes->find(0x86dd) : nullptr;
  c.call_or_data(p, packet, root);
  return b.size();
}

}  // namespace

void register_nflog(Registry& r) {
  r.add(proto);
  ethertypes = &r.table("ethertype");
  r.attach("linktype", 239, proto);
}

}  // namespace strato::protocols
