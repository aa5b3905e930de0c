#include <gtest/gtest.h>
#include <zlib.h>

#include "protocols/http.h"

namespace strato::protocols {
namespace {

Buf buf(std::string_view s, uint32_t reported = 0) {
  uint32_t n = static_cast<uint32_t>(s.size());
  return Buf(reinterpret_cast<const uint8_t*>(s.data()), n, reported ? reported : n);
}

// RFC 9112 7.1: size in hex, data, CR LF; ends with a chunk of size 0 and an empty line.
TEST(HttpChunks, TellsWhatIsMissing) {
  EXPECT_EQ(http_chunks_missing(buf("5\r\nhello\r\n0\r\n\r\n"), 0), 0u);
  EXPECT_EQ(http_chunks_missing(buf("5;name=value\r\nhello\r\n0\r\nTrailer: x\r\n\r\n"), 0), 0u);
  EXPECT_EQ(http_chunks_missing(buf("5\r\nhel"), 0), 4u) << "two bytes of data and the CR LF";
  EXPECT_EQ(http_chunks_missing(buf("5\r\nhello\r\n"), 0), Ctx::kOneMoreSegment);
  EXPECT_EQ(http_chunks_missing(buf("5"), 0), Ctx::kOneMoreSegment);
  EXPECT_EQ(http_chunks_missing(buf("zz\r\n"), 0), 0u) << "no number: nothing to wait for";
}

TEST(HttpHeaders, FoldedLinesAndLengths) {
  HttpHeaders h;
  uint32_t end = 0;
  std::string_view text = "Content-Type: text/plain;\r\n charset=utf-8\r\ncontent-length:  42\r\n\r\nbody";
  ASSERT_TRUE(http_scan_headers(buf(text), 0, h, end));
  EXPECT_EQ(end, text.size() - 4);
  EXPECT_TRUE(h.has_length);
  EXPECT_EQ(h.content_length, 42u);
  EXPECT_NE(h.content_type.find("charset=utf-8"), std::string_view::npos);
  HttpHeaders bad;
  EXPECT_TRUE(http_scan_headers(buf("Content-Length: -1\r\n\r\n"), 0, bad, end));
  EXPECT_FALSE(bad.has_length);
  EXPECT_FALSE(http_scan_headers(buf("Host: x\r\n"), 0, bad, end)) << "the empty line is still to come";
}

// printf 'hello hello hello' | gzip -n
TEST(ContentCoding, Gzip) {
  const char kBytes[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00\x80\x88\xf9\xe5\x11\x00\x00\x00";
  std::string in(kBytes, sizeof kBytes - 1), out;
  EXPECT_TRUE(decode_content("gzip", in, out));
  EXPECT_EQ(out, "hello hello hello");
  out.clear();
  EXPECT_FALSE(decode_content("gzip", "no gzip at all", out));
  EXPECT_FALSE(decode_content("unheard-of", in, out));
}

TEST(ContentCoding, ABombStopsAtTheLimit) {
  std::string zeros(1 << 20, '\0'), in(2 << 20, '\0');
  z_stream z{};
  ASSERT_EQ(deflateInit(&z, 9), Z_OK);
  z.next_out = reinterpret_cast<Bytef*>(in.data());
  z.avail_out = static_cast<uInt>(in.size());
  for (int i = 0; i < 80; i++) {  // 80 MiB of zeros, some 80 KiB packed
    z.next_in = reinterpret_cast<Bytef*>(zeros.data());
    z.avail_in = static_cast<uInt>(zeros.size());
    ASSERT_EQ(deflate(&z, i == 79 ? Z_FINISH : Z_NO_FLUSH), i == 79 ? Z_STREAM_END : Z_OK);
  }
  in.resize(z.total_out);
  deflateEnd(&z);
  std::string out;
  decode_content("deflate", in, out);
  EXPECT_GE(out.size(), kMaxDecoded);
  EXPECT_LE(out.size(), kMaxDecoded + (1u << 15));
}

}  // namespace
}  // namespace strato::protocols
