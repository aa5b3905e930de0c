// Bodies of HTTP/1 messages: chunked coding (RFC 9112 7.1) and content codings (RFC 9110 8.4.1).
#include <brotli/decode.h>
#include <zlib.h>

#include <algorithm>

#include "protocols/http.h"

namespace strato::protocols {
namespace {

FieldDef chunk_size(http_proto, "http.chunk_size", "Chunk size", FT::Uint32, Base::Dec);
FieldDef chunk_data(http_proto, "http.chunk_data", "Chunk data", FT::Bytes);
FieldDef chunk_boundary(http_proto, "http.chunk_boundary", "Chunk boundary", FT::Bytes);
FieldDef trailer(http_proto, "http.chunked_trailer_part", "trailer-part", FT::String);

constexpr uint32_t kMaxChunks = 100000;  // of one body: each costs nodes in the tree

// The size line at off. False: not whole yet; `bad`: no number.
bool size_line(const Buf& b, uint32_t off, uint64_t& size, uint32_t& next, bool& bad) {
  uint32_t len = 0;
  if (!http_line(b, off, len, next)) return false;
  std::string_view s = b.str(off, len);
  s = trim(s.substr(0, s.find(';')));
  size = 0;
  bad = s.empty() || s.size() > 16;
  for (char ch : s) {
    int v = ch >= '0' && ch <= '9' ? ch - '0' : (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (ch | 32) - 'a' + 10 : -1;
    if (v < 0) bad = true;
    if (bad) break;
    size = size << 4 | static_cast<uint64_t>(v);
  }
  return true;
}

bool inflate_all(std::string_view in, std::string& out, int window_bits) {
  z_stream z{};
  if (inflateInit2(&z, window_bits) != Z_OK) return false;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  char buf[16384];
  int rc = Z_OK;
  while (rc == Z_OK && out.size() < kMaxDecoded) {
    z.next_out = reinterpret_cast<Bytef*>(buf);
    z.avail_out = sizeof buf;
    rc = inflate(&z, Z_NO_FLUSH);
    if (rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR) out.append(buf, sizeof buf - z.avail_out);
    if (rc == Z_OK && z.avail_in == 0 && z.avail_out) break;
  }
  inflateEnd(&z);
  return rc == Z_STREAM_END || (rc == Z_OK && !out.empty());
}

bool unbrotli(std::string_view in, std::string& out) {
  BrotliDecoderState* s = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  if (!s) return false;
  size_t left = in.size();
  const uint8_t* at = reinterpret_cast<const uint8_t*>(in.data());
  BrotliDecoderResult rc = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
  while (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && out.size() < kMaxDecoded) {
    uint8_t buf[16384];
    size_t room = sizeof buf;
    uint8_t* to = buf;
    rc = BrotliDecoderDecompressStream(s, &left, &at, &room, &to, nullptr);
    out.append(reinterpret_cast<char*>(buf), sizeof buf - room);
  }
  BrotliDecoderDestroyInstance(s);
  return rc == BROTLI_DECODER_RESULT_SUCCESS;
}

}  // namespace

bool decode_content(std::string_view coding, std::string_view in, std::string& out) {
  if (in.empty()) return false;
  if (equal_nocase(coding, "gzip") || equal_nocase(coding, "x-gzip") || equal_nocase(coding, "deflate") ||
      equal_nocase(coding, "x-deflate")) {
    if (inflate_all(in, out, 32 + MAX_WBITS)) return true;  // gzip or zlib by their headers
    out.clear();
    return inflate_all(in, out, -MAX_WBITS);  // "deflate" is often sent without zlib's header
  }
  if (equal_nocase(coding, "br")) return unbrotli(in, out);
  return false;
}

uint32_t http_chunks_missing(const Buf& b, uint32_t off) {
  for (uint32_t n = 0; n < kMaxChunks; n++) {
    uint64_t size = 0;
    uint32_t next = 0;
    bool bad = false;
    if (!size_line(b, off, size, next, bad)) return Ctx::kOneMoreSegment;
    if (bad) return 0;
    if (size == 0) {
      // trailers up to an empty line
      uint32_t len = 0;
      for (off = next; http_line(b, off, len, next); off = next)
        if (len == 0) return 0;
      return Ctx::kOneMoreSegment;
    }
    uint64_t left = b.left(next);
    if (size > left) return size - left + 2 < 0x7fffffff ? static_cast<uint32_t>(size - left + 2) : 0;
    if (left < size + 2) return Ctx::kOneMoreSegment;
    off = next + static_cast<uint32_t>(size);
    uint32_t len = 0;
    if (!http_line(b, off, len, next)) return Ctx::kOneMoreSegment;
    off = next;
  }
  return 0;
}

uint32_t http_chunks(Ctx& c, const Buf& b, uint32_t off, bool request, Item it, std::string& body, bool& bad) {
  Item all = it.text(b, off, b.left(off), "HTTP chunked %s", request ? "request" : "response");
  (void)c;
  bad = false;
  for (uint32_t n = 0; n < kMaxChunks && off < b.captured(); n++) {
    uint64_t size = 0;
    uint32_t next = 0;
    if (!size_line(b, off, size, next, bad) || bad) {
      bad = true;
      return off;
    }
    uint32_t here = static_cast<uint32_t>(std::min<uint64_t>(size, b.captured_left(next)));
    Item one = size ? all.text(b, off, next - off + here + 2, "Data chunk (%llu octets)", static_cast<unsigned long long>(size))
                    : all.text(b, off, next - off, "End of chunked encoding");
    Item s = one.u(chunk_size, b, off, next - off, static_cast<uint32_t>(size));
    if (s) s.label("Chunk size: %llu octets", static_cast<unsigned long long>(size));
    if (size == 0) {
      uint32_t len = 0;
      for (off = next; off < b.captured(); off = next) {
        http_line(b, off, len, next);
        if (len == 0) {
          all.text(b, off, next - off, "\\r\\n");
          return next;
        }
        all.s(trailer, b, off, next - off, b.str(off, next - off));
      }
      return off;
    }
    one.add(chunk_data, b, next, here);
    body.append(b.str(next, here));
    off = next + here;
    if (here < size) return off;
    uint32_t len = 0, end = 0;
    http_line(b, off, len, end);
    if (off < b.captured()) one.add(chunk_boundary, b, off, std::min(end - off, 2u));
    off = std::min(off + 2, end > off ? end : off);
  }
  return off;
}

}  // namespace strato::protocols
