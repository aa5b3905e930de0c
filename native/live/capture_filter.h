// Capture filters (pcap-filter syntax) as programs that the kernel runs on a packet socket.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "live/link_layer.h"

namespace strato::live {

/// One instruction of classic BPF, laid out as struct sock_filter.
struct Instruction {
  uint16_t code;
  uint8_t jump_true, jump_false;
  uint32_t k;
};
using Program = std::vector<Instruction>;

/// Compiles `text` ('' accepts all) for one link layer; accepted packets are cut to snaplen bytes. False: *error is
/// libpcap's message. Host names in it are looked up.
bool compile_filter(const std::string& text, LinkLayer layer, uint32_t snaplen, Program* out, std::string* error);

/// The program for a socket on one interface of that hardware type. A packet over a loopback interface passes twice, going
/// out and coming in: the first is left out.
bool program_for_interface(const std::string& text, uint16_t hardware, uint32_t snaplen, Program* out, std::string* error);

/// The program for a socket on all interfaces: each packet meets the filter as compiled for its interface's link layer.
/// Where the filter has no meaning without Ethernet, packets of other interfaces do not match.
bool program_for_all(const std::string& text, uint32_t snaplen, Program* out, std::string* error);

/// The program for a socket on all interfaces that takes packets of those Ethernet devices only, by their index: any number,
/// in any order. None of them: it accepts nothing.
bool program_for_links(const std::string& text, std::vector<uint32_t> links, uint32_t snaplen, Program* out, std::string* error);

/// Accepts nothing.
Program program_for_none();

/// Where libpcap's message points at: the byte offset and length of the word it names; length 0 when it names none.
struct FilterPosition {
  uint32_t start = 0, length = 0;
};
FilterPosition position_of_error(const std::string& text, const std::string& error);

/// The instructions as `tcpdump -d` lists them, one a line.
std::string listing(const Program& p);

}  // namespace strato::live
