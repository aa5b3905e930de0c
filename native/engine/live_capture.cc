#include "engine/live_capture.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "engine/json_writer.h"
#include "live/host.h"
#include "live/interfaces.h"
#include "live/link_layer.h"
#include "live/network_namespace.h"

namespace strato {
namespace {

constexpr int64_t kMillisecond = 1000000, kSecond = 1000 * kMillisecond;
constexpr int64_t kReportEvery = 250 * kMillisecond;
// Counters of loss are in the file by then, should the process be killed.
constexpr int64_t kStatisticsEvery = 5 * kSecond;
// Between two looks at the clock and the stop flag while packets come without pause.
constexpr uint64_t kTurn = 4096;
// Whoever is to say what is still to be written, and does not, is not waited for longer.
constexpr std::chrono::seconds kLastWords{2};
constexpr uint8_t kOutgoing = 4;  // PACKET_OUTGOING of linux/if_packet.h
constexpr size_t kAddresses = 12;  // of an Ethernet header, before its tags

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// epb_flags: direction, and how the packet was addressed (draft-ietf-opsawg-pcapng 4.3.1).
uint32_t flags_of(uint8_t kind) {
  switch (kind) {
    case 0: return 1 | 1 << 2;  // PACKET_HOST: in, unicast
    case 1: return 1 | 3 << 2;  // PACKET_BROADCAST
    case 2: return 1 | 2 << 2;  // PACKET_MULTICAST
    case 3: return 1 | 4 << 2;  // PACKET_OTHERHOST: promiscuous
    case kOutgoing: return 2;
    default: return 0;
  }
}

/// The same for the other end of the link, which is the one that is meant: what goes out there comes in here.
uint32_t flags_of_peer(const live::RingPacket& p) {
  if (p.kind != kOutgoing) return 2;
  const bool group = !p.data.empty() && (p.data[0] & 1);
  const bool all = group && p.data.size() >= 6 && std::all_of(p.data.begin(), p.data.begin() + 6, [](uint8_t b) { return b == 0xff; });
  return 1 | (all ? 3 : group ? 2 : 1) << 2;
}

pcap::Interface file_interface(const std::string& name, uint16_t linktype, const LiveOptions& o) {
  pcap::Interface i;
  i.linktype = linktype;
  i.tsresol_raw = 9;
  i.snaplen = o.snaplen;
  i.name = name;
  i.has_name = true;
  i.filter = o.filter;
  i.os = live::operating_system();
  return i;
}

void describe(const live::NetworkInterface& from, pcap::Interface* to) {
  if (from.mac) to->mac.assign(from.mac->begin(), from.mac->end());
  to->speed = from.bits_per_second;
  for (const live::InterfaceAddress& a : from.addresses) {
    std::string raw(a.bytes.begin(), a.bytes.end());
    if (a.bytes.size() == 4 && to->ipv4.empty()) {
      const uint32_t mask = a.prefix ? ~uint32_t{0} << (32 - a.prefix) : 0;
      for (int shift = 24; shift >= 0; shift -= 8) raw += static_cast<char>(mask >> shift);
      to->ipv4 = raw;
    } else if (a.bytes.size() == 16 && to->ipv6.empty()) {
      to->ipv6 = raw + static_cast<char>(a.prefix);
    }
  }
}

const char* code_of(live::OpenError::Kind kind) {
  switch (kind) {
    case live::OpenError::kNotAllowed: return "notAllowed";
    case live::OpenError::kInterface: return "interface";
    case live::OpenError::kFilter: return "filter";
    default: return "other";
  }
}

}  // namespace

LiveCapture::LiveCapture(LiveOptions o)
    : options_(std::move(o)), files_(options_, live::operating_system(), live::machine()) {
  rings_.hold(options_.hold_ms);
}

LiveCapture::~LiveCapture() = default;

std::unique_ptr<LiveCapture> LiveCapture::open(LiveOptions o, LiveError* error) {
  std::unique_ptr<LiveCapture> c(new LiveCapture(std::move(o)));
  if (!c->open_rings(error)) return nullptr;
  c->began_ = std::chrono::steady_clock::now();
  c->statistics_ns_ = now_ns();
  std::string why;
  if (!c->files_.begin(&why)) {
    *error = {"output", why.empty() ? c->files_.message() : why, 0, 0};
    return nullptr;
  }
  return c;
}

bool LiveCapture::open_rings(LiveError* error) {
  const std::vector<std::string>& names = options_.interfaces;
  if (options_.points) return true;
  if (names.empty()) {
    *error = {"interface", "No interface is named: use -i any, or -i with a name of the list that -D prints.", 0, 0};
    return false;
  }
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return add_ring(name, options_.buffer_bytes / names.size(), error); });
}

namespace {

LiveError filter_error(const std::string& filter, const std::string& why) {
  const live::FilterPosition at = live::position_of_error(filter, why);
  return {"filter", why, at.start, at.length};
}

/// The ring of one interface, and how the file describes it; in the namespace of the calling thread.
std::unique_ptr<live::Ring> open_interface(const std::string& name, const std::string& filter, live::RingOptions ring, const LiveOptions& o,
                                           pcap::Interface* description, LiveError* error) {
  const auto found = live::find_interface(name);
  if (!found) {
    *error = {"interface", "There is no interface \"" + name + "\": -D lists those there are.", 0, 0};
    return nullptr;
  }
  const auto layer = live::link_layer_of(found->hardware);
  if (!layer) {
    *error = {"interface", "Packets of " + found->name + " are of a kind that is not understood (ARPHRD type " +
                               std::to_string(found->hardware) + "): capture on another interface.", 0, 0};
    return nullptr;
  }
  *description = file_interface(found->name, layer->linktype, o);
  description->filter = filter;
  describe(*found, description);
  ring.interface_index = found->index;
  std::string why;
  if (!live::program_for_interface(filter, found->hardware, o.snaplen, &ring.filter, &why)) {
    *error = filter_error(filter, why);
    return nullptr;
  }
  live::OpenError open_error;
  auto opened = live::Ring::open(ring, &open_error);
  if (!opened) *error = {code_of(open_error.kind), description->name + ": " + open_error.text, 0, 0};
  return opened;
}

}  // namespace

bool LiveCapture::add_ring(const std::string& name, uint64_t bytes, LiveError* error) {
  live::RingOptions ring;
  ring.bytes = bytes;
  ring.snaplen = options_.snaplen;
  ring.promiscuous = options_.promiscuous;
  if (name != "any") {
    pcap::Interface description;
    auto opened = open_interface(name, options_.filter, ring, options_, &description, error);
    if (!opened) return false;
    register_ring(std::move(opened), description, "");
    return true;
  }
  pcap::Interface description = file_interface(name, live::kEthernet.linktype, options_);
  description.description = "All interfaces. No packet stands under this entry; its counters are those of the one buffer they share.";
  std::string why;
  if (!live::program_for_all(options_.filter, options_.snaplen, &ring.filter, &why)) {
    *error = filter_error(options_.filter, why);
    return false;
  }
  live::OpenError open_error;
  auto opened = live::Ring::open(ring, &open_error);
  if (!opened) {
    *error = {code_of(open_error.kind), description.name + ": " + open_error.text, 0, 0};
    return false;
  }
  register_ring(std::move(opened), description, "");
  return true;
}

void LiveCapture::register_ring(std::unique_ptr<live::Ring> ring, const pcap::Interface& description, const std::string& key) {
  const uint32_t index = ring->interface_index();
  const auto number = static_cast<uint32_t>(rings_.add(std::move(ring)));
  const uint32_t id = files_.add_interface(description);
  seen_.push_back({number, 0, description.name, true, key, 0});
  if (index) numbers_[uint64_t{number} << 32 | index] = id;
}

bool LiveCapture::add_shared(const LivePoint& point, LiveError* error) {
  std::optional<live::NetworkInterface> found;
  std::string why;
  const bool entered = live::in_network_namespace(point.netns, [&] { found = live::find_interface(point.device); }, &why);
  if (!entered || !found) {
    *error = {"interface", entered ? "There is no interface \"" + point.device + "\"." : why, 0, 0};
    return false;
  }
  Order order;
  order.key = point.key;
  order.link = point.host_index;
  order.description = file_interface(point.name, live::kEthernet.linktype, options_);
  order.description.filter = point.filter;
  order.description.description = point.description;
  describe(*found, &order.description);
  const std::lock_guard<std::mutex> hold(orders_lock_);
  if (!shared_filters_.contains(point.filter)) {
    live::RingOptions ring;
    ring.bytes = point.bytes;
    ring.snaplen = options_.snaplen;
    if (!live::program_for_links(point.filter, {}, options_.snaplen, &ring.filter, &why)) {
      *error = filter_error(point.filter, why);
      return false;
    }
    live::OpenError open_error;
    order.ring = live::Ring::open(ring, &open_error);
    if (!order.ring) {
      *error = {code_of(open_error.kind), point.name + ": " + open_error.text, 0, 0};
      return false;
    }
    shared_filters_.insert(point.filter);
  }
  orders_.push_back(std::move(order));
  rings_.wake();
  return true;
}

bool LiveCapture::add(const LivePoint& point, LiveError* error) {
  if (point.host_index) return add_shared(point, error);
  live::RingOptions ring;
  ring.bytes = point.bytes;
  ring.snaplen = options_.snaplen;
  Order order;
  order.key = point.key;
  std::string why;
  const bool entered = live::in_network_namespace(point.netns, [&] {
    order.ring = open_interface(point.device, point.filter, ring, options_, &order.description, error);
  }, &why);
  if (!entered) *error = {"interface", why, 0, 0};
  if (!order.ring) return false;
  order.description.name = point.name;
  order.description.description = point.description;
  ask(std::move(order), true);
  return true;
}

void LiveCapture::ask(Order order, bool now) {
  const std::lock_guard<std::mutex> hold(orders_lock_);
  orders_.push_back(std::move(order));
  if (now) rings_.wake();
}

void LiveCapture::retire(const std::string& key) {
  Order order;
  order.key = key;
  ask(std::move(order), true);
}

void LiveCapture::leave_out(const std::string& key, std::vector<FlowEnds> flows, bool out) {
  Order order;
  order.key = key;
  order.flows = std::move(flows);
  order.out = out;
  ask(std::move(order), true);
}

void LiveCapture::remark(std::vector<FlowEnds> forms, std::string comment) {
  if (comment.empty() || comment.size() > pcap::LivePacketBlock::kMostComment) return;
  Order order;
  order.flows = std::move(forms);
  order.comment = std::move(comment);
  ask(std::move(order), false);
}

void LiveCapture::note(std::vector<uint8_t> block) {
  Order order;
  order.block = std::move(block);
  ask(std::move(order), true);
}

void LiveCapture::keep(const std::string& key, std::vector<uint8_t> block) {
  Order order;
  order.key = key;
  order.block = std::move(block);
  ask(std::move(order), false);
}

void LiveCapture::take_orders() {
  std::vector<Order> orders;
  {
    const std::lock_guard<std::mutex> hold(orders_lock_);
    orders.swap(orders_);
  }
  for (Order& order : orders) {
    if (!order.comment.empty()) {
      remarks_.add(order.flows, std::move(order.comment), now_ns());
    } else if (!order.flows.empty()) {
      live::FlowSet& set = left_out_[order.key];
      for (const FlowEnds& f : order.flows) order.out ? set.add(f) : set.remove(f);
    } else if (order.link) {
      join(order);
    } else if (order.ring) {
      register_ring(std::move(order.ring), order.description, order.key);
    } else if (!order.block.empty()) {
      if (!order.key.empty()) files_.keep(order.key, std::move(order.block));
      else if (!files_.add_block(order.block)) end_ = End::kOutput;
    } else {
      retire_now(order.key);
    }
  }
  join_links();
}

void LiveCapture::join(Order& order) {
  const std::string& filter = order.description.filter;
  if (order.ring) {
    pcap::Interface all = file_interface("links of pods", live::kEthernet.linktype, options_);
    all.filter = filter;
    all.description = "Links of pods at their node's end. No packet stands under this entry; its counters are those of the one buffer they share.";
    register_ring(std::move(order.ring), all, "");
    shared_[filter].ring = seen_.back().ring;
  }
  Shared& shared = shared_[filter];
  const uint32_t id = files_.add_interface(order.description);
  seen_.push_back({shared.ring, 0, order.description.name, false, order.key, order.link});
  numbers_[uint64_t{shared.ring} << 32 | order.link] = id;
  last_key_ = ~uint64_t{0};
  shared.links.push_back(order.link);
  shared.changed = true;
}

void LiveCapture::retire_now(const std::string& key) {
  left_out_.erase(key);
  for (Seen& s : seen_) {
    if (s.key != key) continue;
    if (s.whole_ring) rings_.retire(s.ring);
    if (!s.link) continue;
    for (auto& [filter, shared] : shared_) {
      if (shared.ring != s.ring) continue;
      std::erase(shared.links, s.link);
      shared.changed = true;
    }
  }
}

// Packets that are in the ring already keep their interface: numbers_ forgets none.
void LiveCapture::join_links() {
  for (auto& [filter, shared] : shared_) {
    if (!shared.changed) continue;
    shared.changed = false;
    live::Program program;
    std::string why;
    if (!live::program_for_links(filter, shared.links, options_.snaplen, &program, &why) || !rings_.refilter(shared.ring, program))
      notice_ = "The kernel does not take a filter of " + std::to_string(shared.links.size()) +
                " links: packets of the pods that came last are missing; capture fewer pods at once.";
  }
}

uint32_t LiveCapture::interface_of(const live::RingPacket& p, size_t ring) {
  const uint64_t key = uint64_t{ring} << 32 | p.interface_index;
  if (key == last_key_) return last_number_;
  auto at = numbers_.find(key);
  if (at == numbers_.end()) {
    // Of all interfaces, one that was not met yet.
    const std::vector<live::NetworkInterface> list = live::list_interfaces();
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& i) { return i.index == p.interface_index; });
    const auto layer = live::link_layer_of(p.hardware).value_or(live::kEthernet);
    const std::string name = found == list.end() ? "interface " + std::to_string(p.interface_index) : found->name;
    pcap::Interface description = file_interface(name, layer.linktype, options_);
    if (found != list.end()) describe(*found, &description);
    seen_.push_back({static_cast<uint32_t>(ring), 0, name, false, {}, 0});
    at = numbers_.emplace(key, files_.add_interface(description)).first;
  }
  last_key_ = key;
  return last_number_ = at->second;
}

void LiveCapture::take(const live::RingPacket& p, size_t ring) {
  pcap::LivePacketBlock block;
  block.iface = interface_of(p, ring);
  if (!left_out_.empty()) {
    const auto out = left_out_.find(seen_[block.iface].key);
    if (out != left_out_.end() && out->second.has(p.data, p.ts_ns)) return;
  }
  block.ts_ns = p.ts_ns;
  block.len = p.len;
  block.flags = seen_[block.iface].link ? flags_of_peer(p) : flags_of(p.kind);
  block.dropped = p.lost_before;
  block.rest = p.data;
  uint8_t tagged[kAddresses + 4];
  if (p.has_tag && p.data.size() >= kAddresses) {
    std::copy_n(p.data.begin(), kAddresses, tagged);
    for (int i = 0; i < 2; i++) {
      tagged[kAddresses + i] = static_cast<uint8_t>(p.tag_type >> (8 - 8 * i));
      tagged[kAddresses + 2 + i] = static_cast<uint8_t>(p.tag >> (8 - 8 * i));
    }
    block.head = tagged;
    block.rest = p.data.subspan(kAddresses);
    block.len += 4;
    if (block.captured() > options_.snaplen) {
      if (options_.snaplen < block.head.size()) block.head = block.head.first(options_.snaplen);
      block.rest = block.rest.first(options_.snaplen - block.head.size());
    }
  }
  for (const auto& sight : sights_)
    if (sight->waits()) sight->look(p.data, p.ts_ns);
  const std::string comment = remarks_.empty() ? std::string() : remarks_.take(p.data, p.ts_ns);
  block.comment = comment;
  if (files_.is_full(p.ts_ns, block.size())) {
    if (options_.stop.files && files_.count() >= options_.stop.files) {
      end_ = End::kFiles;
      return;
    }
    files_.next(statistics());
  }
  if (!files_.add_packet(block)) {
    end_ = End::kOutput;
    return;
  }
  seen_[block.iface].packets++;
  packets_++;
  bytes_ += p.len;
  if (options_.stop.packets && packets_ >= options_.stop.packets) end_ = End::kPackets;
  if (options_.stop.bytes && files_.bytes() >= options_.stop.bytes) end_ = End::kBytes;
}

void LiveCapture::take_all() {
  live::RingPacket p;
  size_t ring;
  for (uint64_t n = 0; n < kTurn && end_ == End::kNone && rings_.peek(&p, &ring); n++) {
    take(p, ring);
    rings_.pop(ring);
  }
}

void LiveCapture::handle_events() {
  for (const auto& [ring, health] : rings_.take_events()) {
    const auto at = std::find_if(seen_.begin(), seen_.end(), [&, r = ring](const Seen& s) { return s.whole_ring && s.ring == r; });
    if (health == live::Ring::Health::kDown) notice_ = at->name + " went down; its packets are captured again when it is up.";
    if (health != live::Ring::Health::kGone) continue;
    notice_ = at->name + " is gone: it was removed while it was captured on.";
    if (options_.points) rings_.retire(ring);
  }
  if (!options_.points && !rings_.any_alive()) end_ = End::kGone;
}

double LiveCapture::seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(); }

void LiveCapture::check_time() {
  const int64_t now = now_ns();
  files_.close_full(now);
  if (stop_) end_ = End::kStopped;
  if (options_.stop.seconds > 0 && seconds() >= options_.stop.seconds) end_ = End::kDuration;
  if (end_ == End::kNone && files_.is_full(now, 0)) {
    if (options_.stop.files && files_.count() >= options_.stop.files) end_ = End::kFiles;
    else if (!files_.next(statistics())) end_ = End::kOutput;
  }
  if (now - statistics_ns_ < kStatisticsEvery) return;
  statistics_ns_ = now;
  const std::vector<pcap::InterfaceStatistics> s = statistics();
  // Whether somebody still reads is only known by writing, also where no packets come.
  if (lost_ != lost_written_ || options_.patience_ms) files_.add_statistics(s);
  lost_written_ = lost_;
  files_.flush(true);
}

std::vector<pcap::InterfaceStatistics> LiveCapture::statistics() {
  std::vector<pcap::InterfaceStatistics> out;
  lost_ = 0;
  const int64_t now = now_ns();
  for (uint32_t i = 0; i < seen_.size(); i++) {
    pcap::InterfaceStatistics s;
    s.iface = i;
    s.ts_ns = now;
    s.end_ns = now;
    s.delivered = seen_[i].packets;
    if (seen_[i].whole_ring) {
      // The counters of a packet socket: packets the filter let through, and of these those that found no room. Wireshark
      // shows isb_ifrecv and isb_ifdrop, as its own captures carry them.
      const live::Ring::Counters c = rings_.counters(seen_[i].ring);
      s.received = s.filter_accepted = c.accepted;
      s.dropped = s.os_dropped = c.lost;
      lost_ += c.lost;
    }
    out.push_back(s);
  }
  return out;
}

void LiveCapture::drain() {
  take_orders();
  rings_.refuse_more();
  files_.hurry();
  // Whose the packets of the last moment are is learned as of all others: they are held as long.
  const int64_t until = now_ns() + std::max<int64_t>(live::Ring::kHandOverMs, options_.hold_ms) * kMillisecond;
  const End why = end_;
  if (why == End::kPackets || why == End::kBytes || why == End::kFiles || why == End::kOutput) return;
  end_ = End::kNone;
  do {
    take_all();
    if (end_ != End::kNone) return;
    rings_.wait(10);
    take_orders();
  } while (now_ns() < until);
  rings_.hold(0);
  live::RingPacket p;
  size_t ring;
  while (end_ == End::kNone && rings_.peek(&p, &ring)) take_all();
  if (end_ == End::kNone) end_ = why;
}

// What the packets that came last are to be called may have been learned only now.
void LiveCapture::wait_for_last_words(const Report& report) {
  if (!options_.last_words || end_ == End::kBytes || end_ == End::kFiles || end_ == End::kOutput) return;
  const End why = end_;
  report(status("drained"));
  {
    std::unique_lock<std::mutex> hold(orders_lock_);
    finished_changed_.wait_for(hold, kLastWords, [this] { return finished_; });
  }
  take_orders();
  if (end_ == End::kNone) end_ = why;
}

std::string LiveCapture::run(const Report& report) {
  files_.flush(true);
  report(status("running"));
  while (end_ == End::kNone) {
    take_orders();
    take_all();
    live::RingPacket p;
    size_t ring;
    const bool more = end_ == End::kNone && rings_.peek(&p, &ring);
    if (!more && end_ == End::kNone && !files_.flush(false)) end_ = End::kOutput;
    if (end_ == End::kNone) check_time();
    const int64_t now = now_ns();
    if (now - reported_ns_ >= kReportEvery) {
      reported_ns_ = now;
      report(status("running"));
    }
    if (more || end_ != End::kNone) continue;
    int64_t wait = kReportEvery;
    if (options_.stop.seconds > 0)
      wait = std::clamp(static_cast<int64_t>((options_.stop.seconds - seconds()) * kSecond), int64_t{0}, wait);
    rings_.wait(static_cast<int>(wait / kMillisecond + 1));
    handle_events();
  }
  drain();
  wait_for_last_words(report);
  files_.close(statistics());
  // Whoever holds this may do so for long.
  rings_.close();
  if (files_.failed()) end_ = End::kOutput;
  return status("ended");
}

void LiveCapture::finish() {
  const std::lock_guard<std::mutex> hold(orders_lock_);
  finished_ = true;
  finished_changed_.notify_all();
}

void LiveCapture::stop() {
  stop_ = true;
  rings_.wake();
}

std::string LiveCapture::status(const char* state) {
  static constexpr const char* kReasons[] = {"", "stopped", "duration", "packets", "bytes", "files", "interfaceGone", "output"};
  statistics();
  Text out;
  JsonWriter j(out);
  j.open_object().key("state").string(state);
  j.key("milliseconds").number(static_cast<int64_t>(seconds() * 1000));
  j.key("packets").number(static_cast<int64_t>(packets_)).key("bytes").number(static_cast<int64_t>(bytes_));
  j.key("dropped").number(static_cast<int64_t>(lost_));
  j.key("file").string(files_.path()).key("files").number(static_cast<int64_t>(files_.count()));
  j.key("fileBytes").number(static_cast<int64_t>(files_.bytes()));
  j.key("leftOut").number(static_cast<int64_t>(files_.not_written()));
  if (end_ != End::kNone) j.key("reason").string(end_ == End::kOutput && files_.reader_gone() ? "readerGone" : kReasons[static_cast<size_t>(end_)]);
  const std::string& message = files_.failed() ? files_.message() : notice_;
  if (!message.empty()) j.key("message").string(message);
  j.close_object();
  return out.take();
}

}  // namespace strato
