// Conversations: who talks to whom on which ports, with the state that protocols keep per conversation.
// Looked up and made in the first pass only; later dissections take the flow's id from their packet record.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "packet/address.h"
#include "packet/field.h"

namespace strato {

/// Base of what a protocol keeps per flow or per session.
struct State {
  virtual ~State() = default;
};

/// State objects by protocol key.
class StateSlots {
 public:
  template <class T>
  T* find(const Protocol& p) const {
    for (auto& s : slots_)
      if (s.first == p.key) return static_cast<T*>(s.second.get());
    return nullptr;
  }
  template <class T>
  T& get(const Protocol& p) {
    if (T* t = find<T>(p)) return *t;
    slots_.emplace_back(p.key, std::make_unique<T>());
    return *static_cast<T*>(slots_.back().second.get());
  }

 private:
  std::vector<std::pair<uint16_t, std::unique_ptr<State>>> slots_;
};

/// First members of every per-packet record of a protocol that has flows: a flow's packets are linked from its last one.
struct FlowLink {
  uint32_t flow;        // Flow::id
  uint32_t prev_frame;  // the packet before in this flow, 0 none
};

enum class FlowKind : uint8_t { Tcp, Udp, Other };

struct Flow {
  uint32_t id = 0;       // index in FlowTable
  uint32_t stream = 0;   // per kind, from 0: tcp.stream, udp.stream
  FlowKind kind = FlowKind::Other;
  Address a, b;          // a = source of the first packet seen
  uint16_t a_port = 0, b_port = 0;
  uint32_t first_frame = 0, last_frame = 0;
  uint32_t older = kNone;  // earlier flow with the same addresses and ports (reused ports)
  /// Protocol chosen for this flow (by a heuristic, an upgrade or "Decode As") and the frame from which it holds.
  const Protocol* dissector = nullptr;
  uint32_t dissector_from = 0;
  StateSlots state;

  static constexpr uint32_t kNone = 0xffffffffu;
  /// 0: the packet goes a → b, 1: b → a. For equal addresses the ports decide.
  int direction(const Address& src, uint16_t sport) const { return src == a && sport == a_port ? 0 : 1; }
};

class FlowTable {
 public:
  FlowTable();
  ~FlowTable();
  /// Newest flow between these endpoints, either direction; nullptr if none.
  Flow* find(FlowKind kind, const Address& src, uint16_t sport, const Address& dst, uint16_t dport);
  /// A new flow (older ones with the same endpoints stay, but are no longer found).
  Flow& add(FlowKind kind, const Address& src, uint16_t sport, const Address& dst, uint16_t dport, uint32_t frame);
  Flow& at(uint32_t id) { return *flows_[id]; }
  uint32_t size() const { return static_cast<uint32_t>(flows_.size()); }
  /// The flow that has this number among those of its kind, nullptr if none.
  Flow* by_stream(FlowKind k, uint32_t stream) const;
  uint32_t streams(FlowKind k) const { return streams_[static_cast<int>(k)]; }

 private:
  /// Part of the endpoints' hash, by which most others are passed over without a look at their flow.
  struct Slot {
    uint32_t tag = 0, id = Flow::kNone;
  };
  Slot& lookup(FlowKind kind, const Address& src, uint16_t sport, const Address& dst, uint16_t dport, uint64_t hash);
  void grow();
  std::vector<std::unique_ptr<Flow>> flows_;
  std::vector<Slot> slots_;
  uint32_t used_ = 0;
  uint32_t streams_[3] = {};
};

}  // namespace strato
