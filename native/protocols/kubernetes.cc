// Pods, Services and processes of a packet, from the identities and objects in the capture file.
#include "protocols/kubernetes.h"

#include <vector>

#include "packet/frame_options.h"
#include "packet/registry.h"

namespace strato::protocols {
namespace {

uint32_t no_bytes(Buf, Ctx&, Item) { return 0; }

Protocol proto("k8s", "Kubernetes", "Kubernetes Metadata", no_bytes);
Protocol process_proto("ebpf", "eBPF", "eBPF Process", no_bytes);
FieldDef flow(proto, "k8s.flow", "Flow", FT::Uint64, Base::Dec);
FieldDef source(proto, "k8s.src", "Source", FT::None);
FieldDef destination(proto, "k8s.dst", "Destination", FT::None);
FieldDef pod_alias(process_proto, "ebpf.k8s.pod", "Pod Name", FT::String);

// An attribute of an end: of either, of the source, of the destination.
struct Attribute {
  FieldDef any, src, dst;
};
#define ATTRIBUTE(protocol, of, name, label, ...)                                                  \
  {{protocol, of "." name, label, __VA_ARGS__},                                                    \
   {protocol, of ".src." name, label, __VA_ARGS__},                                                \
   {protocol, of ".dst." name, label, __VA_ARGS__}}
Attribute pod_name ATTRIBUTE(proto, "k8s", "pod.name", "Pod Name", FT::String);
Attribute pod_uid ATTRIBUTE(proto, "k8s", "pod.uid", "Pod UID", FT::String);
Attribute ns ATTRIBUTE(proto, "k8s", "namespace", "Namespace", FT::String);
Attribute container_name ATTRIBUTE(proto, "k8s", "container.name", "Container Name", FT::String);
Attribute container_id ATTRIBUTE(proto, "k8s", "container.id", "Container ID", FT::String);
Attribute service_name ATTRIBUTE(proto, "k8s", "service.name", "Service Name", FT::String);
Attribute deployment ATTRIBUTE(proto, "k8s", "deployment", "Deployment", FT::String);
Attribute replicaset ATTRIBUTE(proto, "k8s", "replicaset", "ReplicaSet", FT::String);
Attribute workload ATTRIBUTE(proto, "k8s", "workload", "Workload", FT::String);
Attribute node_name ATTRIBUTE(proto, "k8s", "node.name", "Node Name", FT::String);
Attribute label ATTRIBUTE(proto, "k8s", "label", "Label", FT::String);
Attribute learned ATTRIBUTE(proto, "k8s", "learned", "Learned by", FT::String);
Attribute pid ATTRIBUTE(process_proto, "ebpf", "process.pid", "Process ID", FT::Uint32, Base::Dec);
Attribute comm ATTRIBUTE(process_proto, "ebpf", "process.comm", "Process Name", FT::String);
Attribute container_pid ATTRIBUTE(process_proto, "ebpf", "process.container_pid", "Process ID in the Container", FT::Uint32, Base::Dec);
#undef ATTRIBUTE

// Longer texts are no names; Kubernetes allows 253 bytes, of a label 317 and 63.
constexpr size_t kLongest = 512;

std::string_view first_of(std::string_view a, std::string_view b) { return (a.empty() ? b : a).substr(0, kLongest); }

// One end being shown.
class End {
 public:
  End(Ctx& c, const KubeSide& side, bool is_source) : c_(c), side_(side), source_(is_source) {}

  // production/web-1, service production/web, worker-2
  void print_name(Text& t) const {
    if (!pod().empty()) t << names_space() << '/' << pod();
    else if (!service().empty()) t << "service " << names_space() << '/' << service();
    else if (!node().empty()) t << node();
    else t << '?';
  }

  void add(Item parent) {
    if (!side_) return;
    at_ = parent.add(source_ ? source : destination, none_, 0, 0);
    if (at_) {
      Text t;
      t << (source_ ? "Source: " : "Destination: ");
      print_name(t);
      if (likely()) t << " (likely)";
      show(t);
    }
    add_names();
    add_labels();
    if (const KubeEnd* e = side_.owner; e && (e->pid || !e->comm.empty())) add_process(*e);
  }

 private:
  const KubeEnd& end() const {
    static const KubeEnd kNobody;
    return side_.end ? *side_.end : kNobody;
  }
  const KubeEnd& owner() const { return side_.owner ? *side_.owner : end(); }
  const KubeObject& object() const {
    static const KubeObject kNothing;
    return side_.pod ? *side_.pod : kNothing;
  }
  std::string_view pod() const { return first_of(end().pod, object().name); }
  std::string_view service() const { return first_of(end().service, side_.service ? side_.service->name : ""); }
  std::string_view node() const {
    std::string_view of_pod = first_of(end().node, object().node);
    return first_of(of_pod, side_.node ? side_.node->name : "");
  }
  std::string_view names_space() const {
    std::string_view own = first_of(end().ns, object().ns);
    return first_of(own, side_.service ? side_.service->ns : "");
  }
  bool likely() const { return side_.guessed || end().likely || owner().likely; }

  void show(Text& t) {
    for (size_t i = 0; i < t.size(); i++)
      if (static_cast<uint8_t>(t.view()[i]) < 0x20 || t.view()[i] == 0x7f) return;  // no name: the field's own label does
    at_.label_text(c_.keep(t.view()));
  }
  void text(const Attribute& a, std::string_view v) {
    if (v.empty()) return;
    v = v.substr(0, kLongest);
    at_.s(source_ ? a.src : a.dst, none_, 0, 0, v).gen();
    at_.s(a.any, none_, 0, 0, v).gen().hide();
  }
  void number(Item at, const Attribute& a, uint64_t v) {
    if (!v) return;
    at.u(source_ ? a.src : a.dst, none_, 0, 0, v).gen();
    at.u(a.any, none_, 0, 0, v).gen().hide();
  }

  void add_names() {
    text(pod_name, pod());
    if (!pod().empty()) at_.s(pod_alias, none_, 0, 0, pod()).gen().hide();
    text(pod_uid, first_of(end().uid, object().uid));
    text(ns, names_space());
    add_container();
    add_services();
    text(deployment, first_of(end().deployment, object().deployment));
    const KubeOwner& owner = end().workload.name.empty() ? object().owner : end().workload;
    if (owner.kind == "ReplicaSet") text(replicaset, owner.name);
    if (!owner.name.empty()) text(workload, c_.fmt("%.*s/%.*s", static_cast<int>(std::min(owner.kind.size(), kLongest)), owner.kind.data(),
                                                   static_cast<int>(std::min(owner.name.size(), kLongest)), owner.name.data()));
    text(node_name, node());
    text(learned, side_.end ? end().learned : "address");
  }

  // The container that was measured; else that of a pod with a single one.
  void add_container() {
    std::string_view name = owner().container, id = owner().container_id;
    for (const auto& [known, its] : object().containers) {
      if (!name.empty() && id.empty() && known == name) id = its;
      if (!id.empty() && name.empty() && its == id) name = known;
    }
    // Its pod tells of a container some time after that runs: in a later version.
    if (name.empty() && !id.empty()) name = c_.session.identities.container_name(first_of(end().uid, object().uid), id, c_.frame.ts_ns);
    if (name.empty() && id.empty() && object().containers.size() == 1) {
      name = object().containers[0].first;
      id = object().containers[0].second;
    }
    text(container_name, name);
    text(container_id, id);
  }

  void add_services() {
    if (!service().empty()) return text(service_name, service());
    if (!side_.pod) return;
    std::vector<std::string_view> found;
    c_.session.identities.services_of(*side_.pod, c_.frame.ts_ns, &found);
    for (std::string_view s : found) text(service_name, s);
  }

  void add_labels() {
    const KubeObject& o = side_.pod ? *side_.pod : side_.service ? *side_.service : side_.node ? *side_.node : object();
    const FieldDef& own = source_ ? label.src : label.dst;
    if (!c_.tree.wants(own) && !c_.tree.wants(label.any)) return;
    for (const auto& [key, value] : o.labels) {
      Text t;
      t << key.substr(0, kLongest) << '=' << value.substr(0, kLongest);
      text(label, c_.keep(t.view()));
    }
  }

  void add_process(const KubeEnd& e) {
    Item at = at_.add(*process_proto.self, none_, 0, 0);
    number(at, pid, e.pid);
    if (!e.comm.empty()) {
      at.s(source_ ? comm.src : comm.dst, none_, 0, 0, e.comm.substr(0, kLongest)).gen();
      at.s(comm.any, none_, 0, 0, e.comm.substr(0, kLongest)).gen().hide();
    }
    number(at, container_pid, e.container_pid);
  }

  Ctx& c_;
  const KubeSide& side_;
  bool source_;
  Item at_;
  Buf none_;
};

// Whether anything of ours is wanted at all: a filter on other fields must not pay for it.
bool wanted(const Tree& t) {
  if (t.full()) return true;
  for (const Protocol* p : {&proto, &process_proto})
    for (const FieldDef* f : p->fields)
      if (t.wants(*f)) return true;
  return false;
}

uint8_t ip_protocol(const Ctx& c) {
  if (c.ports == PortKind::Tcp) return 6;
  if (c.ports == PortKind::Udp) return 17;
  if (c.ports == PortKind::Sctp) return 132;
  return c.net_src.type == Address::Type::IPv6 ? 58 : 1;
}

}  // namespace

void add_kubernetes(Ctx& c, Item root) {
  if (!wanted(c.tree)) return;
  Identities::Packet p;
  if (const auto* details = dynamic_cast<const FrameDetails*>(&c.session.frames)) p.flow = details->options(c.frame.number).flow;
  p.protocol = ip_protocol(c);
  p.src = c.net_src;
  p.dst = c.net_dst;
  if (c.ports == PortKind::Tcp || c.ports == PortKind::Udp || c.ports == PortKind::Sctp) p.sport = c.sport, p.dport = c.dport;
  p.ts = c.frame.ts_ns;
  Identities::Answer found = c.session.identities.find(p);
  if (!found.src && !found.dst) return;
  Buf none;
  Item at = root.add(*proto.self, none, 0, 0);
  End src(c, found.src, true), dst(c, found.dst, false);
  if (found.flow) at.u(flow, none, 0, 0, found.flow).gen();
  src.add(at);
  dst.add(at);
}

const char* kubernetes_block_name(std::string_view data) {
  if (!data.starts_with(Identities::kBlockMagic) || data.size() < 18) return nullptr;
  switch (data[17]) {
    case 1: return "Who sent it: identities of flows, for the packets of this file";
    case 2: return "Objects of the cluster, for the packets of this file";
    case 3: return "What this capture lacks";
    default: return "Metadata of a newer version";
  }
}

void register_kubernetes(Registry& r) {
  proto.place = process_proto.place = Protocol::Place::Beside;
  r.add(proto);
  r.add(process_proto);
}

}  // namespace strato::protocols
