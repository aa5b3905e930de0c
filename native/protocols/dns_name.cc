#include <string>

#include "protocols/dns.h"

namespace strato::protocols {
namespace {

constexpr uint32_t kMaxName = 1025;  // characters; RFC 1035 allows 255, so this is generous

// Control characters as \ooo (or C's short forms), bytes that are not UTF-8 as U+FFFD: the name goes to terminals.
void append_safe(std::string_view raw, std::string& out) {
  static const char kShort[] = "abtnvfr";  // \a … \r are 7 … 13
  for (size_t i = 0; i < raw.size();) {
    unsigned char ch = static_cast<unsigned char>(raw[i]);
    if (ch < 0x80) {
      if (ch >= 7 && ch <= 13) (out += '\\') += kShort[ch - 7];
      else if (ch < 0x20 || ch == 0x7f) {
        out += '\\';
        for (int s = 6; s >= 0; s -= 3) out += static_cast<char>('0' + (ch >> s & 7));
      } else {
        out += static_cast<char>(ch);
      }
      i++;
      continue;
    }
    size_t n = ch >= 0xc2 && ch < 0xe0 ? 2 : ch >= 0xe0 && ch < 0xf0 ? 3 : ch >= 0xf0 && ch < 0xf5 ? 4 : 0;
    bool good = n && i + n <= raw.size();
    for (size_t k = 1; good && k < n; k++) good = (static_cast<unsigned char>(raw[i + k]) & 0xc0) == 0x80;
    if (good) {
      out.append(raw, i, n);
      i += n;
    } else {
      out += "\xef\xbf\xbd";
      i++;
    }
  }
}

// A bit-string label (RFC 2673, historic) as \[x…/n]; returns the bytes it took after the type byte.
uint32_t append_bit_label(const Buf& msg, uint32_t at, std::string& raw) {
  uint32_t bits = msg.u8(at);
  if (!bits) bits = 256;
  uint32_t bytes = (bits + 7) / 8;
  Text t;
  t << "\\[x";
  t.hex_bytes(msg.need(at + 1, bytes), bytes);
  t << '/' << bits << ']';
  raw += t.view();
  return 1 + bytes;
}

}  // namespace

DnsName read_dns_name(Ctx& c, const Buf& msg, uint32_t off) {
  DnsName n;
  std::string raw;
  uint32_t at = off, steps = 0;
  bool jumped = false;
  auto fixed = [&](std::string_view text) {
    n.text = text;
    n.length = static_cast<uint32_t>(text.size());
    if (!jumped) n.used = at - off;
    return n;
  };
  for (;;) {
    uint8_t len = msg.u8(at++);
    if (!len) break;
    // every turn reads a byte the message has, so a message of n bytes is walked at most n steps without a loop
    if (++steps > msg.size()) return fixed("<Name contains a pointer that loops>");
    if ((len & 0xc0) == 0xc0) {
      uint32_t to = (len & 0x3fu) << 8 | msg.u8(at++);
      if (!jumped) n.used = at - off;
      jumped = true;
      at = to;
      continue;
    }
    if ((len & 0xc0) == 0x40 && len != 0x41) return fixed("<Unknown extended label>");
    if ((len & 0xc0) == 0x80) return fixed("<Unknown extended label>");
    if (!raw.empty()) raw += '.';
    n.labels++;
    if (len == 0x41) {
      at += append_bit_label(msg, at, raw);
    } else {
      raw += msg.str(at, len);
      at += len;
    }
    if (raw.size() > kMaxName) return fixed("<Name too long>");
  }
  if (raw.empty()) return fixed("<Root>");
  std::string safe;
  append_safe(raw, safe);
  n.text = c.keep(safe);
  n.length = static_cast<uint32_t>(raw.size());
  if (!jumped) n.used = at - off;
  return n;
}

}  // namespace strato::protocols
