// Writes captures: pcapng (little-endian) and plain pcap. Bytes go to a sink in whole blocks or records, so a
// file that is being written can be read at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "pcap/capture_file.h"
#include "pcap/note_blocks.h"

namespace strato::pcap {

/** Takes bytes; false when no more can be taken (disk full, nobody reads). */
using ByteSink = std::function<bool(Span)>;

/** A packet to be written. */
struct OutgoingPacket {
  uint32_t iface = 0;   // as AddInterface gave it; not used by pcap
  int64_t ts_ns = 0;    // since the epoch; before it is written as the epoch
  uint32_t len = 0;     // on the wire
  Span data;            // as captured; cut at 262,144 bytes, the most that readers accept
  const PacketOptions* options = nullptr;  // pcapng only
  bool has_ts = true;   // false: without a time where pcapng can say so, else at the epoch
};

/** All methods: false when the sink did not take the block. Texts are cut at 65,535 bytes, the most an option holds. */
class PcapngWriter {
 public:
  explicit PcapngWriter(ByteSink sink) : sink_(std::move(sink)) {}

  /** First of all, and for each section: SHB with its hardware, os, app and comments. Interfaces are numbered anew. */
  bool BeginSection(const Section& section);
  /** IDB. Its number in the file goes to *id. Stamps are written in tsresol_raw units: 6 or 9; other values become 9. */
  bool AddInterface(const Interface& interface, uint32_t* id);
  bool AddPacket(const OutgoingPacket& packet);
  /** ISB; its interface as AddInterface gave it. */
  bool AddStatistics(const InterfaceStatistics& statistics);
  /** DSB: secrets for the packets that follow. */
  bool AddSecrets(const Secrets& secrets);
  /** NRB. Addresses of 4 or 16 bytes. */
  bool AddNames(const std::vector<NameRecord>& names);
  /** CB, or DCB when programs that do not know it shall not copy it. */
  bool AddCustomBlock(uint32_t pen, Span data, bool copy);
  /** A block of any type whose body has no byte order, such as a journal entry. */
  bool AddBlock(uint32_t type, Span body);

 private:
  bool Emit(uint32_t type, std::initializer_list<Span> parts);
  uint64_t Stamp(uint32_t iface, int64_t ts_ns) const;

  ByteSink sink_;
  std::vector<uint8_t> resolutions_;  // of each interface: 6 or 9
  uint32_t first_snaplen_ = 0;
  std::vector<uint8_t> block_;        // kept for its capacity
};

/** pcap of version 2.4, little-endian. */
class PcapWriter {
 public:
  PcapWriter(ByteSink sink, uint16_t linktype, uint32_t snaplen, bool nanoseconds)
      : sink_(std::move(sink)), linktype_(linktype), snaplen_(snaplen), nanoseconds_(nanoseconds) {}

  bool Begin();
  bool AddPacket(const OutgoingPacket& packet);

 private:
  ByteSink sink_;
  uint16_t linktype_;
  uint32_t snaplen_;
  bool nanoseconds_;
  std::vector<uint8_t> record_;
};

}  // namespace strato::pcap
