// HTTP/1.x: what its files share, and the hand-over of bodies by media type (also for HTTP/2, WebSocket, gRPC …).
#pragma once
#include <string>
#include <string_view>

#include "packet/context.h"
#include "packet/registry.h"

namespace strato::protocols {

uint32_t dissect_http(Buf b, Ctx& c, Item root);
inline Protocol http_proto("http", "HTTP", "Hypertext Transfer Protocol", dissect_http);

/// Key of a media type ("application/grpc", lower case, no parameters) in the dissector table "media_type".
constexpr uint32_t media_key(std::string_view type) { return text_key(type); }

/// What a dissector of the table "media_type" finds in c.data.
struct MediaCall {
  static constexpr uint32_t kMagic = 0x4d454449;
  uint32_t magic = kMagic;
  std::string_view type;    // lower case, without parameters
  std::string_view params;  // "charset=utf-8"
};
inline const MediaCall* media_call(const Ctx& c) {
  const auto* m = static_cast<const MediaCall*>(c.data);
  return m && m->magic == MediaCall::kMagic ? m : nullptr;
}
/// Shows a body by its media type; content_type is the header's value as sent, "" when there is none.
void call_media(Ctx& c, Buf b, Item root, std::string_view content_type);

/// Undoes "gzip", "deflate" or "br". False where the coding is unknown or the bytes are damaged; out then holds what
/// could be had. Stops at kMaxDecoded bytes (a small body can otherwise unpack to gigabytes).
constexpr size_t kMaxDecoded = 64u << 20;
bool decode_content(std::string_view coding, std::string_view in, std::string& out);

/// The headers of one message as far as the dissection needs them.
struct HttpHeaders {
  std::string_view content_type, content_encoding, transfer_encoding, host, upgrade, connection;
  uint64_t content_length = 0;
  bool has_length = false, bad_length = false;
  bool chunked() const;
};

bool equal_nocase(std::string_view a, std::string_view b);
bool contains_nocase(std::string_view all, std::string_view part);
std::string_view trim(std::string_view s);

/// End of the line that starts at `off`: its length without CR LF; `next` = start of the next line. False when there
/// is no line end in the captured bytes (the rest counts as the line then). A CR alone ends a line too.
bool http_line(const Buf& b, uint32_t off, uint32_t& len, uint32_t& next);

/// Reads the header lines from off on up to and with the empty line; adds them below `it`. Returns the offset behind.
uint32_t http_headers(Ctx& c, const Buf& b, uint32_t off, bool request, Item it, HttpHeaders& h);
/// The same without showing; false when the empty line has not come yet.
bool http_scan_headers(const Buf& b, uint32_t off, HttpHeaders& h, uint32_t& end);

/// Chunked coding (RFC 9112 7.1) from off on: shows the chunks, collects the data. Returns the offset behind.
uint32_t http_chunks(Ctx& c, const Buf& b, uint32_t off, bool request, Item it, std::string& body, bool& bad);
/// How many bytes are missing until the chunked body at off is whole: 0 none, Ctx::kOneMoreSegment unknown.
uint32_t http_chunks_missing(const Buf& b, uint32_t off);

}  // namespace strato::protocols
