// A live capture: from the rings of native/live into files, until a limit, a stop or a failure. What `stratoshark -i` and
// `stratoshark capture` run.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/live_files.h"
#include "engine/live_options.h"
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
  };
  enum class End : uint8_t { kNone, kStopped, kDuration, kPackets, kBytes, kFiles, kGone, kOutput };

  bool open_rings(LiveError* error);
  bool add_ring(const std::string& name, uint64_t bytes, LiveError* error);
  void register_ring(std::unique_ptr<live::Ring> ring, const pcap::Interface& description, const std::string& key);
  void take_orders();
  uint32_t interface_of(const live::RingPacket& p, size_t ring);
  void take_all();
  void take(const live::RingPacket& p, size_t ring);
  void handle_events();
  void check_time();
  void drain();
  std::vector<pcap::InterfaceStatistics> statistics();
  std::string status(const char* state);
  double seconds() const;

  /// What other threads ask for, done by the one that runs the capture.
  struct Order {
    std::unique_ptr<live::Ring> ring;  // to be read
    pcap::Interface description;
    std::string key;
    std::vector<uint8_t> block;        // to be written or, with a key, to be kept; neither of both: the key is retired
  };

  LiveOptions options_;
  LiveFiles files_;
  std::mutex orders_lock_;
  std::vector<Order> orders_;
  live::RingGroup rings_;
  std::vector<Seen> seen_;                               // by interface number
  std::unordered_map<uint64_t, uint32_t> numbers_;       // ring and interface index to interface number
  uint64_t last_key_ = ~uint64_t{0};
  uint32_t last_number_ = 0;
  std::atomic<bool> stop_{false};
  End end_ = End::kNone;
  std::string notice_;
  uint64_t packets_ = 0, bytes_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  int64_t reported_ns_ = 0, statistics_ns_ = 0;
  uint64_t lost_ = 0, lost_written_ = 0;
};

/// InterfaceEntry[] of src/contract/live.ts: the machine's interfaces as JSON.
std::string live_interfaces_json();
/// CaptureFilterCheck of src/contract/live.ts as JSON. Ethernet's meaning of the filter, as for "any".
std::string check_capture_filter_json(const std::string& text);

}  // namespace strato
