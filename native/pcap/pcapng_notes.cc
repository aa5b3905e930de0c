// Blocks of pcapng that are not network packets: checked as far as tshark checks them, remembered as notes, or (journal
// entries, system call events) delivered as records.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include "pcap/endian.h"
#include "pcap/note_blocks.h"
#include "pcap/option_reader.h"
#include "pcap/pcapng_format.h"
#include "pcap/pcapng_reader.h"

namespace strato::pcap {
namespace {

// Remembered notes: each takes 40 bytes here and at least 12 in the file. Later ones are passed over.
constexpr size_t kMostNotes = size_t{1} << 22;

/** Microseconds in the journal entry's line "__REALTIME_TIMESTAMP=…", or false. */
bool JournalTime(std::string_view entry, int64_t* ts_ns) {
  constexpr std::string_view kKey = "__REALTIME_TIMESTAMP=";
  for (size_t at = entry.find(kKey); at != entry.npos; at = entry.find(kKey, at + 1)) {
    if (at != 0 && entry[at - 1] != '\n') continue;
    uint64_t micros = 0;
    const char* from = entry.data() + at + kKey.size();
    const auto [end, error] = std::from_chars(from, entry.data() + entry.size(), micros);
    if (error != std::errc() || end == from || micros > INT64_MAX / 1000) return false;
    *ts_ns = static_cast<int64_t>(micros) * 1000;
    return true;
  }
  return false;
}

}  // namespace

std::string PcapngReader::CheckNote(const Block& block) const {
  const auto short_by = [&](const char* name, uint32_t least) {
    return std::string(name) + " has " + std::to_string(block.length) + " bytes of at least " + std::to_string(least);
  };
  switch (block.type) {
    case kBlockStatistics:
      if (block.length < kMinStatistics) return short_by("an interface statistics block", kMinStatistics);
      return CheckOptions(block.body.subspan(12), big_);
    case kBlockNames:
      if (block.length < kMinNames) return short_by("a name resolution block", kMinNames);
      return CheckNames(block.body, big_);
    case kBlockSecrets:
      if (block.length < kMinSecrets) return short_by("a decryption secrets block", kMinSecrets);
      if (Load32(block.body.data() + 4, big_) > block.body.size() - 8) {
        return "the secrets of a block run over its end";
      }
      return "";
    default:
      return "";
  }
}

void PcapngReader::AddNote(const Block& block, Note::Kind kind) {
  if (state_.notes.size() >= kMostNotes) return;
  state_.notes.push_back({.offset = block.offset,
                          .packets_before = packets(),
                          .length = block.length,
                          .type = block.type,
                          .section = section_,
                          .kind = kind,
                          .big_endian = big_});
}

/** Journal entry in the journal's export format: lines KEY=value; padding is not part of it. */
bool PcapngReader::AddJournal(const Block& block, PacketRecord* r) {
  if (block.length < kMinJournal) return TooSmall(block, "a journal block", kMinJournal);
  size_t n = block.body.size();
  for (int padding = 0; padding < 3 && n > 0 && block.body[n - 1] == 0; ++padding) --n;
  *r = {.offset = block.offset + 8, .block_offset = block.offset, .caplen = static_cast<uint32_t>(n),
        .len = static_cast<uint32_t>(n), .iface = kNoInterface};
  uint16_t flags = big_ ? PacketRecord::kBigEndian : 0;
  if (JournalTime({reinterpret_cast<const char*>(block.body.data()), n}, &r->ts_ns)) flags |= PacketRecord::kHasTs;
  r->flags = static_cast<uint16_t>(static_cast<uint16_t>(RecordKind::kJournal) << PacketRecord::kKindShift | flags);
  ++found_;
  return true;
}

/** Sysdig event: CPU (16 bits), nanoseconds (64), thread (64), length (32), type (16), in version 2 parameters (32). */
bool PcapngReader::AddSysdig(const Block& block, PacketRecord* r) {
  const uint32_t fixed = block.type == kBlockSysdig ? 22 : 26;
  if (block.body.size() < fixed + 2) return TooSmall(block, "a system call event", fixed + 2 + kMinBlock);
  const uint8_t* p = block.body.data();
  const uint64_t ts = Load64(p + 2, big_);
  *r = {.offset = block.offset + 8 + fixed,
        .block_offset = block.offset,
        .ts_ns = static_cast<int64_t>(std::min<uint64_t>(ts, INT64_MAX)),
        .caplen = static_cast<uint32_t>(block.body.size()) - fixed,
        .len = Load32(p + 18, big_),
        .iface = kNoInterface,
        .flags = static_cast<uint16_t>(static_cast<uint16_t>(RecordKind::kSysdig) << PacketRecord::kKindShift |
                                       PacketRecord::kHasTs | (big_ ? PacketRecord::kBigEndian : 0))};
  ++found_;
  return true;
}

}  // namespace strato::pcap
