#include "engine/owners.h"

#include <algorithm>
#include <cstring>

#include "engine/json_writer.h"

namespace strato {
namespace {

constexpr const char* kRoles[] = {"connect", "listen", "traffic", "close", "existing"};

std::string address_text(const unsigned char* address, uint8_t family) {
  Text t;
  if (family == 6) {
    t.ipv6(address);
  } else {
    t.ipv4(static_cast<uint32_t>(address[0]) << 24 | static_cast<uint32_t>(address[1]) << 16 |
           static_cast<uint32_t>(address[2]) << 8 | address[3]);
  }
  return t.take();
}

void write_event(const live::OwnerRecord& r, JsonWriter& j) {
  const strato_owner_event& e = r.event;
  j.open_object().key("netns").number(e.netns).key("protocol").number(e.protocol);
  j.key("local").string(address_text(e.local, e.family)).key("localPort").number(e.local_port);
  j.key("remote").string(address_text(e.remote, e.family)).key("remotePort").number(e.remote_port);
  j.key("pid").number(e.pid).key("containerPid").number(e.container_pid);
  j.key("command").string(std::string_view(e.command, strnlen(e.command, sizeof e.command)));
  j.key("cgroup").string(std::to_string(e.cgroup_id)).key("time").string(std::to_string(r.ts_ns));
  j.key("role").string(kRoles[std::min<size_t>(e.role, std::size(kRoles) - 1)]).close_object();
}

// '' for what is no connection.
std::string form_of(const strato_owner_event& e) {
  const std::span local(e.local, e.family == 6 ? 16 : 4), remote(e.remote, local.size());
  if (e.local_port == 0 || e.remote_port == 0 || std::ranges::all_of(local, [](unsigned char b) { return b == 0; })) return "";
  return static_cast<char>(e.protocol) + live::flow_end(local, e.local_port) + live::flow_end(remote, e.remote_port);
}

}  // namespace

std::unique_ptr<Owners> Owners::open(std::string* error) {
  std::unique_ptr<live::OwnerTracer> tracer = live::OwnerTracer::open(error);
  if (!tracer) return nullptr;
  return std::unique_ptr<Owners>(new Owners(std::move(tracer)));
}

bool Owners::allow(const std::vector<uint32_t>& namespaces, bool every) {
  if (every) return tracer_->allow({STRATO_EVERY_NETNS});
  std::vector<uint32_t> list = namespaces;
  list.erase(std::remove(list.begin(), list.end(), STRATO_EVERY_NETNS), list.end());
  return tracer_->allow(list);
}

void Owners::scan() {
  if (held_) held_->sight()->expect();
  std::vector<live::OwnerRecord> found = tracer_->existing();
  if (held_)
    std::erase_if(found, [this](const live::OwnerRecord& r) {
      const std::string form = form_of(r.event);
      return !form.empty() && held_->hold({form}, r);
    });
  waiting_.insert(waiting_.begin(), found.rbegin(), found.rend());
}

void Owners::hold_for(LiveCapture& capture) {
  held_.emplace();
  capture.show(held_->sight());
}

std::vector<live::OwnerRecord> Owners::news(size_t most) {
  if (held_) {
    const std::vector<live::OwnerRecord> seen = held_->seen();
    waiting_.insert(waiting_.end(), seen.begin(), seen.end());
  }
  std::vector<live::OwnerRecord> out;
  for (; out.size() < most && !waiting_.empty(); waiting_.pop_back()) out.push_back(waiting_.back());
  if (!out.empty()) return out;
  out = tracer_->take();
  // Whoever acts is known better than whoever was found.
  if (held_)
    for (const live::OwnerRecord& r : out)
      if (const std::string form = form_of(r.event); !form.empty()) held_->drop(form);
  return out;
}

std::string Owners::poll_json() {
  Text out;
  JsonWriter j(out);
  j.open_object().key("events").open_array();
  for (const live::OwnerRecord& r : news(live::OwnerTracer::kBatch)) write_event(r, j);
  j.close_array().key("lost").number(static_cast<int64_t>(tracer_->lost())).close_object();
  return out.take();
}

std::string owner_event_json(const live::OwnerRecord& r) {
  Text out;
  JsonWriter j(out);
  write_event(r, j);
  return out.take();
}

std::string ebpf_features_json() {
  Text out;
  JsonWriter j(out);
  j.open_array();
  for (const live::EbpfFeature& f : live::probe_ebpf()) {
    j.open_object().key("name").string(f.name).key("purpose").string(f.purpose);
    j.key("works").boolean(f.reason.empty()).key("reason").string(f.reason).close_object();
  }
  j.close_array();
  return out.take();
}

}  // namespace strato
