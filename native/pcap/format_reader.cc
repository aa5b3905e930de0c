#include "pcap/format_reader.h"

namespace strato::pcap {
namespace {

std::string Kept(uint64_t packets) {
  if (packets == 0) return "no packet comes before it.";
  if (packets == 1) return "the packet before it is kept.";
  return "the " + std::to_string(packets) + " packets before it are kept.";
}

}  // namespace

void FormatReader::Broken(uint64_t offset, const std::string& what, uint64_t packets) {
  state_.SetDamage({.offset = offset,
                    .message = "The file is damaged at byte " + std::to_string(offset) + ": " + what + "; " + Kept(packets),
                    .cut_off = false});
}

void FormatReader::CutOff(uint64_t offset, const std::string& inside, uint64_t packets) {
  state_.SetDamage({.offset = offset,
                    .message = "The file is cut short: it ends inside " + inside + " that starts at byte " +
                               std::to_string(offset) + "; " + Kept(packets),
                    .cut_off = true});
}

}  // namespace strato::pcap
