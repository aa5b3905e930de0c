#include "pcap/unpack.h"

#include "pcap/endian.h"

namespace strato::pcap {

Packing DetectPacking(std::span<const uint8_t> head) {
  if (head.size() >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8) return Packing::kGzip;  // RFC 1952
  if (head.size() < 4) return Packing::kNone;
  const uint32_t magic = Load32(head.data(), false);
  if (magic == 0xfd2fb528) return Packing::kZstd;  // RFC 8878
  if (magic == 0x184d2204) return Packing::kLz4;   // LZ4 frame format
  // Skippable frames may come first; zstd and LZ4 share their numbers, and pzstd begins its files with one.
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f ? Packing::kZstd : Packing::kNone;
}

const char* PackingName(Packing packing) {
  switch (packing) {
    case Packing::kGzip:
      return "gzip";
    case Packing::kZstd:
      return "zstd";
    case Packing::kLz4:
      return "lz4";
    case Packing::kNone:
      break;
  }
  return "";
}

std::string Unpack(Packing packing, std::span<const uint8_t> packed, const UnpackSink& sink) {
  switch (packing) {
    case Packing::kGzip:
      return UnpackGzip(packed, sink);
    case Packing::kZstd:
      return UnpackZstd(packed, sink);
    case Packing::kLz4:
      return UnpackLz4(packed, sink);
    case Packing::kNone:
      break;
  }
  return "";
}

}  // namespace strato::pcap
