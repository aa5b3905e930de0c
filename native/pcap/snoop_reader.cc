#include "pcap/snoop_reader.h"

#include <cstring>

#include "pcap/endian.h"
#include "pcap/link_types.h"

namespace strato::pcap {
namespace {

constexpr uint8_t kMagic[8] = {'s', 'n', 'o', 'o', 'p', 0, 0, 0};
constexpr uint64_t kFileHeader = 16;
// Original length, included length, record length, cumulative drops, seconds, microseconds: 32 bits each.
constexpr uint64_t kRecordHeader = 24;

}  // namespace

bool IsSnoop(std::span<const uint8_t> file) {
  return file.size() >= sizeof kMagic && std::memcmp(file.data(), kMagic, sizeof kMagic) == 0;
}

FormatReader::Started SnoopReader::Start(Span file, std::string* error) {
  if (file.size() < kFileHeader) return Started::kNotYet;
  const uint32_t version = Load32(file.data() + 8, true), datalink = Load32(file.data() + 12, true);
  if (version != 2) {
    *error = "This is a snoop file of version " + std::to_string(version) + ", which cannot be read: only version 2 is known.";
    return Started::kUnsupported;
  }
  Interface interface;
  interface.linktype = LinkTypeOfSnoop(datalink);
  max_caplen_ = MaxCaplen(interface.linktype);
  pseudo_header_ = PseudoHeaderLength(interface.linktype);
  state_.sections.push_back({.offset = 0, .major = 2, .minor = 0, .big_endian = true});
  state_.interfaces.push_back(std::move(interface));
  state_.position = kFileHeader;
  started_ = true;
  return Started::kYes;
}

size_t SnoopReader::Next(Span file, PacketRecord* out, size_t max) {
  std::string error;
  if (!started_ && Start(file, &error) != Started::kYes) {
    CutOff(0, "the file header", 0);
    return 0;
  }
  uint64_t pos = state_.position;
  size_t n = 0;
  while (n < max && pos < file.size()) {
    const uint64_t packets = state_.records + n;
    if (file.size() - pos < kRecordHeader) {
      CutOff(pos, "the header of packet " + std::to_string(packets + 1), packets);
      break;
    }
    const uint8_t* p = file.data() + pos;
    const uint32_t len = Load32(p, true), cap = Load32(p + 4, true), record = Load32(p + 8, true);
    if (cap > max_caplen_ || cap < pseudo_header_) {
      Broken(pos, "packet " + std::to_string(packets + 1) + " claims " + std::to_string(cap) + " bytes of at most " +
                      std::to_string(max_caplen_), packets);
      break;
    }
    if (record < kRecordHeader + cap) {
      Broken(pos, "the record of packet " + std::to_string(packets + 1) + " has " + std::to_string(record) +
                      " bytes, too few for the " + std::to_string(cap) + " of the packet", packets);
      break;
    }
    if (file.size() - pos < record) {
      CutOff(pos, "packet " + std::to_string(packets + 1), packets);
      break;
    }
    PacketRecord& r = out[n++];
    r = {};
    r.block_offset = pos;
    r.offset = pos + kRecordHeader + pseudo_header_;
    r.ts_ns = static_cast<int64_t>(Load32(p + 16, true)) * 1000000000 + static_cast<int64_t>(Load32(p + 20, true)) * 1000;
    r.caplen = cap - pseudo_header_;
    r.len = len >= pseudo_header_ ? len - pseudo_header_ : 0;
    r.flags = PacketRecord::kHasTs | PacketRecord::kBigEndian;
    pos += record;
  }
  state_.position = pos;
  return n;
}

}  // namespace strato::pcap
