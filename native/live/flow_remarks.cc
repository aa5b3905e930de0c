#include "live/flow_remarks.h"

#include <algorithm>
#include <utility>

namespace strato::live {

void FlowRemarks::add(const std::vector<FlowEnds>& forms, std::string text, int64_t now_ns) {
  while (!order_.empty() && (order_.size() >= kMost || order_.front()->added_ns + kWaitNs < now_ns)) {
    drop(order_.front());
    order_.pop_front();
  }
  const auto remark = std::make_shared<Remark>();
  remark->text = std::move(text);
  remark->added_ns = last_added_ns_ = now_ns;
  for (const FlowEnds& f : forms) {
    const std::string key = f.remote_port ? flow_key(f) : "";
    if (key.empty()) continue;
    if (const auto before = waiting_.find(key); before != waiting_.end()) drop(std::shared_ptr(before->second));
    waiting_[key] = remark;
    remark->keys.push_back(key);
    remark->from_ns = std::max(remark->from_ns, f.time_ns);
    ports_.set(std::max(f.local_port, f.remote_port));
  }
  if (!remark->keys.empty()) order_.push_back(remark);
}

void FlowRemarks::drop(const std::shared_ptr<Remark>& remark) {
  for (const std::string& key : remark->keys) waiting_.erase(key);
  remark->keys.clear();
  if (waiting_.empty()) ports_.reset();
}

std::string FlowRemarks::take(std::span<const uint8_t> frame, int64_t ts_ns) {
  if (ts_ns > last_added_ns_ + kWaitNs) {
    waiting_.clear();
    order_.clear();
    ports_.reset();
  }
  FrameFlow flow;
  if (empty() || !read_flow(frame, &flow) || !ports_.test(std::max(flow.from_port, flow.to_port))) return "";
  const std::string source = flow_end(flow.from, flow.from_port), destination = flow_end(flow.to, flow.to_port);
  const char first = static_cast<char>(flow.protocol);
  auto at = waiting_.find(first + source + destination);
  if (at == waiting_.end()) at = waiting_.find(first + destination + source);
  if (at == waiting_.end() || ts_ns < at->second->from_ns) return "";
  const std::shared_ptr<Remark> remark = at->second;
  // The same ports again: it is not known yet who uses them.
  const bool another = ts_ns > remark->added_ns + kWaitNs || (ts_ns > remark->added_ns && flow.opens());
  drop(remark);
  return another ? "" : std::move(remark->text);
}

}  // namespace strato::live
