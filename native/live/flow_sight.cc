#include "live/flow_sight.h"

#include <algorithm>
#include <chrono>

namespace strato::live {
namespace {

// A form is a protocol and two ends of one size, each of which ends with its port.
uint16_t higher_port(const std::string& form) {
  const size_t end = (form.size() - 1) / 2;
  const auto port = [&](size_t at) { return static_cast<uint16_t>(static_cast<uint8_t>(form[at - 1]) << 8 | static_cast<uint8_t>(form[at])); };
  return std::max(port(end), port(2 * end));
}

std::string turned(const std::string& form) {
  const size_t size = (form.size() - 1) / 2;
  return form.substr(0, 1) + form.substr(1 + size) + form.substr(1, size);
}

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

void FlowSight::expect() {
  const std::lock_guard<std::mutex> hold(lock_);
  expect_until_ns_ = now_ns() + kExpectNs;
  remembers_.store(true, std::memory_order_relaxed);
}

bool FlowSight::wait_for(uint64_t id, const std::vector<std::string>& forms) {
  const std::lock_guard<std::mutex> hold(lock_);
  if (ids_.size() + forms.size() > 2 * kMost) return false;
  for (const std::string& form : forms)
    if (form.size() < 13 || ids_.contains(form)) return false;
  for (const std::string& form : forms) {
    if (!recent_.contains(form) && !recent_.contains(turned(form))) continue;
    seen_.push_back(id);
    return true;
  }
  for (const std::string& form : forms) {
    ids_[form] = id;
    const uint16_t port = higher_port(form);
    ports_[port / 64].fetch_or(uint64_t{1} << (port % 64), std::memory_order_relaxed);
  }
  waiting_.store(ids_.size(), std::memory_order_relaxed);
  return true;
}

void FlowSight::drop(const std::string& form) {
  ids_.erase(form);
  waiting_.store(ids_.size(), std::memory_order_relaxed);
  if (ids_.empty())
    for (auto& some : ports_) some.store(0, std::memory_order_relaxed);
}

void FlowSight::forget(const std::vector<std::string>& forms) {
  const std::lock_guard<std::mutex> hold(lock_);
  for (const std::string& form : forms) drop(form);
}

std::vector<uint64_t> FlowSight::seen() {
  const std::lock_guard<std::mutex> hold(lock_);
  return std::exchange(seen_, {});
}

void FlowSight::look(std::span<const uint8_t> frame, int64_t ts_ns) {
  const bool remembers = remembers_.load(std::memory_order_relaxed);
  FrameFlow flow;
  if (!read_flow(frame, &flow) || !(remembers || may_have(std::max(flow.from_port, flow.to_port)))) return;
  const std::string source = flow_end(flow.from, flow.from_port), destination = flow_end(flow.to, flow.to_port);
  const char first = static_cast<char>(flow.protocol);
  const std::lock_guard<std::mutex> hold(lock_);
  // Both ends may be waited for, each by its own socket.
  for (const std::string& form : {first + source + destination, first + destination + source}) {
    const auto at = ids_.find(form);
    if (at == ids_.end()) continue;
    seen_.push_back(at->second);
    drop(form);
  }
  if (!remembers) return;
  if (ts_ns > expect_until_ns_) {
    recent_.clear();
    remembers_.store(false, std::memory_order_relaxed);
  } else if (recent_.size() < kMostRecent) {
    recent_.insert(first + source + destination);
  }
}

}  // namespace strato::live
