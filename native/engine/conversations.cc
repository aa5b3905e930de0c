#include "engine/conversations.h"

#include <algorithm>

#include "base/cbor.h"
#include "packet/registry.h"

namespace strato {
namespace {

constexpr uint16_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;
enum Seen : uint8_t { kSawSyn = 1, kSawSynAck = 2, kSawReset = 4, kSawAck = 8, kSawOther = 16 };
constexpr uint16_t kFirstEphemeral = 32768;  // Linux takes ports of clients from here on
constexpr int kMaxDepth = 32;                // of a policy's spec

void labels_json(const KubeObject* o, JsonWriter& j) {
  j.open_object();
  if (o)
    for (const auto& [key, value] : o->labels) j.key(key).string(value);
  j.close_object();
}

void time_json(int64_t t, JsonWriter& j) {
  Text text;
  text << t;
  j.string(text.view());
}

// A spec as our encoder writes it: texts, whole numbers, booleans, lists and maps. What else there is becomes null.
bool cbor_json(CborReader& r, JsonWriter& j, int depth) {
  std::string_view text;
  uint64_t number = 0;
  bool yes = false;
  if (r.text(&text)) return j.string(text), true;
  if (r.number(&number)) return j.number(static_cast<int64_t>(std::min<uint64_t>(number, INT64_MAX))), true;
  if (r.boolean(&yes)) return j.boolean(yes), true;
  const CborReader before = r;
  uint64_t n = 0;
  if (depth < kMaxDepth && r.array(&n)) {
    r = before;
    j.open_array();
    r.each_element([&] { return cbor_json(r, j, depth + 1); });
    j.close_array();
    return true;
  }
  if (depth < kMaxDepth && r.map(&n)) {
    r = before;
    j.open_object();
    r.each_key([&](std::string_view key) {
      j.key(key);
      return cbor_json(r, j, depth + 1);
    });
    j.close_object();
    return true;
  }
  j.raw("null");
  return r.skip();
}

bool has_address(const KubeObject& pod, const Address& a) {
  return std::find(pod.addresses.begin(), pod.addresses.end(), a) != pod.addresses.end();
}

// Whether the flow is that of a packet inside an ICMP error.
bool quotes(const Ctx& c) {
  static const Protocol* const kErrors[] = {Registry::get().protocol("icmp"), Registry::get().protocol("icmpv6")};
  return std::any_of(c.layers.begin(), c.layers.end(), [](const Protocol* p) { return p == kErrors[0] || p == kErrors[1]; });
}

template <class Key>
uint32_t numbered(std::map<Key, uint32_t>& index, std::vector<Key>& all, const Key& key) {
  auto [at, fresh] = index.try_emplace(key, static_cast<uint32_t>(all.size()));
  if (fresh) all.push_back(key);
  return at->second;
}

}  // namespace

void Conversations::add(const Ctx& c) {
  const Flow* f = c.flow;
  if (!f || f->kind == FlowKind::Other) return;
  if (f->id >= row_of_.size()) row_of_.resize(f->id + 1);
  uint32_t& at = row_of_[f->id];
  if (quotes(c)) {
    // an ICMP error: somebody refused a packet of the flow
    if (at && at != kLeftOut) rows_[at - 1].error = true;
    return;
  }
  if (at == kLeftOut) return;
  const int direction = f->direction(c.net_src, c.sport);
  if (!at) {
    if (rows_.size() >= kMost) {
      omitted_++;
      at = kLeftOut;
      return;
    }
    rows_.emplace_back();
    at = static_cast<uint32_t>(rows_.size());
    Row& row = rows_.back();
    row.tcp = f->kind == FlowKind::Tcp;
    row.stream = f->stream;
    row.end[0].address = f->a;
    row.end[0].port = f->a_port;
    row.end[1].address = f->b;
    row.end[1].port = f->b_port;
    begin(row, c);
    // a datagram from a server's port to a client's is an answer: what it answers was before the capture
    if (!row.tcp && !(c.sport < kFirstEphemeral && c.dport >= kFirstEphemeral)) row.opener = static_cast<int8_t>(direction);
  }
  Row& row = rows_[at - 1];
  row.packets[direction]++;
  if (row.tcp) note_flags(row, direction, c.tcp_flags);
}

void Conversations::note_flags(Row& row, int direction, uint16_t flags) {
  uint8_t& seen = row.seen[direction];
  if (flags >= Ctx::kManyFlags) {
    seen |= kSawOther;
    return;
  }
  const bool syn = flags & kSyn, ack = flags & kAck;
  if (flags & kRst) seen |= kSawReset;
  else if (syn) seen |= ack ? kSawSynAck : kSawSyn;
  else seen |= ack ? kSawAck : kSawOther;
  if (row.opener < 0 && syn && !(flags & (kRst | kFin))) row.opener = static_cast<int8_t>(ack ? 1 - direction : direction);
}

// What the packets show, of who opened it (DESIGN's chapter 7: SYN answered or not).
const char* Conversations::outcome(const Row& row) {
  if (!row.tcp) {
    if (row.packets[0] && row.packets[1]) return "answered";
    return row.error ? "refused" : "unanswered";
  }
  constexpr uint8_t kAlive = kSawSyn | kSawSynAck | kSawAck | kSawOther;
  if (row.opener < 0) return (row.seen[0] & kAlive) && (row.seen[1] & kAlive) ? "answered" : "unknown";
  const uint8_t own = row.seen[row.opener], other = row.seen[1 - row.opener];
  // who acknowledges after its SYN has had the answer, whether or not that was captured
  if ((other & kAlive) || (own & kSawAck)) return "answered";
  return (other & kSawReset) || row.error ? "refused" : "unanswered";
}

void Conversations::begin(Row& row, const Ctx& c) {
  row.frame = c.frame.number;
  row.ts = c.frame.ts_ns;
  Identities::Packet p;
  p.flow = capture_.options(c.frame.number).flow;
  p.protocol = row.tcp ? 6 : 17;
  p.src = row.end[0].address;
  p.dst = row.end[1].address;
  p.sport = row.end[0].port;
  p.dport = row.end[1].port;
  p.ts = row.ts;
  const Identities::Answer found = c.session.identities.find(p);
  know(row.end[0], found.src, row.ts);
  know(row.end[1], found.dst, row.ts);
}

// A pod is certain where the address is its own, or the socket's owner is known for certain; a pod that answers to an
// address not its own was reached through NAT.
void Conversations::know(End& end, const KubeSide& side, int64_t ts) {
  if (const KubeObject* pod = side.pod) {
    end.ns = pod->ns;
    end.name = pod->name;
    end.known = Known::Rewritten;
    const bool own = has_address(*pod, end.address);
    if (!own && !pod->host_network) return;
    end.known = Known::Guessed;
    if (side.guessed || (!own && (!side.end || side.end->likely)) || ts < pod->from) return;
    end.known = Known::Pod;
    const Pod key{pod, capture_.identities().namespace_at(pod->ns, ts)};
    end.object = numbered(pod_index_, pods_, key);
  } else if (side.end && !side.end->pod.empty()) {
    end.known = Known::Unlabelled;
    end.ns = side.end->ns;
    end.name = side.end->pod;
  } else if (side.service) {
    end.known = Known::Service;
    end.ns = side.service->ns;
    end.name = side.service->name;
  } else if (side.node) {
    end.known = side.guessed ? Known::Guessed : Known::Node;
    end.name = side.node->name;
    if (!side.guessed) end.object = numbered(node_index_, nodes_, side.node);
  }
}

void Conversations::write_end(const End& end, JsonWriter& j) {
  static constexpr const char* kWords[] = {"nothing", "pod", "guessed", "unlabelled", "rewritten", "service", "node"};
  Text address;
  end.address.print(address);
  j.open_object().key("address").string(address.view()).key("port").number(end.port);
  j.key("known").string(kWords[static_cast<size_t>(end.known)]);
  if (end.known == Known::Pod || end.known == Known::Node) j.key("object").number(end.object);
  else if (!end.name.empty()) j.key("namespace").string(end.ns).key("name").string(end.name);
  j.close_object();
}

void Conversations::write_pods(JsonWriter& j) const {
  j.key("pods").open_array();
  for (const auto& [pod, ns] : pods_) {
    j.open_object().key("namespace").string(pod->ns).key("name").string(pod->name).key("uid").string(pod->uid);
    j.key("node").string(pod->node).key("hostNetwork").boolean(pod->host_network).key("labels");
    labels_json(pod, j);
    if (ns) {
      j.key("namespaceLabels");
      labels_json(ns, j);
    }
    j.key("addresses").open_array();
    for (const Address& a : pod->addresses) {
      Text t;
      a.print(t);
      j.string(t.view());
    }
    j.close_array();
    if (pod->ports_known) {
      j.key("ports").open_array();
      for (const KubePort& p : pod->ports) {
        j.open_object().key("port").number(static_cast<int64_t>(p.port & 0xffff)).key("protocol").string(p.protocol);
        if (!p.name.empty()) j.key("name").string(p.name);
        j.close_object();
      }
      j.close_array();
    }
    j.close_object();
  }
  j.close_array().key("nodes").open_array();
  for (const KubeObject* node : nodes_) {
    j.open_object().key("name").string(node->name).key("labels");
    labels_json(node, j);
    j.close_object();
  }
  j.close_array();
}

void Conversations::write_policies(JsonWriter& j) const {
  j.key("policies").open_array();
  capture_.identities().each_policy([&](const KubeObject& o, int64_t until) {
    j.open_object().key("kind").string(o.kind_name).key("namespace").string(o.ns).key("name").string(o.name).key("from");
    time_json(o.from, j);
    j.key("until");
    time_json(until, j);
    j.key("spec");
    CborReader r(o.spec);
    cbor_json(r, j, 0);
    j.close_object();
  });
  j.close_array();
}

void Conversations::write(JsonWriter& j, uint32_t packets, bool whole) const {
  j.open_object().key("packets").number(packets).key("whole").boolean(whole).key("omitted").number(static_cast<int64_t>(omitted_));
  write_pods(j);
  write_policies(j);
  j.key("flows").open_array();
  for (const Row& row : rows_) {
    j.open_object().key("kind").string(row.tcp ? "tcp" : "udp").key("stream").number(row.stream).key("frame").number(row.frame);
    j.key("time");
    time_json(row.ts, j);
    j.key("packets").open_array().number(row.packets[0]).number(row.packets[1]).close_array();
    j.key("opener").string(row.opener < 0 ? "unknown" : row.opener ? "b" : "a").key("outcome").string(outcome(row));
    j.key("a");
    write_end(row.end[0], j);
    j.key("b");
    write_end(row.end[1], j);
    j.close_object();
  }
  j.close_array().close_object();
}

}  // namespace strato
