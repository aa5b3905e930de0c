// HTTP/1.x (RFC 9110, RFC 9112): messages on a byte stream, requests paired with responses, tunnels and upgrades.
#include <algorithm>

#include "packet/builtin.h"
#include "protocols/http.h"
#include "protocols/tcp.h"

namespace strato::protocols {
namespace {

FieldDef is_request(http_proto, "http.request", "Request", FT::Boolean);
FieldDef is_response(http_proto, "http.response", "Response", FT::Boolean);
FieldDef is_notification(http_proto, "http.notification", "Notification", FT::Boolean);
FieldDef request_method(http_proto, "http.request.method", "Request Method", FT::String);
FieldDef request_uri(http_proto, "http.request.uri", "Request URI", FT::String);
FieldDef uri_path(http_proto, "http.request.uri.path", "Request URI Path", FT::String);
FieldDef uri_query(http_proto, "http.request.uri.query", "Request URI Query", FT::String);
FieldDef uri_parameter(http_proto, "http.request.uri.query.parameter", "Request URI Query Parameter", FT::String);
FieldDef request_version(http_proto, "http.request.version", "Request Version", FT::String);
FieldDef response_version(http_proto, "http.response.version", "Response Version", FT::String);
FieldDef response_code(http_proto, "http.response.code", "Status Code", FT::Uint16, Base::Dec);
FieldDef response_desc(http_proto, "http.response.code.desc", "Status Code Description", FT::String);
FieldDef response_phrase(http_proto, "http.response.phrase", "Response Phrase", FT::String);
FieldDef full_uri(http_proto, "http.request.full_uri", "Full request URI", FT::String);
FieldDef response_for(http_proto, "http.response_for.uri", "Request URI", FT::String);
FieldDef request_number(http_proto, "http.request_number", "Request number", FT::Uint32, Base::Dec);
FieldDef response_number(http_proto, "http.response_number", "Response number", FT::Uint32, Base::Dec);
FieldDef request_in(http_proto, "http.request_in", "Request in frame", FT::FrameNum);
FieldDef response_in(http_proto, "http.response_in", "Response in frame", FT::FrameNum);
FieldDef next_request_in(http_proto, "http.next_request_in", "Next request in frame", FT::FrameNum);
FieldDef next_response_in(http_proto, "http.next_response_in", "Next response in frame", FT::FrameNum);
FieldDef prev_request_in(http_proto, "http.prev_request_in", "Prev request in frame", FT::FrameNum);
FieldDef prev_response_in(http_proto, "http.prev_response_in", "Prev response in frame", FT::FrameNum);
FieldDef time_field(http_proto, "http.time", "Time since request", FT::RelTime);
FieldDef file_data(http_proto, "http.file_data", "File Data", FT::String);
ExpertDef chat(http_proto, "http.chat", Severity::Chat, Group::Sequence, "Formatted text");
ExpertDef leading_crlf(http_proto, "http.leading_crlf", Severity::Error, Group::Malformed,
                       "Leading CRLF previous message in the stream may have extra CRLF");
ExpertDef decompression_failed(http_proto, "http.decompression_failed", Severity::Warn, Group::Undecoded,
                               "Decompression failed");

DissectorTable* port_table;
std::vector<Heuristic>* tcp_heuristics;

// Methods of RFC 9110, 5789, WebDAV (RFC 4918, 3253, 3648 …), UPnP and what else is met.
constexpr std::string_view kMethods[] = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL",
    "COPY", "MOVE", "LOCK", "UNLOCK", "POLL", "SEARCH", "BCOPY", "BMOVE", "BDELETE", "BPROPFIND", "BPROPPATCH", "LABEL",
    "MERGE", "REPORT", "UPDATE", "CHECKIN", "CHECKOUT", "UNCHECKOUT", "MKACTIVITY", "MKWORKSPACE", "VERSION-CONTROL",
    "BASELINE-CONTROL", "SUBSCRIBE", "UNSUBSCRIBE", "ICY", "M-POST", "M-SEARCH", "RPC_CONNECT", "RPC_IN_DATA",
    "RPC_OUT_DATA", "BITS_POST", "CCM_POST", "ORDERPATCH", "ACL", "MKCALENDAR", "REBIND", "UNBIND", "BIND", "NOTIFY"};

struct Code { uint16_t code; const char* text; };
constexpr ValueString kCodes[] = {
    {100, "Continue"}, {101, "Switching Protocols"}, {102, "Processing"}, {103, "Early Hints"}, {200, "OK"},
    {201, "Created"}, {202, "Accepted"}, {203, "Non-authoritative Information"}, {204, "No Content"},
    {205, "Reset Content"}, {206, "Partial Content"}, {207, "Multi-Status"}, {300, "Multiple Choices"},
    {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"}, {304, "Not Modified"}, {305, "Use Proxy"},
    {307, "Temporary Redirect"}, {308, "Permanent Redirect"}, {400, "Bad Request"}, {401, "Unauthorized"},
    {402, "Payment Required"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
    {406, "Not Acceptable"}, {407, "Proxy Authentication Required"}, {408, "Request Time-out"}, {409, "Conflict"},
    {410, "Gone"}, {411, "Length Required"}, {412, "Precondition Failed"}, {413, "Request Entity Too Large"},
    {414, "Request-URI Too Long"}, {415, "Unsupported Media Type"}, {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"}, {418, "I'm a teapot"}, {421, "Misdirected Request"}, {422, "Unprocessable Entity"},
    {423, "Locked"}, {426, "Upgrade Required"}, {428, "Precondition Required"}, {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"}, {501, "Not Implemented"},
    {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Time-out"},
    {505, "HTTP Version not supported"}};

// One exchange; frames are 0 where not seen.
struct Exchange {
  uint32_t request_frame = 0, response_frame = 0;
  std::string_view uri;  // full, lives as long as the session
  bool head = false, connect = false;
};

struct HttpState : State {
  std::vector<Exchange> list;
  bool asked = false;                   // a request was seen: what is no message continues one
  std::string_view upgrade;             // asked for by the newest request
  const Protocol* next = nullptr;       // what the stream carries after an upgrade or CONNECT
  uint32_t next_from = 0;               // from this frame on, 0 never
  uint16_t tunnel_port = 0;
};

struct Rec {
  uint32_t exchange;  // index + 1
};

enum class Kind : uint8_t { Other, Request, Response, Notification };

struct Message {
  Kind kind = Kind::Other;
  uint32_t off = 0, line_len = 0, next = 0;  // first line
  std::string_view line, method, uri, version, phrase;
  uint32_t uri_off = 0;
  uint16_t code = 0;
  HttpHeaders headers;
};

bool is_method(std::string_view s) {
  return std::find(std::begin(kMethods), std::end(kMethods), s) != std::end(kMethods);
}

// What the first line says the message is.
void classify(const Buf& b, Message& m) {
  m.line = b.str(m.off, m.line_len);
  size_t space = m.line.find(' ');
  if (m.line.substr(0, 5) == "HTTP/") {
    m.kind = Kind::Response;
    m.version = m.line.substr(0, space);
    if (space == std::string_view::npos) return;
    std::string_view rest = m.line.substr(space + 1);
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    size_t end = rest.find(' ');
    for (char ch : rest.substr(0, 3)) {
      if (ch < '0' || ch > '9') break;
      m.code = static_cast<uint16_t>(m.code * 10 + (ch - '0'));
    }
    m.phrase = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return;
  }
  std::string_view method = m.line.substr(0, space);
  if (space == std::string_view::npos || !is_method(method)) return;
  m.kind = method == "NOTIFY" ? Kind::Notification : Kind::Request;
  m.method = method;
  m.uri_off = m.off + static_cast<uint32_t>(space) + 1;
  std::string_view rest = m.line.substr(space + 1);
  size_t end = rest.find(' ');
  m.uri = rest.substr(0, end);
  if (end != std::string_view::npos) m.version = rest.substr(end + 1);
}

std::string escaped(std::string_view line) {
  std::string s;
  for (char ch : line) {
    if (ch == '\r') s += "\\r";
    else if (ch == '\n') s += "\\n";
    else s.push_back(ch);
  }
  return s;
}

void show_uri(Item it, const Buf& b, const Message& m) {
  Item u = it.s(request_uri, b, m.uri_off, static_cast<uint32_t>(m.uri.size()), m.uri);
  size_t q = m.uri.find('?');
  if (!u.live() || q == std::string_view::npos) return;
  u.s(uri_path, b, m.uri_off, static_cast<uint32_t>(q), m.uri.substr(0, q));
  std::string_view query = m.uri.substr(q + 1);
  uint32_t at = m.uri_off + static_cast<uint32_t>(q) + 1;
  Item all = u.s(uri_query, b, at, static_cast<uint32_t>(query.size()), query);
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    all.s(uri_parameter, b, at, static_cast<uint32_t>(end), query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
    at += static_cast<uint32_t>(end) + 1;
  }
}

void show_first_line(Ctx& c, const Buf& b, const Message& m, Item http) {
  if (!http.live()) return;
  std::string text = escaped(b.str(m.off, m.next - m.off));
  Item it = http.text(b, m.off, m.next - m.off, "%s", text.c_str());
  it.expert(chat, c.keep(text));
  uint32_t len = m.line_len;
  if (m.kind == Kind::Response) {
    it.s(response_version, b, m.off, static_cast<uint32_t>(m.version.size()), m.version);
    if (m.line.size() > m.version.size()) {
      Item code = it.u(response_code, b, m.off, len, m.code);
      const char* name = name_of(vals(kCodes), m.code);
      if (name) it.s(response_desc, b, m.off, len, name).gen();
      (void)code;
      if (m.phrase.data()) it.s(response_phrase, b, m.off, len, m.phrase);
    }
    return;
  }
  it.s(request_method, b, m.off, static_cast<uint32_t>(m.method.size()), m.method);
  show_uri(it, b, m);
  if (m.version.data()) it.s(request_version, b, m.off, len, m.version);
}

std::string full_uri_of(const Ctx& c, const Message& m) {
  std::string_view u = m.uri;
  if (m.method == "CONNECT") return std::string(u);
  if (u.find("://") != std::string_view::npos && u.front() != '/') return std::string(u);
  if (!m.headers.host.data()) return {};  // an empty Host is one, too
  bool tls = false;
  for (const Protocol* p : c.layers) tls |= std::string_view(p->filter) == "tls";
  return std::string(tls ? "https://" : "http://") + std::string(m.headers.host) + std::string(u);
}

// --- exchanges ------------------------------------------------------------------------------------------------

HttpState* state_of(Ctx& c) {
  if (!c.flow || c.in_error) return nullptr;
  if (c.first_pass) return &c.flow->state.get<HttpState>(http_proto);
  return c.flow->state.find<HttpState>(http_proto);
}

void remember(Ctx& c, HttpState& s, const Message& m, uint16_t slot) {
  if (m.kind == Kind::Request) {
    s.list.push_back({c.frame.number, 0, c.session.arena.copy(full_uri_of(c, m)), m.method == "HEAD",
                      m.method == "CONNECT"});
    s.upgrade = c.session.arena.copy(m.headers.upgrade);
    if (m.method == "CONNECT") {
      size_t colon = m.uri.rfind(':');
      uint32_t port = 0;
      if (colon != std::string_view::npos)
        for (char ch : m.uri.substr(colon + 1))
          if (ch >= '0' && ch <= '9' && port < 65536) port = port * 10 + static_cast<uint32_t>(ch - '0');
      s.tunnel_port = static_cast<uint16_t>(port < 65536 ? port : 0);
    }
  } else {
    if (s.list.empty() || s.list.back().response_frame) s.list.push_back({});
    s.list.back().response_frame = c.frame.number;
    const Protocol* next = nullptr;
    if (m.code == 101 && !s.next_from) {
      std::string_view u = m.headers.upgrade.empty() ? s.upgrade : m.headers.upgrade;
      next = c.reg.protocol(equal_nocase(u, "websocket") ? "websocket" : contains_nocase(u, "h2c") ? "http2" : "");
      s.next_from = c.frame.number + 1;
    } else if (s.list.back().connect && m.code >= 200 && m.code < 300 && !s.next_from) {
      next = s.tunnel_port ? port_table->find(s.tunnel_port) : nullptr;
      if (next == &http_proto) next = nullptr;
      s.next_from = c.frame.number + 1;
    }
    if (next && next->fn) s.next = next;
  }
  c.put<Rec>(http_proto, slot)->exchange = static_cast<uint32_t>(s.list.size());
}

void link(Item it, const FieldDef& f, const Buf& b, uint32_t frame) {
  if (frame) it.u(f, b, 0, 0, frame).gen();
}

void show_exchange(Ctx& c, const Buf& b, const Message& m, Item http, uint16_t slot, HttpState* s) {
  if (!http.live()) return;
  if (m.kind == Kind::Request || m.kind == Kind::Notification) {
    std::string u = full_uri_of(c, m);
    if (!u.empty()) http.s(full_uri, b, m.uri_off, 0, c.keep(u)).gen();
  }
  const Rec* r = s ? c.get<Rec>(http_proto, slot) : nullptr;
  if (!r || !r->exchange || r->exchange > s->list.size()) return;
  uint32_t i = r->exchange - 1, total = static_cast<uint32_t>(s->list.size());
  const Exchange& x = s->list[i];
  const Exchange* prev = i ? &s->list[i - 1] : nullptr;
  const Exchange* next = i + 1 < total ? &s->list[i + 1] : nullptr;
  bool request = m.kind == Kind::Request;
  Item n = http.u(request ? request_number : response_number, b, 0, 0, i + 1).gen();
  if (n) n.label("HTTP %s %u/%u", request ? "request" : "response", i + 1, total);
  if (!request && x.request_frame && c.frame.has_ts) {
    int64_t t = c.frame.ts_ns - c.session.frames.meta(x.request_frame).ts_ns;
    http.i(time_field, b, 0, 0, t).gen();
  }
  if (prev) link(http, prev_request_in, b, prev->request_frame);
  if (prev && !request) link(http, prev_response_in, b, prev->response_frame);
  if (request) link(http, response_in, b, x.response_frame);
  else link(http, request_in, b, x.request_frame);
  if (next) link(http, next_request_in, b, next->request_frame);
  if (next && !request) link(http, next_response_in, b, next->response_frame);
  if (!request && !x.uri.empty()) http.s(response_for, b, 0, 0, x.uri).gen();
}

// --- body -----------------------------------------------------------------------------------------------------

// The exchange a message belongs to (or will): by the record, else the newest.
const Exchange* exchange_of(const Ctx& c, const HttpState* s, uint16_t slot) {
  const Rec* r = s ? c.get<Rec>(http_proto, slot) : nullptr;
  if (r && r->exchange && r->exchange <= s->list.size()) return &s->list[r->exchange - 1];
  return s && c.first_pass && !s->list.empty() ? &s->list.back() : nullptr;
}

bool no_body(const Message& m, const Exchange* x) {
  if (m.kind != Kind::Response) return false;
  if (m.code / 100 == 1 || m.code == 304) return true;
  if (m.code == 204 && !m.headers.has_length && !m.headers.chunked()) return true;
  return x && (x->head || (x->connect && m.code / 100 == 2));
}

// A piece without bytes, as tshark has it where a body is there and holds nothing.
void follow_nothing(Ctx& c) {
  if (!c.tap || c.in_error || !c.flow) return;
  c.tap->pieces.push_back({FollowLayer::Http, static_cast<uint8_t>(c.flow->direction(c.net_src, c.sport)), c.flow, Buf()});
}

void show_body(Ctx& c, const Buf& b, const Message& m, Item http, Item root, std::string_view dechunked, bool chunked) {
  if (!http.live() && !c.col.on) return;  // bodies leave no state: the index need not unpack them
  Buf body = b;
  if (chunked) body = c.add_source("De-chunked entity body", dechunked);
  std::string_view coding = trim(m.headers.content_encoding);
  if (!coding.empty() && !equal_nocase(coding, "identity")) {
    std::string plain;
    std::string_view in = body.rest(0);
    bool ok = decode_content(coding, in, plain);
    Item e = http.text(body, 0, body.size(), "Content-encoded entity body (%.*s): %u bytes",
                       static_cast<int>(coding.size()), coding.data(), body.size());
    if (!ok) {
      e.expert(decompression_failed);
      c.show_data(body, root);
      return;
    }
    if (e) e.append(" -> %zu bytes", plain.size());
    if (plain.empty()) return follow_nothing(c);
    body = c.add_source("Uncompressed entity body", plain);
  }
  if (body.empty()) return;
  c.follow(FollowLayer::Http, body);
  Item f = http.s(file_data, body, 0, body.captured(), body.rest(0));
  if (f) f.label("File Data: %u bytes", body.size());
  // a body that reads past its end does not end the message loop: state must not depend on who looked
  c.guard([&] { call_media(c, body, root, m.headers.content_type); }, root);
}

// Asks for more bytes where the message is not whole; false: dissect what is there.
bool wants_more(Ctx& c, const Buf& b, const Message& m, const Exchange* x, uint32_t body_off, bool fin) {
  if (!c.can_desegment) return false;
  uint32_t missing = 0;
  if (no_body(m, x)) return false;
  if (m.headers.chunked()) {
    missing = http_chunks_missing(b, body_off);
    if (missing && missing != Ctx::kOneMoreSegment) {
      c.desegment_at_least = missing;
      missing = Ctx::kOneMoreSegment;
    }
  } else if (m.headers.has_length) {
    uint64_t left = b.left(body_off);
    if (m.headers.content_length > left && m.headers.content_length - left < 0x7fffffff)
      missing = static_cast<uint32_t>(m.headers.content_length - left);
  } else if (m.kind == Kind::Response && !fin &&  // the end of the stream is the end of the body
             !contains_nocase(m.headers.connection, "keep-alive")) {
    missing = Ctx::kUntilFin;
  }
  if (!missing) return false;
  c.desegment_offset = m.off;
  c.desegment_len = missing;
  return true;
}

void set_columns(Ctx& c, const Message& m) {
  c.col.protocol("HTTP");
  if (!c.col.writable()) return;
  c.col.clear_info();
  if (m.kind == Kind::Other) c.col.add_info("Continuation");
  else c.col.info_text() << m.line << " ";
}

// Takes bytes that are not HTTP although the port is: nothing is said of them.
uint32_t take_silently(Ctx& c, const Buf& b) {
  if (!c.layers.empty() && c.layers.back() == &http_proto) c.layers.pop_back();
  return b.size();
}

// The rest of the stream that is no message (the middle of a body whose beginning was not seen).
uint32_t continuation(Ctx& c, const Buf& b, const Message& m, Item root) {
  set_columns(c, m);
  Item http = root.proto(http_proto, b, m.off, b.left(m.off));
  Item f = http.s(file_data, b, m.off, b.captured_left(m.off), b.rest(m.off));
  if (f) f.label("File Data: %u bytes", b.left(m.off));
  // tshark follows such bytes as a body behind a head that is empty, unless a message stands before them
  if (m.off == 0) {
    follow_nothing(c);
    c.follow(FollowLayer::Http, b);
  }
  c.show_data(b.sub(m.off), root);
  return b.size();
}

// One message from off on. Returns the offset behind it, 0 when more bytes were asked for.
uint32_t message(Ctx& c, const Buf& b, uint32_t off, Item root, HttpState* s, uint16_t slot, bool fin) {
  Message m;
  m.off = off;
  bool whole_line = http_line(b, off, m.line_len, m.next);
  bool crlf = whole_line && m.line_len == 0 && b.captured_left(m.next);
  if (crlf) {
    // an empty line before a message is tolerated (RFC 9112 2.2)
    m.off = m.next;
    whole_line = http_line(b, m.off, m.line_len, m.next);
  }
  classify(b, m);
  if (c.first_pass && s && (m.kind == Kind::Request || m.kind == Kind::Notification)) s->asked = true;
  uint32_t body_off = 0;
  if (!whole_line && b.captured() < b.size()) b.need(b.captured(), 1);  // cut off: nothing can be said
  if (m.kind == Kind::Other) {
    m.off = off;
    // a line may go on in the next segment; what does not even begin as text is none
    uint8_t first = b.u8(off);
    if (!whole_line && c.can_desegment && first >= ' ' && first <= '~') {
      c.desegment_offset = off;
      c.desegment_len = Ctx::kOneMoreSegment;
      return 0;
    }
    if (!s || !s->asked) return take_silently(c, b);
    return continuation(c, b, m, root);
  }
  HttpHeaders scanned;
  bool whole_headers = whole_line && http_scan_headers(b, m.next, scanned, body_off);
  if (!whole_headers && c.can_desegment) {
    if (whole_line) set_columns(c, m);
    c.desegment_offset = off;
    c.desegment_len = Ctx::kOneMoreSegment;
    return 0;
  }
  m.headers = scanned;
  set_columns(c, m);
  if (whole_headers && wants_more(c, b, m, exchange_of(c, s, slot), body_off, fin)) {
    c.desegment_offset = off;
    return 0;
  }
  Item http = root.proto(http_proto, b, off, b.left(off));
  if (crlf) http.expert(leading_crlf);
  show_first_line(c, b, m, http);
  HttpHeaders shown;
  bool request = m.kind != Kind::Response;
  uint32_t at = http_headers(c, b, m.next, request, http, shown);
  if (!whole_headers) {
    m.headers = shown;
    body_off = at;
  }
  if (c.first_pass && s) remember(c, *s, m, slot);
  show_exchange(c, b, m, http, slot, s);
  http.u(m.kind == Kind::Response ? is_response : m.kind == Kind::Notification ? is_notification : is_request, b, off, 0, 1)
      .gen().hide();
  c.follow(FollowLayer::Http, b.clamp(off, body_off - off));
  if (no_body(m, exchange_of(c, s, slot))) return body_off;
  if (m.headers.chunked()) {
    std::string dechunked;
    bool bad = false;
    uint32_t end = http_chunks(c, b, body_off, request, http, dechunked, bad);
    if (!dechunked.empty()) show_body(c, Buf(), m, http, root, dechunked, true);
    else if (!bad) follow_nothing(c);
    if (bad && end < b.size()) end = b.size();
    return std::max(end, body_off);
  }
  uint32_t left = b.left(body_off), n = left;
  if (m.headers.has_length) n = static_cast<uint32_t>(std::min<uint64_t>(m.headers.content_length, left));
  else if (m.kind != Kind::Response) n = 0;
  http.set_len(body_off - off);
  if (n) show_body(c, b.sub(body_off, n), m, http, root, {}, false);
  return body_off + n;
}

bool tunnelled(Ctx& c, const Buf& b, Item root, const HttpState& s) {
  if (!s.next_from || c.frame.number < s.next_from) return false;
  if (s.next) {
    if (c.call(*s.next, b, root) == 0) c.show_data(b, root);
    return true;
  }
  c.data = nullptr;
  if (!c.try_heuristics(*tcp_heuristics, b, root)) c.show_data(b, root);
  return true;
}

bool heuristic(Buf b, Ctx& c, Item root) {
  const HttpState* s = state_of(c);
  if (s && s->next_from && c.frame.number >= s->next_from) return false;  // the stream changed to something else
  uint32_t len = 0, next = 0;
  http_line(b, 0, len, next);
  if (len < 8) return false;
  std::string_view line = b.str(0, len);
  if (line.substr(0, 6) != "HTTP/1" && line.substr(len - 8, 7) != "HTTP/1.") return false;
  if (c.first_pass && c.flow && !c.in_error) {
    c.flow->dissector = &http_proto;
    c.flow->dissector_from = c.frame.number;
  }
  dissect_http(b, c, root);
  return true;
}

// Simple Service Discovery: HTTP/1 messages in datagrams (UPnP).
uint32_t dissect_ssdp(Buf b, Ctx& c, Item root);
Protocol ssdp_proto("ssdp", "SSDP", "Simple Service Discovery Protocol", dissect_ssdp);

uint32_t dissect_ssdp(Buf b, Ctx& c, Item root) {
  Message m;
  http_line(b, 0, m.line_len, m.next);
  classify(b, m);
  Item it = root.proto(ssdp_proto, b, 0, b.size());
  set_columns(c, m);
  c.col.protocol("SSDP");
  if (m.kind == Kind::Other) {
    c.show_data(b, root);
    return b.size();
  }
  show_first_line(c, b, m, it);
  bool request = m.kind != Kind::Response;
  uint32_t at = http_headers(c, b, m.next, request, it, m.headers);
  show_exchange(c, b, m, it, 0, nullptr);
  it.u(m.kind == Kind::Response ? is_response : m.kind == Kind::Notification ? is_notification : is_request, b, 0, 0, 1)
      .gen().hide();
  if (b.left(at)) call_media(c, b.sub(at), root, m.headers.content_type);
  return b.size();
}

constexpr uint32_t kMaxMessages = 500;  // pipelined in one buffer

}  // namespace

uint32_t dissect_http(Buf b, Ctx& c, Item root) {
  const StreamSegment* seg = stream_segment(c);
  bool fin = seg && seg->fin;
  c.data = nullptr;
  HttpState* s = state_of(c);
  if (s && tunnelled(c, b, root, *s)) return b.size() ? b.size() : 1;
  if (!b.captured()) return b.size() ? take_silently(c, b) : 1;
  uint16_t nth = c.nth(http_proto);
  uint32_t off = 0;
  for (uint32_t n = 0; off < b.size() && n < kMaxMessages; n++) {
    uint16_t slot = static_cast<uint16_t>(nth << 9 | n);
    uint32_t end = message(c, b, off, root, s, slot, fin);
    if (end == 0) return off;
    off = std::max(end, off + 1);
    c.col.fence_info();
    if (s && n + 1 < kMaxMessages && off < b.size() && s->next_from == c.frame.number + 1 && s->next) {
      c.call(*s->next, b.sub(off), root);
      return b.size();
    }
  }
  return b.size() ? b.size() : 1;
}

void register_http(Registry& r) {
  for (Protocol* p : {&http_proto, &ssdp_proto}) {
    p->place = Protocol::Place::Application;
    p->speaks = &http_proto;
    r.add(*p);
  }
  port_table = &r.table("tcp.port");
  tcp_heuristics = &r.heuristics("tcp");
  for (uint16_t port : {80, 3128, 3132, 5985, 8080, 8088, 11371, 1900, 2869, 2710, 631, 3689})
    r.attach("tcp.port", port, http_proto);
  r.attach("udp.port", 1900, ssdp_proto);
  r.attach("tls.port", 443, http_proto);
  r.attach("tls.alpn", text_key("http/1.1"), http_proto);
  r.attach("tls.alpn", text_key("http/1.0"), http_proto);
  r.attach_heuristic("tcp", http_proto, heuristic);
  r.attach_heuristic("tls", http_proto, heuristic);
}

}  // namespace strato::protocols
