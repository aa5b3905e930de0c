// The other end of a link between network namespaces, such as a pod's.
#pragma once
#include <cstdint>
#include <string>

namespace strato::live {

/// Index, in the caller's namespace, of the device whose other end is `device` of the namespace `netns` (as for
/// in_network_namespace()). 0: there is none, or it cannot be told. Devices that only lie upon another (macvlan, ipvlan) have
/// none: that one does not name them back.
uint32_t link_peer(const std::string& netns, const std::string& device);

}  // namespace strato::live
