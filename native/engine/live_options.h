// What a live capture is asked to do: LiveOptions of src/contract/live.ts.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "live/flow_set.h"
#include "pcap/packer.h"

namespace strato {

using live::FlowEnds;

/// 0 everywhere: no limit.
struct LiveLimits {
  uint64_t packets = 0, bytes = 0;
  double seconds = 0;
  uint32_t files = 0;
};

/// One device of one network namespace, as an interface of the file: LivePoint of src/contract/live.ts.
struct LivePoint {
  std::string key;                  // what it belongs to, a pod; several points may have the same
  std::string device, netns;        // "eth0", "/proc/1234/ns/net" ('': the process's own)
  std::string name, description;    // of the interface in the file
  std::string filter;               // pcap-filter syntax
  uint64_t bytes = 0;               // of its ring
  uint32_t host_index = 0;          // not 0: taken at that device of the process's own namespace, the other end of its link
};

struct LiveOptions {
  std::vector<std::string> interfaces;  // names; "any": all there are and all that come
  bool points = false;                  // instead of interfaces: those that are added while it runs
  std::string filter;                   // pcap-filter syntax
  uint32_t snaplen = 262144;
  uint64_t buffer_bytes = 16 << 20;     // of all rings together
  uint32_t hold_ms = 0;                 // so long packets stay in the rings while there is room: whose they are may be learned
  bool last_words = false;              // after the last packet it waits for finish(): more blocks may come until then
  bool promiscuous = false;
  std::string output;                   // path; "-" is standard output
  uint32_t patience_ms = 0;             // with a reader of standard output that takes nothing; 0: for ever
  enum class Format : uint8_t { kPcapng, kPcap, kPcapNanoseconds } format = Format::kPcapng;
  pcap::Compression compression = pcap::Compression::kNone;
  LiveLimits stop;                      // ends the capture
  LiveLimits next_file;                 // ends a file; files: how many are kept, older ones are deleted
  bool rotates() const { return next_file.packets || next_file.bytes || next_file.seconds > 0; }
};

}  // namespace strato
