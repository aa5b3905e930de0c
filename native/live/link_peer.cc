#include "live/link_peer.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "live/netlink.h"
#include "live/network_namespace.h"

namespace strato::live {
namespace {

/// IFLA_LINK of a device of the thread's namespace: the index of its other end there where that one is. 0: none.
uint32_t link_of(uint32_t index) {
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (socket < 0) return 0;
  struct {
    nlmsghdr head{};
    ifinfomsg link{};
  } request;
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = RTM_GETLINK;
  request.head.nlmsg_flags = NLM_F_REQUEST;
  request.link.ifi_index = static_cast<int>(index);
  alignas(nlmsghdr) std::array<uint8_t, 32 << 10> answer;
  ssize_t n = -1;
  if (send(socket, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request)) n = recv(socket, answer.data(), answer.size(), 0);
  close(socket);
  constexpr size_t kHead = NLMSG_LENGTH(NLMSG_ALIGN(sizeof(ifinfomsg)));
  if (n < static_cast<ssize_t>(kHead)) return 0;
  nlmsghdr head;
  memcpy(&head, answer.data(), sizeof head);
  if (head.nlmsg_type != RTM_NEWLINK || head.nlmsg_len > static_cast<size_t>(n) || head.nlmsg_len < kHead) return 0;
  uint32_t found = 0;
  each_attribute(std::span(answer).subspan(kHead, head.nlmsg_len - kHead), [&](uint16_t type, std::span<const uint8_t> value) {
    if (type == IFLA_LINK && value.size() == sizeof found) memcpy(&found, value.data(), sizeof found);
  });
  return found;
}

}  // namespace

uint32_t link_peer(const std::string& netns, const std::string& device) {
  uint32_t own = 0, peer = 0;
  std::string error;
  const bool entered = in_network_namespace(netns, [&] {
    own = if_nametoindex(device.c_str());
    peer = own ? link_of(own) : 0;
  }, &error);
  return entered && peer != 0 && link_of(peer) == own ? peer : 0;
}

}  // namespace strato::live
