// The file or files of a live capture: headers, packets, counters, and the switch from one file to the next. Each file opens
// alone: the interfaces are repeated.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/live_options.h"
#include "pcap/output_stream.h"
#include "pcap/packet_block.h"
#include "pcap/writer.h"

namespace strato {

class LiveFiles {
 public:
  LiveFiles(const LiveOptions& o, std::string operating_system, std::string machine);

  /// Opens the first file; false: *error is one sentence.
  bool begin(std::string* error);
  /// An interface for packets to come, of this and all later files; returns its number.
  uint32_t add_interface(const pcap::Interface& i);
  size_t interfaces() const { return interfaces_.size(); }
  bool add_packet(const pcap::LivePacketBlock& p);
  bool add_block(pcap::Span block);
  /// A whole block for the head of each later file, until another of that key comes.
  void keep(const std::string& key, std::vector<uint8_t> block) { kept_blocks_[key] = std::move(block); }
  /// Counters since the capture began, in the order of the interfaces; written relative to the file's beginning.
  bool add_statistics(const std::vector<pcap::InterfaceStatistics>& now);
  bool flush(bool also_compressed);
  /// Whether the limits of a file are reached; `next_packet` is the size of the packet that is to come.
  bool is_full(int64_t now_ns, uint64_t next_packet) const;
  bool next(const std::vector<pcap::InterfaceStatistics>& now);
  /// Closes full files for which no more blocks are waited for.
  void close_full(int64_t now_ns) { close_until(now_ns); }
  void close(const std::vector<pcap::InterfaceStatistics>& now);

  /// Of all files so far.
  uint64_t bytes() const;
  uint64_t file_bytes() const { return stream_ ? stream_->size() : 0; }
  uint32_t count() const { return count_; }
  const std::string& path() const { return path_; }
  uint64_t not_written() const { return other_linktype_; }
  bool failed() const { return failed_; }
  bool reader_gone() const { return reader_gone_; }
  const std::string& message() const { return message_; }
  void hurry() { if (stream_) stream_->set_patience(kPatienceMs); }

 private:
  static constexpr int kPatienceMs = 2000;
  // Where pods are captured, whose a packet is becomes known a little later: so long a full file still takes blocks, and so
  // many of them do.
  static constexpr int64_t kLateNs = 600'000'000;
  static constexpr size_t kMostFull = 4;
  struct Full {
    std::unique_ptr<pcap::OutputStream> stream;
    std::vector<uint8_t> closing;
    int64_t until_ns = 0;
  };
  void close_until(int64_t now_ns);
  std::vector<uint8_t> closing_blocks(const std::vector<pcap::InterfaceStatistics>& now) const;
  bool check(const pcap::OutputStream& stream);
  bool open_file(std::string* error);
  bool write_head();
  void write_interface(const pcap::Interface& i);
  std::string name_of_next() const;
  bool check();
  std::vector<pcap::InterfaceStatistics> since_file_began(const std::vector<pcap::InterfaceStatistics>& now) const;

  const LiveOptions& options_;
  pcap::Section section_;
  std::vector<pcap::Interface> interfaces_;
  std::unique_ptr<pcap::OutputStream> stream_;
  std::deque<Full> full_;
  std::optional<pcap::PcapngWriter> pcapng_;
  std::optional<pcap::PcapWriter> pcap_;
  std::map<std::string, std::vector<uint8_t>> kept_blocks_;
  std::vector<uint8_t> joined_;  // a packet in one piece, for pcap
  std::string path_, message_;
  std::deque<std::string> kept_;
  std::vector<pcap::InterfaceStatistics> at_start_;
  uint64_t closed_bytes_ = 0, packets_ = 0, other_linktype_ = 0;
  int64_t began_ns_ = 0;
  uint32_t count_ = 0;
  bool failed_ = false, reader_gone_ = false;
};

}  // namespace strato
