#include "pcap/writer.h"

#include <algorithm>

#include "pcap/byte_writer.h"
#include "pcap/pcapng_format.h"

namespace strato::pcap {
namespace {

constexpr size_t kMostPacketBytes = 262144;  // readers take more for damage
constexpr int64_t kBillion = 1000000000;
// Seconds of pcap have 32 bits without sign: up to the year 2106.
constexpr int64_t kMostSeconds = 4294967295;

void PutText(ByteWriter& out, uint16_t code, const std::string& text) {
  if (!text.empty()) out.Option(code, text);
}

void PutComments(ByteWriter& out, const std::vector<std::string>& comments) {
  for (const std::string& comment : comments) out.Option(1, comment);
}

void PutCustom(ByteWriter& out, const CustomOption& custom) {
  std::vector<uint8_t> value;
  ByteWriter inner(&value);
  inner.Number(custom.pen);
  inner.Bytes(custom.data);
  const CustomOptionCode code = custom.copy ? (custom.text ? kCustomText : kCustomBytes)
                                            : (custom.text ? kCustomTextNoCopy : kCustomBytesNoCopy);
  out.Option(code, value);
}

void PutPacketOptions(ByteWriter& out, const PacketOptions& o) {
  for (const std::string_view comment : o.comments) out.Option(1, comment);
  if (o.flags) out.NumberOption(kEpbFlags, *o.flags);
  for (const PacketHash& hash : o.hashes) out.TaggedOption(kEpbHash, hash.algorithm, hash.data);
  if (o.dropcount) out.NumberOption(kEpbDropCount, *o.dropcount);
  if (o.packetid) out.NumberOption(kEpbPacketId, *o.packetid);
  if (o.queue) out.NumberOption(kEpbQueue, *o.queue);
  for (const Verdict& verdict : o.verdicts) out.TaggedOption(kEpbVerdict, verdict.type, verdict.data);
  if (o.process_thread) {
    out.NumberOption(kEpbProcessThread, static_cast<uint64_t>(o.process_thread->thread) << 32 | o.process_thread->process);
  }
  for (const CustomOption& custom : o.custom) PutCustom(out, custom);
}

void PutRaw(ByteWriter& out, uint16_t code, const std::string& bytes) {
  if (!bytes.empty()) out.Option(code, bytes);
}

}  // namespace

bool PcapngWriter::Emit(uint32_t type, std::initializer_list<Span> parts) {
  size_t size = 0;
  for (const Span part : parts) size += part.size();
  const auto length = static_cast<uint32_t>(((size + 3) & ~size_t{3}) + kMinBlock);
  block_.clear();
  ByteWriter out(&block_);
  out.Number(type);
  out.Number(length);
  for (const Span part : parts) out.Bytes(part);
  out.Pad();
  out.Number(length);
  return sink_(block_);
}

bool PcapngWriter::BeginSection(const Section& section) {
  resolutions_.clear();
  std::vector<uint8_t> body;
  ByteWriter out(&body);
  out.Number(kByteOrderMagic);
  out.Number(uint16_t{1});
  out.Number(uint16_t{0});
  out.Number(~uint64_t{0});  // length not known: the file is appended to
  PutComments(out, section.comments);
  PutText(out, kShbHardware, section.hardware);
  PutText(out, kShbOs, section.os);
  PutText(out, kShbApplication, section.app);
  out.EndOptions();
  return Emit(kBlockSection, {body});
}

bool PcapngWriter::AddInterface(const Interface& interface, uint32_t* id) {
  const uint8_t resolution = interface.tsresol_raw == 6 ? 6 : 9;
  std::vector<uint8_t> body;
  ByteWriter out(&body);
  out.Number(interface.linktype);
  out.Number(uint16_t{0});
  out.Number(interface.snaplen);
  PutComments(out, interface.comments);
  if (interface.has_name || !interface.name.empty()) out.Option(kIfName, interface.name);
  if (interface.has_description || !interface.description.empty()) out.Option(kIfDescription, interface.description);
  PutRaw(out, kIfIpv4, interface.ipv4);
  PutRaw(out, kIfIpv6, interface.ipv6);
  PutRaw(out, kIfMac, interface.mac);
  PutRaw(out, kIfEui, interface.eui);
  if (interface.speed != 0) out.NumberOption(kIfSpeed, interface.speed);
  out.NumberOption(kIfTsresol, resolution);
  if (!interface.filter.empty()) {
    out.TaggedOption(kIfFilter, 0, {reinterpret_cast<const uint8_t*>(interface.filter.data()), interface.filter.size()});
  }
  PutText(out, kIfOs, interface.os);
  if (interface.fcs_len >= 0) out.NumberOption(kIfFcsLen, static_cast<uint8_t>(interface.fcs_len));
  PutText(out, kIfHardware, interface.hardware);
  for (const CustomOption& custom : interface.custom) PutCustom(out, custom);
  out.EndOptions();
  if (resolutions_.empty()) first_snaplen_ = interface.snaplen;
  *id = static_cast<uint32_t>(resolutions_.size());
  resolutions_.push_back(resolution);
  return Emit(kBlockInterface, {body});
}

uint64_t PcapngWriter::Stamp(uint32_t iface, int64_t ts_ns) const {
  if (ts_ns < 0) return 0;
  const bool micros = iface < resolutions_.size() && resolutions_[iface] == 6;
  return static_cast<uint64_t>(micros ? ts_ns / 1000 : ts_ns);
}

bool PcapngWriter::AddPacket(const OutgoingPacket& packet) {
  const Span data = packet.data.first(std::min(packet.data.size(), kMostPacketBytes));
  const uint64_t stamp = packet.has_ts ? Stamp(packet.iface, packet.ts_ns) : 0;
  std::vector<uint8_t> head, options;
  ByteWriter out(&head);
  // A simple packet block has no time, no interface but the first, and no captured length but the snap length's.
  const uint32_t simple_length = first_snaplen_ ? std::min(packet.len, first_snaplen_) : packet.len;
  if (!packet.has_ts && packet.iface == 0 && data.size() == simple_length) {
    out.Number(packet.len);
    return Emit(kBlockSimplePacket, {head, data});
  }
  out.Number(packet.iface);
  out.Number(static_cast<uint32_t>(stamp >> 32));
  out.Number(static_cast<uint32_t>(stamp));
  out.Number(static_cast<uint32_t>(data.size()));
  out.Number(packet.len);
  if (packet.options) {
    ByteWriter more(&options);
    PutPacketOptions(more, *packet.options);
    if (!options.empty()) more.EndOptions();
  }
  static constexpr uint8_t kZeros[3] = {};
  return Emit(kBlockPacket, {head, data, Span(kZeros, (4 - data.size() % 4) % 4), options});
}

bool PcapngWriter::AddStatistics(const InterfaceStatistics& s) {
  std::vector<uint8_t> body;
  ByteWriter out(&body);
  const auto halves = [](uint64_t stamp) { return stamp << 32 | stamp >> 32; };  // the high half comes first
  const auto stamp_of = [&](int64_t ns) { return halves(Stamp(s.iface, ns)); };
  out.Number(s.iface);
  out.Number(stamp_of(s.ts_ns));
  if (s.start_ns) out.NumberOption(kIsbStart, stamp_of(*s.start_ns));
  if (s.end_ns) out.NumberOption(kIsbEnd, stamp_of(*s.end_ns));
  if (s.received) out.NumberOption(kIsbReceived, *s.received);
  if (s.dropped) out.NumberOption(kIsbDropped, *s.dropped);
  if (s.filter_accepted) out.NumberOption(kIsbFilterAccepted, *s.filter_accepted);
  if (s.os_dropped) out.NumberOption(kIsbOsDropped, *s.os_dropped);
  if (s.delivered) out.NumberOption(kIsbDelivered, *s.delivered);
  out.EndOptions();
  return Emit(kBlockStatistics, {body});
}

bool PcapngWriter::AddSecrets(const Secrets& secrets) {
  std::vector<uint8_t> head;
  ByteWriter out(&head);
  out.Number(secrets.type);
  out.Number(static_cast<uint32_t>(secrets.data.size()));
  return Emit(kBlockSecrets, {head, secrets.data});
}

bool PcapngWriter::AddNames(const std::vector<NameRecord>& names) {
  std::vector<uint8_t> body;
  ByteWriter out(&body);
  for (const NameRecord& record : names) {
    if (record.address.size() != 4 && record.address.size() != 16) continue;
    const std::string_view name = record.name.substr(0, 65000);
    out.Number(static_cast<uint16_t>(record.address.size() == 4 ? kNameIpv4 : kNameIpv6));
    out.Number(static_cast<uint16_t>(record.address.size() + name.size() + 1));
    out.Bytes(record.address);
    out.Bytes(name);
    out.Number(uint8_t{0});
    out.Pad();
  }
  out.EndOptions();  // nrb_record_end is the same four zero bytes
  return Emit(kBlockNames, {body});
}

bool PcapngWriter::AddCustomBlock(uint32_t pen, Span data, bool copy) {
  std::vector<uint8_t> head;
  ByteWriter(&head).Number(pen);
  return Emit(copy ? kBlockCustom : kBlockCustomNoCopy, {head, data});
}

bool PcapngWriter::AddBlock(uint32_t type, Span body) { return Emit(type, {body}); }

bool PcapWriter::Begin() {
  std::vector<uint8_t> header;
  ByteWriter out(&header);
  out.Number(nanoseconds_ ? 0xa1b23c4du : 0xa1b2c3d4u);
  out.Number(uint16_t{2});
  out.Number(uint16_t{4});
  out.Number(uint64_t{0});  // time zone and accuracy: always zero
  out.Number(snaplen_ ? snaplen_ : static_cast<uint32_t>(kMostPacketBytes));
  out.Number(static_cast<uint32_t>(linktype_));
  return sink_(header);
}

bool PcapWriter::AddPacket(const OutgoingPacket& packet) {
  const Span data = packet.data.first(std::min(packet.data.size(), kMostPacketBytes));
  const int64_t ns = std::clamp<int64_t>(packet.ts_ns, 0, kMostSeconds * kBillion + kBillion - 1);
  record_.clear();
  ByteWriter out(&record_);
  out.Number(static_cast<uint32_t>(ns / kBillion));
  out.Number(static_cast<uint32_t>(nanoseconds_ ? ns % kBillion : ns % kBillion / 1000));
  out.Number(static_cast<uint32_t>(data.size()));
  out.Number(packet.len);
  out.Bytes(data);
  return sink_(record_);
}

}  // namespace strato::pcap
