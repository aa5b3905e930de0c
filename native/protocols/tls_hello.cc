// ClientHello and ServerHello: RFC 8446 4.1, RFC 5246 7.4.1.
#include "protocols/tls.h"

namespace strato::protocols::tls {
namespace {

const ValueString kCompression[] = {{0, "null"}, {1, "DEFLATE"}, {64, "LZS"}};

FieldDef version_field(proto(), "tls.handshake.version", "Version", FT::Uint16, Base::Hex, version_names());
FieldDef random(proto(), "tls.handshake.random", "Random", FT::Bytes);
FieldDef random_time(proto(), "tls.handshake.random_time", "GMT Unix Time", FT::AbsTime, Base::Local);
FieldDef random_bytes(proto(), "tls.handshake.random_bytes", "Random Bytes", FT::Bytes);
FieldDef session_id_length(proto(), "tls.handshake.session_id_length", "Session ID Length", FT::Uint8, Base::Dec);
FieldDef session_id(proto(), "tls.handshake.session_id", "Session ID", FT::Bytes);
FieldDef suites_length(proto(), "tls.handshake.cipher_suites_length", "Cipher Suites Length", FT::Uint16, Base::Dec);
FieldDef suites(proto(), "tls.handshake.ciphersuites", "Cipher Suites", FT::None);
FieldDef suite(proto(), "tls.handshake.ciphersuite", "Cipher Suite", FT::Uint16, Base::Hex, cipher_names());
FieldDef compressions_length(proto(), "tls.handshake.comp_methods_length", "Compression Methods Length", FT::Uint8, Base::Dec);
FieldDef compressions(proto(), "tls.handshake.comp_methods", "Compression Methods", FT::None);
FieldDef compression(proto(), "tls.handshake.comp_method", "Compression Method", FT::Uint8, Base::Dec, vals(kCompression));

constexpr uint32_t kRandom = 32;

// Version, random, session id: common to both. Returns the offset after them.
// timed: before TLS 1.3 the random number starts with the time.
uint32_t dissect_start(const Buf& b, Item at, bool timed) {
  at.add(version_field, b, 0, 2);
  Item it = at.add(random, b, 2, kRandom);
  if (timed) {
    it.i(random_time, b, 2, 4, static_cast<int64_t>(b.u32(2)) * 1000000000);
    it.add(random_bytes, b, 6, kRandom - 4);
  }
  uint8_t n = b.u8(34);
  at.add(session_id_length, b, 34, 1);
  if (n) at.add(session_id, b, 35, n);
  return 35u + n;
}

}  // namespace

void dissect_client_hello(Run& r, const Buf& b, Item at) {
  if (!at.live()) return;  // nothing of it is remembered
  Fingerprint f;
  f.version = b.u16(0);
  // as tshark, which knows the version of the first hello (in a later pass) only where it may have keys
  bool keyed = r.conn && r.conn->secrets && !r.conn->secrets->epochs[r.side].empty();
  bool retried = r.conn && r.conn->hello_in && r.c.frame.number > r.conn->hello_in;
  uint32_t off = dissect_start(b, at, r.version() != kTls13 || !(keyed || retried));
  uint16_t n = b.u16(off);
  at.add(suites_length, b, off, 2);
  b.need(off + 2, n);
  Item list = at.add(suites, b, off + 2, n);
  list.label("Cipher Suites (%u suite%s)", n / 2u, n / 2 == 1 ? "" : "s");
  for (uint32_t o = off + 2; o + 2 <= off + 2 + n; o += 2) {
    list.add(suite, b, o, 2);
    f.ciphers.push_back(b.u16(o));
  }
  off += 2u + n;
  uint8_t m = b.u8(off);
  at.add(compressions_length, b, off, 1);
  b.need(off + 1, m);
  list = at.add(compressions, b, off + 1, m);
  list.label("Compression Methods (%u method%s)", m, m == 1 ? "" : "s");
  for (uint32_t o = off + 1; o < off + 1 + m; o++) list.add(compression, b, o, 1);
  off += 1u + m;
  if (b.left(off) >= 2) dissect_extensions(r, b, off, at, 1, &f);
  add_ja3(r, b, at, f);
}

void dissect_server_hello(Run& r, const Buf& b, Item at) {
  if (!at.live()) return;
  Fingerprint f;
  f.version = b.u16(0);
  uint32_t off;
  if (f.version >> 8 == 0x7f && f.version < 0x7f16) {  // drafts of TLS 1.3 before 22 have no session id nor compression
    at.add(version_field, b, 0, 2);
    at.add(random, b, 2, kRandom);
    off = 34;
  } else {
    off = dissect_start(b, at, r.version() != kTls13);
  }
  at.add(suite, b, off, 2);
  f.ciphers.push_back(b.u16(off));
  off += 2;
  if (off >= 37) at.add(compression, b, off, 1), off++;
  if (b.left(off) >= 2) dissect_extensions(r, b, off, at, 2, &f);
  add_ja3s(r, b, at, f);
}

uint16_t server_hello_version(const Buf& b) {
  if (b.captured() < 38) return b.captured() >= 2 ? b.u16(0) : 0;
  uint16_t legacy = b.u16(0);
  uint32_t off = 35u + b.u8(34) + 3;
  if (b.captured_left(off) < 2) return legacy;
  uint32_t end = off + 2 + b.u16(off);
  for (off += 2; off + 4 <= end && b.captured_left(off) >= 4;) {
    uint16_t type = b.u16(off), n = b.u16(off + 2);
    if (type == 43 && n == 2 && b.captured_left(off) >= 6) return b.u16(off + 4);
    off += 4u + n;
  }
  return legacy;
}

uint16_t server_hello_suite(const Buf& b) {
  uint32_t off = b.captured() > 34 ? 35u + b.u8(34) : 0;
  return off && b.has(off, 2) ? b.u16(off) : 0;
}

bool is_hello_retry(const Buf& b) {
  // SHA-256 of "HelloRetryRequest": RFC 8446 4.1.3
  static const uint8_t kRetry[kRandom] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                          0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                          0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
  return b.has(2, kRandom) && memcmp(b.need(2, kRandom), kRetry, kRandom) == 0;
}

}  // namespace strato::protocols::tls
