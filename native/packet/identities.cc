#include "packet/identities.h"

#include <algorithm>

namespace strato {
namespace {

constexpr size_t kLookBack = 64;  // versions of one address, or of one pod, that are tried: more are no cluster's

std::string full_name(std::string_view ns, std::string_view name) {
  std::string s(ns);
  s += '/';
  s += name;
  return s;
}

/// 0.0.0.0 or ::, as a socket without a peer has it.
Address any_of(Address::Type type) {
  static constexpr uint8_t kZeros[16] = {};
  return type == Address::Type::IPv6 ? Address::ipv6(kZeros) : Address::ipv4(kZeros);
}

const std::vector<uint32_t>* list_of(const auto& map, const auto& key) {
  auto i = map.find(key);
  return i == map.end() ? nullptr : &i->second;
}

}  // namespace

size_t Identities::Hash::operator()(const Address& a) const {
  uint64_t low, high;
  memcpy(&low, a.data, 8);
  memcpy(&high, a.data + 8, 8);
  uint64_t h = (low ^ (static_cast<uint64_t>(a.type) << 56)) * 0x9e3779b97f4a7c15ull;
  h = (h ^ h >> 32 ^ high) * 0xbf58476d1ce4e5b9ull;
  return h ^ h >> 29;
}

size_t Identities::Hash::operator()(const Key& k) const {
  uint64_t ports = static_cast<uint64_t>(k.a_port) << 24 | static_cast<uint64_t>(k.b_port) << 8 | k.protocol;
  uint64_t h = (*this)(k.a) * 0x94d049bb133111ebull ^ (*this)(k.b) ^ ports * 0x9e3779b97f4a7c15ull;
  return h ^ h >> 31;
}

template <class T>
void Identities::insert_by_time(Index& list, uint32_t at, const std::vector<T>& all) {
  if (list.size() >= kMaxReuse) return;
  auto after = std::upper_bound(list.begin(), list.end(), all[at].from, [&](int64_t t, uint32_t i) { return t < all[i].from; });
  list.insert(after, at);
}

// An entry of a flow's id replaces an older one.
void Identities::add_flow(KubeFlow f) {
  tuples_ += f.tuples.size();
  if (flows_.size() >= kMaxFlows || tuples_ > kMaxTuplesInAll || f.id == 0) return;
  const uint32_t at = static_cast<uint32_t>(flows_.size());
  auto [known, fresh] = flow_by_id_.try_emplace(f.id, at);
  if (!fresh) {
    KubeFlow& old = flows_[known->second];
    for (const KubeFlow::Tuple& t : old.tuples)
      std::erase(flow_by_tuple_[{t.a, t.b, t.a_port, t.b_port, old.protocol}], known->second);
    old.gone = true;
    old.tuples = {};
    known->second = at;
  }
  any_peer_ = any_peer_ || has_any_peer(f);
  flows_.push_back(std::move(f));
  const KubeFlow& now = flows_.back();
  for (const KubeFlow::Tuple& t : now.tuples)
    insert_by_time(flow_by_tuple_[{t.a, t.b, t.a_port, t.b_port, now.protocol}], at, flows_);
}

void Identities::unfile_object(uint32_t at) {
  const KubeObject& o = objects_[at];
  for (const Address& a : o.addresses) std::erase(by_address_[a], at);
  std::erase(by_uid_[o.uid], at);
  if (o.kind == KubeObject::kPod) std::erase(pod_by_name_[full_name(o.ns, o.name)], at);
  if (o.kind == KubeObject::kService) std::erase(service_by_ns_[o.ns], at);
  if (o.kind == KubeObject::kNamespace) std::erase(namespace_by_name_[o.name], at);
}

void Identities::file_object(uint32_t at) {
  const KubeObject& o = objects_[at];
  if (!o.host_network)
    for (const Address& a : o.addresses) insert_by_time(by_address_[a], at, objects_);
  if (!o.uid.empty()) insert_by_time(by_uid_[o.uid], at, objects_);
  if (o.kind == KubeObject::kPod) insert_by_time(pod_by_name_[full_name(o.ns, o.name)], at, objects_);
  if (o.kind == KubeObject::kService) insert_by_time(service_by_ns_[o.ns], at, objects_);
  if (o.kind == KubeObject::kNamespace) insert_by_time(namespace_by_name_[o.name], at, objects_);
}

// A version ends where the next of its uid begins; one of the same beginning is said again, and the agent knows better.
void Identities::add_object(KubeObject o) {
  if (o.kind == KubeObject::kOther || o.name.empty()) return;
  pairs_ += o.labels.size() + o.selector.size() + o.containers.size() + o.addresses.size() + o.ports.size();
  if (pairs_ > kMaxPairsInAll) return;
  if (const Index* versions = o.uid.empty() ? nullptr : list_of(by_uid_, o.uid)) {
    auto same = std::lower_bound(versions->begin(), versions->end(), o.from, [&](uint32_t i, int64_t t) { return objects_[i].from < t; });
    if (same != versions->end() && objects_[*same].from == o.from) {
      const uint32_t at = *same;
      if (objects_[at].from_agent && !o.from_agent) return;
      unfile_object(at);
      objects_[at] = std::move(o);
      file_object(at);
      return;
    }
  }
  if (objects_.size() >= kMaxObjects) return;
  objects_.push_back(std::move(o));
  file_object(static_cast<uint32_t>(objects_.size() - 1));
}

// The version that holds at a time: the last that had begun, where it has not ended. Where there is none, one that
// begins shortly after.
const KubeObject* Identities::at_time(const Index* list, int64_t ts, bool* ahead) const {
  if (!list) return nullptr;
  auto after = std::upper_bound(list->begin(), list->end(), ts, [&](int64_t t, uint32_t i) { return t < objects_[i].from; });
  size_t tries = 0;
  for (auto i = after; i != list->begin() && tries < kLookBack; tries++) {
    const KubeObject& o = objects_[*--i];
    if (ts >= o.until) continue;
    if (end_of(o) <= ts) continue;  // its next version has other addresses, or another name
    return &o;
  }
  if (!ahead || after == list->end() || objects_[*after].from - kAhead > ts) return nullptr;
  *ahead = true;
  return &objects_[*after];
}

int64_t Identities::end_of(const KubeObject& o) const {
  const Index* own = o.uid.empty() ? nullptr : list_of(by_uid_, o.uid);
  if (!own) return o.until;
  auto next = std::upper_bound(own->begin(), own->end(), o.from, [&](int64_t t, uint32_t k) { return t < objects_[k].from; });
  return next == own->end() ? o.until : std::min(o.until, objects_[*next].from);
}

std::string_view Identities::container_name(std::string_view pod_uid, std::string_view id, int64_t ts) const {
  const Index* versions = list_of(by_uid_, pod_uid);
  if (!versions) return {};
  auto at = std::upper_bound(versions->begin(), versions->end(), ts, [&](int64_t t, uint32_t i) { return t < objects_[i].from; });
  for (size_t tried = 0; at != versions->end() && tried < kLookBack; ++at, tried++)
    for (const auto& [name, its] : objects_[*at].containers)
      if (its == id) return name;
  return {};
}

const KubeObject* Identities::namespace_at(std::string_view name, int64_t ts) const {
  return at_time(list_of(namespace_by_name_, name), ts, nullptr);
}

const KubeObject* Identities::pod_of(const KubeEnd& end, int64_t ts) const {
  bool ahead = false;
  if (!end.uid.empty())
    if (const KubeObject* o = at_time(list_of(by_uid_, end.uid), ts, &ahead)) return o;
  return end.pod.empty() ? nullptr : at_time(list_of(pod_by_name_, full_name(end.ns, end.pod)), ts, &ahead);
}

KubeSide Identities::side(const KubeEnd* end, const Address& address, int64_t ts) const {
  KubeSide s;
  s.end = end;
  if (end) s.pod = pod_of(*end, ts);
  // an end that is named is not what else has its address: a pod with hostNetwork, a Service's backend
  if (end && (!end->pod.empty() || s.pod)) return s;
  const KubeObject* o = at_time(list_of(by_address_, address), ts, &s.guessed);
  if (!o) return s;
  if (o->kind == KubeObject::kPod) s.pod = o;
  if (o->kind == KubeObject::kService) s.service = o;
  if (o->kind == KubeObject::kNode) s.node = o;
  return s;
}

const KubeFlow* Identities::by_key(const Key& k, int64_t ts) const {
  const Index* list = list_of(flow_by_tuple_, k);
  if (!list) return nullptr;
  auto after = std::upper_bound(list->begin(), list->end(), ts, [&](int64_t t, uint32_t i) { return t < flows_[i].from; });
  for (size_t tries = 0; after != list->begin() && tries < kLookBack; tries++) {
    const KubeFlow& f = flows_[*--after];
    if (ts < f.until) return &f;
  }
  return nullptr;
}

const KubeFlow* Identities::flow_of(const Packet& p, bool* forward) const {
  const Key there{p.src, p.dst, p.sport, p.dport, p.protocol}, back{p.dst, p.src, p.dport, p.sport, p.protocol};
  if (auto known = p.flow ? flow_by_id_.find(p.flow) : flow_by_id_.end(); known != flow_by_id_.end()) {
    const KubeFlow& f = flows_[known->second];
    for (const KubeFlow::Tuple& t : f.tuples) {
      *forward = Key{t.a, t.b, t.a_port, t.b_port, f.protocol} == there;
      if (*forward || Key{t.a, t.b, t.a_port, t.b_port, f.protocol} == back) return &f;
    }
    // behind NAT nobody told of, one end looks as it did
    for (const KubeFlow::Tuple& t : f.tuples) {
      if ((t.a == p.dst && t.a_port == p.dport) || (t.b == p.src && t.b_port == p.sport)) return &f;
      *forward = (t.a == p.src && t.a_port == p.sport) || (t.b == p.dst && t.b_port == p.dport);
      if (*forward) return &f;
    }
    return nullptr;  // which end is which cannot be told
  }
  if (flow_by_tuple_.empty()) return nullptr;
  const KubeFlow* f = by_key(there, p.ts);
  *forward = f != nullptr;
  return f ? f : by_key(back, p.ts);
}

bool Identities::has_any_peer(const KubeFlow& f) {
  return std::any_of(f.tuples.begin(), f.tuples.end(), [](const KubeFlow::Tuple& t) { return t.b_port == 0 && t.b == any_of(t.a.type); });
}

// Who has an end's address and port, whomever it talks to: a socket that is not connected. Behind NAT the flow's other form
// has the address that it is known by.
const KubeEnd* Identities::by_port(const Packet& p, bool source, const KubeFlow* flow, bool first) const {
  if (!any_peer_) return nullptr;
  auto look = [&](const Address& a, uint16_t port) -> const KubeEnd* {
    const KubeFlow* f = port ? by_key({a, any_of(a.type), port, 0, p.protocol}, p.ts) : nullptr;
    return f ? &f->a : nullptr;
  };
  if (const KubeEnd* found = source ? look(p.src, p.sport) : look(p.dst, p.dport)) return found;
  if (!flow) return nullptr;
  for (const KubeFlow::Tuple& t : flow->tuples)
    if (const KubeEnd* found = first ? look(t.a, t.a_port) : look(t.b, t.b_port)) return found;
  return nullptr;
}

Identities::Answer Identities::find(const Packet& p) const {
  Answer out;
  bool forward = false;
  const KubeFlow* f = flow_of(p, &forward);
  out.flow = f ? f->id : p.flow;
  for (const bool source : {true, false}) {
    const bool first = source == forward;
    const KubeEnd* end = f ? first ? &f->a : &f->b : nullptr;
    const KubeEnd* owner = end && end->pid ? end : by_port(p, source, f, first);
    // What is said of the flow is nearer; a port of another pod would be one that had the address before or later.
    if (end && owner && owner != end && !end->uid.empty() && end->uid != owner->uid) owner = nullptr;
    const bool named = end && !(end->pod.empty() && end->uid.empty());
    KubeSide& s = source ? out.src : out.dst;
    s = side(named || !owner ? end : owner, source ? p.src : p.dst, p.ts);
    s.owner = owner ? owner : end;
  }
  return out;
}

void Identities::services_of(const KubeObject& pod, int64_t ts, std::vector<std::string_view>* out) const {
  const Index* list = list_of(service_by_ns_, pod.ns);
  if (!list) return;
  size_t looked = 0;
  for (uint32_t at : *list) {
    if (++looked > kMaxSelected || out->size() >= kMaxServices) return;
    const KubeObject& s = objects_[at];
    if (s.selector.empty() || s.from - kAhead > ts || ts >= s.until) continue;
    auto has = [&](const auto& pair) { return std::find(pod.labels.begin(), pod.labels.end(), pair) != pod.labels.end(); };
    if (!std::all_of(s.selector.begin(), s.selector.end(), has)) continue;
    if (std::find(out->begin(), out->end(), s.name) == out->end()) out->push_back(s.name);
  }
}

}  // namespace strato
