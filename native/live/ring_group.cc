#include "live/ring_group.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

namespace strato::live {
namespace {

int64_t now_ns() {
  timespec t;
  clock_gettime(CLOCK_REALTIME_COARSE, &t);
  return static_cast<int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec;
}

}  // namespace

RingGroup::RingGroup() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

RingGroup::~RingGroup() {
  if (wake_ >= 0) ::close(wake_);
}

size_t RingGroup::add(std::unique_ptr<Ring> ring) {
  Member m;
  m.ring = std::move(ring);
  members_.push_back(std::move(m));
  return members_.size() - 1;
}

bool RingGroup::any_alive() const {
  return std::any_of(members_.begin(), members_.end(), [](const Member& m) { return m.alive; });
}

bool RingGroup::peek(RingPacket* out, size_t* from) {
  Member* oldest = nullptr;
  bool all = true, pressure = false;
  for (Member& m : members_) {
    if (!m.ring) continue;
    if (!m.has) m.has = m.ring->peek(&m.packet);
    if (!m.has) {
      all = all && !m.alive;
      continue;
    }
    if (!oldest || m.packet.ts_ns < oldest->packet.ts_ns) oldest = &m;
  }
  if (!oldest) return false;
  constexpr int64_t kOrder = int64_t{Ring::kHandOverMs} * 1000000;
  if (const int64_t hold = std::max(hold_ns_, all || closing_ ? 0 : kOrder); hold > 0) {
    for (const Member& m : members_) pressure = pressure || (m.ring && m.ring->under_pressure());
    if (!pressure && oldest->packet.ts_ns > now_ns() - hold) return false;
  }
  *out = oldest->packet;
  *from = static_cast<size_t>(oldest - members_.data());
  return true;
}

Ring::Counters RingGroup::counters(size_t n) {
  Member& m = members_[n];
  return m.ring ? m.ring->counters() : m.last;
}

void RingGroup::retire(size_t n) {
  Member& m = members_[n];
  if (!m.ring || m.retire_at_ns != 0) return;
  m.ring->refuse_more();
  m.alive = false;
  m.retire_at_ns = now_ns() + int64_t{Ring::kHandOverMs} * 1000000;
}

void RingGroup::free_retired() {
  for (Member& m : members_) {
    if (!m.ring || m.retire_at_ns == 0 || m.has || now_ns() < m.retire_at_ns || m.ring->peek(&m.packet)) continue;
    m.free();
  }
}

void RingGroup::wait(int milliseconds) {
  free_retired();
  std::vector<pollfd> fds;
  for (const Member& m : members_) fds.push_back({m.alive ? m.ring->descriptor() : -1, POLLIN, 0});
  fds.push_back({wake_, POLLIN, 0});
  // A packet that waits for its order keeps poll() returning at once: the blocks of its ring are ready.
  const bool holding = std::any_of(members_.begin(), members_.end(), [](const Member& m) { return m.has; });
  if (holding) {
    for (size_t i = 0; i < members_.size(); i++)
      if (members_[i].has) fds[i].fd = -1;
    milliseconds = std::min(milliseconds, Ring::kBlockTimeoutMs / 2);
  }
  if (poll(fds.data(), fds.size(), milliseconds) <= 0) return;
  if (fds.back().revents) {
    uint64_t count;
    while (read(wake_, &count, sizeof count) > 0) {}
  }
  for (size_t i = 0; i < members_.size(); i++) {
    if (!(fds[i].revents & (POLLERR | POLLNVAL | POLLHUP))) continue;
    const Ring::Health health = members_[i].ring->health();
    if (health == Ring::Health::kGood) continue;
    members_[i].alive = health != Ring::Health::kGone;
    events_.push_back({i, health});
  }
}

void RingGroup::wake() {
  const uint64_t one = 1;
  while (write(wake_, &one, sizeof one) < 0 && errno == EINTR) {}
}

std::vector<RingGroup::Event> RingGroup::take_events() { return std::exchange(events_, {}); }

void RingGroup::refuse_more() {
  closing_ = true;
  for (Member& m : members_)
    if (m.ring) m.ring->refuse_more();
}

void RingGroup::close() {
  for (Member& m : members_) {
    if (m.ring) m.free();
    m.alive = m.has = false;
  }
}

}  // namespace strato::live
