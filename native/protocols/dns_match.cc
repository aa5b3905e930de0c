#include <unordered_map>

#include "protocols/dns.h"

namespace strato::protocols {
namespace {

// a query seen again within this time is a retransmission, later it is a new one
constexpr int64_t kRepeatNs = 5ll * 1000000000;

struct Open {
  uint32_t request = 0, response = 0;
  uint16_t request_nth = 0;
};
struct Matches : State {
  std::unordered_map<uint64_t, Open> latest;  // by flow and id
};
// Of a query: the query it repeats (0 = none) and its response; of a response: its query and the response it repeats.
struct Rec {
  uint32_t request, response;
};

void match(Ctx& c, const Protocol& layer, uint16_t nth, uint16_t id, bool response) {
  Rec* rec = c.put<Rec>(layer, nth);
  auto& latest = c.session.state<Matches>(dns_protocol()).latest;
  Open& o = latest[static_cast<uint64_t>(c.flow->id) << 16 | id];
  if (response) {
    rec->request = o.request;
    if (!o.request) return;
    rec->response = o.response ? o.response : c.frame.number;
    if (o.response) return;
    o.response = c.frame.number;
    c.session.packets.put<Rec>(o.request, layer.key, o.request_nth)->response = c.frame.number;
    return;
  }
  bool repeat = o.request && !o.response &&
                c.frame.ts_ns - c.session.frames.meta(o.request).ts_ns < kRepeatNs;
  if (!repeat) o = {c.frame.number, 0, nth};
  rec->request = o.request;
}

}  // namespace

DnsPair pair_dns(Ctx& c, const Protocol& layer, uint16_t nth, uint16_t id, bool response) {
  if (c.in_error || !c.flow) return {0, 0, false};
  if (c.first_pass) match(c, layer, nth, id, response);
  const Rec* r = c.get<Rec>(layer, nth);
  if (!r) return {0, 0, false};
  uint32_t self = c.frame.number;
  if (response) return {r->request, r->response, r->request && r->response != self};
  return {r->request, r->response, r->request != self};
}

}  // namespace strato::protocols
