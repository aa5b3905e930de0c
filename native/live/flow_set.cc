#include "live/flow_set.h"

namespace strato::live {

void FlowSet::add(const FlowEnds& f) {
  const std::string key = flow_key(f);
  if (key.empty()) return;
  if (flows_.size() >= kMost) flows_.clear();
  flows_[key] = {f.time_ns, false, 0};
}

void FlowSet::remove(const FlowEnds& f) { flows_.erase(flow_key(f)); }

// The flow is not had any more then.
bool FlowSet::opens_another(const std::string& key, uint32_t sequence, int64_t ts_ns) {
  const auto at = flows_.find(key);
  if (at == flows_.end()) return false;
  Flow& f = at->second;
  if (ts_ns > f.time_ns + kAfterNs && !(f.opened && f.sequence == sequence)) {
    flows_.erase(at);
    return true;
  }
  f.opened = true;
  f.sequence = sequence;
  return false;
}

bool FlowSet::has(std::span<const uint8_t> frame, int64_t ts_ns) {
  FrameFlow flow;
  if (flows_.empty() || !read_flow(frame, &flow)) return false;
  const std::string source = flow_end(flow.from, flow.from_port), destination = flow_end(flow.to, flow.to_port);
  const char first = static_cast<char>(flow.protocol);
  if (flow.opens()) {
    if (opens_another(first + source + destination, flow.sequence(), ts_ns)) return false;
    if (opens_another(first + destination + source, flow.sequence(), ts_ns)) return false;
  }
  const std::string any = anybody(source.size());
  for (const std::string& key : {first + source + destination, first + destination + source, first + source + any, first + destination + any})
    if (flows_.contains(key)) return true;
  return false;
}

}  // namespace strato::live
