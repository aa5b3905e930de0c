#include "live/flow_key.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <utility>

#include "base/parts.h"

namespace strato::live {
namespace {

constexpr size_t kEthernetHead = 14, kIpv4Head = 20, kIpv6Head = 40;
constexpr size_t kFlagsAt = 13;  // of TCP's header
constexpr uint8_t kSyn = 0x02, kAck = 0x10;

uint16_t u16(std::span<const uint8_t> b, size_t at) { return static_cast<uint16_t>(b[at] << 8 | b[at + 1]); }

// '' where it is no address.
std::string end_of(const std::string& text, uint16_t port) {
  std::array<uint8_t, 16> raw{};
  if (inet_pton(AF_INET, text.c_str(), raw.data()) == 1) return flow_end(std::span(raw).first(4), port);
  if (inet_pton(AF_INET6, text.c_str(), raw.data()) == 1) return flow_end(raw, port);
  return "";
}

}  // namespace

std::vector<FlowEnds> flows_of_lines(std::string_view lines) {
  std::vector<FlowEnds> flows;
  while (!lines.empty()) {
    std::string_view line = next_part(&lines, '\n');
    FlowEnds f;
    const bool begins = whole_number(next_part(&line, ' '), &f.protocol);
    f.local = next_part(&line, ' ');
    const bool local = whole_number(next_part(&line, ' '), &f.local_port);
    f.remote = next_part(&line, ' ');
    if (begins && local && whole_number(next_part(&line, ' '), &f.remote_port) && whole_number(line, &f.time_ns)) flows.push_back(std::move(f));
  }
  return flows;
}

bool FrameFlow::opens() const {
  return protocol == IPPROTO_TCP && transport.size() > kFlagsAt && (transport[kFlagsAt] & (kSyn | kAck)) == kSyn;
}

uint32_t FrameFlow::sequence() const { return static_cast<uint32_t>(u16(transport, 4)) << 16 | u16(transport, 6); }

bool read_flow(std::span<const uint8_t> frame, FrameFlow* flow) {
  if (frame.size() < kEthernetHead + kIpv4Head) return false;
  const uint16_t type = u16(frame, kEthernetHead - 2);
  const std::span<const uint8_t> ip = frame.subspan(kEthernetHead);
  const bool six = type == 0x86dd;
  if (six ? ip.size() < kIpv6Head : type != 0x0800 || (u16(ip, 6) & 0x1fff)) return false;
  flow->protocol = six ? ip[6] : ip[9];
  const size_t head = six ? kIpv6Head : static_cast<size_t>(ip[0] & 15) * 4;
  if ((flow->protocol != IPPROTO_TCP && flow->protocol != IPPROTO_UDP) || ip.size() < head + 4) return false;
  const size_t length = six ? 16 : 4, at = six ? 8 : 12;
  flow->from = ip.subspan(at, length);
  flow->to = ip.subspan(at + length, length);
  flow->from_port = u16(ip, head);
  flow->to_port = u16(ip, head + 2);
  flow->transport = ip.subspan(head);
  return true;
}

std::string flow_end(std::span<const uint8_t> address, uint16_t port) {
  std::string s(address.begin(), address.end());
  s += static_cast<char>(port >> 8);
  s += static_cast<char>(port);
  return s;
}

std::string flow_key(const FlowEnds& f) {
  const std::string local = end_of(f.local, f.local_port);
  const std::string remote = f.remote_port ? end_of(f.remote, f.remote_port) : anybody(local.size());
  return local.empty() || local.size() != remote.size() ? "" : static_cast<char>(f.protocol) + local + remote;
}

}  // namespace strato::live
