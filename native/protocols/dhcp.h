// What the files of DHCP share.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// DHCP itself: a function, so that fields in other files can be made before dhcp.cc's objects are.
Protocol& dhcp_protocol();

/// An option whose value is one thing or a list of it.
struct DhcpOption {
  enum class Kind : uint8_t { Address, Addresses, Text, Flag, Seconds, Number };
  uint8_t code;
  Kind kind;
  const FieldDef* field;
};
/// nullptr: the option has a structure of its own, or none that is known.
const DhcpOption* find_dhcp_option(uint8_t code);
const char* dhcp_option_name(uint8_t code);

/// The options from `at` to the end of b (or the end option); marks padding too.
void dissect_dhcp_options(Ctx& c, const Buf& b, uint32_t at, Item it);
/// Value of the message type option (53), 0 without one. Reads captured bytes only.
uint8_t dhcp_message_type(const Buf& b, uint32_t at);
/// Name of a message type, nullptr for unknown ones.
const char* dhcp_message_name(uint8_t type);
/// Fields shared with the fixed header: a client's hardware address stands there and in option 61.
const FieldDef& dhcp_hw_type_field();
const FieldDef& dhcp_mac_field();

}  // namespace strato::protocols
