// Bodies by media type: the names of what they are, text line by line, forms field by field.
#include <algorithm>

#include "protocols/http.h"

namespace strato::protocols {
namespace {

uint32_t dissect_text(Buf b, Ctx& c, Item root);
uint32_t dissect_media(Buf b, Ctx& c, Item root);
uint32_t dissect_json(Buf b, Ctx& c, Item root);
uint32_t dissect_xml(Buf b, Ctx& c, Item root);
uint32_t dissect_form(Buf b, Ctx& c, Item root);
uint32_t dissect_png(Buf b, Ctx& c, Item root);
uint32_t dissect_gif(Buf b, Ctx& c, Item root);
uint32_t dissect_jfif(Buf b, Ctx& c, Item root);
uint32_t dissect_multipart(Buf b, Ctx& c, Item root);

Protocol text_proto("data-text-lines", "Line-based text data", "Line-based text data", dissect_text);
Protocol media_proto("media", "Media", "Media Type", dissect_media);
FieldDef media_type(media_proto, "media.type", "Media Type", FT::Bytes);
Protocol json_proto("json", "JSON", "JavaScript Object Notation", dissect_json);
Protocol xml_proto("xml", "XML", "eXtensible Markup Language", dissect_xml);
Protocol form_proto("urlencoded-form", "URL Encoded Form Data", "HTML Form URL Encoded", dissect_form);
FieldDef form_key(form_proto, "urlencoded-form.key", "Key", FT::String);
FieldDef form_value(form_proto, "urlencoded-form.value", "Value", FT::String);
Protocol png_proto("png", "PNG", "Portable Network Graphics", dissect_png);
Protocol gif_proto("image-gif", "GIF image", "Compuserve GIF", dissect_gif);
Protocol jfif_proto("image-jfif", "JFIF (JPEG) image", "JPEG File Interchange Format", dissect_jfif);
Protocol multipart_proto("mime_multipart", "MIME multipart", "MIME Multipart Media Encapsulation", dissect_multipart);

DissectorTable* media_table;
std::vector<Heuristic>* heuristics;
constexpr uint32_t kMaxLines = 100000;  // nodes of one text

std::string_view type_of(const Ctx& c) {
  const MediaCall* m = media_call(c);
  return m ? m->type : std::string_view();
}

void tell(Ctx& c, std::string_view what) {
  if (!c.col.writable()) return;
  Text t;
  t << '(' << what << ')';
  if (!c.col.info_view().empty()) c.col.add_info(" ");
  c.col.add_info(t.view());
}

void label_with_type(Item it, const char* name, std::string_view type) {
  if (!it) return;
  if (type.empty()) it.label("%s", name);
  else it.label("%s: %.*s", name, static_cast<int>(type.size()), type.data());
}

uint32_t dissect_text(Buf b, Ctx& c, Item root) {
  std::string_view type = type_of(c);
  if (!type.empty()) tell(c, type);
  Item it = root.proto(text_proto, b, 0, b.size());
  if (!it.live()) return b.size();
  uint32_t lines = 0, len = 0, next = 0;
  for (uint32_t off = 0; off < b.captured() && lines < kMaxLines; off = next, lines++) {
    http_line(b, off, len, next);
    if (it) it.text(b, off, next - off, "%.*s", static_cast<int>(std::min(next - off, 240u)), b.str(off, next - off).data());
  }
  if (it) {
    label_with_type(it, "Line-based text data", type);
    it.append(" (%u lines)", lines);
  }
  return b.size();
}

uint32_t dissect_media(Buf b, Ctx& c, Item root) {
  std::string_view type = type_of(c);
  tell(c, type);
  Item it = root.proto(media_proto, b, 0, b.size());
  Item t = it.add(media_type, b, 0, b.captured());
  if (t) t.label("Media type: %.*s (%u byte%s)", static_cast<int>(type.size()), type.data(), b.size(), b.size() == 1 ? "" : "s");
  return b.size();
}

uint32_t dissect_json(Buf b, Ctx& c, Item root) {
  std::string_view type = type_of(c);
  c.col.append_protocol("/JSON");
  if (c.col.writable()) {
    Text t;
    t << "JavaScript Object Notation";
    if (!type.empty()) t << " (" << type << ')';
    if (!c.col.info_view().empty()) c.col.add_info(", ");
    c.col.add_info(t.view());
  }
  Item it = root.proto(json_proto, b, 0, b.size());
  label_with_type(it, "JavaScript Object Notation", type);
  return b.size();
}

uint32_t dissect_xml(Buf b, Ctx& c, Item root) {
  c.col.append_protocol("/XML");
  root.proto(xml_proto, b, 0, b.size());
  return b.size();
}

std::string unescape(std::string_view s) {
  auto hex = [](char ch) {
    return ch >= '0' && ch <= '9' ? ch - '0' : (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (ch | 32) - 'a' + 10 : -1;
  };
  std::string out;
  for (size_t i = 0; i < s.size(); i++) {
    if (s[i] == '+') out.push_back(' ');
    else if (s[i] == '%' && i + 2 < s.size() && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex(s[i + 1]) << 4 | hex(s[i + 2])));
      i += 2;
    } else {
      out.push_back(s[i]);
    }
  }
  return out;
}

uint32_t dissect_form(Buf b, Ctx& c, Item root) {
  std::string_view type = type_of(c);
  tell(c, type);
  Item it = root.proto(form_proto, b, 0, b.size());
  label_with_type(it, "HTML Form URL Encoded", type);
  if (!it.live()) return b.size();
  std::string_view all = b.rest(0);
  for (size_t off = 0, n = 0; off < all.size() && n < kMaxLines; n++) {
    size_t end = std::min(all.find('&', off), all.size());
    std::string_view pair = all.substr(off, end - off);
    size_t eq = pair.find('=');
    std::string key = unescape(pair.substr(0, eq)), value = eq == std::string_view::npos ? "" : unescape(pair.substr(eq + 1));
    uint32_t at = static_cast<uint32_t>(off), len = static_cast<uint32_t>(pair.size());
    Item i = it.text(b, at, len, "Form item: \"%s\" = \"%s\"", key.c_str(), value.c_str());
    i.s(form_key, b, at, len, c.keep(key));
    i.s(form_value, b, at, len, c.keep(value));
    off = end + 1;
  }
  return b.size();
}

uint32_t dissect_png(Buf b, Ctx& c, Item root) {
  if (!b.has(0, 8) || b.u64(0) != 0x89504e470d0a1a0aull) return 0;
  tell(c, "PNG");
  root.proto(png_proto, b, 0, b.size());
  return b.size();
}

uint32_t dissect_gif(Buf b, Ctx& c, Item root) {
  if (!b.has(0, 6) || (b.str(0, 6) != "GIF87a" && b.str(0, 6) != "GIF89a")) return 0;
  tell(c, b.str(0, 6));
  root.proto(gif_proto, b, 0, b.size());
  return b.size();
}

uint32_t dissect_jfif(Buf b, Ctx& c, Item root) {
  if (!b.has(0, 3) || b.u24(0) != 0xffd8ff) return 0;
  tell(c, "JPEG JFIF image");
  root.proto(jfif_proto, b, 0, b.size());
  return b.size();
}

// The "boundary" parameter of a multipart type (RFC 2046 5.1.1).
std::string_view boundary_of(std::string_view params) {
  for (size_t i = 0; i + 9 < params.size(); i++) {
    if (!equal_nocase(params.substr(i, 9), "boundary=")) continue;
    std::string_view v = params.substr(i + 9);
    if (!v.empty() && v.front() == '"') return v.substr(1, v.find('"', 1) - 1);
    return trim(v.substr(0, v.find(';')));
  }
  return {};
}

uint32_t dissect_multipart(Buf b, Ctx& c, Item root) {
  const MediaCall* m = media_call(c);
  std::string delimiter = m ? "--" + std::string(boundary_of(m->params)) : "--";
  Item it = root.proto(multipart_proto, b, 0, b.size());
  if (delimiter.size() == 2) return b.size();
  std::string_view all = b.rest(0);
  constexpr int kMaxParts = 1000;  // of one body
  size_t at = all.find(delimiter);
  for (int n = 0; n < kMaxParts && at != std::string_view::npos; n++) {
    size_t start = at + delimiter.size();
    if (all.substr(start, 2) == "--") break;
    uint32_t len = 0, off = 0;
    if (!http_line(b, static_cast<uint32_t>(start), len, off)) break;
    size_t end = all.find(delimiter, off);
    uint32_t stop = static_cast<uint32_t>(end == std::string_view::npos ? all.size() : end);
    Buf part = b.sub(0, stop);
    HttpHeaders h;
    uint32_t body = off;
    if (!http_scan_headers(part, off, h, body)) break;
    uint32_t body_len = stop - body;
    if (body_len >= 2 && all.substr(stop - 2, 2) == "\r\n") body_len -= 2;
    Item one = it.text(b, off, stop - off, "Encapsulated multipart part");
    if (body_len) call_media(c, b.sub(body, body_len), one, h.content_type);
    at = end;
  }
  return b.size();
}

template <uint32_t (*F)(Buf, Ctx&, Item)>
bool heuristic(Buf b, Ctx& c, Item root) { return F(b, c, root) != 0; }

const Protocol* by_suffix(std::string_view type) {
  if (type.starts_with("text/")) return &text_proto;
  if (type.ends_with("+json")) return &json_proto;
  if (type.ends_with("+xml")) return &xml_proto;
  return type.starts_with("multipart/") ? &multipart_proto : nullptr;
}

}  // namespace

void call_media(Ctx& c, Buf b, Item root, std::string_view content_type) {
  if (b.empty()) return;
  std::string low;
  size_t semi = content_type.find(';');
  for (char ch : trim(content_type.substr(0, semi))) low.push_back(ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + 32) : ch);
  MediaCall m;
  m.type = c.keep(low);
  if (semi != std::string_view::npos) m.params = trim(content_type.substr(semi + 1));
  const void* saved = c.data;
  c.data = &m;
  bool done = false;
  if (low.empty()) {
    done = c.try_heuristics(*heuristics, b, root);
  } else if (low != "application/octet-stream") {
    const Protocol* p = media_table->find(media_key(low));
    if (!p) p = by_suffix(low);
    done = p && c.call(*p, b, root) != 0;
    if (!done) {
      c.data = &m;
      done = c.try_heuristics(*heuristics, b, root);
    }
    if (!done) {
      c.data = &m;
      done = c.call(media_proto, b, root) != 0;
    }
  }
  if (!done) c.show_data(b, root);
  c.data = saved;
}

void register_http_media(Registry& r) {
  media_table = &r.table("media_type");
  heuristics = &r.heuristics("http");
  for (Protocol* p : {&text_proto, &media_proto, &json_proto, &xml_proto, &form_proto, &png_proto, &gif_proto, &jfif_proto,
                      &multipart_proto})
    r.add(*p);
  auto attach = [&](const Protocol& p, std::initializer_list<const char*> types) {
    for (const char* t : types) r.attach("media_type", media_key(t), p);
  };
  attach(text_proto, {"application/x-javascript", "application/x-ns-proxy-autoconfig", "application/x-tia-p25-issi"});
  attach(json_proto, {"application/json", "application/json-rpc", "application/jsonrequest"});
  attach(xml_proto, {"text/xml", "application/xml", "application/soap+xml", "text/vnd.wap.wml", "image/svg+xml"});
  attach(form_proto, {"application/x-www-form-urlencoded"});
  attach(png_proto, {"image/png"});
  attach(gif_proto, {"image/gif"});
  attach(jfif_proto, {"image/jpeg", "image/jpg", "image/pjpeg", "image/jfif"});
  r.attach_heuristic("http", png_proto, heuristic<dissect_png>);
  r.attach_heuristic("http", gif_proto, heuristic<dissect_gif>);
  r.attach_heuristic("http", jfif_proto, heuristic<dissect_jfif>);
}

}  // namespace strato::protocols
