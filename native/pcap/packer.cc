#include "pcap/packer.h"

#include <zlib.h>
#include <zstd.h>

namespace strato::pcap {
namespace {

constexpr size_t kRoom = 64 << 10;    // bytes of output made at a time
constexpr int kGzipWindow = 15 + 16;  // the largest, with gzip's header and trailer
constexpr int kFastest = 1;           // a capture must keep up first of all

class GzipPacker : public Packer {
 public:
  GzipPacker() { deflateInit2(&stream_, kFastest, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY); }
  ~GzipPacker() override { deflateEnd(&stream_); }

  void Pack(std::span<const uint8_t> piece, Until until, std::vector<uint8_t>* to) override {
    const int how = until == Until::kEnd ? Z_FINISH : until == Until::kNow ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    stream_.next_in = const_cast<Bytef*>(piece.data());
    stream_.avail_in = static_cast<uInt>(piece.size());
    do {
      const size_t at = to->size();
      to->resize(at + kRoom);
      stream_.next_out = to->data() + at;
      stream_.avail_out = kRoom;
      deflate(&stream_, how);
      to->resize(at + kRoom - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

class ZstdPacker : public Packer {
 public:
  ZstdPacker() : stream_(ZSTD_createCStream()) { ZSTD_initCStream(stream_, kFastest); }
  ~ZstdPacker() override { ZSTD_freeCStream(stream_); }

  void Pack(std::span<const uint8_t> piece, Until until, std::vector<uint8_t>* to) override {
    const ZSTD_EndDirective how = until == Until::kEnd ? ZSTD_e_end : until == Until::kNow ? ZSTD_e_flush : ZSTD_e_continue;
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    for (size_t left = 1; left != 0;) {
      const size_t at = to->size();
      to->resize(at + kRoom);
      ZSTD_outBuffer out{to->data() + at, kRoom, 0};
      left = ZSTD_compressStream2(stream_, &out, &in, how);
      to->resize(at + out.pos);
      if (ZSTD_isError(left)) return;
      if (how == ZSTD_e_continue) left = in.size - in.pos;
    }
  }

 private:
  ZSTD_CStream* stream_;
};

}  // namespace

std::unique_ptr<Packer> MakePacker(Compression compression) {
  if (compression == Compression::kGzip) return std::make_unique<GzipPacker>();
  if (compression == Compression::kZstd) return std::make_unique<ZstdPacker>();
  return nullptr;
}

}  // namespace strato::pcap
