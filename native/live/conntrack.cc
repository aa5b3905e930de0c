#include "live/conntrack.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "live/error.h"
#include "live/give_way.h"
#include "live/netlink.h"
#include "live/network_namespace.h"

namespace strato::live {
namespace {

constexpr int kSocketBuffer = 8 << 20;   // events of a burst; forced beyond the usual limit where that is allowed
constexpr size_t kReadAtOnce = 64 << 10; // the kernel fills at most 32 KiB of a dump at a time
constexpr int kTableTimeoutS = 5;        // a table that does not answer must not hold the thread for ever
constexpr int kSettleMs = 1000;          // between two readings of the table
// Between two readings of events: a wake-up for each would cost more than all else here. Well below what the begin of a
// translation is taken to be unsure by (kNatGraceNs of src/agent/flowOwners.ts).
constexpr int kGatherMs = 10;
constexpr size_t kEventsAtOnce = 64, kMostOfEvent = 4096;  // with all its attributes one has some 300 bytes

int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec;
}

bool copy_address(std::span<const uint8_t> from, size_t size, std::array<uint8_t, 16>* to) {
  if (from.size() != size) return false;
  std::copy(from.begin(), from.end(), to->begin());
  return true;
}

uint16_t port_of(std::span<const uint8_t> value) {
  return value.size() == 2 ? static_cast<uint16_t>(value[0] << 8 | value[1]) : uint16_t{0};
}

struct Tuple {
  ConntrackEnds ends;
  uint8_t protocol = 0, family = 0;
};

Tuple read_tuple(std::span<const uint8_t> data) {
  Tuple t;
  each_attribute(data, [&](uint16_t type, std::span<const uint8_t> nested) {
    if (type == CTA_TUPLE_IP) {
      each_attribute(nested, [&](uint16_t part, std::span<const uint8_t> value) {
        switch (part) {
          case CTA_IP_V4_SRC: if (copy_address(value, 4, &t.ends.source)) t.family = 4; break;
          case CTA_IP_V4_DST: copy_address(value, 4, &t.ends.destination); break;
          case CTA_IP_V6_SRC: if (copy_address(value, 16, &t.ends.source)) t.family = 6; break;
          case CTA_IP_V6_DST: copy_address(value, 16, &t.ends.destination); break;
          default: break;
        }
      });
    } else if (type == CTA_TUPLE_PROTO) {
      each_attribute(nested, [&](uint16_t part, std::span<const uint8_t> value) {
        if (part == CTA_PROTO_NUM && value.size() == 1) t.protocol = value[0];
        else if (part == CTA_PROTO_SRC_PORT) t.ends.source_port = port_of(value);
        else if (part == CTA_PROTO_DST_PORT) t.ends.destination_port = port_of(value);
      });
    }
  });
  return t;
}

bool has_ports(uint8_t protocol) { return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP; }

// Of TCP: closed at both ends, or never to be answered.
bool has_ended(std::span<const uint8_t> protocol_info) {
  uint8_t state = TCP_CONNTRACK_NONE;
  each_attribute(protocol_info, [&](uint16_t type, std::span<const uint8_t> nested) {
    if (type != CTA_PROTOINFO_TCP) return;
    each_attribute(nested, [&](uint16_t part, std::span<const uint8_t> value) {
      if (part == CTA_PROTOINFO_TCP_STATE && value.size() == 1) state = value[0];
    });
  });
  return state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE;
}

// False for a connection whose answers come from where it was sent to: nothing is translated.
bool read_entry(std::span<const uint8_t> attributes, bool only_open, NatRecord* r) {
  Tuple original, reply;
  bool ended = false;
  each_attribute(attributes, [&](uint16_t type, std::span<const uint8_t> nested) {
    if (type == CTA_TUPLE_ORIG) original = read_tuple(nested);
    else if (type == CTA_TUPLE_REPLY) reply = read_tuple(nested);
    else if (type == CTA_PROTOINFO) ended = has_ended(nested);
  });
  if (only_open && ended) return false;
  if (!has_ports(original.protocol) || original.protocol != reply.protocol || original.family == 0 || original.family != reply.family) return false;
  const ConntrackEnds back{reply.ends.destination, reply.ends.source, reply.ends.destination_port, reply.ends.source_port};
  if (back == original.ends) return false;
  r->family = original.family;
  r->protocol = original.protocol;
  r->original = original.ends;
  r->reply = reply.ends;
  return true;
}

}  // namespace

bool read_conntrack(std::span<const uint8_t> data, bool dumped, int64_t now, std::vector<NatRecord>* to, bool only_open) {
  while (data.size() >= sizeof(nlmsghdr)) {
    nlmsghdr head;
    memcpy(&head, data.data(), sizeof head);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > data.size()) return false;
    if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return false;
    const auto body = data.subspan(sizeof head, head.nlmsg_len - sizeof head);
    const unsigned subsystem = NFNL_SUBSYS_ID(head.nlmsg_type), message = NFNL_MSG_TYPE(head.nlmsg_type);
    const size_t before_attributes = NLMSG_ALIGN(sizeof(nfgenmsg));
    if (subsystem == NFNL_SUBSYS_CTNETLINK && body.size() >= before_attributes && (message == IPCTNL_MSG_CT_NEW || message == IPCTNL_MSG_CT_DELETE)) {
      NatRecord r;
      r.change = dumped ? NatRecord::kExisting : message == IPCTNL_MSG_CT_NEW ? NatRecord::kNew : NatRecord::kGone;
      r.ts_ns = now;
      if (read_entry(body.subspan(before_attributes), only_open, &r)) to->push_back(r);
    }
    const size_t whole = NLMSG_ALIGN(static_cast<size_t>(head.nlmsg_len));
    data = data.subspan(std::min(whole, data.size()));
  }
  return true;
}

std::unique_ptr<NatWatch> NatWatch::open(const std::string& netns, std::string* error) {
  std::unique_ptr<NatWatch> watch(new NatWatch);
  bool good = false;
  if (!in_network_namespace(netns, [&] { good = watch->connect(error); }, error) || !good) return nullptr;
  watch->wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (watch->wake_ < 0) {
    *error = "The table of connections cannot be watched: " + errno_text(errno) + ".";
    return nullptr;
  }
  watch->thread_ = std::thread([w = watch.get()] { w->run(); });
  return watch;
}

NatWatch::~NatWatch() {
  stop_ = true;
  const uint64_t one = 1;
  if (wake_ >= 0 && write(wake_, &one, sizeof one) < 0) return;  // an eventfd takes eight bytes always
  if (thread_.joinable()) thread_.join();
  for (int descriptor : {events_, table_, wake_})
    if (descriptor >= 0) close(descriptor);
}

bool NatWatch::connect(std::string* error) {
  auto fail = [&] {
    *error = "The kernel's table of connections cannot be read (" + errno_text(errno) + ")";
    *error += errno == EPERM || errno == EACCES ? ": the capability NET_ADMIN is needed." : ".";
    return false;
  };
  for (int* descriptor : {&events_, &table_}) {
    *descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (*descriptor < 0) return fail();
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    if (bind(*descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return fail();
  }
  setsockopt(events_, SOL_SOCKET, SO_RCVBUFFORCE, &kSocketBuffer, sizeof kSocketBuffer);
  const timeval patience{kTableTimeoutS, 0};
  setsockopt(table_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  for (int group : {NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_DESTROY})
    if (setsockopt(events_, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) return fail();
  return true;
}

void NatWatch::run() {
  // Events have the time at which they are read.
  keep_pace();
  // Made once: to make it, and to fill it with zeros, took more than to read what comes into it.
  std::vector<uint8_t> buffer(kEventsAtOnce * kMostOfEvent);
  int64_t dumped_ns = 0;
  while (!stop_) {
    const int64_t due_ms = (dumped_ns - now_ns()) / 1000000 + kSettleMs;
    if (scan_ && due_ms <= 0) {
      scan_ = false;
      dump(dumped_ns == 0);
      dumped_ns = now_ns();
    }
    pollfd waits[] = {{events_, POLLIN, 0}, {wake_, POLLIN, 0}};
    if (poll(waits, 2, scan_ ? static_cast<int>(std::clamp<int64_t>(due_ms, 1, kSettleMs)) : -1) <= 0) continue;
    uint64_t count;
    if (waits[1].revents) while (read(wake_, &count, sizeof count) > 0) {}
    if (!waits[0].revents) continue;
    read_events(buffer);
    pollfd end{wake_, POLLIN, 0};
    poll(&end, 1, kGatherMs);
  }
}

void NatWatch::read_events(std::span<uint8_t> buffer) {
  std::array<iovec, kEventsAtOnce> parts;
  std::array<mmsghdr, kEventsAtOnce> heads{};
  for (size_t i = 0; i < kEventsAtOnce; i++) {
    parts[i] = {buffer.data() + i * kMostOfEvent, kMostOfEvent};
    heads[i].msg_hdr.msg_iov = &parts[i];
    heads[i].msg_hdr.msg_iovlen = 1;
  }
  std::vector<NatRecord> found;
  while (!stop_ && found.size() < kBatch) {
    const int n = recvmmsg(events_, heads.data(), kEventsAtOnce, MSG_DONTWAIT, nullptr);
    if (n < 0 && errno == ENOBUFS) {
      // Events were dropped: what the table holds now tells the rest.
      lost_++;
      scan_ = true;
      continue;
    }
    if (n <= 0) break;
    const int64_t now = now_ns();
    for (size_t i = 0; i < static_cast<size_t>(n); i++) read_conntrack({buffer.data() + i * kMostOfEvent, heads[i].msg_len}, false, now, &found);
  }
  keep(found);
}

// At first, connections that have ended have no packets in the capture: a busy node has tens of thousands of them.
void NatWatch::dump(bool first) {
  struct {
    nlmsghdr head;
    nfgenmsg body;
  } request{};
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.nfgen_family = AF_UNSPEC;
  request.body.version = NFNETLINK_V0;
  if (send(table_, &request, sizeof request, 0) < 0) return;
  std::vector<uint8_t> buffer(kReadAtOnce);
  std::vector<NatRecord> found;
  while (!stop_) {
    const ssize_t n = recv(table_, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || !read_conntrack({buffer.data(), static_cast<size_t>(n)}, true, now_ns(), &found, first)) break;
    keep(found);
  }
  keep(found);
}

void NatWatch::keep(std::vector<NatRecord>& found) {
  const std::lock_guard<std::mutex> hold(lock_);
  const size_t room = kMostWaiting - std::min(kMostWaiting, waiting_.size());
  if (found.size() > room) {
    lost_++;
    scan_ = true;
    found.resize(room);
  }
  waiting_.insert(waiting_.end(), found.begin(), found.end());
  found.clear();
}

void NatWatch::scan() {
  scan_ = true;
  const uint64_t one = 1;
  while (write(wake_, &one, sizeof one) < 0 && errno == EINTR) {}
}

std::vector<NatRecord> NatWatch::take() {
  const std::lock_guard<std::mutex> hold(lock_);
  const auto end = waiting_.begin() + static_cast<ptrdiff_t>(std::min(kBatch, waiting_.size()));
  std::vector<NatRecord> out(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return out;
}

}  // namespace strato::live
