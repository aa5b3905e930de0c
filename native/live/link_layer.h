// What a packet of a network interface begins with, by the interface's ARPHRD_ type (linux/if_arp.h).
#pragma once
#include <cstdint>
#include <optional>

namespace strato::live {

inline constexpr uint16_t kHardwareEthernet = 1, kHardwareLoopback = 772, kHardware80211 = 801, kHardwareRadiotap = 803;
/// Interfaces whose packets begin with the IP header: IPIP and IPv6 tunnels, SIT, GRE, raw IP modems, none (tun), void.
inline constexpr uint16_t kHardwareRaw[] = {768, 769, 776, 778, 823, 519, 65534, 65535};

struct LinkLayer {
  uint16_t linktype = 0;  // LINKTYPE_ number, in files
  int dlt = 0;            // DLT_ number, for libpcap's compiler
  bool operator==(const LinkLayer&) const = default;
};
inline constexpr LinkLayer kEthernet{1, 1}, kRawIp{101, 12};

/// Nothing: packets of such interfaces are not understood.
constexpr std::optional<LinkLayer> link_layer_of(uint16_t hardware) {
  switch (hardware) {
    case kHardwareEthernet:
    case kHardwareLoopback: return kEthernet;
    case kHardware80211: return LinkLayer{105, 105};
    case kHardwareRadiotap: return LinkLayer{127, 127};
    default: break;
  }
  for (const uint16_t raw : kHardwareRaw)
    if (raw == hardware) return kRawIp;
  return std::nullopt;
}

}  // namespace strato::live
