#include "pcap/option_reader.h"

#include "pcap/endian.h"
#include "pcap/pcapng_format.h"

namespace strato::pcap {
namespace {

enum VerdictType : uint8_t { kTrafficControl = 1, kExpressDataPath = 2 };  // of eBPF: type byte and 64 bits

// A block can be 128 MiB of options of 4 bytes each; nobody reads more than these of one packet.
constexpr int kMostOptions = 4096;

std::string WrongLength(const char* name, size_t length, unsigned should) {
  return std::string("option ") + name + " has " + std::to_string(length) + " bytes instead of " + std::to_string(should);
}

std::string CheckPacketOption(const Option& option) {
  const size_t n = option.value.size();
  switch (option.code) {
    case kEpbFlags:
      return n == 4 ? "" : WrongLength("epb_flags", n, 4);
    case kEpbDropCount:
      return n == 8 ? "" : WrongLength("epb_dropcount", n, 8);
    case kEpbPacketId:
      return n == 8 ? "" : WrongLength("epb_packetid", n, 8);
    case kEpbQueue:
      return n == 4 ? "" : WrongLength("epb_queue", n, 4);
    case kEpbVerdict:
      if (n == 0) return WrongLength("epb_verdict", n, 1);
      if ((option.value[0] == kTrafficControl || option.value[0] == kExpressDataPath) && n != 9) {
        return WrongLength("epb_verdict", n, 9);
      }
      return "";
    default:
      return CheckCommonOption(option);
  }
}

std::string CheckEach(std::span<const uint8_t> area, bool big_endian, std::string (*check)(const Option&)) {
  OptionReader reader(area, big_endian);
  Option option;
  while (reader.Next(&option)) {
    std::string problem = check(option);
    if (!problem.empty()) return problem;
  }
  if (reader.too_long() == 0) return "";
  return "an option of " + std::to_string(reader.too_long()) + " bytes runs over the end of its block";
}

}  // namespace

std::string_view Option::text() const {
  const std::string_view all(reinterpret_cast<const char*>(value.data()), value.size());
  return all.substr(0, all.find('\0'));
}

bool OptionReader::Next(Option* option) {
  if (area_.size() < 4) return false;
  const uint16_t code = Load16(area_.data(), big_), length = Load16(area_.data() + 2, big_);
  area_ = area_.subspan(4);
  if (length > area_.size()) {  // of opt_endofopt too, whose length should be 0
    too_long_ = length;
    return false;
  }
  if (code == kOptEnd) return false;
  *option = {code, area_.first(length)};
  const size_t padded = (length + size_t{3}) & ~size_t{3};
  area_ = area_.subspan(padded < area_.size() ? padded : area_.size());
  return true;
}

bool IsCustomOption(uint16_t code) { return code == 2988 || code == 2989 || code == 19372 || code == 19373; }

CustomOption ReadCustomOption(const Option& option, bool big_endian) {
  return {.pen = Load32(option.value.data(), big_endian),
          .text = option.code == 2988 || option.code == 19372,
          .copy = option.code < 0x4000,
          .data = option.value.subspan(4)};
}

std::string CheckCommonOption(const Option& option) {
  if (!IsCustomOption(option.code) || option.value.size() >= 4) return "";
  return "a custom option has " + std::to_string(option.value.size()) + " bytes, too few for its enterprise number";
}

std::string CheckOptions(std::span<const uint8_t> area, bool big_endian) {
  return CheckEach(area, big_endian, CheckCommonOption);
}

std::string CheckPacketOptions(std::span<const uint8_t> area, bool big_endian) {
  return CheckEach(area, big_endian, CheckPacketOption);
}

void ReadPacketOptions(std::span<const uint8_t> area, bool big_endian, PacketOptions* out) {
  OptionReader reader(area, big_endian);
  Option option;
  for (int n = 0; n < kMostOptions && reader.Next(&option); ++n) {
    const std::span<const uint8_t> v = option.value;
    if (option.code == kOptComment) out->comments.push_back(option.text());
    if (option.code == kEpbFlags && v.size() == 4) out->flags = Load32(v.data(), big_endian);
    if (option.code == kEpbHash && !v.empty()) out->hashes.push_back({v[0], v.subspan(1)});
    if (option.code == kEpbDropCount && v.size() == 8) out->dropcount = Load64(v.data(), big_endian);
    if (option.code == kEpbPacketId && v.size() == 8) out->packetid = Load64(v.data(), big_endian);
    if (option.code == kEpbQueue && v.size() == 4) out->queue = Load32(v.data(), big_endian);
    if (option.code == kEpbVerdict && !v.empty()) out->verdicts.push_back({v[0], v.subspan(1)});
    if (option.code == kEpbProcessThread && v.size() == 8) {
      out->process_thread = {Load32(v.data(), big_endian), Load32(v.data() + 4, big_endian)};
    }
    if (IsCustomOption(option.code) && v.size() >= 4) out->custom.push_back(ReadCustomOption(option, big_endian));
  }
}

}  // namespace strato::pcap
