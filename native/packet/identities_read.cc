// Our custom blocks: magic, version, kind, length, and a map in CBOR. Keys are those of src/contract/captureBlocks.ts.
#include <algorithm>

#include "base/cbor.h"
#include "packet/identities.h"

namespace strato {
namespace {

constexpr uint8_t kVersion = 1;
enum BlockKind : uint8_t { kIdentities = 1, kObjects = 2 };  // ledgers are for people
constexpr size_t kHead = 24;  // magic, version, kind, two bytes of zeros, length

int64_t time_of(uint64_t v) { return v > INT64_MAX ? INT64_MAX : static_cast<int64_t>(v); }

bool read_time(CborReader& r, int64_t* t) {
  uint64_t v = 0;
  if (!r.number(&v)) return false;
  *t = time_of(v);
  return true;
}

bool read_address(CborReader& r, Address* a) {
  std::string_view b;
  if (!r.bytes(&b)) return false;
  const uint8_t* p = reinterpret_cast<const uint8_t*>(b.data());
  if (b.size() == 4) *a = Address::ipv4(p);
  if (b.size() == 16) *a = Address::ipv6(p);
  return true;
}

bool read_owner(CborReader& r, KubeOwner* o) {
  return r.each_key([&](std::string_view key) {
    if (key == "kind") return r.text(&o->kind);
    if (key == "name") return r.text(&o->name);
    return false;
  });
}

bool read_process(CborReader& r, KubeEnd* e) {
  return r.each_key([&](std::string_view key) {
    if (key == "pid") return r.number(&e->pid);
    if (key == "containerPid") return r.number(&e->container_pid);
    if (key == "comm") return r.text(&e->comm);
    return false;
  });
}

bool read_end(CborReader& r, KubeEnd* e) {
  struct Row {
    std::string_view key;
    std::string_view KubeEnd::*to;
  };
  static constexpr Row kTexts[] = {
      {"pod", &KubeEnd::pod}, {"namespace", &KubeEnd::ns}, {"node", &KubeEnd::node}, {"container", &KubeEnd::container},
      {"containerId", &KubeEnd::container_id}, {"service", &KubeEnd::service}, {"deployment", &KubeEnd::deployment},
      {"uid", &KubeEnd::uid}, {"learned", &KubeEnd::learned}};
  return r.each_key([&](std::string_view key) {
    for (const Row& row : kTexts)
      if (key == row.key) return r.text(&(e->*row.to));
    if (key == "process") return read_process(r, e);
    if (key == "workload") return read_owner(r, &e->workload);
    if (key != "sure") return false;
    std::string_view sure;
    if (!r.text(&sure)) return false;
    e->likely = sure != "certain";
    return true;
  });
}

// [address, port, address, port]
bool read_tuple(CborReader& r, std::vector<KubeFlow::Tuple>* to) {
  KubeFlow::Tuple t;
  int n = 0;
  uint64_t port = 0;
  bool whole = r.each_element([&] {
    const int at = n++;
    if (at == 0 || at == 2) return read_address(r, at ? &t.b : &t.a);
    if (at > 3 || !r.number(&port)) return false;
    (at == 1 ? t.a_port : t.b_port) = static_cast<uint16_t>(port);
    return true;
  });
  bool good = whole && n == 4 && t.a.type != Address::Type::None && t.b.type != Address::Type::None;
  if (good && to->size() < Identities::kMaxTuples) to->push_back(t);
  return whole;
}

// An end, or which of the block's ends it is.
bool read_end_or_number(CborReader& r, const std::vector<KubeEnd>& ends, KubeEnd* e) {
  uint64_t n = 0;
  if (!r.number(&n)) return read_end(r, e);
  if (n < ends.size()) *e = ends[n];
  return true;
}

bool read_flow(CborReader& r, const std::vector<KubeEnd>& ends, KubeFlow* f) {
  return r.each_key([&](std::string_view key) {
    uint64_t v = 0;
    if (key == "flow") return r.number(&f->id);
    if (key == "tuple") return read_tuple(r, &f->tuples);
    if (key == "also") return r.each_element([&] { return read_tuple(r, &f->tuples); });
    if (key == "a") return read_end_or_number(r, ends, &f->a);
    if (key == "b") return read_end_or_number(r, ends, &f->b);
    if (key == "from") return read_time(r, &f->from);
    if (key == "until") return read_time(r, &f->until);
    if (key != "protocol" || !r.number(&v)) return false;
    f->protocol = static_cast<uint8_t>(v);
    return true;
  });
}

// Those that are too many, or no ends, keep their number and say nothing.
bool read_ends(CborReader& r, std::vector<KubeEnd>* to) {
  return r.each_element([&] {
    KubeEnd e;
    const bool good = read_end(r, &e);
    if (to->size() < Identities::kMaxEnds) to->push_back(good ? e : KubeEnd{});
    return good;
  });
}

bool read_pairs(CborReader& r, std::vector<std::pair<std::string_view, std::string_view>>* to) {
  return r.each_key([&](std::string_view key) {
    std::string_view value;
    if (!r.text(&value)) return false;
    if (to->size() < Identities::kMaxPairs) to->emplace_back(key, value);
    return true;
  });
}

bool read_containers(CborReader& r, KubeObject* o) {
  return r.each_element([&] {
    std::pair<std::string_view, std::string_view> c;
    bool good = r.each_key([&](std::string_view key) {
      if (key == "name") return r.text(&c.first);
      if (key == "id") return r.text(&c.second);
      return false;
    });
    if (good && o->containers.size() < Identities::kMaxPairs) o->containers.push_back(c);
    return good;
  });
}

bool read_ports(CborReader& r, KubeObject* o) {
  o->ports_known = true;
  return r.each_element([&] {
    KubePort p;
    bool good = r.each_key([&](std::string_view key) {
      if (key == "name") return r.text(&p.name);
      if (key == "protocol") return r.text(&p.protocol);
      if (key == "port") return r.number(&p.port);
      return false;
    });
    if (good && o->ports.size() < Identities::kMaxPairs) o->ports.push_back(p);
    return good;
  });
}

bool read_addresses(CborReader& r, KubeObject* o) {
  return r.each_element([&] {
    Address a;
    if (!read_address(r, &a)) return false;
    if (a.type != Address::Type::None && o->addresses.size() < Identities::kMaxAddresses) o->addresses.push_back(a);
    return true;
  });
}

KubeObject::Kind kind_of(std::string_view name) {
  if (name == "Pod") return KubeObject::kPod;
  if (name == "Service") return KubeObject::kService;
  if (name == "Node") return KubeObject::kNode;
  if (name == "Namespace") return KubeObject::kNamespace;
  return name.ends_with("NetworkPolicy") ? KubeObject::kPolicy : KubeObject::kOther;
}

bool read_object(CborReader& r, KubeObject* o) {
  return r.each_key([&](std::string_view key) {
    std::string_view kind;
    if (key == "name") return r.text(&o->name);
    if (key == "namespace") return r.text(&o->ns);
    if (key == "uid") return r.text(&o->uid);
    if (key == "node") return r.text(&o->node);
    if (key == "deployment") return r.text(&o->deployment);
    if (key == "labels") return read_pairs(r, &o->labels);
    if (key == "selector") return read_pairs(r, &o->selector);
    if (key == "containers") return read_containers(r, o);
    if (key == "addresses") return read_addresses(r, o);
    if (key == "ports") return read_ports(r, o);
    if (key == "spec") return r.raw(&o->spec);
    if (key == "hostNetwork") return r.boolean(&o->host_network);
    if (key == "from") return read_time(r, &o->from);
    if (key == "until") return read_time(r, &o->until);
    if (key == "owners") return r.each_element([&] {
      KubeOwner owner;
      if (!read_owner(r, &owner)) return false;
      if (o->owner.name.empty()) o->owner = owner;
      return true;
    });
    if (key != "kind" || !r.text(&kind)) return false;
    o->kind = kind_of(kind);
    o->kind_name = kind;
    return true;
  });
}

}  // namespace

void Identities::read_flows(CborReader& r, const std::vector<KubeEnd>& ends) {
  r.each_element([&] {
    KubeFlow f;
    if (!read_flow(r, ends, &f)) return false;
    add_flow(std::move(f));
    return true;
  });
}

void Identities::read_objects(CborReader& r, bool from_agent) {
  r.each_element([&] {
    KubeObject o;
    o.from_agent = from_agent;
    if (!read_object(r, &o)) return false;
    if (o.kind == KubeObject::kNode && o.node.empty()) o.node = o.name;
    add_object(std::move(o));
    return true;
  });
}

void Identities::add_block(std::string_view data) {
  if (data.size() < kHead || !data.starts_with(kBlockMagic) || static_cast<uint8_t>(data[16]) != kVersion) return;
  const uint8_t kind = static_cast<uint8_t>(data[17]);
  if (kind != kIdentities && kind != kObjects) return;
  uint32_t length = 0;
  for (int i = 3; i >= 0; i--) length = length << 8 | static_cast<uint8_t>(data[20 + static_cast<size_t>(i)]);
  data.remove_prefix(kHead);
  // a block whose end is missing still gives the entries that are whole
  CborReader r(data.substr(0, length));
  blocks_++;
  std::string_view source;
  bool sourced = false;
  // who says it stands in the map too, before or behind the entries: read first
  CborReader first = r;
  first.each_key([&](std::string_view key) { return key == "source" && !sourced && (sourced = first.text(&source)); });
  std::vector<KubeEnd> ends;
  r.each_key([&](std::string_view key) {
    if (key == "ends" && kind == kIdentities) return read_ends(r, &ends);
    if (key == "flows" && kind == kIdentities) return read_flows(r, ends), true;
    if (key == "objects" && kind == kObjects) return read_objects(r, source.starts_with("agent")), true;
    return false;
  });
}

}  // namespace strato
