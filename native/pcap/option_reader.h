// Options of pcapng blocks: code, length, value, padded to 32 bits (draft-ietf-opsawg-pcapng, section 3.5).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pcap/packet_options.h"

namespace strato::pcap {

struct Option {
  uint16_t code = 0;
  std::span<const uint8_t> value;

  /** The value as text, up to a NUL if there is one. */
  std::string_view text() const;
};

/** Walks a list of options; ends at opt_endofopt, at the end of the area, or at a broken option. */
class OptionReader {
 public:
  OptionReader(std::span<const uint8_t> area, bool big_endian) : area_(area), big_(big_endian) {}

  bool Next(Option* option);
  /** After Next() said false: the length of an option that does not fit, 0 if all was well. */
  uint32_t too_long() const { return too_long_; }

 private:
  std::span<const uint8_t> area_;
  bool big_;
  uint32_t too_long_ = 0;
};

inline constexpr uint16_t kOptEnd = 0, kOptComment = 1;

bool IsCustomOption(uint16_t code);
/** value: at least the 4 bytes of the PEN. */
CustomOption ReadCustomOption(const Option& option, bool big_endian);

/** What is wrong with an option all kinds of blocks can have ("" if nothing). */
std::string CheckCommonOption(const Option& option);
/** What is wrong with a list of options of any block, "" if nothing. */
std::string CheckOptions(std::span<const uint8_t> area, bool big_endian);
/** What is wrong with the options of a packet block, "" if nothing: the lengths that tshark insists on. */
std::string CheckPacketOptions(std::span<const uint8_t> area, bool big_endian);
/** Reads them. Options with a wrong length are left out. */
void ReadPacketOptions(std::span<const uint8_t> area, bool big_endian, PacketOptions* out);

}  // namespace strato::pcap
