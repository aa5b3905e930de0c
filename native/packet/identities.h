// Who sent it: flows and objects of a cluster as a capture file keeps them (src/contract/captureBlocks.ts says in what
// form). Texts are views into the file, which is there as long as its capture is.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "packet/address.h"

namespace strato {

class CborReader;

struct KubeOwner {
  std::string_view kind, name;
};

struct KubePort {
  std::string_view name, protocol;
  uint64_t port = 0;
};

/// One version of an object; times in ns since 1970.
struct KubeObject {
  enum Kind : uint8_t { kPod, kService, kNode, kNamespace, kPolicy, kOther };
  Kind kind = kOther;
  bool host_network = false, from_agent = false, ports_known = false;
  std::string_view name, ns, uid, node, deployment;
  std::string_view kind_name, spec;  // of a policy; the spec as CBOR
  std::vector<KubePort> ports;       // that a pod's containers declare
  KubeOwner owner;  // the first that is named
  std::vector<std::pair<std::string_view, std::string_view>> labels, selector, containers;  // containers: name, id
  std::vector<Address> addresses;
  int64_t from = 0, until = INT64_MAX;  // until: also where the next version begins
};

/// One end of a flow; empty texts are not known.
struct KubeEnd {
  std::string_view pod, ns, node, container, container_id, service, deployment, uid, comm, learned;
  KubeOwner workload;
  uint64_t pid = 0, container_pid = 0;  // 0: not known
  bool likely = false;
};

struct KubeFlow {
  struct Tuple {
    Address a, b;
    uint16_t a_port = 0, b_port = 0;
  };
  uint64_t id = 0;
  uint8_t protocol = 0;
  bool gone = false;  // replaced
  std::vector<Tuple> tuples;
  KubeEnd a, b;
  int64_t from = INT64_MIN, until = INT64_MAX;
};

/// What is known of one end of a packet.
struct KubeSide {
  const KubeEnd* end = nullptr;        // by the flow, else by the port
  const KubeEnd* owner = nullptr;      // whose process and container are known: `end`, or by the port
  const KubeObject* pod = nullptr;
  const KubeObject* service = nullptr; // the address is a Service's
  const KubeObject* node = nullptr;    // the address is a node's
  bool guessed = false;                // seen shortly before the object was
  explicit operator bool() const { return end || pod || service || node; }
};

class Identities {
 public:
  /// The 16 bytes before our blocks' version, and before a packet's flow id in its option.
  static constexpr std::string_view kBlockMagic{"StratoShark:k8s\0", 16};
  static constexpr std::string_view kFlowMagic{"StratoShark:flow", 16};

  /// A custom block of ours, from the magic on; others are passed over. The bytes must stay.
  void add_block(std::string_view data);
  bool empty() const { return blocks_ == 0; }
  /// Blocks taken in so far: answers given earlier may be others now.
  uint32_t blocks() const { return blocks_; }

  struct Packet {
    uint64_t flow = 0;    // of its option, 0 none
    uint8_t protocol = 0; // IP protocol
    Address src, dst;
    uint16_t sport = 0, dport = 0;
    int64_t ts = 0;
  };
  struct Answer {
    uint64_t flow = 0;
    KubeSide src, dst;
  };
  Answer find(const Packet& p) const;
  /// Names of the Services whose selector a pod fits, at most kMaxServices.
  void services_of(const KubeObject& pod, int64_t ts, std::vector<std::string_view>* out) const;
  /// Name of a pod's container by its id, which is of no other, in the versions that begin after `ts`; empty where none has it.
  std::string_view container_name(std::string_view pod_uid, std::string_view id, int64_t ts) const;
  /// The namespace as it was at a time, nullptr where the file does not say.
  const KubeObject* namespace_at(std::string_view name, int64_t ts) const;
  /// Calls each(policy, until) for every version of a policy; `until` is where the next version begins or it is gone.
  template <class Each>
  void each_policy(Each&& each) const {
    for (const KubeObject& o : objects_)
      if (o.kind == KubeObject::kPolicy) each(o, end_of(o));
  }

  // Blocks hold as much as a large cluster has; what is more is passed over, so that memory stays in proportion.
  static constexpr size_t kMaxFlows = 1u << 20, kMaxObjects = 1u << 18, kMaxPairs = 256, kMaxAddresses = 64;
  static constexpr size_t kMaxPairsInAll = 1u << 22, kMaxTuplesInAll = 1u << 20;
  static constexpr size_t kMaxEnds = 1u << 16;  // of a block: what fills a megabyte, of which a writer begins another
  static constexpr size_t kMaxTuples = 16, kMaxReuse = 4096, kMaxServices = 64, kMaxSelected = 1024;
  /// How long before its first version a packet may be an object's: the watch tells of an address after it is used.
  static constexpr int64_t kAhead = 3'000'000'000;

 private:
  struct Key {
    Address a, b;
    uint16_t a_port, b_port;
    uint8_t protocol;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& k) const;
    size_t operator()(const Address& a) const;
  };
  using Index = std::vector<uint32_t>;  // of objects or flows, by time of their beginning

  void read_flows(CborReader& r, const std::vector<KubeEnd>& ends);
  void read_objects(CborReader& r, bool from_agent);
  void add_flow(KubeFlow f);
  void add_object(KubeObject o);
  void file_object(uint32_t at);
  void unfile_object(uint32_t at);
  const KubeFlow* flow_of(const Packet& p, bool* forward) const;
  const KubeFlow* by_key(const Key& k, int64_t ts) const;
  KubeSide side(const KubeEnd* end, const Address& address, int64_t ts) const;
  const KubeEnd* by_port(const Packet& p, bool source, const KubeFlow* flow, bool first) const;
  static bool has_any_peer(const KubeFlow& f);
  const KubeObject* at_time(const Index* list, int64_t ts, bool* ahead) const;
  const KubeObject* pod_of(const KubeEnd& end, int64_t ts) const;
  int64_t end_of(const KubeObject& o) const;
  template <class T>
  static void insert_by_time(Index& list, uint32_t at, const std::vector<T>& all);

  uint32_t blocks_ = 0;
  size_t pairs_ = 0, tuples_ = 0;
  bool any_peer_ = false;  // there are flows of a port and whoever it talks to
  std::vector<KubeFlow> flows_;
  std::vector<KubeObject> objects_;
  std::unordered_map<uint64_t, uint32_t> flow_by_id_;
  std::unordered_map<Key, Index, Hash> flow_by_tuple_;
  std::unordered_map<Address, Index, Hash> by_address_;
  std::unordered_map<std::string_view, Index> by_uid_;
  std::unordered_map<std::string, Index> pod_by_name_;           // "namespace/name"
  std::unordered_map<std::string_view, Index> service_by_ns_;
  std::unordered_map<std::string_view, Index> namespace_by_name_;
};

}  // namespace strato
