#include "live/flow_set.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

namespace strato::live {
namespace {

constexpr size_t kEthernetHead = 14, kIpv4Head = 20, kIpv6Head = 40;
constexpr uint8_t kSyn = 0x02, kAck = 0x10;

uint16_t u16(std::span<const uint8_t> b, size_t at) { return static_cast<uint16_t>(b[at] << 8 | b[at + 1]); }

std::string end_of(std::span<const uint8_t> address, uint16_t port) {
  std::string s(address.begin(), address.end());
  s += static_cast<char>(port >> 8);
  s += static_cast<char>(port);
  return s;
}

// '' where it is no address.
std::string end_of(const std::string& text, uint16_t port) {
  std::array<uint8_t, 16> raw{};
  if (inet_pton(AF_INET, text.c_str(), raw.data()) == 1) return end_of(std::span(raw).first(4), port);
  if (inet_pton(AF_INET6, text.c_str(), raw.data()) == 1) return end_of(raw, port);
  return "";
}

std::string anybody(size_t end_size) { return std::string(end_size, '\0'); }

std::string key_of(const FlowEnds& f) {
  const std::string local = end_of(f.local, f.local_port);
  const std::string remote = f.remote_port ? end_of(f.remote, f.remote_port) : anybody(local.size());
  return local.empty() || local.size() != remote.size() ? "" : static_cast<char>(f.protocol) + local + remote;
}

}  // namespace

void FlowSet::add(const FlowEnds& f) {
  const std::string key = key_of(f);
  if (key.empty()) return;
  if (flows_.size() >= kMost) flows_.clear();
  flows_[key] = {f.time_ns, false, 0};
}

void FlowSet::remove(const FlowEnds& f) { flows_.erase(key_of(f)); }

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
  if (flows_.empty() || frame.size() < kEthernetHead + kIpv4Head) return false;
  const uint16_t type = u16(frame, kEthernetHead - 2);
  const std::span<const uint8_t> ip = frame.subspan(kEthernetHead);
  const bool six = type == 0x86dd;
  // Parts of a datagram but the first have no ports; extension headers of IPv6 are not looked behind: such packets are had.
  if (six ? ip.size() < kIpv6Head : type != 0x0800 || (u16(ip, 6) & 0x1fff)) return false;
  const uint8_t protocol = six ? ip[6] : ip[9];
  const size_t head = six ? kIpv6Head : static_cast<size_t>(ip[0] & 15) * 4;
  if ((protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) || ip.size() < head + 4) return false;
  const size_t length = six ? 16 : 4, at = six ? 8 : 12;
  const std::string source = end_of(ip.subspan(at, length), u16(ip, head));
  const std::string destination = end_of(ip.subspan(at + length, length), u16(ip, head + 2));
  const char first = static_cast<char>(protocol);
  if (protocol == IPPROTO_TCP && ip.size() >= head + 14 && (ip[head + 13] & (kSyn | kAck)) == kSyn) {
    const uint32_t sequence = static_cast<uint32_t>(u16(ip, head + 4)) << 16 | u16(ip, head + 6);
    if (opens_another(first + source + destination, sequence, ts_ns)) return false;
    if (opens_another(first + destination + source, sequence, ts_ns)) return false;
  }
  const std::string any = anybody(source.size());
  for (const std::string& key : {first + source + destination, first + destination + source, first + source + any, first + destination + any})
    if (flows_.contains(key)) return true;
  return false;
}

}  // namespace strato::live
