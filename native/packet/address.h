// An address of any layer, for the Source and Destination columns and as a key of conversations.
#pragma once
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace strato {

struct Address {
  enum class Type : uint8_t { None, Ether, IPv4, IPv6, Text };
  Type type = Type::None;
  uint8_t len = 0;
  uint8_t data[16] = {};   // network order
  const char* text = nullptr;  // Type::Text: lives as long as the dissection; len unused

  static Address ether(const uint8_t* p) { return make(Type::Ether, p, 6); }
  /// Stored in the pieces in which a conversation's hash reads it: a processor that finds what it needs in several stores
  /// under way waits for them (as GCC 12 compiled that, a twelfth of an index).
  static Address ipv4(const uint8_t* p) {
    uint64_t words[2] = {};
    memcpy(words, p, 4);
    Address a;
    static_assert(sizeof words == sizeof a.data);
    a.type = Type::IPv4;
    a.len = 4;
    memcpy(a.data, &words[0], 8);
    memcpy(a.data + 8, &words[1], 8);
    return a;
  }
  static Address ipv6(const uint8_t* p) { return make(Type::IPv6, p, 16); }
  uint32_t v4() const {
    return static_cast<uint32_t>(data[0]) << 24 | static_cast<uint32_t>(data[1]) << 16 |
           static_cast<uint32_t>(data[2]) << 8 | data[3];
  }
  bool operator==(const Address& o) const { return type == o.type && memcmp(data, o.data, 16) == 0; }
  bool operator!=(const Address& o) const { return !(*this == o); }
  void print(Text& t) const {
    switch (type) {
      case Type::Ether: t.ether(data); break;
      case Type::IPv4: t.ipv4(v4()); break;
      case Type::IPv6: t.ipv6(data); break;
      case Type::Text: t << text; break;
      case Type::None: break;
    }
  }

 private:
  static Address make(Type t, const uint8_t* p, uint8_t n) {
    Address a;
    a.type = t;
    a.len = n;
    memcpy(a.data, p, n);
    return a;
  }
};

}  // namespace strato
