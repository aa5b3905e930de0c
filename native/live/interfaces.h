// The network interfaces of this machine (of the network namespace the thread is in).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace strato::live {

/// An address of an interface, in network byte order: 4 or 16 bytes with their prefix length.
struct InterfaceAddress {
  std::vector<uint8_t> bytes;
  uint8_t prefix = 0;
  std::string text;  // "10.0.0.1", "fe80::1"
};

struct NetworkInterface {
  std::string name;
  uint32_t index = 0;
  uint16_t hardware = 0;  // ARPHRD_ type
  bool up = false, loopback = false;
  std::optional<std::array<uint8_t, 6>> mac;
  std::vector<InterfaceAddress> addresses;
  uint64_t bits_per_second = 0;  // 0 unknown
};

/// In the order of their index.
std::vector<NetworkInterface> list_interfaces();
/// By name, or by its number in the list from 1 as -D prints it.
std::optional<NetworkInterface> find_interface(const std::string& name);
/// Whether an interface of that index exists now.
bool interface_exists(uint32_t index);

}  // namespace strato::live
