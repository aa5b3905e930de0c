#include "pcap/packet_copier.h"

#include <cstring>

#include "pcap/link_types.h"
#include "pcap/note_blocks.h"
#include "pcap/pcapng_format.h"

namespace strato::pcap {

bool IsMark(const CustomOption& option) {
  return option.pen == kOurEnterpriseNumber && !option.text && option.data.size() == kMarkMagic.size() &&
         std::memcmp(option.data.data(), kMarkMagic.data(), kMarkMagic.size()) == 0;
}

void LayOver(const PacketEdit& edit, PacketOptions* options) {
  if (edit.comments) options->comments.assign(edit.comments->begin(), edit.comments->end());
  if (!edit.marked) return;
  std::erase_if(options->custom, IsMark);
  if (!*edit.marked) return;
  const auto* magic = reinterpret_cast<const uint8_t*>(kMarkMagic.data());
  options->custom.push_back({.pen = kOurEnterpriseNumber, .text = false, .copy = true, .data = {magic, kMarkMagic.size()}});
}

PacketCopier::PacketCopier(const CaptureFile& from, ByteSink to, CopyOptions options)
    : from_(from), to_(to), options_(std::move(options)), pcapng_(std::move(to)) {}

bool PacketCopier::Begin() {
  // a pcap's header waits for the first packet's link type, a section for what the file says of it, where nothing is read yet
  return !options_.pcapng || from_.sections().empty() || BeginSection(0);
}

bool PacketCopier::BeginSection(uint32_t index) {
  Section section;
  if (index < from_.sections().size()) section = from_.sections()[index];
  if (!options_.app.empty()) section.app = options_.app;
  begun_ = true;
  section_ = index;
  interfaces_ = first_interface_ = section.first_interface;
  return pcapng_.BeginSection(section) && AddInterfacesUpTo(InterfacesEnd());
}

bool PacketCopier::GoToSection(uint32_t index) {
  if (!options_.pcapng) return true;
  if (!begun_ && !BeginSection(0)) return false;
  while (section_ < index) {
    if (!AddInterfacesUpTo(InterfacesEnd()) || !BeginSection(section_ + 1)) return false;
  }
  return true;
}

/** Of a block at or after all that was written before. */
uint32_t PacketCopier::SectionAt(uint64_t offset) const {
  const auto& sections = from_.sections();
  uint32_t index = section_;
  while (index + 1 < sections.size() && sections[index + 1].offset < offset) ++index;
  return index;
}

/** One past the last interface of the section that is known by now. */
size_t PacketCopier::InterfacesEnd() const {
  const size_t known = from_.interfaces().size();  // asked before: a reader at work adds a section before its interfaces
  const auto& sections = from_.sections();
  return section_ + 1 < sections.size() ? sections[section_ + 1].first_interface : known;
}

bool PacketCopier::AddInterfacesUpTo(size_t count) {
  for (uint32_t id; interfaces_ < count; ++interfaces_) {
    if (!pcapng_.AddInterface(from_.interfaces()[interfaces_], &id)) return false;
  }
  return true;
}

/** Names, secrets, statistics and custom blocks that stand before `offset` in the file. */
bool PacketCopier::AddNotesBefore(uint64_t offset) {
  for (; notes_ < from_.notes().size() && from_.notes()[notes_].offset < offset; ++notes_) {
    const Note& note = from_.notes()[notes_];
    if (!GoToSection(note.section)) return false;
    bool written = true;
    if (const auto secrets = ReadSecrets(from_, note)) {
      if (options_.keep_secrets && options_.pcapng) {
        written = pcapng_.AddSecrets(*secrets);
      } else {
        ++secrets_;
      }
    } else if (const auto custom = ReadCustomBlock(from_, note)) {
      const bool copy = note.type == kBlockCustom;
      if (options_.pcapng && (copy || custom->pen == kOurEnterpriseNumber)) {
        written = pcapng_.AddCustomBlock(custom->pen, custom->data, copy);
      } else {
        ++custom_;
      }
    } else if (note.kind == Note::kNames && options_.pcapng) {
      std::vector<NameRecord> names;
      ReadNames(from_, note, [&](const NameRecord& name) {
        names.push_back(name);
        return true;
      });
      written = pcapng_.AddNames(names);
    } else if (note.kind == Note::kNames) {
      ++names_;
    } else if (auto statistics = options_.pcapng ? ReadStatistics(from_, note) : std::nullopt;
               statistics && statistics->iface < from_.interfaces().size()) {
      written = AddInterfacesUpTo(statistics->iface + size_t{1});
      statistics->iface -= first_interface_;
      written = written && pcapng_.AddStatistics(*statistics);
    } else if (options_.pcapng || note.kind == Note::kUnknown) {
      ++unknown_;
    }
    if (!written) return false;
  }
  return true;
}

OutgoingPacket PacketCopier::Outgoing(const PacketRecord& r) const {
  // What the reader took away before the packet belongs to the file all the same.
  const uint32_t pseudo = PseudoHeaderLength(from_.interfaces()[r.iface].linktype);
  return {.iface = r.iface, .ts_ns = r.ts_ns, .len = r.len + pseudo,
          .data = from_.bytes(r.offset - pseudo, uint64_t{r.caplen} + pseudo), .has_ts = r.has_ts()};
}

bool PacketCopier::Add(const PacketRecord& r, const PacketEdit* edit) {
  if (!AddNotesBefore(r.block_offset)) return false;
  if (r.kind() == RecordKind::kCustom) return AddNotesBefore(r.block_offset + 1);
  if (!GoToSection(SectionAt(r.block_offset))) return false;
  if (r.kind() == RecordKind::kJournal && options_.pcapng) return pcapng_.AddBlock(kBlockJournal, from_.packet_bytes(r));
  if (r.iface == kNoInterface) return ++not_packets_, true;

  OutgoingPacket packet = Outgoing(r);
  PacketOptions options = from_.packet_options(r);
  if (edit) LayOver(*edit, &options);
  packet.options = &options;
  if (!options_.pcapng) {
    if (r.flags & PacketRecord::kHasOptions) ++with_options_;
    return AddToPcap(packet, from_.interfaces()[r.iface]);
  }
  packet.iface = r.iface - first_interface_;
  return AddInterfacesUpTo(r.iface + size_t{1}) && pcapng_.AddPacket(packet);
}

bool PacketCopier::AddToPcap(const OutgoingPacket& packet, const Interface& interface) {
  if (!pcap_) {
    pcap_linktype_ = interface.linktype;
    bool finer = false;
    for (const Interface& i : from_.interfaces()) finer = finer || i.tsresol_raw != 6;
    pcap_.emplace(to_, interface.linktype, interface.snaplen, finer);
    if (!pcap_->Begin()) return false;
  }
  if (interface.linktype != pcap_linktype_) return ++other_linktype_, true;
  return pcap_->AddPacket(packet);
}

bool PacketCopier::End() {
  if (!AddNotesBefore(UINT64_MAX) || !GoToSection(SectionAt(UINT64_MAX))) return false;
  if (options_.pcapng && !AddInterfacesUpTo(InterfacesEnd())) return false;
  if (options_.pcapng || pcap_) return true;
  const uint16_t linktype = from_.interfaces().empty() ? 1 : from_.interfaces()[0].linktype;
  pcap_.emplace(to_, linktype, 0, false);  // no packet: an empty capture is still one
  return pcap_->Begin();
}

std::vector<std::string> PacketCopier::Lost() const {
  std::vector<std::string> lost;
  const auto say = [&](uint64_t n, const char* one, const char* many, const char* what) {
    if (n > 0) lost.push_back(std::to_string(n) + ' ' + (n == 1 ? one : many) + what);
  };
  say(other_linktype_, "packet was", "packets were", " left out: a pcap file has one link type, use pcapng to keep them.");
  say(not_packets_, "record that is no network packet was", "records that are not network packets were", " left out.");
  say(with_options_, "packet", "packets", " lost comments and other options: a pcap file cannot hold them, use pcapng.");
  say(names_, "block", "blocks", " of resolved names left out: a pcap file cannot hold them, use pcapng.");
  if (!options_.pcapng && from_.interfaces().size() > 1) {
    say(from_.interfaces().size(), "interface", "interfaces", " became one: a pcap file does not tell them apart, use pcapng.");
  }
  say(secrets_, "block", "blocks", " of decryption secrets left out.");
  say(custom_, "custom block was", "custom blocks were", " left out.");
  say(unknown_, "block that is not understood was", "blocks that are not understood were", " left out.");
  return lost;
}

}  // namespace strato::pcap
