#include "pcap/pcap_variant.h"

#include <iterator>
#include <optional>

#include "pcap/endian.h"
#include "pcap/link_types.h"

namespace strato::pcap {
namespace {

constexpr uint32_t kMicro = 0xa1b2c3d4, kNano = 0xa1b23c4d, kModified = 0xa1b2cd34;
constexpr uint32_t kIxiaHardware = 0x1c0001ac, kIxiaSoftware = 0x1c0001ab;

// Records tried per layout: a wrong one fails within a few.
constexpr int kTrials = 16;
// Time stamps of a few records in a row differ by less than that; a wrong layout reads packet bytes as time.
constexpr uint32_t kLikelySpan = 10 * 366 * 86400u;

struct Magic {
  uint32_t value;
  bool big_endian;
};

std::optional<Magic> ReadMagic(std::span<const uint8_t> file) {
  if (file.size() < 4) return std::nullopt;
  for (const bool big : {false, true}) {
    const uint32_t m = Load32(file.data(), big);
    for (const uint32_t known : {kMicro, kNano, kModified, kIxiaHardware, kIxiaSoftware}) {
      if (m == known) return Magic{m, big};
    }
  }
  return std::nullopt;
}

struct Variant {
  uint8_t record_header;
  const char* name;
};
// Lengths as tshark's editcap writes them; the longer ones add interface index, protocol and packet type.
constexpr Variant kUsual[] = {{16, ""}, {24, "Red Hat 6.1"}, {20, "Nokia"}};
constexpr Variant kPatched[] = {{24, "modified"}, {28, "SuSE 6.3"}};

enum Fit { kGood, kCut, kImplausible, kWrong };

/** How well the first records read as `layout`. */
Fit Try(std::span<const uint8_t> file, const PcapLayout& layout) {
  uint64_t pos = layout.file_header;
  uint32_t first_seconds = 0;
  bool plausible = true;
  for (int i = 0; i < kTrials && pos < file.size(); ++i) {
    if (file.size() - pos < layout.record_header) return plausible ? kCut : kImplausible;
    const uint8_t* p = file.data() + pos;
    const uint32_t seconds = Load32(p, layout.big_endian), fraction = Load32(p + 4, layout.big_endian);
    uint32_t cap = Load32(p + 8, layout.big_endian), len = Load32(p + 12, layout.big_endian);
    if (layout.lengths == PcapLayout::kLenThenCap || (layout.lengths == PcapLayout::kSmallerIsCap && cap > len)) {
      std::swap(cap, len);
    }
    if (i == 0) first_seconds = seconds;
    const uint32_t apart = seconds > first_seconds ? seconds - first_seconds : first_seconds - seconds;
    if (cap > MaxCaplen(layout.linktype)) return kWrong;
    if (fraction >= 1000000 || apart > kLikelySpan) plausible = false;
    pos += layout.record_header;
    if (file.size() - pos < cap) return plausible ? kCut : kImplausible;
    pos += cap;
  }
  return kGood;
}

template <size_t N>
void PickVariant(std::span<const uint8_t> file, const Variant (&variants)[N], PcapLayout* layout) {
  // A cut-off file must not be taken for another layout, so the usual one stays as long as what is there makes sense.
  // If none fits, it is the usual one with damage in it.
  Fit best = kWrong;
  Variant chosen = variants[0];
  for (const Variant& v : variants) {
    layout->record_header = v.record_header;
    const Fit fit = Try(file, *layout);
    if (fit < best) {
      best = fit;
      chosen = v;
    }
    if (&v == variants && fit <= kCut) break;
  }
  layout->record_header = chosen.record_header;
  layout->variant = chosen.name;
}

}  // namespace

bool IsPcap(std::span<const uint8_t> file) { return ReadMagic(file).has_value(); }

PcapLayout DetectPcapLayout(std::span<const uint8_t> file) {
  PcapLayout layout;
  const std::optional<Magic> magic = ReadMagic(file);
  if (!magic) return layout;
  const bool big = magic->big_endian;
  const uint8_t* p = file.data();
  layout.big_endian = big;
  layout.nanoseconds = magic->value == kNano || magic->value == kIxiaHardware;
  layout.file_header = magic->value == kIxiaHardware || magic->value == kIxiaSoftware ? 28 : 24;
  layout.major = Load16(p + 4, big);
  layout.minor = Load16(p + 6, big);
  layout.snaplen = Load32(p + 16, big);
  // draft-ietf-opsawg-pcap: link type in the low 16 bits, FCS length in the high 4 where bit 26 is set.
  const uint32_t network = Load32(p + 20, big);
  layout.linktype = static_cast<uint16_t>(network);
  layout.reserved_bits = static_cast<uint8_t>(network >> 16 & 0xff) | static_cast<uint8_t>(network >> 24 & 0x03);
  if (network & 0x04000000) layout.fcs_len = static_cast<int8_t>((network >> 28) * 2);
  // Version 2.3 changed the order of the two lengths, and not every writer noticed; 543.0 is DG/UX's tcpdump.
  if (layout.major == 543 || (layout.major == 2 && layout.minor < 3)) layout.lengths = PcapLayout::kLenThenCap;
  if (layout.major == 2 && layout.minor == 3) layout.lengths = PcapLayout::kSmallerIsCap;
  if (magic->value == kMicro) PickVariant(file, kUsual, &layout);
  if (magic->value == kModified) PickVariant(file, kPatched, &layout);
  return layout;
}

}  // namespace strato::pcap
