// pcap: a 24-byte header, then packets each behind a short header (draft-ietf-opsawg-pcap).
#pragma once

#include <string>

#include "pcap/format_reader.h"
#include "pcap/pcap_variant.h"

namespace strato::pcap {

class PcapReader final : public FormatReader {
 public:
  using FormatReader::FormatReader;
  Started Start(Span file, std::string* error) override;
  size_t Next(Span file, PacketRecord* out, size_t max) override;
  std::string Kind() const override;

 private:
  template <bool kBig>
  size_t Read(Span file, PacketRecord* out, size_t max);
  void BadRecord(Span file, uint64_t pos, uint64_t packets);

  PcapLayout layout_;
  bool started_ = false;
  uint32_t max_caplen_ = 0;
  uint32_t pseudo_header_ = 0;
};

}  // namespace strato::pcap
