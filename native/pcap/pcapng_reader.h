// pcapng: sections of blocks (draft-ietf-opsawg-pcapng). The loop over packet blocks is here; what describes sections and
// interfaces is in pcapng_describe.cc, checks of the other blocks in pcapng_notes.cc.
#pragma once

#include <string>
#include <vector>

#include "pcap/format_reader.h"
#include "pcap/time_scale.h"

namespace strato::pcap {

bool IsPcapng(std::span<const uint8_t> file);

class PcapngReader final : public FormatReader {
 public:
  using FormatReader::FormatReader;
  Started Start(Span file, std::string* error) override;
  size_t Next(Span file, PacketRecord* out, size_t max) override;
  std::string Kind() const override { return "pcapng"; }

 private:
  /** A whole block inside the file, its two lengths equal. */
  struct Block {
    uint64_t offset;
    uint32_t type;
    uint32_t length;  // padded to 32 bits
    Span body;        // between the two lengths
  };
  /** What the packet loop needs of an interface of the current section. */
  struct Clocked {
    TimeScale clock;
    uint32_t max_caplen;
    uint32_t pseudo_header;
    uint32_t snaplen;
  };

  template <bool kBig>
  void ReadSection(Span file, PacketRecord* out, size_t max);
  template <bool kBig>
  bool AddPacket(const Block& block, PacketRecord* r);
  template <bool kBig>
  bool AddOther(const Block& block, PacketRecord* out);
  bool FillPacket(const Block& block, RecordKind kind, uint32_t iface, uint32_t fixed, uint32_t cap, uint32_t len,
                  PacketRecord* r);
  bool AddSimplePacket(const Block& block, PacketRecord* r);
  bool AddObsoletePacket(const Block& block, PacketRecord* r);
  bool AddJournal(const Block& block, PacketRecord* r);
  bool AddSysdig(const Block& block, PacketRecord* r);
  bool AddCustom(const Block& block, PacketRecord* r);

  bool BeginSection(Span file, uint64_t pos);
  bool AddInterface(const Block& block);
  /** Text of what is wrong with a block that is no packet, "" if nothing. */
  std::string CheckNote(const Block& block) const;
  void AddNote(const Block& block, Note::Kind kind);

  bool Bad(const Block& block, const std::string& what);
  bool TooSmall(const Block& block, const char* name, uint32_t least);
  uint64_t packets() const { return state_.records + found_; }

  bool big_ = false;
  bool in_section_ = false;
  uint32_t section_ = 0;
  uint32_t first_interface_ = 0;
  std::vector<Clocked> clocks_;  // interfaces of the current section
  size_t found_ = 0;             // records of the running Next()
};

}  // namespace strato::pcap
