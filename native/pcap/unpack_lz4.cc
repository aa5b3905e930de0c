// LZ4 frames (lz4_Frame_format.md): frames and skippable frames follow each other.
#include <lz4frame.h>

#include <vector>

#include "pcap/unpack.h"

namespace strato::pcap {
namespace {

struct Context {
  LZ4F_dctx* dctx = nullptr;
  bool ready = !LZ4F_isError(LZ4F_createDecompressionContext(&dctx, LZ4F_VERSION));
  ~Context() { LZ4F_freeDecompressionContext(dctx); }
};

}  // namespace

std::string UnpackLz4(std::span<const uint8_t> packed, const UnpackSink& sink) {
  Context context;
  if (!context.ready) return "there is no memory to unpack lz4 data";
  std::vector<uint8_t> buffer(kUnpackChunk);
  size_t at = 0;
  for (;;) {
    size_t produced = buffer.size(), consumed = packed.size() - at;
    const size_t wanted = LZ4F_decompress(context.dctx, buffer.data(), &produced, packed.data() + at, &consumed, nullptr);
    if (LZ4F_isError(wanted)) {
      return "the lz4 data is damaged near byte " + std::to_string(at) + " of the compressed file (" +
             LZ4F_getErrorName(wanted) + ")";
    }
    at += consumed;
    if (produced > 0 && !sink({buffer.data(), produced}, at)) return "";
    if (at == packed.size() && wanted == 0) return "";
    if (consumed == 0 && produced == 0) return "the lz4 data ends too early";
  }
}

}  // namespace strato::pcap
