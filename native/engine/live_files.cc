#include "engine/live_files.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace strato {
namespace {

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<uint64_t> less(std::optional<uint64_t> a, std::optional<uint64_t> b) {
  return a && b ? std::optional(*a - *b) : a;
}

}  // namespace

LiveFiles::LiveFiles(const LiveOptions& o, std::string operating_system, std::string machine) : options_(o) {
  section_.hardware = std::move(machine);
  section_.os = std::move(operating_system);
  section_.app = "StratoShark " STRATO_VERSION;
}

bool LiveFiles::begin(std::string* error) { return open_file(error) && write_head(); }

// As tshark names them: base_00001_20261231235959.pcapng, local time.
std::string LiveFiles::name_of_next() const {
  if (!options_.rotates()) return options_.output;
  const std::time_t now = std::time(nullptr);
  std::tm t{};
  localtime_r(&now, &t);
  char stamp[48];
  std::snprintf(stamp, sizeof stamp, "_%05u_%04d%02d%02d%02d%02d%02d", count_ + 1, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                t.tm_hour, t.tm_min, t.tm_sec);
  const std::string& path = options_.output;
  const size_t folder = path.find_last_of('/') + 1;  // npos + 1 is 0
  const size_t ending = std::min(path.find('.', folder + 1), path.size());
  return path.substr(0, ending) + stamp + path.substr(ending);
}

bool LiveFiles::open_file(std::string* error) {
  path_ = name_of_next();
  stream_ = path_ == "-" ? pcap::OutputStream::OnDescriptor(1, options_.compression)
                         : pcap::OutputStream::Create(path_, options_.compression, error);
  if (!stream_) return false;
  if (path_ == "-") stream_->set_patience(static_cast<int>(options_.patience_ms));
  count_++;
  packets_ = 0;
  began_ns_ = now_ns();
  kept_.push_back(path_);
  if (options_.rotates() && options_.next_file.files && kept_.size() > options_.next_file.files) {
    std::remove(kept_.front().c_str());
    kept_.pop_front();
  }
  return true;
}

bool LiveFiles::write_head() {
  const pcap::ByteSink sink = [this](pcap::Span bytes) { return stream_->Write(bytes); };
  pcapng_.reset();
  pcap_.reset();
  if (options_.format == LiveOptions::Format::kPcapng) {
    pcapng_.emplace(sink);
    pcapng_->BeginSection(section_);
  } else if (!interfaces_.empty()) {
    pcap_.emplace(sink, interfaces_[0].linktype, options_.snaplen, options_.format == LiveOptions::Format::kPcapNanoseconds);
    pcap_->Begin();
  }
  if (pcapng_)
    for (const pcap::Interface& i : interfaces_) write_interface(i);
  if (pcapng_)
    for (const auto& [key, block] : kept_blocks_) stream_->Write(block);
  return check();
}

bool LiveFiles::add_block(pcap::Span block) {
  for (const Full& f : full_) f.stream->Write(block);
  if (pcapng_) stream_->Write(block);
  return check();
}

void LiveFiles::write_interface(const pcap::Interface& i) {
  uint32_t id;
  pcapng_->AddInterface(i, &id);
}

uint32_t LiveFiles::add_interface(const pcap::Interface& i) {
  interfaces_.push_back(i);
  at_start_.emplace_back();
  if (pcapng_) write_interface(i);
  return static_cast<uint32_t>(interfaces_.size() - 1);
}

bool LiveFiles::add_packet(const pcap::LivePacketBlock& p) {
  packets_++;
  if (pcapng_) {
    uint8_t* to = stream_->Block(p.size());
    if (!to) return check();
    pcap::PutPacketBlock(p, to);
    return true;
  }
  if (!pcap_ && !write_head()) return false;
  if (interfaces_[p.iface].linktype != interfaces_[0].linktype) {
    other_linktype_++;
    return true;
  }
  joined_.assign(p.head.begin(), p.head.end());
  joined_.insert(joined_.end(), p.rest.begin(), p.rest.end());
  pcap::OutgoingPacket out;
  out.ts_ns = p.ts_ns;
  out.len = p.len;
  out.data = joined_;
  pcap_->AddPacket(out);
  return check();
}

bool LiveFiles::is_full(int64_t now, uint64_t next_packet) const {
  const LiveLimits& limit = options_.next_file;
  if (!options_.rotates()) return false;
  if (limit.seconds > 0 && static_cast<double>(now - began_ns_) * 1e-9 >= limit.seconds) return true;
  if (next_packet == 0 || packets_ == 0) return false;
  return (limit.packets && packets_ >= limit.packets) || (limit.bytes && stream_->size() + next_packet > limit.bytes);
}

std::vector<pcap::InterfaceStatistics> LiveFiles::since_file_began(const std::vector<pcap::InterfaceStatistics>& now) const {
  std::vector<pcap::InterfaceStatistics> out = now;
  for (size_t i = 0; i < out.size(); i++) {
    out[i].start_ns = began_ns_;
    if (i >= at_start_.size()) continue;
    out[i].received = less(out[i].received, at_start_[i].received);
    out[i].dropped = less(out[i].dropped, at_start_[i].dropped);
    out[i].os_dropped = less(out[i].os_dropped, at_start_[i].os_dropped);
    out[i].filter_accepted = less(out[i].filter_accepted, at_start_[i].filter_accepted);
    out[i].delivered = less(out[i].delivered, at_start_[i].delivered);
  }
  return out;
}

bool LiveFiles::add_statistics(const std::vector<pcap::InterfaceStatistics>& now) {
  if (!pcapng_) return true;
  for (const pcap::InterfaceStatistics& s : since_file_began(now)) pcapng_->AddStatistics(s);
  return check();
}

bool LiveFiles::flush(bool also_compressed) {
  if (stream_) stream_->Flush(also_compressed);
  return check();
}

uint64_t LiveFiles::bytes() const {
  uint64_t sum = closed_bytes_ + file_bytes();
  for (const Full& f : full_) sum += f.stream->size();
  return sum;
}

std::vector<uint8_t> LiveFiles::closing_blocks(const std::vector<pcap::InterfaceStatistics>& now) const {
  std::vector<uint8_t> closing;
  if (!pcapng_) return closing;
  // Through a writer of its own: the blocks may have to find room on a full disk.
  pcap::PcapngWriter writer([&](pcap::Span bytes) {
    closing.insert(closing.end(), bytes.begin(), bytes.end());
    return true;
  });
  for (const pcap::InterfaceStatistics& s : since_file_began(now)) writer.AddStatistics(s);
  return closing;
}

void LiveFiles::close(const std::vector<pcap::InterfaceStatistics>& now) {
  close_until(INT64_MAX);
  if (!stream_) return;
  if (!pcapng_ && !pcap_) write_head();
  stream_->Close(closing_blocks(now));
  closed_bytes_ += stream_->size();
  check();
  stream_.reset();
}

void LiveFiles::close_until(int64_t now) {
  while (!full_.empty() && full_.front().until_ns <= now) {
    const Full& f = full_.front();
    f.stream->Close(f.closing);
    closed_bytes_ += f.stream->size();
    check(*f.stream);
    full_.pop_front();
  }
}

bool LiveFiles::next(const std::vector<pcap::InterfaceStatistics>& now) {
  if (options_.points && pcapng_) {
    stream_->Flush(true);
    if (full_.size() == kMostFull) close_until(full_.front().until_ns);
    std::vector<uint8_t> closing = closing_blocks(now);
    full_.push_back({std::move(stream_), std::move(closing), now_ns() + kLateNs});
  } else {
    close(now);
  }
  at_start_ = now;
  at_start_.resize(interfaces_.size());
  std::string error;
  if (failed_) return false;
  if (open_file(&error)) return write_head();
  failed_ = true;
  message_ = error;
  return false;
}

bool LiveFiles::check() { return stream_ ? check(*stream_) : !failed_; }

bool LiveFiles::check(const pcap::OutputStream& stream) {
  if (stream.failure() == pcap::OutputStream::Failure::kNone) return !failed_;
  failed_ = true;
  reader_gone_ = stream.failure() == pcap::OutputStream::Failure::kReaderGone;
  message_ = stream.message();
  return false;
}

}  // namespace strato
