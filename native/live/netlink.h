// Attributes of netlink messages (netlink(7), struct nlattr): length with its head, type, value, padded to four.
#pragma once
#include <linux/netlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

namespace strato::live {

/// Calls `each` with type and value of every attribute; one that does not fit ends it.
template <typename Each>
void each_attribute(std::span<const uint8_t> data, const Each& each) {
  while (data.size() >= sizeof(nlattr)) {
    nlattr head;
    memcpy(&head, data.data(), sizeof head);
    if (head.nla_len < sizeof head || head.nla_len > data.size()) return;
    each(static_cast<uint16_t>(head.nla_type & NLA_TYPE_MASK), data.subspan(sizeof head, head.nla_len - sizeof head));
    const size_t whole = NLA_ALIGN(static_cast<size_t>(head.nla_len));
    data = data.subspan(std::min(whole, data.size()));
  }
}

}  // namespace strato::live
