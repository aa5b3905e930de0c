// Readers of the blocks that CaptureFile::notes() lists. All views point into the mapped file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pcap/capture_file.h"

namespace strato::pcap {

/** One address of a name resolution block with one of its names. */
struct NameRecord {
  Span address;  // 4 bytes IPv4, 16 IPv6, 6 or 8 EUI
  std::string_view name;
};
/** Calls `each` for every (address, name) pair of an NRB until it says false. */
void ReadNames(const CaptureFile& file, const Note& note, const std::function<bool(const NameRecord&)>& each);

/** Types of secrets; others exist. */
inline constexpr uint32_t kSecretsTlsKeyLog = 0x544c534b;  // NSS key log text
struct Secrets {
  uint32_t type = 0;
  Span data;
};
std::optional<Secrets> ReadSecrets(const CaptureFile& file, const Note& note);

/** Counters of an interface (ISB); those that the block does not have are unset. */
struct InterfaceStatistics {
  uint32_t iface = 0;  // index into CaptureFile::interfaces(); kNoInterface when the section has no such
  int64_t ts_ns = 0;   // nanoseconds since the epoch, as start and end
  std::optional<int64_t> start_ns, end_ns;
  std::optional<uint64_t> received, dropped, filter_accepted, os_dropped, delivered;
};
std::optional<InterfaceStatistics> ReadStatistics(const CaptureFile& file, const Note& note);

/** Custom block: the private enterprise number and all that follows it (padding and options included). */
struct CustomBlock {
  uint32_t pen = 0;
  Span data;
};
std::optional<CustomBlock> ReadCustomBlock(const CaptureFile& file, const Note& note);

/** What is wrong with the body of an NRB, "" if nothing. For the reader. */
std::string CheckNames(Span body, bool big_endian);

}  // namespace strato::pcap
