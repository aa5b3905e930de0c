// zstd (RFC 8878): frames and skippable frames follow each other.
#include <zstd.h>

#include <memory>
#include <vector>

#include "pcap/unpack.h"

namespace strato::pcap {

std::string UnpackZstd(std::span<const uint8_t> packed, const UnpackSink& sink) {
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) return "there is no memory to unpack zstd data";
  std::vector<uint8_t> buffer(kUnpackChunk);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  size_t wanted = 0;  // 0 = at the end of a frame
  for (;;) {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    const size_t before = in.pos;
    wanted = ZSTD_decompressStream(context.get(), &out, &in);
    const bool failed = ZSTD_isError(wanted);
    if (out.pos > 0 && !sink({buffer.data(), out.pos}, in.pos)) return "";
    if (failed) {
      return "the zstd data is damaged near byte " + std::to_string(in.pos) + " of the compressed file (" +
             ZSTD_getErrorName(wanted) + ")";
    }
    if (in.pos == in.size && wanted == 0) return "";
    if (in.pos == before && out.pos == 0) return "the zstd data ends too early";
  }
}

}  // namespace strato::pcap
