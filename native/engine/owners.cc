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
  std::vector<live::OwnerRecord> found = tracer_->existing();
  waiting_.insert(waiting_.begin(), found.rbegin(), found.rend());
}

std::string Owners::poll_json() {
  Text out;
  JsonWriter j(out);
  j.open_object().key("events").open_array();
  size_t room = live::OwnerTracer::kBatch;
  for (; room > 0 && !waiting_.empty(); room--, waiting_.pop_back()) write_event(waiting_.back(), j);
  if (room == live::OwnerTracer::kBatch)
    for (const live::OwnerRecord& r : tracer_->take()) write_event(r, j);
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
