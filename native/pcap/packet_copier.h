// Writes chosen packets of a capture into a new file: `-w`, export of what is displayed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pcap/writer.h"

namespace strato::pcap {

/** What a user changed of a packet, laid over what the file says of it. */
struct PacketEdit {
  std::optional<std::vector<std::string>> comments{};  // instead of the file's
  std::optional<bool> marked{};
};

/** Enterprise number of our own blocks and options: the one for documentation (RFC 5612), until one is assigned. */
inline constexpr uint32_t kOurEnterpriseNumber = 32473;
/** A marked packet has a custom option (bytes, to be copied: 2989) of our number that holds just this. */
inline constexpr std::string_view kMarkMagic = "StratoShark:mark";
bool IsMark(const CustomOption& option);
/** Changes options as the user did. They point into `edit` afterwards. */
void LayOver(const PacketEdit& edit, PacketOptions* options);

struct CopyOptions {
  bool pcapng = true;         // else plain pcap, which loses all but times, lengths and bytes
  bool keep_secrets = false;  // decryption secrets of the file: only when asked for
  std::string app{};          // program named in the new file
};

/**
 * Begin(), Add() in file order, End(). False: the sink did not take it. In pcapng, sections stay sections, interfaces keep
 * their numbers and counters, packets their options; names and custom blocks go along (of the kind that must not be copied
 * only ours). Byte order and units of time become the writer's.
 */
class PacketCopier {
 public:
  PacketCopier(const CaptureFile& from, ByteSink to, CopyOptions options);

  bool Begin();
  /** `edit` may be nullptr. */
  bool Add(const PacketRecord& r, const PacketEdit* edit = nullptr);
  bool End();
  /** After End(): sentences on what the new file lacks, for people. */
  std::vector<std::string> Lost() const;

 private:
  bool BeginSection(uint32_t index);
  /** The one that holds what is written next; those before it get what they lack first. */
  bool GoToSection(uint32_t index);
  uint32_t SectionAt(uint64_t offset) const;
  size_t InterfacesEnd() const;
  bool AddInterfacesUpTo(size_t count);
  bool AddNotesBefore(uint64_t offset);
  bool AddToPcap(const OutgoingPacket& packet, const Interface& interface);
  OutgoingPacket Outgoing(const PacketRecord& r) const;

  const CaptureFile& from_;
  ByteSink to_;
  CopyOptions options_;
  PcapngWriter pcapng_;
  std::optional<PcapWriter> pcap_;
  uint16_t pcap_linktype_ = 0;
  bool begun_ = false;
  uint32_t section_ = 0, first_interface_ = 0;  // of the file's: where interfaces of the section have the number 0
  size_t interfaces_ = 0, notes_ = 0;           // of the file's, those written
  uint64_t other_linktype_ = 0, not_packets_ = 0, with_options_ = 0, secrets_ = 0, custom_ = 0, names_ = 0, unknown_ = 0;
};

}  // namespace strato::pcap
