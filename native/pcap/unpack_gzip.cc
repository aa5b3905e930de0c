// gzip (RFC 1952) by zlib: members follow each other without a gap.
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "pcap/unpack.h"

namespace strato::pcap {
namespace {

// zlib counts in 32 bits, so input goes in pieces.
constexpr size_t kMostInput = size_t{1} << 30;
constexpr int kGzipOnly = 16 + MAX_WBITS;

struct Inflater {
  z_stream z{};
  bool ready = inflateInit2(&z, kGzipOnly) == Z_OK;
  ~Inflater() {
    if (ready) inflateEnd(&z);
  }
};

bool NextMember(std::span<const uint8_t> rest) { return rest.size() >= 2 && rest[0] == 0x1f && rest[1] == 0x8b; }

}  // namespace

std::string UnpackGzip(std::span<const uint8_t> packed, const UnpackSink& sink) {
  Inflater inflater;
  if (!inflater.ready) return "there is no memory to unpack gzip data";
  z_stream& z = inflater.z;
  std::vector<uint8_t> out(kUnpackChunk);
  size_t at = 0;
  for (;;) {
    const size_t piece = std::min(packed.size() - at, kMostInput);
    z.next_in = const_cast<uint8_t*>(packed.data() + at);
    z.avail_in = static_cast<uInt>(piece);
    z.next_out = out.data();
    z.avail_out = static_cast<uInt>(out.size());
    const int rc = inflate(&z, Z_NO_FLUSH);
    at += piece - z.avail_in;
    const size_t got = out.size() - z.avail_out;
    if (got > 0 && !sink({out.data(), got}, at)) return "";
    if (rc == Z_STREAM_END) {
      // Padding with zeros is usual on tapes and block devices; other bytes behind the last member are not gzip data.
      if (!NextMember(packed.subspan(at))) {
        const auto rest = packed.subspan(at);
        const bool zeros = std::all_of(rest.begin(), rest.end(), [](uint8_t b) { return b == 0; });
        return zeros ? "" : "bytes that are no gzip data follow it";
      }
      if (inflateReset(&z) != Z_OK) return "there is no memory to unpack gzip data";
    } else if (rc == Z_DATA_ERROR || rc == Z_NEED_DICT) {
      return "the gzip data is damaged at byte " + std::to_string(at) + " of the compressed file";
    } else if (rc == Z_MEM_ERROR) {
      return "there is no memory to unpack gzip data";
    } else if (at == packed.size() && got == 0) {
      return "the gzip data ends too early";
    }
  }
}

}  // namespace strato::pcap
