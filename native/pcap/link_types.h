// What the file layer must know of link types: size limits, and bytes before the packet that are not part of it.
#pragma once

#include <cstdint>

namespace strato::pcap {

/** Most captured bytes one packet of this link type can have; a record that claims more is damage, as for tshark. */
uint32_t MaxCaplen(uint16_t linktype);

/**
 * Bytes before each packet that Wireshark takes as information about it, not as its beginning: they count neither in
 * frame.len nor in frame.cap_len (direction of PPP, SunATM header …).
 */
uint32_t PseudoHeaderLength(uint16_t linktype);

/** Link types that Wireshark 4.0 opens in a pcap file; it refuses files of the others. */
bool KnownToWireshark(uint16_t linktype);

/** LINKTYPE of an RFC 1761 (snoop) datalink number; kUnknownLinkType (0xffff) where there is none. */
uint16_t LinkTypeOfSnoop(uint32_t datalink);

}  // namespace strato::pcap
