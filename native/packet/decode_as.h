// "Decode As": rules by which the user says what a port (or other number) carries, over what the registry knows.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "packet/field.h"

namespace strato {

class DecodeAs {
 public:
  /// rules as `-d` gives them: "tcp.port==8888,http", a range "udp.port==5000-5010,dns", first:count
  /// "tcp.port==8000:3,http", or hexadecimal "ethertype==0x88b5,arp". A rule that cannot be read, or names a protocol
  /// that is no child in that table (what the parent tells its children differs), is left out (valid() tells).
  explicit DecodeAs(const std::vector<std::string>& rules);
  bool empty() const { return rules_.empty(); }
  /// The protocol the user chose for that value of a table ("udp.port"), nullptr when none was chosen.
  const Protocol* find(std::string_view table, uint32_t value) const {
    for (const Rule& r : rules_)
      if (value >= r.low && value <= r.high && r.table == table) return r.proto;
    return nullptr;
  }
  /// True when the text is a rule naming a protocol of the table.
  static bool valid(std::string_view rule);
  /// Tables that rules are for.
  static constexpr const char* kTables[] = {"tcp.port", "udp.port", "ethertype", "ip.proto"};

 private:
  struct Rule {
    std::string table;
    uint32_t low = 0, high = 0;
    const Protocol* proto = nullptr;
  };
  static bool parse(std::string_view text, Rule& rule);
  std::vector<Rule> rules_;
};

}  // namespace strato
