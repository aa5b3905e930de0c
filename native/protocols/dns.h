// What the files of DNS share: the protocol, names, and one resource record while it is dissected.
#pragma once
#include <string_view>

#include "packet/context.h"

namespace strato::protocols {

/// DNS itself: a function, so that fields in other files can be made before dns.cc's objects are.
Protocol& dns_protocol();

struct DnsName {
  std::string_view text;  // "<Root>" for the root; control characters as \ooo; lives as long as the dissection
  uint32_t used = 0;      // bytes of the message at the place it was read
  uint32_t length = 0;    // characters before escaping
  uint32_t labels = 0;
};

/// The name at off of the message (RFC 1035 4.1.4), compression followed with limits: what loops, is too long or of
/// an unknown kind of label becomes a text in <>.
DnsName read_dns_name(Ctx& c, const Buf& msg, uint32_t off);

/// One record's data while it is shown.
struct DnsRecord {
  Ctx& c;
  const Buf& msg;     // the whole message: names point into it
  uint32_t off;       // of the data
  uint32_t len;
  uint16_t type;
  std::string_view owner;
  Item it;            // the record's node: fields below it, summary in its label

  /// Reads a name at msg offset `at` into field f and returns it.
  DnsName name(const FieldDef& f, uint32_t at) const {
    DnsName n = read_dns_name(c, msg, at);
    it.s(f, msg, at, n.used, n.text);
    return n;
  }
  /// Adds ", LABEL TEXT" to the node and " TEXT" to the Info column.
  void summary(const char* label, std::string_view text) const;
  uint32_t end() const { return off + len; }
  uint32_t left(uint32_t at) const { return at < end() ? end() - at : 0; }
};

/// Shows the data of a record by its type; false: a type without a reader.
bool dissect_dns_rdata(const DnsRecord& r);
/// The part of them that DNSSEC and the later RFCs brought.
bool dissect_dns_rdata_security(const DnsRecord& r);
bool dissect_dns_rdata_rare(const DnsRecord& r);
/// EDNS0 options (RFC 6891).
void dissect_dns_options(const DnsRecord& r);
/// Types named in a bit map (RFC 4034 4.1.2) from `at` to the record's end.
void add_dns_type_bitmap(const DnsRecord& r, uint32_t at);
/// The field of a record's type: bit maps name types with it too.
const FieldDef& dns_type_field();
/// Short name of a record type; "Unknown (n)" when it has none.
std::string_view dns_type_name(Ctx& c, uint16_t type);

/// Pairing of queries and responses.
struct DnsPair {
  uint32_t request;     // frame of the query, 0 unknown
  uint32_t response;    // frame of the (first) response, 0 none
  bool retransmission;  // this packet repeats one seen before
};
/// What is known of the nth message of this packet (first pass: finds it out).
DnsPair pair_dns(Ctx& c, const Protocol& layer, uint16_t nth, uint16_t id, bool response);

}  // namespace strato::protocols
