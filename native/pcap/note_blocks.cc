#include "pcap/note_blocks.h"

#include "pcap/endian.h"
#include "pcap/option_reader.h"
#include "pcap/pcapng_format.h"
#include "pcap/time_scale.h"

namespace strato::pcap {
namespace {


size_t AddressLength(uint16_t type) {
  switch (type) {
    case kNameIpv4:
      return 4;
    case kNameIpv6:
      return 16;
    case kNameEui48:
      return 6;
    case kNameEui64:
      return 8;
    default:
      return 0;
  }
}

std::string_view Text(Span bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/** Walks the records of an NRB: `each(type, value)`. Returns what is wrong, "" if nothing. */
template <typename Each>
std::string WalkNames(Span body, bool big, const Each& each) {
  while (body.size() >= 4) {
    const uint16_t type = Load16(body.data(), big), length = Load16(body.data() + 2, big);
    body = body.subspan(4);
    if (type == kNameEnd) return CheckOptions(body, big);  // options follow
    const size_t padded = (length + size_t{3}) & ~size_t{3};
    if (padded > body.size()) return "a name runs over the end of its block";
    if (!each(type, body.first(length))) return "";
    body = body.subspan(padded);
  }
  return "";
}

Span BodyOf(const CaptureFile& file, const Note& note) {
  return file.bytes(note.offset + 8, note.length - kMinBlock);
}

}  // namespace

std::string CheckNames(Span body, bool big_endian) {
  std::string problem;
  const std::string outer = WalkNames(body, big_endian, [&](uint16_t type, Span value) {
    if (type != kNameIpv4 && type != kNameIpv6) return true;
    if (value.size() < AddressLength(type)) {
      problem = "a name record is shorter than its address";
    } else if (value.size() > AddressLength(type) && value.back() != 0) {
      problem = "a name has no end";
    }
    return problem.empty();
  });
  return problem.empty() ? outer : problem;
}

void ReadNames(const CaptureFile& file, const Note& note, const std::function<bool(const NameRecord&)>& each) {
  if (note.kind != Note::kNames) return;
  WalkNames(BodyOf(file, note), note.big_endian, [&](uint16_t type, Span value) {
    const size_t n = AddressLength(type);
    if (n == 0 || value.size() < n) return true;
    std::string_view names = Text(value.subspan(n));
    while (!names.empty()) {  // several names for an address, each ended by NUL
      const size_t end = names.find('\0');
      if (end != 0 && !each({value.first(n), names.substr(0, end)})) return false;
      if (end == names.npos) break;
      names.remove_prefix(end + 1);
    }
    return true;
  });
}

std::optional<Secrets> ReadSecrets(const CaptureFile& file, const Note& note) {
  const Span body = BodyOf(file, note);
  if (note.kind != Note::kSecrets || body.size() < 8) return std::nullopt;
  const uint32_t length = Load32(body.data() + 4, note.big_endian);
  if (length > body.size() - 8) return std::nullopt;
  return Secrets{Load32(body.data(), note.big_endian), body.subspan(8, length)};
}

std::optional<InterfaceStatistics> ReadStatistics(const CaptureFile& file, const Note& note) {
  const Span body = BodyOf(file, note);
  if (note.kind != Note::kStatistics || body.size() < 12) return std::nullopt;
  const bool big = note.big_endian;
  InterfaceStatistics s;
  const uint64_t iface = uint64_t{file.sections()[note.section].first_interface} + Load32(body.data(), big);
  const auto& interfaces = file.interfaces();
  s.iface = iface < interfaces.size() && interfaces[iface].section == note.section ? static_cast<uint32_t>(iface)
                                                                                  : kNoInterface;
  const TimeScale clock = s.iface == kNoInterface
                              ? TimeScale()
                              : TimeScale(interfaces[s.iface].tsresol_raw, interfaces[s.iface].tsoffset);
  const auto time_at = [&](const uint8_t* p) {  // high half first
    return clock.Nanoseconds(static_cast<uint64_t>(Load32(p, big)) << 32 | Load32(p + 4, big));
  };
  s.ts_ns = time_at(body.data() + 4);
  OptionReader options(body.subspan(12), big);
  Option option;
  while (options.Next(&option)) {
    if (option.value.size() != 8) continue;
    const uint8_t* v = option.value.data();
    const uint64_t number = Load64(v, big);
    if (option.code == kIsbStart) s.start_ns = time_at(v);
    if (option.code == kIsbEnd) s.end_ns = time_at(v);
    if (option.code == kIsbReceived) s.received = number;
    if (option.code == kIsbDropped) s.dropped = number;
    if (option.code == kIsbFilterAccepted) s.filter_accepted = number;
    if (option.code == kIsbOsDropped) s.os_dropped = number;
    if (option.code == kIsbDelivered) s.delivered = number;
  }
  return s;
}

std::optional<CustomBlock> ReadCustomBlock(const CaptureFile& file, const Note& note) {
  const Span body = BodyOf(file, note);
  if (note.kind != Note::kCustom || body.size() < 4) return std::nullopt;
  return CustomBlock{Load32(body.data(), note.big_endian), body.subspan(4)};
}

}  // namespace strato::pcap
