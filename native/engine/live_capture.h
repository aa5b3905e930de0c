// A live capture: from the rings of native/live into files, until a limit, a stop or a failure. What `stratoshark -i` and
// `stratoshark capture` run.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/live_files.h"
#include "engine/live_options.h"
#include "live/flow_remarks.h"
#include "live/flow_set.h"
#include "live/flow_sight.h"
#include "live/ring_group.h"

namespace strato {

/// Why a capture cannot start; the text is one sentence for people.
struct LiveError {
  const char* code = "";  // notAllowed, interface, filter, output, other
  std::string text;
  uint32_t start = 0, length = 0;  // the word of the filter that is meant, in bytes; length 0: none
};

class LiveCapture {
 public:
  /// Opens interfaces and the output; packets are kept by the kernel from now on. nullptr: *error.
  static std::unique_ptr<LiveCapture> open(LiveOptions o, LiveError* error);
  ~LiveCapture();

  /// Gets LiveStatus (src/contract/live.ts) as JSON: when the file can be opened, then about four times a second.
  using Report = std::function<void(const std::string& json)>;
  /// Blocks until the capture ended; returns the last LiveStatus.
  std::string run(const Report& report);
  /// From any thread, where the options say `points`: captures there too from now on. False: *error.
  bool add(const LivePoint& point, LiveError* error);
  /// From any thread: no new packets of the points with that key.
  void retire(const std::string& key);
  /// From any thread: a whole block of the file, written before packets to come. Ignored where the file is not pcapng.
  void note(std::vector<uint8_t> block);
  /// From any thread: a whole block for the beginning of each later file, until another of that key comes.
  void keep(const std::string& key, std::vector<uint8_t> block);
  /// From any thread: leaves out packets of these flows at the points with that key, or no more.
  void leave_out(const std::string& key, std::vector<FlowEnds> flows, bool out);
  /// From any thread: a comment for the next packet of a flow, of which these are the forms on either side of address
  /// translation (time_ns: when it began). None where the file is not pcapng.
  void remark(std::vector<FlowEnds> forms, std::string comment);
  /// Before run(): shows each packet to it.
  void show(std::shared_ptr<live::FlowSight> sight) { sights_.push_back(std::move(sight)); }
  /// From any thread, once LiveStatus says "drained": nothing more is to be written.
  void finish();
  /// From any thread: no new packets; those that came before are written, then run() returns.
  void stop();

 private:
  explicit LiveCapture(LiveOptions o);
  struct Seen {
    uint32_t ring = 0;
    uint64_t packets = 0;
    std::string name;
    bool whole_ring = false;  // stands for the ring's counters
    std::string key;          // of its point
    uint32_t link = 0;        // not 0: packets are taken at the other end of its link, a device of that index
  };
  /// One ring for the links of many pods.
  struct Shared {
    uint32_t ring = 0;
    bool changed = false;     // its links, since the kernel has been told
    std::vector<uint32_t> links;
  };
  enum class End : uint8_t { kNone, kStopped, kDuration, kPackets, kBytes, kFiles, kGone, kOutput };

  bool open_rings(LiveError* error);
  bool add_ring(const std::string& name, uint64_t bytes, LiveError* error);
  void register_ring(std::unique_ptr<live::Ring> ring, const pcap::Interface& description, const std::string& key);
  bool add_shared(const LivePoint& point, LiveError* error);
  void take_orders();
  void join_links();
  uint32_t interface_of(const live::RingPacket& p, size_t ring);
  void take_all();
  void take(const live::RingPacket& p, size_t ring);
  void handle_events();
  void check_time();
  void drain();
  void wait_for_last_words(const Report& report);
  std::vector<pcap::InterfaceStatistics> statistics();
  std::string status(const char* state);
  double seconds() const;

  /// What other threads ask for, done by the one that runs the capture.
  struct Order {
    std::unique_ptr<live::Ring> ring;  // to be read
    pcap::Interface description;
    std::string key;
    std::vector<uint8_t> block;        // to be written or, with a key, to be kept; neither of all: the key is retired
    uint32_t link = 0;                 // to be read by the ring of all links with the description's filter
    std::vector<FlowEnds> flows;       // of the key's points, to be left out or to be had again
    bool out = false;
    std::string comment;               // for these flows, which are one's forms
  };
  /// Leaves it to the thread that runs the capture; `now`: which need not wait for the next packet or its time.
  void ask(Order order, bool now);
  void join(Order& order);
  void retire_now(const std::string& key);

  LiveOptions options_;
  LiveFiles files_;
  std::mutex orders_lock_;
  std::vector<Order> orders_;
  std::set<std::string> shared_filters_;                 // those that have a ring, or will
  live::RingGroup rings_;
  std::vector<Seen> seen_;                               // by interface number
  std::map<std::string, Shared> shared_;                 // by filter
  std::map<std::string, live::FlowSet> left_out_;        // by key
  live::FlowRemarks remarks_;
  std::vector<std::shared_ptr<live::FlowSight>> sights_;
  std::unordered_map<uint64_t, uint32_t> numbers_;       // ring and interface index to interface number
  uint64_t last_key_ = ~uint64_t{0};
  uint32_t last_number_ = 0;
  std::atomic<bool> stop_{false};
  std::condition_variable finished_changed_;
  bool finished_ = false;                                // guarded by orders_lock_
  End end_ = End::kNone;
  std::string notice_;
  uint64_t packets_ = 0, bytes_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  int64_t reported_ns_ = 0, statistics_ns_ = 0;
  uint64_t lost_ = 0, lost_written_ = 0;
};

}  // namespace strato
