#include "pcap/pcapng_reader.h"

#include <algorithm>

#include "pcap/endian.h"
#include "pcap/option_reader.h"
#include "pcap/pcapng_format.h"

namespace strato::pcap {
namespace {

uint32_t Padded(uint32_t n) { return (n + 3) & ~3u; }

uint16_t Flags(RecordKind kind, uint16_t flags) {
  return static_cast<uint16_t>(static_cast<uint16_t>(kind) << PacketRecord::kKindShift | flags);
}

}  // namespace

bool IsPcapng(std::span<const uint8_t> file) {
  if (file.size() < 4 || Load32(file.data(), false) != kBlockSection) return false;
  if (file.size() < 12) return true;
  return Load32(file.data() + 8, false) == kByteOrderMagic || Load32(file.data() + 8, true) == kByteOrderMagic;
}

FormatReader::Started PcapngReader::Start(Span file, std::string* error) {
  if (file.size() < 16) return Started::kNotYet;
  const bool big = Load32(file.data() + 8, true) == kByteOrderMagic;
  const uint16_t major = Load16(file.data() + 12, big), minor = Load16(file.data() + 14, big);
  if (major == 1 && (minor == 0 || minor == 2)) return Started::kYes;
  *error = "This is a pcapng file of version " + std::to_string(major) + "." + std::to_string(minor) +
           ", which cannot be read: only version 1.0 (and its equal 1.2) is known.";
  return Started::kUnsupported;
}

size_t PcapngReader::Next(Span file, PacketRecord* out, size_t max) {
  found_ = 0;
  while (found_ < max && state_.position < file.size() && !state_.damage.load(std::memory_order_relaxed)) {
    const uint64_t before = state_.position;
    const uint8_t* p = file.data() + before;
    if (file.size() - before < kMinBlock) {
      CutOff(before, "a block header", packets());
    } else if (Load32(p, false) == kBlockSection) {
      BeginSection(file, before);
    } else if (!in_section_) {
      Broken(before, "the file does not begin with a section header", packets());
    } else if (big_) {
      ReadSection<true>(file, out, max);
    } else {
      ReadSection<false>(file, out, max);
    }
  }
  return found_;
}

/** Reads blocks up to the next section header, the end of the file, `max` records or damage. */
template <bool kBig>
void PcapngReader::ReadSection(Span file, PacketRecord* out, size_t max) {
  uint64_t pos = state_.position;
  while (found_ < max && file.size() - pos >= kMinBlock) {
    const uint8_t* p = file.data() + pos;
    const uint32_t type = Load32(p, kBig), length = Load32(p + 4, kBig);
    if (type == kBlockSection) break;
    if (length < kMinBlock || length > kMaxBlock) [[unlikely]] {
      Broken(pos, "a block of type " + std::to_string(type) + " claims " + std::to_string(length) + " bytes", packets());
      break;
    }
    const uint32_t total = Padded(length);
    if (total > file.size() - pos) [[unlikely]] {
      CutOff(pos, "a block of " + std::to_string(length) + " bytes", packets());
      break;
    }
    if (Load32(p + total - 4, kBig) != length) [[unlikely]] {
      Broken(pos, "the two lengths of a block differ (" + std::to_string(length) + " before it, " +
                      std::to_string(Load32(p + total - 4, kBig)) + " after it)", packets());
      break;
    }
    const Block block{pos, type, total, Span(p + 8, total - kMinBlock)};
    const bool good = type == kBlockPacket ? AddPacket<kBig>(block, out + found_) : AddOther<kBig>(block, out + found_);
    if (!good) break;
    pos += total;
    FetchAhead(file, pos, total);
  }
  state_.position = pos;
}

/** EPB: interface, time (two halves), captured and original length, bytes, options. */
template <bool kBig>
bool PcapngReader::AddPacket(const Block& block, PacketRecord* r) {
  if (block.length < kMinPacket) [[unlikely]] return TooSmall(block, "an enhanced packet block", kMinPacket);
  const uint8_t* p = block.body.data();
  const uint32_t iface = Load32(p, kBig);
  if (!FillPacket(block, RecordKind::kPacket, iface, 20, Load32(p + 12, kBig), Load32(p + 16, kBig), r)) return false;
  const uint64_t stamp = static_cast<uint64_t>(Load32(p + 4, kBig)) << 32 | Load32(p + 8, kBig);
  r->ts_ns = clocks_[iface].clock.Nanoseconds(stamp);
  ++found_;
  return true;
}

/** Everything but EPB and SHB. False: damage is set. */
template <bool kBig>
bool PcapngReader::AddOther(const Block& block, PacketRecord* r) {
  switch (block.type) {
    case kBlockInterface:
      return AddInterface(block);
    case kBlockSimplePacket:
      return AddSimplePacket(block, r);
    case kBlockObsoletePacket:
      return AddObsoletePacket(block, r);
    case kBlockJournal:
      return AddJournal(block, r);
    case kBlockSysdig:
    case kBlockSysdig2:
    case kBlockSysdig2L:
      return AddSysdig(block, r);
    case kBlockCustom:
    case kBlockCustomNoCopy:
      return AddCustom(block, r);
    default:
      break;
  }
  const std::string problem = CheckNote(block);
  if (!problem.empty()) return Bad(block, problem);
  AddNote(block, block.type == kBlockNames        ? Note::kNames
                 : block.type == kBlockSecrets    ? Note::kSecrets
                 : block.type == kBlockStatistics ? Note::kStatistics
                                                  : Note::kUnknown);
  return true;
}

/** Checks and fills what packet blocks have in common; `fixed` bytes of the body come before the packet. */
inline bool PcapngReader::FillPacket(const Block& block, RecordKind kind, uint32_t iface, uint32_t fixed, uint32_t cap,
                                     uint32_t len, PacketRecord* r) {
  if (iface >= clocks_.size()) [[unlikely]] {
    return Bad(block, "a packet names interface " + std::to_string(iface) + " of " + std::to_string(clocks_.size()) +
                          " in its section");
  }
  const Clocked& on = clocks_[iface];
  const auto room = static_cast<uint32_t>(block.body.size()) - fixed;
  if (cap > room || cap > on.max_caplen || cap < on.pseudo_header) [[unlikely]] {
    return Bad(block, "packet " + std::to_string(packets() + 1) + " claims " + std::to_string(cap) + " bytes, but " +
                          (cap > room ? "its block has " + std::to_string(room)
                                      : "one of its link type has " + std::to_string(on.pseudo_header) + " to " +
                                            std::to_string(on.max_caplen)));
  }
  uint16_t flags = static_cast<uint16_t>(PacketRecord::kHasTs | (big_ ? PacketRecord::kBigEndian : 0));
  const uint32_t padded = std::min(Padded(cap), room);
  if (room - padded >= 4 && kind != RecordKind::kSimplePacket) {
    flags |= PacketRecord::kHasOptions;
    const std::string problem = CheckPacketOptions(block.body.subspan(fixed + padded), big_);
    if (!problem.empty()) return Bad(block, problem);
  }
  r->offset = block.offset + 8 + fixed + on.pseudo_header;
  r->block_offset = block.offset;
  r->caplen = cap - on.pseudo_header;
  r->len = len >= on.pseudo_header ? len - on.pseudo_header : 0;
  r->iface = first_interface_ + iface;
  r->flags = Flags(kind, flags);
  return true;
}

/** SPB: original length and bytes, cut at the interface's snap length; the first interface; no time. */
bool PcapngReader::AddSimplePacket(const Block& block, PacketRecord* r) {
  if (block.length < kMinSimplePacket) return TooSmall(block, "a simple packet block", kMinSimplePacket);
  if (clocks_.empty()) return Bad(block, "a simple packet comes before the first interface of its section");
  const uint32_t len = Load32(block.body.data(), big_);
  const uint32_t snaplen = clocks_[0].snaplen;
  const uint32_t cap = snaplen != 0 ? std::min(len, snaplen) : len;
  if (!FillPacket(block, RecordKind::kSimplePacket, 0, 4, cap, len, r)) return false;
  r->ts_ns = 0;
  r->flags &= static_cast<uint16_t>(~PacketRecord::kHasTs);
  ++found_;
  return true;
}

/** PB: as EPB, but a 16-bit interface and a 16-bit drop count. */
bool PcapngReader::AddObsoletePacket(const Block& block, PacketRecord* r) {
  if (block.length < kMinObsoletePacket) return TooSmall(block, "an obsolete packet block", kMinObsoletePacket);
  const uint8_t* p = block.body.data();
  const uint32_t iface = Load16(p, big_);
  if (!FillPacket(block, RecordKind::kObsoletePacket, iface, 20, Load32(p + 12, big_), Load32(p + 16, big_), r)) {
    return false;
  }
  r->ts_ns = clocks_[iface].clock.Nanoseconds(static_cast<uint64_t>(Load32(p + 4, big_)) << 32 | Load32(p + 8, big_));
  r->flags |= PacketRecord::kHasOptions;  // the drop count
  ++found_;
  return true;
}

/** Custom block: the enterprise number, then bytes whose end the format does not tell from options. */
bool PcapngReader::AddCustom(const Block& block, PacketRecord* r) {
  if (block.length < kMinCustom) return TooSmall(block, "a custom block", kMinCustom);
  AddNote(block, Note::kCustom);
  if (!state_.custom_blocks_are_records) return true;
  const uint32_t n = block.length - kMinCustom;
  *r = {.offset = block.offset + 12,
        .block_offset = block.offset,
        .caplen = n,
        .len = n,
        .iface = kNoInterface,
        .flags = Flags(RecordKind::kCustom, big_ ? PacketRecord::kBigEndian : 0)};
  ++found_;
  return true;
}

bool PcapngReader::Bad(const Block& block, const std::string& what) {
  Broken(block.offset, what, packets());
  return false;
}

bool PcapngReader::TooSmall(const Block& block, const char* name, uint32_t least) {
  return Bad(block, std::string(name) + " has " + std::to_string(block.length) + " bytes of at least " +
                        std::to_string(least));
}

}  // namespace strato::pcap
