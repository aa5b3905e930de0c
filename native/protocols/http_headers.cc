// HTTP/1 header lines (RFC 9112 section 5).
#include <algorithm>

#include "base/shown.h"
#include "packet/builtin.h"
#include "protocols/http.h"

namespace strato::protocols {
namespace {

FieldDef request_line(http_proto, "http.request.line", "Request line", FT::String);
FieldDef response_line(http_proto, "http.response.line", "Response line", FT::String);
FieldDef content_length(http_proto, "http.content_length", "Content length", FT::Uint64, Base::Dec);
FieldDef cookie_pair(http_proto, "http.cookie_pair", "Cookie pair", FT::String);
FieldDef authbasic(http_proto, "http.authbasic", "Credentials", FT::String);
FieldDef unknown_header(http_proto, "http.unknown_header", "Unknown header", FT::String);
ExpertDef bad_name(http_proto, "http.bad_header_name", Severity::Warn, Group::Protocol,
                   "Illegal characters found in header name");

struct Header {
  const char* name;  // as on the wire, any case
  FieldDef field;
  Header(const char* n, const char* filter, const char* label) : name(n), field(http_proto, filter, label, FT::String) {}
};
Header kHeaders[] = {
    {"Authorization", "http.authorization", "Authorization"},
    {"Proxy-Authorization", "http.proxy_authorization", "Proxy-Authorization"},
    {"Proxy-Authenticate", "http.proxy_authenticate", "Proxy-Authenticate"},
    {"WWW-Authenticate", "http.www_authenticate", "WWW-Authenticate"},
    {"Content-Type", "http.content_type", "Content-Type"},
    {"Content-Length", "http.content_length_header", "Content-Length"},
    {"Content-Encoding", "http.content_encoding", "Content-Encoding"},
    {"Transfer-Encoding", "http.transfer_encoding", "Transfer-Encoding"},
    {"Upgrade", "http.upgrade", "Upgrade"},
    {"User-Agent", "http.user_agent", "User-Agent"},
    {"Host", "http.host", "Host"},
    {"Connection", "http.connection", "Connection"},
    {"Cookie", "http.cookie", "Cookie"},
    {"Accept", "http.accept", "Accept"},
    {"Referer", "http.referer", "Referer"},
    {"Accept-Language", "http.accept_language", "Accept-Language"},
    {"Accept-Encoding", "http.accept_encoding", "Accept Encoding"},
    {"Date", "http.date", "Date"},
    {"Cache-Control", "http.cache_control", "Cache-Control"},
    {"Server", "http.server", "Server"},
    {"Location", "http.location", "Location"},
    {"Sec-WebSocket-Accept", "http.sec_websocket_accept", "Sec-WebSocket-Accept"},
    {"Sec-WebSocket-Extensions", "http.sec_websocket_extensions", "Sec-WebSocket-Extensions"},
    {"Sec-WebSocket-Key", "http.sec_websocket_key", "Sec-WebSocket-Key"},
    {"Sec-WebSocket-Protocol", "http.sec_websocket_protocol", "Sec-WebSocket-Protocol"},
    {"Sec-WebSocket-Version", "http.sec_websocket_version", "Sec-WebSocket-Version"},
    {"Set-Cookie", "http.set_cookie", "Set-Cookie"},
    {"Last-Modified", "http.last_modified", "Last-Modified"},
    {"X-Forwarded-For", "http.x_forwarded_for", "X-Forwarded-For"},
    {"HTTP2-Settings", "http.http2_settings", "HTTP2-Settings"}};

const Header* find_header(std::string_view name) {
  for (const Header& h : kHeaders)
    if (equal_nocase(h.name, name)) return &h;
  return nullptr;
}

// One header with its folded lines: [off, end) of the buffer.
struct Line {
  uint32_t off, end, next;
  std::string_view text, name, value;
};

// RFC 9110 5.6.2: tchar
bool token_char(char ch) {
  unsigned char u = static_cast<unsigned char>(ch);
  return (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(ch) != std::string_view::npos;
}

bool next_header(const Buf& b, uint32_t off, Line& l) {
  uint32_t len = 0;
  bool whole = http_line(b, off, len, l.next);
  l.off = off;
  l.end = off + len;
  // a line that begins with white space continues the one before it (obs-fold)
  while (whole && len && b.captured_left(l.next) && (b.u8(l.next) == ' ' || b.u8(l.next) == '\t')) {
    uint32_t more = 0;
    whole = http_line(b, l.next, more, l.next);
    l.end = l.next;
    while (l.end > l.off && (b.u8(l.end - 1) == '\n' || b.u8(l.end - 1) == '\r')) l.end--;
  }
  l.text = b.str(off, l.end - off);
  size_t colon = l.text.find(':');
  l.name = l.text.substr(0, colon);
  l.value = colon == std::string_view::npos ? std::string_view() : l.text.substr(colon + 1);
  while (!l.value.empty() && (l.value.front() == ' ' || l.value.front() == '\t')) l.value.remove_prefix(1);
  return whole;
}

void take(const Line& l, HttpHeaders& h) {
  if (equal_nocase(l.name, "Content-Type")) h.content_type = trim(l.value);
  else if (equal_nocase(l.name, "Content-Encoding")) h.content_encoding = l.value;
  else if (equal_nocase(l.name, "Transfer-Encoding")) h.transfer_encoding = l.value;
  else if (equal_nocase(l.name, "Host")) h.host = l.value;
  else if (equal_nocase(l.name, "Upgrade")) h.upgrade = l.value;
  else if (equal_nocase(l.name, "Connection") || equal_nocase(l.name, "Proxy-Connection")) h.connection = l.value;
  else if (equal_nocase(l.name, "Content-Length")) {
    uint64_t n = 0;
    size_t digits = 0;
    std::string_view value = trim(l.value);
    while (digits < value.size() && value[digits] >= '0' && value[digits] <= '9' && n < (1ull << 59))
      n = n * 10 + static_cast<uint64_t>(value[digits++] - '0');
    bool good = digits && digits == value.size();
    h.has_length = good;
    h.bad_length = !good;
    h.content_length = good ? n : 0;
  }
}

std::string base64(std::string_view s) {
  std::string out;
  uint32_t bits = 0, n = 0;
  for (char ch : s) {
    int v = ch >= 'A' && ch <= 'Z' ? ch - 'A' : ch >= 'a' && ch <= 'z' ? ch - 'a' + 26 : ch >= '0' && ch <= '9' ? ch - '0' + 52
            : ch == '+' ? 62 : ch == '/' ? 63 : -1;
    if (v < 0) break;
    bits = bits << 6 | static_cast<uint32_t>(v);
    n += 6;
    if (n >= 8) out.push_back(static_cast<char>(bits >> (n -= 8) & 0xff));
  }
  return out;
}

void add_children(Ctx& c, const Buf& b, const Line& l, Item it, const HttpHeaders& h) {
  if (!it.live()) return;
  if (equal_nocase(l.name, "Content-Length") && h.has_length) {
    it.u(content_length, b, l.off, l.end - l.off, h.content_length).gen();
  } else if (equal_nocase(l.name, "Cookie")) {
    std::string_view rest = l.value;
    while (!rest.empty()) {
      size_t semi = rest.find(';');
      std::string_view one = trim(rest.substr(0, semi));
      if (!one.empty()) it.s(cookie_pair, b, l.off, l.end - l.off, one);
      rest = semi == std::string_view::npos ? std::string_view() : rest.substr(semi + 1);
    }
  } else if (equal_nocase(l.name, "Authorization") && l.value.size() > 6 && equal_nocase(l.value.substr(0, 6), "Basic ")) {
    it.s(authbasic, b, l.off, l.end - l.off, c.keep(base64(trim(l.value.substr(6)))));
  }
}

void add_header(Ctx& c, const Buf& b, const Line& l, bool request, Item it, const HttpHeaders& h) {
  const Header* known = find_header(trim(l.name));
  uint32_t len = l.next - l.off;
  std::string_view whole = b.str(l.off, len);
  Item i = known && l.value.data() ? it.s(known->field, b, l.off, len, l.value)
                                   : it.s(unknown_header, b, l.off, len, l.text);
  if (i) {
    Text t;
    print_shown(whole, t);
    i.label_text(t.view());
  }
  i.s(request ? request_line : response_line, b, l.off, len, whole).hide();
  expert_stray_characters(i, known ? l.value : l.text);
  if (!std::all_of(l.name.begin(), l.name.end(), token_char)) i.expert(bad_name);
  add_children(c, b, l, i, h);
}

constexpr uint32_t kMaxHeaders = 2000;  // header lines of one message: servers refuse far fewer

}  // namespace

uint32_t http_headers(Ctx& c, const Buf& b, uint32_t off, bool request, Item it, HttpHeaders& h) {
  for (uint32_t n = 0; n < kMaxHeaders && off < b.captured(); n++) {
    Line l;
    next_header(b, off, l);
    if (l.text.empty()) {
      if (it.live()) it.text(b, off, l.next - off, "\\r\\n");
      return l.next;
    }
    take(l, h);
    if (it.live()) add_header(c, b, l, request, it, h);
    off = l.next;
  }
  if (b.captured() < b.size()) b.need(b.captured(), 1);  // the rest was cut off
  return off;
}

bool http_scan_headers(const Buf& b, uint32_t off, HttpHeaders& h, uint32_t& end) {
  for (uint32_t n = 0; n < kMaxHeaders && off < b.captured(); n++) {
    Line l;
    if (!next_header(b, off, l)) return false;
    off = l.next;
    if (l.text.empty()) {
      end = off;
      return true;
    }
    take(l, h);
  }
  return false;
}

}  // namespace strato::protocols
