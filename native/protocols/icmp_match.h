// Pairs echo requests with their replies, for ICMP and ICMPv6 alike.
#pragma once
#include <cstring>
#include <unordered_map>

#include "packet/context.h"

namespace strato::protocols {

/// Per-packet record of a request or reply: the frame of the other, 0 when (so far) there is none.
struct EchoRec {
  uint32_t peer;
};

struct EchoKey {
  uint8_t from[16], to[16];  // of the request
  uint32_t id_seq;
  uint32_t extra;            // what else must agree (ICMP: the checksum, which covers the data)
  bool operator==(const EchoKey& o) const { return memcmp(this, &o, sizeof o) == 0; }
};
struct EchoHash {
  size_t operator()(const EchoKey& k) const {
    uint64_t w[5], h = 0x9e3779b97f4a7c15ull;
    static_assert(sizeof k == 40);
    memcpy(w, &k, 40);
    for (uint64_t x : w) h = (h ^ x) * 0xff51afd7ed558ccdull, h ^= h >> 32;
    return h;
  }
};

struct EchoState : State {
  struct Open {
    uint32_t frame;
    uint16_t nth;
  };
  std::unordered_map<EchoKey, Open, EchoHash> open;  // requests without a reply yet
};

/// First pass, request: remembers it. A repeat with the same key takes the place of the earlier one.
inline void echo_request(Ctx& c, const Protocol& p, uint32_t id_seq, uint32_t extra) {
  EchoKey k{};
  memcpy(k.from, c.net_src.data, 16);
  memcpy(k.to, c.net_dst.data, 16);
  k.id_seq = id_seq;
  k.extra = extra;
  uint16_t nth = c.nth(p);
  c.put<EchoRec>(p, nth);
  c.session.state<EchoState>(p).open[k] = {c.frame.number, nth};
}

/// First pass, reply: joins it with its request.
inline void echo_reply(Ctx& c, const Protocol& p, uint32_t id_seq, uint32_t extra) {
  EchoKey k{};
  memcpy(k.from, c.net_dst.data, 16);
  memcpy(k.to, c.net_src.data, 16);
  k.id_seq = id_seq;
  k.extra = extra;
  auto& open = c.session.state<EchoState>(p).open;
  auto i = open.find(k);
  if (i == open.end()) return;
  c.session.packets.put<EchoRec>(i->second.frame, p.key, i->second.nth)->peer = c.frame.number;
  c.put<EchoRec>(p, c.nth(p))->peer = i->second.frame;
  open.erase(i);
}

/// Milliseconds between two frames.
inline double echo_ms(Ctx& c, uint32_t request, uint32_t reply) {
  return static_cast<double>(c.session.frames.meta(reply).ts_ns - c.session.frames.meta(request).ts_ns) / 1e6;
}

}  // namespace strato::protocols
