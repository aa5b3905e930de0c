// snoop: Solaris' capture format (RFC 1761). Big-endian, version 2.
#pragma once

#include <string>

#include "pcap/format_reader.h"

namespace strato::pcap {

bool IsSnoop(std::span<const uint8_t> file);

class SnoopReader final : public FormatReader {
 public:
  using FormatReader::FormatReader;
  Started Start(Span file, std::string* error) override;
  size_t Next(Span file, PacketRecord* out, size_t max) override;
  std::string Kind() const override { return "snoop"; }

 private:
  uint32_t max_caplen_ = 0;
  uint32_t pseudo_header_ = 0;
  bool started_ = false;
};

}  // namespace strato::pcap
