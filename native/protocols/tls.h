// What the files of the TLS dissector share.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "packet/context.h"
#include "protocols/tls_secrets.h"

namespace strato::protocols::tls {

inline constexpr uint16_t kSsl2 = 0x0002, kSsl3 = 0x0300, kTls10 = 0x0301, kTls11 = 0x0302, kTls12 = 0x0303,
                          kTls13 = 0x0304;
enum ContentType : uint8_t { kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kApplicationData = 23, kHeartbeat = 24 };

/// A handshake message whose bytes came in several records: where they lie.
struct Fragments {
  std::vector<Piece> pieces;
  std::vector<uint32_t> frames;
  uint32_t need = 0;      // whole message with its header, 0 while the header is incomplete
  uint32_t have = 0;
  uint32_t done_in = 0;   // frame that completed it
};

/// A connection. Written in the first pass only.
struct Connection : State {
  uint16_t version = 0;             // as agreed; 0 not known
  uint16_t suite = 0;               // as agreed
  bool hello = false;               // a ServerHello was seen
  bool full = false;                // and after it a Certificate, key exchange or ServerHelloDone
  uint32_t hello_in = 0;            // frame of the first ServerHello
  uint32_t resumed_in = 0;          // frame whose change of cipher shows that a session was resumed
  bool encrypted[2] = {};           // change cipher spec seen from that side (0 = Flow::a)
  uint32_t open[2] = {};            // index + 1 in fragments of the message being collected, by side
  std::vector<Fragments> fragments;
  std::unique_ptr<Secrets> secrets; // from the first hello on
};

/// What a call must know of the state at its start, to come out the same in any order of access.
struct CallRecord {
  uint8_t encrypted;
  uint8_t pad;
  Position position;
  uint32_t open;   // fragments index + 1
  uint32_t have;   // bytes of it collected before this call
};

/// One pass over a call's records.
struct Run {
  Ctx& c;
  Connection* conn;      // nullptr: no flow to remember anything in
  int side;              // 0 = Flow::a sends
  CallRecord at;
  Item root, tree;       // where what is inside goes, and the node of TLS
  uint16_t nth;          // of TLS in this frame
  bool plain = false;    // the record at hand was decrypted
  bool tls13_keys = false;   // with keys of TLS 1.3
  std::string chain = {};    // see Secrets::chain, in later passes
  uint64_t place = 0;        // see Secrets::place, in later passes
  bool chain_known = false;  // these are of a record of this call
  uint16_t version() const { return conn ? conn->version : 0; }
};

/// "TLSv1.2", "SSLv3" …; "SSL" for 0, "TLSv1.3" for its drafts.
const char* version_name(uint16_t v);
/// True for the versions the record layer can carry.
bool known_version(uint16_t v);
/// 0x0304 for TLS 1.3 and its drafts, v otherwise.
uint16_t settled_version(uint16_t v);

/// The plaintext of one handshake record (one or several messages, or parts of them).
void dissect_handshake_record(Run& r, Buf b, Item record);
/// One whole handshake message of type `type` whose body (without the header of four bytes) is `body`.
void dissect_client_hello(Run& r, const Buf& body, Item at);
void dissect_server_hello(Run& r, const Buf& body, Item at);
/// Version that a ServerHello agrees on: that of its supported_versions extension, else the legacy field.
uint16_t server_hello_version(const Buf& body);
bool is_hello_retry(const Buf& body);

/// What JA3 and JA3S are made of, collected while a hello is dissected.
struct Fingerprint {
  uint16_t version = 0;
  std::vector<uint16_t> ciphers, extensions, groups;
  std::vector<uint8_t> formats;
};
/// The extensions of a hello or of EncryptedExtensions (a 16-bit length first). Returns the offset after them.
uint32_t dissect_extensions(Run& r, const Buf& b, uint32_t off, Item at, uint8_t message, Fingerprint* f);
void add_ja3(Run& r, const Buf& b, Item at, const Fingerprint& f);
void add_ja3s(Run& r, const Buf& b, Item at, const Fingerprint& f);

/// Opens a record with the keys of its side, if they are known: `plain` are its bytes, `type` the inner type. False: it
/// stays as it is. Moves the side's position on either way.
bool open_here(Run& r, uint8_t type, uint16_t version, const Buf& sealed, Buf& plain, uint8_t& inner);
/// What handshake messages and changes of cipher mean for the keys.
void keys_client_hello(Run& r, const Buf& body);
void keys_server_hello(Run& r, const Buf& body);
void keys_encrypted_extensions(Run& r, const Buf& body);
void keys_new_ticket(Run& r, const Buf& body);
void keys_change_cipher(Run& r);
/// Finished, KeyUpdate and EndOfEarlyData of TLS 1.3 end what the sender's keys are used for.
void keys_message_end(Run& r, uint8_t type);
/// Hands decrypted application data to the protocol inside.
void dissect_plain_data(Run& r, const Buf& plain);
/// Name of the protocol inside of decrypted data, or that the port stands for; "" unknown.
std::string_view inner_protocol(const Run& r);

void dissect_server_key_exchange(Run& r, const Buf& body, Item at);
void dissect_client_key_exchange(Run& r, const Buf& body, Item at);
void dissect_certificate_verify(Run& r, const Buf& body, Item at);
/// One signature algorithm, and a list of them with its length first (returns the offset behind).
void add_signature_algorithm(const Buf& b, uint32_t off, Item at);
uint32_t add_signature_algorithms(const Buf& b, uint32_t off, Item at);
/// Names of certificate authorities, the length of the list first.
void dissect_authorities(Run& r, const Buf& b, uint32_t off, Item at);
/// Suite of a ServerHello, 0 when it is cut off.
uint16_t server_hello_suite(const Buf& body);

/// RFC 8701: values that only test whether peers ignore what they do not know.
bool is_grease(uint16_t v);

Protocol& proto();

Strings version_names();
Strings cipher_names();
Strings extension_names();
Strings group_names();
Strings signature_names();
Strings alert_names();
Strings status_names();

}  // namespace strato::protocols::tls
