// Network address translation as the kernel's connection tracking has it (nfnetlink_conntrack.h, by raw netlink): which
// addresses and ports a connection to a Service's address was given.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace strato::live {

/// Addresses and ports of one direction; IPv4: the first four bytes.
struct ConntrackEnds {
  std::array<uint8_t, 16> source{}, destination{};
  uint16_t source_port = 0, destination_port = 0;
  bool operator==(const ConntrackEnds&) const = default;
};

/// A connection whose addresses or ports are changed on their way.
struct NatRecord {
  enum Change : uint8_t { kExisting, kNew, kGone } change = kExisting;
  uint8_t family = 0;         // 4 or 6
  uint8_t protocol = 0;       // IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP
  ConntrackEnds original{};   // as who opened it sends
  ConntrackEnds reply{};      // as who answers sends
  int64_t ts_ns = 0;          // when it was read, since the epoch
};

/// Reads one or more netlink messages: appends those about connections with translation; false where `data` ends them
/// (NLMSG_DONE) or says an error. `only_open`: no TCP connections that have ended and are kept for a while.
bool read_conntrack(std::span<const uint8_t> data, bool dumped, int64_t now_ns, std::vector<NatRecord>* to, bool only_open = false);

/// Watches the table of one network namespace on a thread of its own.
class NatWatch {
 public:
  /// `netns`: a path as /proc/PID/ns/net; '' is the caller's own. nullptr: *error is one sentence.
  static std::unique_ptr<NatWatch> open(const std::string& netns, std::string* error);
  ~NatWatch();
  NatWatch(const NatWatch&) = delete;
  NatWatch& operator=(const NatWatch&) = delete;

  /// What there is comes once more as kExisting, with the calls of take() that follow.
  void scan();
  /// What came since the last call, at most kBatch. Never waits.
  std::vector<NatRecord> take();
  /// How often the kernel, or this queue, had no room; each time the table is read anew.
  uint64_t lost() const { return lost_; }

  static constexpr size_t kBatch = 4096;
  static constexpr size_t kMostWaiting = 1 << 17;

 private:
  NatWatch() = default;
  bool connect(std::string* error);
  void run();
  /// `buffer`: room for what comes, of no use after.
  void read_events(std::span<uint8_t> buffer);
  void dump(bool first);
  void keep(std::vector<NatRecord>& found);

  int events_ = -1, table_ = -1, wake_ = -1;
  std::thread thread_;
  std::atomic<bool> stop_{false}, scan_{true};
  std::atomic<uint64_t> lost_{0};
  std::mutex lock_;
  std::vector<NatRecord> waiting_;
};

}  // namespace strato::live
