#include "engine/nat.h"

#include "engine/json_writer.h"

namespace strato {
namespace {

constexpr const char* kChanges[] = {"existing", "new", "gone"};

void write_end(const char* name, const std::array<uint8_t, 16>& address, uint8_t family, uint16_t port, JsonWriter& j) {
  Text t;
  if (family == 6) t.ipv6(address.data());
  else t.ipv4(static_cast<uint32_t>(address[0]) << 24 | static_cast<uint32_t>(address[1]) << 16 | static_cast<uint32_t>(address[2]) << 8 | address[3]);
  j.key(name).open_object().key("ip").string(t.view()).key("port").number(port).close_object();
}

// Both forms of a flow have the end that opened it first: what the reply is sent to is that end, translated.
void write_record(const live::NatRecord& r, JsonWriter& j) {
  j.open_object().key("change").string(kChanges[r.change]).key("protocol").number(r.protocol);
  j.key("original").open_object();
  write_end("a", r.original.source, r.family, r.original.source_port, j);
  write_end("b", r.original.destination, r.family, r.original.destination_port, j);
  j.close_object().key("translated").open_object();
  write_end("a", r.reply.destination, r.family, r.reply.destination_port, j);
  write_end("b", r.reply.source, r.family, r.reply.source_port, j);
  j.close_object().key("time").string(std::to_string(r.ts_ns)).close_object();
}

std::string form_of(const live::NatRecord& r, const live::ConntrackEnds& e) {
  const size_t size = r.family == 6 ? 16 : 4;
  return static_cast<char>(r.protocol) + live::flow_end(std::span(e.source).first(size), e.source_port) +
         live::flow_end(std::span(e.destination).first(size), e.destination_port);
}

}  // namespace

std::unique_ptr<Nat> Nat::open(const std::string& netns, std::string* error) {
  std::unique_ptr<live::NatWatch> watch = live::NatWatch::open(netns, error);
  return watch ? std::unique_ptr<Nat>(new Nat(std::move(watch))) : nullptr;
}

void Nat::hold_for(LiveCapture& capture) {
  held_.emplace();
  // The first reading of the table is on its way.
  held_->sight()->expect();
  capture.show(held_->sight());
}

// What is no news to the capture is not told: an end that goes as silent as it was.
std::vector<live::NatRecord> Nat::news() {
  if (!held_) return watch_->take();
  std::vector<live::NatRecord> all;
  while (all.empty()) {
    all = watch_->take();
    if (all.empty()) break;
    std::erase_if(all, [this](const live::NatRecord& r) {
      const std::string original = form_of(r, r.original);
      // What began during the capture had its packets: a later scan is for whoever did not know then that it concerns him.
      if (r.change == live::NatRecord::kExisting) return !began_.contains(original) && held_->hold({original, form_of(r, r.reply)}, r);
      if (r.change == live::NatRecord::kGone) began_.erase(original);
      else if (began_.size() < live::FlowSight::kMost) began_.insert(original);
      return held_->drop(original) && r.change == live::NatRecord::kGone;
    });
  }
  const std::vector<live::NatRecord> seen = held_->seen();
  all.insert(all.begin(), seen.begin(), seen.end());
  return all;
}

void Nat::scan() {
  if (held_) held_->sight()->expect();
  watch_->scan();
}

std::string Nat::poll_json() {
  Text out;
  JsonWriter j(out);
  j.open_object().key("entries").open_array();
  for (const live::NatRecord& r : news()) write_record(r, j);
  j.close_array().key("lost").number(static_cast<int64_t>(watch_->lost())).close_object();
  return out.take();
}

}  // namespace strato
