// Section and interface descriptions (SHB, IDB) of pcapng.
#include <algorithm>

#include "pcap/endian.h"
#include "pcap/link_types.h"
#include "pcap/option_reader.h"
#include "pcap/pcapng_format.h"
#include "pcap/pcapng_reader.h"

namespace strato::pcap {
namespace {

// A description takes some ten times its size in the file, so a file made of nothing else could fill the memory.
// A capture of a whole cluster has some thousand interfaces.
constexpr size_t kMostInterfaces = 65536, kMostSections = 65536;
// Comments and custom options kept of one description: more than anybody reads.
constexpr size_t kMostListed = 256;


/** The first of several equal options counts, as in tshark. */
void SetOnce(std::string* to, std::string_view value) {
  if (to->empty()) to->assign(value);
}

/** Bytes of the right length, the first time. */
void SetBytesOnce(std::string* to, Span value, size_t length) {
  if (to->empty() && value.size() == length) to->assign(reinterpret_cast<const char*>(value.data()), length);
}

void ReadInterfaceOption(const Option& option, bool big, bool* has_resolution, Interface* i) {
  const Span v = option.value;
  switch (option.code) {
    case kOptComment:
      if (i->comments.size() < kMostListed) i->comments.emplace_back(option.text());
      break;
    case kIfName:
      i->has_name = true;
      SetOnce(&i->name, option.text());
      break;
    case kIfDescription:
      i->has_description = true;
      SetOnce(&i->description, option.text());
      break;
    case kIfIpv4:
      SetBytesOnce(&i->ipv4, v, 8);
      break;
    case kIfIpv6:
      SetBytesOnce(&i->ipv6, v, 17);
      break;
    case kIfMac:
      SetBytesOnce(&i->mac, v, 6);
      break;
    case kIfEui:
      SetBytesOnce(&i->eui, v, 8);
      break;
    case kIfSpeed:
      if (v.size() == 8) i->speed = Load64(v.data(), big);
      break;
    case kIfTsresol:
      if (v.size() == 1 && !*has_resolution) {
        i->tsresol_raw = v[0];
        *has_resolution = true;
      }
      break;
    case kIfFilter:  // first byte 0: text as given to the capture program; 1: compiled, nothing to show
      if (!v.empty() && v[0] == 0) SetOnce(&i->filter, Option{option.code, v.subspan(1)}.text());
      break;
    case kIfOs:
      SetOnce(&i->os, option.text());
      break;
    case kIfFcsLen:
      if (v.size() == 1 && v[0] < 127) i->fcs_len = static_cast<int8_t>(v[0]);
      break;
    case kIfTsoffset:
      if (v.size() == 8) i->tsoffset = static_cast<int64_t>(Load64(v.data(), big));
      break;
    case kIfHardware:
      SetOnce(&i->hardware, option.text());
      break;
    default:
      if (IsCustomOption(option.code) && i->custom.size() < kMostListed) {
        i->custom.push_back(ReadCustomOption(option, big));
      }
  }
}

}  // namespace

/** SHB. False: damage is set; the position stays at the block. */
bool PcapngReader::BeginSection(Span file, uint64_t pos) {
  const uint8_t* p = file.data() + pos;
  const bool big = Load32(p + 8, true) == kByteOrderMagic;
  Block block{pos, kBlockSection, 0, {}};
  if (!big && Load32(p + 8, false) != kByteOrderMagic) return Bad(block, "a section header has no known byte order");
  const uint32_t length = Load32(p + 4, big);
  block.length = (length + 3) & ~3u;
  if (length < kMinSection) return TooSmall(block, "a section header", kMinSection);
  if (length > kMaxBlock) return Bad(block, "a section header claims " + std::to_string(length) + " bytes");
  if (block.length > file.size() - pos) {
    CutOff(pos, "a section header", packets());
    return false;
  }
  block.body = Span(p + 8, block.length - kMinBlock);
  if (Load32(p + block.length - 4, big) != length) return Bad(block, "the two lengths of a section header differ");
  if (state_.sections.size() >= kMostSections) {
    return Bad(block, "the file has more than the " + std::to_string(kMostSections) + " sections that are read");
  }

  Section section{.offset = pos, .major = Load16(p + 12, big), .minor = Load16(p + 14, big), .big_endian = big,
                  .first_interface = static_cast<uint32_t>(state_.interfaces.size())};
  if (section.major != 1 || (section.minor != 0 && section.minor != 2)) {
    return Bad(block, "a section has the unknown version " + std::to_string(section.major) + "." +
                          std::to_string(section.minor));
  }
  OptionReader options(block.body.subspan(16), big);
  Option option;
  while (options.Next(&option)) {
    const std::string problem = CheckCommonOption(option);
    if (!problem.empty()) return Bad(block, problem);
    if (option.code == kOptComment && section.comments.size() < kMostListed) section.comments.emplace_back(option.text());
    if (option.code == kShbHardware) SetOnce(&section.hardware, option.text());
    if (option.code == kShbOs) SetOnce(&section.os, option.text());
    if (option.code == kShbApplication) SetOnce(&section.app, option.text());
  }
  if (options.too_long()) return Bad(block, "an option of a section header runs over its end");

  big_ = big;
  in_section_ = true;
  section_ = static_cast<uint32_t>(state_.sections.size());
  first_interface_ = section.first_interface;
  clocks_.clear();
  state_.sections.push_back(std::move(section));
  state_.position = pos + block.length;
  return true;
}

/** IDB. */
bool PcapngReader::AddInterface(const Block& block) {
  if (block.length < kMinInterface) return TooSmall(block, "an interface description", kMinInterface);
  if (state_.interfaces.size() >= kMostInterfaces) {
    return Bad(block, "the file has more than the " + std::to_string(kMostInterfaces) + " interfaces that are read");
  }
  Interface interface;
  interface.id_in_section = static_cast<uint32_t>(clocks_.size());
  interface.section = section_;
  interface.linktype = Load16(block.body.data(), big_);
  interface.snaplen = Load32(block.body.data() + 4, big_);
  OptionReader options(block.body.subspan(8), big_);
  Option option;
  bool has_resolution = false;
  while (options.Next(&option)) {
    std::string problem = CheckCommonOption(option);
    if (option.code == kIfFilter && option.value.empty()) problem = "option if_filter is empty";
    if (!problem.empty()) return Bad(block, problem);
    ReadInterfaceOption(option, big_, &has_resolution, &interface);
  }
  if (options.too_long()) return Bad(block, "an option of an interface description runs over its end");
  clocks_.push_back({TimeScale(interface.tsresol_raw, interface.tsoffset), MaxCaplen(interface.linktype),
                     PseudoHeaderLength(interface.linktype), interface.snaplen});
  state_.interfaces.push_back(std::move(interface));
  return true;
}

}  // namespace strato::pcap
