// The straight way through Pass::Transport: Ethernet, IPv4 without options or fragments, TCP or UDP, also once more inside
// VXLAN. Nine packets of ten are such, and their dissectors would spend most of their time on calling one another. All
// headers are looked at before anything is written: a packet that is odd in any of them goes the usual way, whole.
#include "protocols/straight.h"

#include "packet/registry.h"

namespace strato::protocols {
namespace {

constexpr uint16_t kEthernet = 1;  // link type
constexpr uint32_t kEthernetHeader = 14, kIpHeader = 20, kVxlanHeader = 8;
constexpr uint8_t kTcp = 6, kUdp = 17;

struct Known {
  const Protocol* vxlan;
  ProtocolMask outer, tcp, udp, inner;
};

const Known& known() {
  static const Known k = [] {
    auto bit = [](const char* name) { return ProtocolMask{1} << Registry::get().protocol(name)->bit; };
    return Known{Registry::get().protocol("vxlan"), bit("frame") | bit("eth") | bit("ip"), bit("tcp"), bit("udp"),
                 bit("vxlan")};
  }();
  return k;
}

/// Ethernet and IPv4 of one level.
struct Level {
  const uint8_t* ip = nullptr;
  Buf carried;
  bool tcp = false;
  const Protocol* tunnel = nullptr;
};

bool fits(const Buf& frame, Level& l) {
  if (!frame.has(0, kEthernetHeader + kIpHeader)) return false;
  const uint8_t* h = frame.data();
  if (h[12] != 0x08 || h[13] != 0x00) return false;  // EtherType of IPv4
  const uint8_t* ip = l.ip = h + kEthernetHeader;
  if (ip[0] != 0x45) return false;
  if ((ip[6] & 0x3f) != 0 || ip[7] != 0) return false;  // offset, more fragments
  const uint32_t total = static_cast<uint32_t>(ip[2] << 8 | ip[3]);
  if (total < kIpHeader || total > frame.size() - kEthernetHeader) return false;
  l.carried = frame.sub(kEthernetHeader + kIpHeader, total - kIpHeader);
  l.tcp = ip[9] == kTcp;
  if (l.tcp) return straight_tcp(l.carried);
  return ip[9] == kUdp && straight_udp(l.carried, &l.tunnel);
}

void enter(Ctx& c, const Level& l) {
  c.net_src = Address::ipv4(l.ip + 12);
  c.net_dst = Address::ipv4(l.ip + 16);
}

bool straight(Ctx& c, const Buf& frame) {
  if (c.frame.linktype != kEthernet || !c.session.decode_as.empty()) return false;
  const Known& k = known();
  Level outer, inner;
  if (!fits(frame, outer)) return false;
  if (outer.tunnel) {
    if (outer.tunnel != k.vxlan || !outer.carried.has(0, 8 + kVxlanHeader)) return false;
    if (!fits(outer.carried.sub(8 + kVxlanHeader), inner) || inner.tunnel) return false;
  }
  c.met = k.outer | (outer.tcp ? k.tcp : k.udp);
  enter(c, outer);
  if (outer.tcp) {
    take_tcp(c, outer.carried, 0);
    return true;
  }
  take_udp(c, outer.carried, 0, outer.tunnel != nullptr);
  if (!outer.tunnel) return true;
  c.met |= k.inner | (inner.tcp ? k.tcp : k.udp);
  enter(c, inner);
  if (inner.tcp) take_tcp(c, inner.carried, 0);
  else take_udp(c, inner.carried, 1, false);
  return true;
}

}  // namespace

void register_straight(Registry& r) { r.straight = straight; }

}  // namespace strato::protocols
