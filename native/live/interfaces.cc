#include "live/interfaces.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "live/error.h"

namespace strato::live {
namespace {

uint8_t prefix_length(const uint8_t* mask, size_t n) {
  int bits = 0;
  for (size_t i = 0; i < n; i++) bits += std::popcount(mask[i]);
  return static_cast<uint8_t>(bits);
}

template <typename Address>
InterfaceAddress address_of(int family, const Address& address, const Address* mask) {
  InterfaceAddress a;
  const auto* raw = reinterpret_cast<const uint8_t*>(&address);
  a.bytes.assign(raw, raw + sizeof address);
  if (mask) a.prefix = prefix_length(reinterpret_cast<const uint8_t*>(mask), sizeof *mask);
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, &address, text, sizeof text);
  a.text = text;
  return a;
}

void add_address(const ifaddrs& entry, NetworkInterface& to) {
  const int family = entry.ifa_addr->sa_family;
  if (family == AF_INET) {
    const auto* mask = reinterpret_cast<const sockaddr_in*>(entry.ifa_netmask);
    to.addresses.push_back(address_of(family, reinterpret_cast<const sockaddr_in*>(entry.ifa_addr)->sin_addr,
                                      mask ? &mask->sin_addr : nullptr));
  } else if (family == AF_INET6) {
    const auto* mask = reinterpret_cast<const sockaddr_in6*>(entry.ifa_netmask);
    to.addresses.push_back(address_of(family, reinterpret_cast<const sockaddr_in6*>(entry.ifa_addr)->sin6_addr,
                                      mask ? &mask->sin6_addr : nullptr));
  }
}

NetworkInterface link_of(const ifaddrs& entry) {
  const auto& link = *reinterpret_cast<const sockaddr_ll*>(entry.ifa_addr);
  NetworkInterface i;
  i.name = entry.ifa_name;
  i.index = static_cast<uint32_t>(link.sll_ifindex);
  i.hardware = link.sll_hatype;
  i.up = entry.ifa_flags & IFF_UP;
  i.loopback = entry.ifa_flags & IFF_LOOPBACK;
  if (link.sll_halen == 6 && !i.loopback) {
    i.mac.emplace();
    std::copy(link.sll_addr, link.sll_addr + 6, i.mac->begin());
  }
  return i;
}

/// Of the link, from sysfs; veth pairs and interfaces that are down say nothing of use.
uint64_t speed_of(const std::string& name) {
  const int fd = open(("/sys/class/net/" + name + "/speed").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[32] = "";
  const ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  const long megabits = n > 0 ? std::strtol(text, nullptr, 10) : 0;
  return megabits > 0 ? static_cast<uint64_t>(megabits) * 1000000 : 0;
}

}  // namespace

std::string errno_text(int error) {
  char buffer[128] = "";
  return strerror_r(error, buffer, sizeof buffer);
}

std::vector<NetworkInterface> list_interfaces() {
  std::vector<NetworkInterface> list;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return list;
  for (const ifaddrs* e = first; e; e = e->ifa_next)
    if (e->ifa_addr && e->ifa_addr->sa_family == AF_PACKET) list.push_back(link_of(*e));
  for (const ifaddrs* e = first; e; e = e->ifa_next) {
    if (!e->ifa_addr) continue;
    // A label such as eth0:1 is an address of eth0.
    std::string name = e->ifa_name;
    name = name.substr(0, name.find(':'));
    for (NetworkInterface& i : list)
      if (i.name == name) add_address(*e, i);
  }
  freeifaddrs(first);
  for (NetworkInterface& i : list) i.bits_per_second = speed_of(i.name);
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  return list;
}

std::optional<NetworkInterface> find_interface(const std::string& name) {
  const std::vector<NetworkInterface> list = list_interfaces();
  for (const NetworkInterface& i : list)
    if (i.name == name) return i;
  char* end = nullptr;
  const unsigned long number = std::strtoul(name.c_str(), &end, 10);
  if (*end == '\0' && number >= 1 && number <= list.size()) return list[number - 1];
  return std::nullopt;
}

bool interface_exists(uint32_t index) {
  char name[IF_NAMESIZE];
  return if_indextoname(index, name) != nullptr;
}

}  // namespace strato::live
