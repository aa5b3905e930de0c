// What a live capture asks of the machine it runs on.
#pragma once
#include <cstdint>
#include <string>

namespace strato {

/// InterfaceEntry[] of src/contract/live.ts: the machine's interfaces as JSON.
std::string live_interfaces_json();
/// As live::give_way().
void live_give_way();
/// As live::link_peer().
uint32_t live_link_peer(const std::string& netns, const std::string& device);
/// CaptureFilterCheck of src/contract/live.ts as JSON. Ethernet's meaning of the filter, as for "any".
std::string check_capture_filter_json(const std::string& text);

}  // namespace strato
