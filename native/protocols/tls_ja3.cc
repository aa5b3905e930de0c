// JA3 and JA3S fingerprints: decimal numbers of a hello, in the order it has them, without GREASE (RFC 8701), and
// the MD5 of that text (the method its authors published).
#include "base/md5.h"
#include "protocols/tls.h"

namespace strato::protocols::tls {
namespace {

FieldDef ja3_full(proto(), "tls.handshake.ja3_full", "JA3 Fullstring", FT::String);
FieldDef ja3(proto(), "tls.handshake.ja3", "JA3", FT::String);
FieldDef ja3s_full(proto(), "tls.handshake.ja3s_full", "JA3S Fullstring", FT::String);
FieldDef ja3s(proto(), "tls.handshake.ja3s", "JA3S", FT::String);

template <class T>
void list(Text& t, const std::vector<T>& numbers) {
  bool first = true;
  for (uint16_t n : numbers) {
    if (sizeof(T) == 2 && is_grease(n)) continue;
    if (!first) t << '-';
    first = false;
    t << uint32_t{n};
  }
}

void add(Run& r, const Buf& b, Item at, const FieldDef& full, const FieldDef& hash, const Text& t) {
  at.s(full, b, 0, 0, r.c.keep(t.view())).gen();
  at.s(hash, b, 0, 0, r.c.keep(md5_hex(t.view()))).gen();
}

}  // namespace

void add_ja3(Run& r, const Buf& b, Item at, const Fingerprint& f) {
  if (!at.live()) return;
  Text t;
  t << uint32_t{f.version} << ',';
  list(t, f.ciphers);
  t << ',';
  list(t, f.extensions);
  t << ',';
  list(t, f.groups);
  t << ',';
  list(t, f.formats);
  add(r, b, at, ja3_full, ja3, t);
}

void add_ja3s(Run& r, const Buf& b, Item at, const Fingerprint& f) {
  if (!at.live()) return;
  Text t;
  t << uint32_t{f.version} << ',';
  list(t, f.ciphers);
  t << ',';
  list(t, f.extensions);
  add(r, b, at, ja3s_full, ja3s, t);
}

}  // namespace strato::protocols::tls
