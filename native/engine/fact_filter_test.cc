// Filters answered from what is known of packets must say what dissecting every packet says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/capture.h"
#include "engine/fact_filter.h"
#include "filter/filter.h"
#include "packet/registry.h"

namespace strato {
namespace {

std::unique_ptr<Capture> opened(const std::string& path) {
  std::string error;
  auto c = Capture::open(path, {}, {}, &error);
  if (!c) return nullptr;
  while (c->read_more(4096)) {}
  c->scan_to(c->size());
  return c;
}

std::vector<std::string> fixtures() {
  std::vector<std::string> out;
  std::error_code none;
  for (const auto& e : std::filesystem::recursive_directory_iterator(STRATO_REPO "/test/fixtures/captures", none))
    if (e.is_regular_file() && e.file_size() < 2000000) out.push_back(e.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::unique_ptr<filter::Filter> compiled(const std::string& text) {
  filter::Message error;
  std::vector<filter::Message> warnings;
  return filter::Filter::compile(text, Registry::get(), &error, &warnings);
}

// Frames by the facts, and by a whole dissection of each.
void compare(Capture& c, const std::string& path, const filter::Filter& f, uint32_t* spared) {
  Ctx a(c.session(), Registry::get()), b(c.session(), Registry::get());
  FactFilter facts(f, c);
  for (uint32_t n = 1; n <= c.size(); n++) {
    Capture::Want all;
    all.tree = all.columns = true;
    c.dissect(b, n, all);
    bool dissected = true;
    ASSERT_EQ(facts.matches(a, n, 0, &dissected), f.matches(b)) << f.text() << " on " << path << " packet " << n;
    *spared += !dissected;
  }
}

const char* const kFilters[] = {
    "tcp", "udp", "!ip", "not arp and not dns", "http or dns", "tcp.flags.reset == 1", "tcp.flags.syn == 1 && !tcp.flags.ack",
    "tcp.flags & 0x12", "tcp.flags == 0x010", "tcp.flags.str contains \"S\"", "!(tcp.flags.reset == 1)", "tcp.flags != 2",
    "tcp.flags.fin#1 == 1", "tcp#2", "tcp.flags.ack#2", "ip.version#2 == 4", "http.response.code >= 500", "!http.response",
    "http.request.method == \"GET\" || tcp.flags.reset", "dns.flags.rcode == 3", "dns && udp.port == 53", "mdns", "ssdp",
    "tls.handshake.type == 1", "tls && !tls.alert_message", "tcp.analysis.retransmission", "tcp.segment", "tcp.reassembled.length",
    "tcp.len > 0 and not tcp.flags.push", "vxlan and tcp.flags.syn", "icmp", "icmpv6 or icmp", "eth.type == 0x0800",
    "frame.len > 100", "frame.protocols contains \"http\"", "_ws.malformed", "_ws.expert", "dhcp", "dhcp.option.type == 53",
    "udp.payload", "tcp contains \"HTTP\"", "frame contains 00:00", "len(tcp.flags) == 2 or udp", "ip.addr == 10.0.0.0/8",
    "any tcp.flags == 2", "all tcp.flags == 2", "tcp.flags in {2, 18}", "tcp.flags not in {2}", "@tcp.flags == 50:02",
    "tcp.flags === 2", "tcp.flags ~= 2", "tcp.options.mss_val", "ip.proto == 6 xor tcp", "vlan", "gre || geneve || mpls",
};

TEST(FactFilter, SaysWhatAWholeDissectionSays) {
  uint32_t spared = 0, captures = 0;
  std::vector<std::unique_ptr<filter::Filter>> filters;
  for (const char* text : kFilters)
    if (auto f = compiled(text)) filters.push_back(std::move(f));
  ASSERT_GT(filters.size(), std::size(kFilters) - 3);
  for (const std::string& path : fixtures()) {
    auto c = opened(path);
    if (!c || c->size() > 400) continue;
    captures++;
    for (const auto& f : filters) ASSERT_NO_FATAL_FAILURE(compare(*c, path, *f, &spared));
  }
  EXPECT_GT(captures, 60u) << "the fixtures are missing";
  EXPECT_GT(spared, 10000u) << "the facts spare next to nothing";
}

TEST(FactFilter, SaysWhatAWholeDissectionSaysForTheRefereesFilters) {
  const std::string folder = STRATO_REPO "/test/golden/filter/";
  auto c = opened(folder + "mixed.pcap");
  ASSERT_TRUE(c);
  std::ifstream in(folder + "mixed.filters.tsv");
  uint32_t spared = 0, filters = 0;
  for (std::string line; std::getline(in, line);) {
    auto f = compiled(line.substr(0, line.find('\t')));
    if (!f) continue;
    filters++;
    ASSERT_NO_FATAL_FAILURE(compare(*c, "mixed.pcap", *f, &spared));
  }
  EXPECT_GT(filters, 1000u);
}

// What the facts rest on: fields of a protocol of known place are only where a first pass met it, and those of the
// transport also where nobody looks at what it carries.
TEST(FactFilter, ProtocolsKeepTheirPlace) {
  for (const std::string& path : fixtures()) {
    auto c = opened(path);
    if (!c) continue;
    Ctx ctx(c->session(), Registry::get());
    for (uint32_t n = 1; n <= c->size(); n++) {
      Capture::Want want;
      want.tree = true;
      c->dissect(ctx, n, want);
      ProtocolMask mask = c->facts().protocols(c->facts().at(n));
      std::vector<const FieldDef*> deep, shallow;
      auto transport = [&](std::vector<const FieldDef*>& out) {
        for (const Node& node : ctx.tree.nodes()) {
          if (!node.field || node.field->above) continue;
          const auto place = node.field->proto->place;
          if (place == Protocol::Place::Transport || place == Protocol::Place::Beside) out.push_back(node.field);
        }
      };
      for (const Node& node : ctx.tree.nodes()) {
        if (!node.field || node.field->proto->place <= Protocol::Place::Beside) continue;
        ASSERT_TRUE(mask >> node.field->proto->bit & 1) << node.field->name << " in " << path << " packet " << n;
      }
      transport(deep);
      want.shallow = true;
      c->dissect(ctx, n, want);
      transport(shallow);
      ASSERT_EQ(deep, shallow) << path << " packet " << n;
    }
  }
}

}  // namespace
}  // namespace strato
