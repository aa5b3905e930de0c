// The keys of a connection as its handshake goes on, and the records opened with them. All state is written in the
// first pass; where a side was at the start of a call is in the call's record, and from there a later dissection takes
// the same steps again.
#include <unordered_map>

#include "protocols/tls.h"

namespace strato::protocols::tls {
namespace {

/// Master secrets of sessions seen in full, for those that resume them (RFC 5246 7.3, RFC 5077).
struct Sessions : State {
  std::unordered_map<std::string, std::string> by_id, by_ticket;
  // each takes about 150 bytes; a capture with more resumable sessions is hardly of interest
  static constexpr size_t kMax = 1 << 16;
};

/// TLS 1.0 with CBC: what the first record of a call is chained to.
struct Chain {
  uint8_t n;
  char block[16];
};
/// RC4: where in the stream the first record of a call begins.
struct Place {
  uint64_t at;
};
// Beside the call's own record, whose number is below 256, and the steps of desegmentation above it.
constexpr uint16_t kChainRecord = 0x8000;

std::string text(const Buf& b, uint32_t off, uint32_t n) { return std::string(b.str(off, n)); }

bool chained(const Keys& k) { return k.suite.mode == Suite::kCbc && k.version < kTls11; }

bool writing(const Run& r) { return r.c.first_pass && r.conn && r.conn->secrets; }

/// The part of a hello that keys depend on. Throws where it is cut off.
struct Hello {
  std::string random, session;
  uint16_t suite = 0;
  std::vector<uint16_t> suites;
  uint32_t extensions = 0;  // offset of their length, 0 none
};

Hello read_hello(const Buf& b, bool client) {
  Hello h;
  h.random = text(b, 2, 32);
  uint16_t version = b.u16(0);
  uint32_t off = 34;
  // drafts of TLS 1.3 before 22 have no session id nor compression in a ServerHello
  bool old_draft = !client && version >> 8 == 0x7f && version < 0x7f16;
  if (!old_draft) {
    h.session = text(b, 35, b.u8(34));
    off = 35 + b.u8(34);
  }
  if (client) {
    uint16_t n = b.u16(off);
    for (uint32_t i = 0; i + 2 <= n; i += 2) h.suites.push_back(b.u16(off + 2 + i));
    off += 2u + n;
    off += 1u + b.u8(off);
  } else {
    h.suite = b.u16(off);
    off += old_draft ? 2 : 3;
  }
  if (b.left(off) >= 2) h.extensions = off;
  return h;
}

/// Data of an extension; false when it is not there. `off`: where the list's length stands.
bool find_extension(const Buf& b, uint32_t off, uint16_t type, Buf& found) {
  uint32_t end = off + 2 + b.u16(off);
  for (off += 2; off + 4 <= end; off += 4u + b.u16(off + 2)) {
    if (b.u16(off) != type) continue;
    found = b.sub(off + 4, b.u16(off + 2));
    return true;
  }
  return false;
}

template <class F>
void quietly(F&& f) {
  // what is cut off or malformed is shown by those who dissect it
  try {
    f();
  } catch (const ReadError&) {
  }
}

void learn_alpn(Secrets& s, const Buf& b, uint32_t extensions) {
  Buf e;
  if (!find_extension(b, extensions, 16, e) || e.size() < 3) return;
  s.alpn = text_key(e.str(3, e.u8(2)));
}

void push(Secrets& s, int side, Epoch::Kind kind) {
  Epoch e;
  e.kind = kind;
  s.epochs[side].push_back(std::move(e));
}

// The next keys of the call's side are in use.
void advance(Run& r) {
  r.at.position.epoch++;
  r.at.position.seq = 0;
  if (writing(r)) r.conn->secrets->now[r.side] = r.at.position;
}

const std::string* master_of(Run& r, const Secrets& s) {
  const KeyLog& log = r.c.session.keys;
  if (auto* m = log.find(KeyLog::kMaster, s.client_random)) return m;
  if (auto* m = log.find(KeyLog::kSession, s.server_session)) return m;
  auto& known = r.c.session.state<Sessions>(proto());
  if (auto m = known.by_id.find(s.server_session); !s.server_session.empty() && m != known.by_id.end()) return &m->second;
  if (auto m = known.by_ticket.find(s.client_ticket); !s.client_ticket.empty() && m != known.by_ticket.end()) return &m->second;
  return nullptr;
}

bool find_master_keys(Run& r, Secrets& s, Epoch& e) {
  const std::string* master = master_of(r, s);
  if (!master || !s.suite) return false;
  auto& known = r.c.session.state<Sessions>(proto());
  if (!s.server_session.empty() && known.by_id.size() < Sessions::kMax) known.by_id[s.server_session] = *master;
  Keys both[2];
  keys_of_master(s.suite, s.version, *master, s.client_random, s.server_random, both);
  e.keys = both[r.side == s.client ? 0 : 1];
  e.keys.encrypt_then_mac = s.encrypt_then_mac;
  return !e.keys.key.empty();
}

bool find_traffic_keys(Run& r, Secrets& s, Epoch& e) {
  bool client = r.side == s.client;
  KeyLog::Label label = e.kind == Epoch::kEarly       ? KeyLog::kClientEarly
                        : e.kind == Epoch::kHandshake ? (client ? KeyLog::kClientHandshake : KeyLog::kServerHandshake)
                                                      : (client ? KeyLog::kClientTraffic : KeyLog::kServerTraffic);
  const std::string* secret = r.c.session.keys.find(label, s.client_random);
  if (!secret || !s.suite) return false;
  e.secret = *secret;
  e.keys = keys_of_traffic(s.suite, s.version, e.secret);
  return true;
}

// The suite of early data is that of the session resumed, which is not seen: the first offered that fits.
bool find_early_keys(Run& r, Secrets& s, Epoch& e, const Sealed& sealed) {
  const std::string* secret = r.c.session.keys.find(KeyLog::kClientEarly, s.client_random);
  if (!secret) return false;
  for (uint16_t id : s.offered) {
    Suite suite = suite_of(id);
    if (id >> 8 != 0x13 || !suite || crypto::hash_size(suite.prf) != secret->size()) continue;
    Keys k = keys_of_traffic(suite, kTls13, *secret);
    std::string plain;
    uint8_t type;
    if (!open_record(k, sealed, plain, type)) continue;
    e.keys = std::move(k);
    e.secret = *secret;
    return true;
  }
  return false;
}

bool usable(Run& r, Secrets& s, Epoch& e, const Sealed& sealed) {
  if (!r.c.first_pass) return e.known_from && e.known_from <= r.c.frame.number;
  if (e.known_from) return true;
  bool found = e.kind == Epoch::kMaster  ? find_master_keys(r, s, e)
               : e.kind == Epoch::kEarly ? find_early_keys(r, s, e, sealed)
                                         : e.kind != Epoch::kUpdate && find_traffic_keys(r, s, e);
  if (found) e.known_from = r.c.frame.number;
  if (found && e.keys.suite.mode == Suite::kRc4) e.stream = std::make_unique<crypto::Rc4Stream>(e.keys.key);
  return found;
}

// Keeps or fetches what a chained record depends on, at the start of a call and from record to record.
std::string_view chain_of(Run& r, Secrets& s, bool first_of_call) {
  std::string& now = s.chain[r.side];
  if (r.c.first_pass) {
    if (first_of_call && now.size() <= sizeof(Chain::block)) {
      auto* c = r.c.put<Chain>(proto(), static_cast<uint16_t>(kChainRecord | r.nth));
      c->n = static_cast<uint8_t>(now.size());
      memcpy(c->block, now.data(), now.size());
    }
    return now;
  }
  if (first_of_call) {
    const Chain* c = r.c.get<Chain>(proto(), static_cast<uint16_t>(kChainRecord | r.nth));
    r.chain = c ? std::string(c->block, c->n) : std::string();
  }
  return r.chain;
}

// The same of a stream.
uint64_t& place_of(Run& r, Secrets& s) {
  const auto record = static_cast<uint16_t>(kChainRecord | r.nth);
  if (r.c.first_pass) {
    if (!r.chain_known) r.c.put<Place>(proto(), record)->at = s.place[r.side];
  } else if (!r.chain_known) {
    const Place* p = r.c.get<Place>(proto(), record);
    r.place = p ? p->at : 0;
  }
  r.chain_known = true;
  return r.c.first_pass ? s.place[r.side] : r.place;
}

void go_on(Run& r, Secrets& s, const Keys& k, std::string_view sealed) {
  if (chained(k)) {
    if (k.encrypt_then_mac) sealed.remove_suffix(std::min<size_t>(sealed.size(), crypto::hash_size(k.suite.mac)));
    std::string_view last = sealed.substr(sealed.size() - std::min<size_t>(sealed.size(), crypto::block_size(k.suite.block)));
    (r.c.first_pass ? s.chain[r.side] : r.chain) = std::string(last);
    r.chain_known = true;
  }
  if (writing(r)) s.now[r.side] = r.at.position;
}

}  // namespace

bool open_here(Run& r, uint8_t type, uint16_t version, const Buf& b, Buf& plain, uint8_t& inner) {
  Position& p = r.at.position;
  r.tls13_keys = false;
  if (!r.conn || !r.conn->secrets || p.epoch == 0 || type == kChangeCipherSpec) return false;
  Secrets& s = *r.conn->secrets;
  std::vector<Epoch>& epochs = s.epochs[r.side];
  bool tls13 = p.epoch <= epochs.size() && epochs[p.epoch - 1].kind != Epoch::kMaster;
  if (tls13 && type != kApplicationData) return false;
  if (b.captured() < b.size()) {
    p.seq++;
    if (p.epoch <= epochs.size() && epochs[p.epoch - 1].stream) place_of(r, s) += b.size();
    if (writing(r)) s.now[r.side] = p;
    return false;
  }
  // In TLS 1.3 the end of an epoch may have been lost, or early data been refused: the keys after it may fit.
  size_t last = tls13 ? std::min(epochs.size(), size_t{p.epoch} + 1) : p.epoch;
  for (size_t i = p.epoch; i <= last && i <= epochs.size(); i++) {
    Epoch& e = epochs[i - 1];
    Sealed sealed{type, version, i == p.epoch ? p.seq : 0, b.rest(0), {}};
    if (!usable(r, s, e, sealed)) continue;
    if (chained(e.keys)) sealed.chain = chain_of(r, s, !r.chain_known);
    if (e.stream) {
      uint64_t& place = place_of(r, s);
      sealed.stream = e.stream.get();
      sealed.place = place;
      place += b.size();
    }
    std::string out;
    bool ok = open_record(e.keys, sealed, out, inner);
    if (!ok && tls13) continue;
    p.epoch = static_cast<uint16_t>(i);
    p.seq = static_cast<uint32_t>(sealed.seq) + 1;
    go_on(r, s, e.keys, b.rest(0));
    r.tls13_keys = tls13;
    if (ok) plain = r.c.add_source("Decrypted TLS", out);
    return ok;
  }
  return false;
}

void keys_client_hello(Run& r, const Buf& body) {
  if (!r.conn) return;
  if (!r.c.first_pass) {
    // the step of the first pass, in this call
    const Secrets* s = r.conn->secrets.get();
    bool early = s && !r.plain && !s->epochs[r.side].empty() && s->epochs[r.side][0].kind == Epoch::kEarly;
    if (early && body.has(2, 32) && body.str(2, 32) == s->client_random) r.at.position = {1, 0, 0};
    return;
  }
  if (!r.conn->secrets || !r.plain) r.conn->secrets = std::make_unique<Secrets>();
  Secrets& s = *r.conn->secrets;
  quietly([&] {
    Hello h = read_hello(body, true);
    s.client = static_cast<uint8_t>(r.side);
    s.client_random = h.random;
    s.client_session = h.session;
    Buf e;
    if (h.extensions && find_extension(body, h.extensions, 35, e)) s.client_ticket = std::string(e.rest(0));
    if (!h.extensions || !find_extension(body, h.extensions, 42, e) || r.c.session.keys.empty() || r.plain) return;
    s.offered = std::move(h.suites);
    push(s, r.side, Epoch::kEarly);
    r.at.position = {1, 0, 0};
    s.now[r.side] = r.at.position;
  });
}

void keys_server_hello(Run& r, const Buf& body) {
  if (!r.c.first_pass || !r.conn || is_hello_retry(body)) {
    // the steps of the first pass, in this call
    bool tls13 = r.conn && r.conn->secrets && settled_version(server_hello_version(body)) == kTls13 && !is_hello_retry(body);
    if (tls13 && !r.conn->secrets->epochs[r.side].empty() && !r.plain) r.at.position = {1, 0, 0};
    return;
  }
  if (!r.conn->secrets) {
    r.conn->secrets = std::make_unique<Secrets>();
    r.conn->secrets->client = static_cast<uint8_t>(1 - r.side);
  }
  Secrets& s = *r.conn->secrets;
  quietly([&] {
    Hello h = read_hello(body, false);
    s.server_random = h.random;
    s.server_session = h.session;
    s.suite = suite_of(h.suite);
    s.version = server_hello_version(body);
    s.alpn = 0;
    s.offered.clear();
    Buf e;
    s.encrypt_then_mac = h.extensions && find_extension(body, h.extensions, 22, e);
    if (h.extensions) learn_alpn(s, body, h.extensions);
  });
  if (settled_version(s.version) != kTls13 || r.plain || r.c.session.keys.empty()) return;
  s.client = static_cast<uint8_t>(1 - r.side);
  bool early = !s.epochs[s.client].empty();
  for (int side : {0, 1}) {
    push(s, side, Epoch::kHandshake);
    push(s, side, Epoch::kTraffic);
  }
  if (!early) s.now[s.client] = {1, 0, 0};
  r.at.position = s.now[r.side] = {1, 0, 0};
}

void keys_encrypted_extensions(Run& r, const Buf& body) {
  if (!writing(r)) return;
  quietly([&] { learn_alpn(*r.conn->secrets, body, 0); });
}

void keys_new_ticket(Run& r, const Buf& body) {
  if (!writing(r) || r.version() == kTls13) return;
  const std::string* master = master_of(r, *r.conn->secrets);
  auto& known = r.c.session.state<Sessions>(proto());
  if (!master || known.by_ticket.size() >= Sessions::kMax) return;
  quietly([&] { known.by_ticket[text(body, 6, body.u16(4))] = *master; });
}

void keys_change_cipher(Run& r) {
  // before the ServerHello it only placates middleboxes (RFC 8446 D.4)
  if (!r.conn || !r.conn->secrets || r.conn->secrets->server_random.empty()) return;
  Secrets& s = *r.conn->secrets;
  if (r.c.first_pass) {
    if (r.c.session.keys.empty()) return;
    push(s, r.side, Epoch::kMaster);
    s.chain[r.side].clear();
    s.place[r.side] = 0;
  } else if (r.at.position.epoch >= s.epochs[r.side].size() || s.epochs[r.side][r.at.position.epoch].kind != Epoch::kMaster) {
    return;
  }
  r.chain.clear();
  r.place = 0;
  r.chain_known = true;
  advance(r);
}

void keys_message_end(Run& r, uint8_t type) {
  if (!r.plain || !r.conn || !r.conn->secrets || r.at.position.epoch == 0) return;
  std::vector<Epoch>& epochs = r.conn->secrets->epochs[r.side];
  if (r.at.position.epoch > epochs.size()) return;
  const Epoch& now = epochs[r.at.position.epoch - 1];
  constexpr uint8_t kEndOfEarlyData = 5, kFinished = 20, kKeyUpdate = 24;
  if (type == kKeyUpdate && now.kind >= Epoch::kTraffic) {
    // a peer that changes its keys with every record must not make us keep more than a few of them
    constexpr size_t kMaxEpochs = 10000;
    if (r.c.first_pass && r.at.position.epoch == epochs.size() && epochs.size() < kMaxEpochs) {
      Epoch e;
      e.kind = Epoch::kUpdate;
      e.secret = next_traffic_secret(now.keys.suite, now.secret);
      e.keys = keys_of_traffic(now.keys.suite, now.keys.version, e.secret);
      e.known_from = r.c.frame.number;
      epochs.push_back(std::move(e));
    }
    advance(r);
  } else if ((type == kFinished && now.kind == Epoch::kHandshake) || (type == kEndOfEarlyData && now.kind == Epoch::kEarly)) {
    advance(r);
  }
}

}  // namespace strato::protocols::tls
