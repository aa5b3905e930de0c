// What a live capture is asked to do: LiveOptions of src/contract/live.ts.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pcap/packer.h"

namespace strato {

/// 0 everywhere: no limit.
struct LiveLimits {
  uint64_t packets = 0, bytes = 0;
  double seconds = 0;
  uint32_t files = 0;
};

struct LiveOptions {
  std::vector<std::string> interfaces;  // names; "any": all there are and all that come
  std::string filter;                   // pcap-filter syntax
  uint32_t snaplen = 262144;
  uint64_t buffer_bytes = 16 << 20;     // of all rings together
  bool promiscuous = false;
  std::string output;                   // path; "-" is standard output
  enum class Format : uint8_t { kPcapng, kPcap, kPcapNanoseconds } format = Format::kPcapng;
  pcap::Compression compression = pcap::Compression::kNone;
  LiveLimits stop;                      // ends the capture
  LiveLimits next_file;                 // ends a file; files: how many are kept, older ones are deleted
  bool rotates() const { return next_file.packets || next_file.bytes || next_file.seconds > 0; }
};

}  // namespace strato
