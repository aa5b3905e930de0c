#include "engine/json_writer.h"

#include "base/utf8.h"

namespace strato {

void json_string(std::string_view s, Text& out) {
  out << '"';
  size_t from = 0;
  auto flush = [&](size_t to) { out << s.substr(from, to - from); };
  for (size_t i = 0; i < s.size();) {
    unsigned char c = static_cast<unsigned char>(s[i]);
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
      i++;
      continue;
    }
    size_t n = c < 0x80 ? 0 : utf8_length(s, i);
    // C1 controls (U+0080…U+009F) act on terminals as escape sequences do
    if (n && !(n == 2 && c == 0xc2 && static_cast<unsigned char>(s[i + 1]) < 0xa0)) {
      i += n;
      continue;
    }
    flush(i);
    switch (c) {
      case '"': out << "\\\""; break;
      case '\\': out << "\\\\"; break;
      case '\n': out << "\\n"; break;
      case '\r': out << "\\r"; break;
      case '\t': out << "\\t"; break;
      default:
        if (c < 0x80) { out << "\\u00"; out.hex(c, 2); }
        else out << "\xef\xbf\xbd";
    }
    i += n ? n : 1;
    from = i;
  }
  flush(s.size());
  out << '"';
}

}  // namespace strato
