#include "pcap/pcap_reader.h"

#include <algorithm>

#include "pcap/endian.h"
#include "pcap/link_types.h"

namespace strato::pcap {

FormatReader::Started PcapReader::Start(Span file, std::string* error) {
  if (file.size() < kPcapFileHeader) return Started::kNotYet;
  layout_ = DetectPcapLayout(file);
  if (file.size() < layout_.file_header) return Started::kNotYet;
  if (layout_.major < 2) {
    *error = "This is a pcap file of version " + std::to_string(layout_.major) + "." + std::to_string(layout_.minor) +
             ", which cannot be read: only versions from 2.0 on are known.";
    return Started::kUnsupported;
  }
  max_caplen_ = MaxCaplen(layout_.linktype);
  pseudo_header_ = PseudoHeaderLength(layout_.linktype);

  state_.sections.push_back({.offset = 0, .major = layout_.major, .minor = layout_.minor,
                             .big_endian = layout_.big_endian});
  Interface interface;
  interface.linktype = layout_.linktype;
  interface.snaplen = layout_.snaplen;
  interface.tsresol_raw = layout_.nanoseconds ? 9 : 6;
  interface.fcs_len = layout_.fcs_len;
  state_.interfaces.push_back(std::move(interface));
  state_.position = layout_.file_header;
  started_ = true;

  if (layout_.reserved_bits != 0) {
    Broken(20, "reserved bits of the link type field are set, so what the packets are is unknown", 0);
  } else if (state_.refuse_unknown_link_types && !KnownToWireshark(layout_.linktype)) {
    Broken(20, "link type " + std::to_string(layout_.linktype) + " is not one that Wireshark reads", 0);
  }
  return Started::kYes;
}

std::string PcapReader::Kind() const {
  std::string kind = "pcap";
  if (layout_.nanoseconds) kind += " (nanoseconds)";
  if (*layout_.variant) kind += std::string(" (") + layout_.variant + ")";
  return kind;
}

size_t PcapReader::Next(Span file, PacketRecord* out, size_t max) {
  if (!started_) {
    std::string error;
    if (Start(file, &error) != Started::kYes) {
      CutOff(0, "the file header", 0);
      return 0;
    }
    if (state_.damage.load()) return 0;
  }
  return layout_.big_endian ? Read<true>(file, out, max) : Read<false>(file, out, max);
}

template <bool kBig>
size_t PcapReader::Read(Span file, PacketRecord* out, size_t max) {
  const uint64_t size = file.size();
  const uint64_t header = layout_.record_header;
  const int64_t unit = layout_.nanoseconds ? 1 : 1000;
  const uint32_t pseudo = pseudo_header_;
  uint64_t pos = state_.position;
  size_t n = 0;
  for (; n < max && size - pos >= header; ++n) {
    const uint8_t* p = file.data() + pos;
    uint32_t cap = Load32(p + 8, kBig), len = Load32(p + 12, kBig);
    bool flipped = false;
    if (layout_.lengths != PcapLayout::kCapThenLen) [[unlikely]] {
      flipped = layout_.lengths == PcapLayout::kLenThenCap || cap > len;
      if (flipped) std::swap(cap, len);
    }
    if (cap > max_caplen_ || size - pos - header < cap || cap < pseudo) [[unlikely]] break;
    PacketRecord& r = out[n];
    r.block_offset = pos;
    r.offset = pos + header + pseudo;
    r.ts_ns = static_cast<int64_t>(Load32(p, kBig)) * 1000000000 + static_cast<int64_t>(Load32(p + 4, kBig)) * unit;
    r.caplen = cap - pseudo;
    r.len = len >= pseudo ? len - pseudo : 0;
    r.iface = 0;
    r.flags = static_cast<uint16_t>(PacketRecord::kHasTs | (kBig ? PacketRecord::kBigEndian : 0) |
                                    (flipped ? PacketRecord::kFlipped : 0));
    pos += header + cap;
    FetchAhead(file, pos, header + cap);
  }
  state_.position = pos;
  if (n < max && pos < size) BadRecord(file, pos, state_.records + n);
  return n;
}

/** Says why the record at `pos` was not taken. */
void PcapReader::BadRecord(Span file, uint64_t pos, uint64_t packets) {
  const std::string number = std::to_string(packets + 1);
  if (file.size() - pos < layout_.record_header) return CutOff(pos, "the header of packet " + number, packets);
  const uint8_t* p = file.data() + pos;
  uint32_t cap = Load32(p + 8, layout_.big_endian);
  const uint32_t len = Load32(p + 12, layout_.big_endian);
  if (layout_.lengths == PcapLayout::kLenThenCap || (layout_.lengths == PcapLayout::kSmallerIsCap && cap > len)) cap = len;
  if (cap > max_caplen_) {
    return Broken(pos, "packet " + number + " claims " + std::to_string(cap) + " bytes, more than the " +
                           std::to_string(max_caplen_) + " that a packet can have", packets);
  }
  if (cap < pseudo_header_) {
    return Broken(pos, "packet " + number + " is too short for the header of its link type", packets);
  }
  CutOff(pos, "packet " + number, packets);
}

}  // namespace strato::pcap
