// Which of the pcap layouts a file has. The magic number alone does not tell: patched libpcaps wrote longer record
// headers under the usual magic, so the first records are tried in each layout.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace strato::pcap {

inline constexpr uint64_t kPcapFileHeader = 24;

struct PcapLayout {
  bool big_endian = false;
  bool nanoseconds = false;
  uint8_t record_header = 16;      // bytes before a packet
  enum Lengths : uint8_t { kCapThenLen, kLenThenCap, kSmallerIsCap } lengths = kCapThenLen;
  uint8_t file_header = 24;        // 28 in captures of Ixia devices: the records' total length follows
  uint16_t major = 0, minor = 0;
  uint32_t snaplen = 0;
  uint16_t linktype = 0;
  int8_t fcs_len = -1;             // from the upper bits of the link type field
  uint8_t reserved_bits = 0;       // of that field: must be zero
  const char* variant = "";        // of the record header, for people
};

/** Does the file begin with one of the magic numbers of pcap? At least 4 bytes needed. */
bool IsPcap(std::span<const uint8_t> file);

/** Layout of a file of at least its header's length (24 bytes; 28 for Ixia's). */
PcapLayout DetectPcapLayout(std::span<const uint8_t> file);

}  // namespace strato::pcap
