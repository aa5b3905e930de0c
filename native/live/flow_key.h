// Flows by their addresses and ports: as sockets name them, and as frames carry them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strato::live {

/// The ends of a flow as a socket has them; remote_port 0 is anybody. Addresses are texts, of one family.
struct FlowEnds {
  uint8_t protocol = 0;  // IPPROTO_TCP, IPPROTO_UDP
  std::string local, remote;
  uint16_t local_port = 0, remote_port = 0;
  int64_t time_ns = 0;  // when it was learned, since 1970
};

/// A flow a line: protocol, local address, port, remote address, port, time, with spaces between. What is no such line is left
/// out; addresses are taken as they are.
std::vector<FlowEnds> flows_of_lines(std::string_view lines);

/// What a frame says of the flow it is of. The spans are parts of the frame.
struct FrameFlow {
  uint8_t protocol = 0;
  std::span<const uint8_t> from{}, to{};  // addresses
  uint16_t from_port = 0, to_port = 0;
  std::span<const uint8_t> transport{};   // the header of TCP or UDP and what follows
  /// Opens a TCP connection.
  bool opens() const;
  /// Of TCP, where opens().
  uint32_t sequence() const;
};

/// Of Ethernet without a tag. False where no ports are to be seen: other protocols, parts of a datagram but the first,
/// extension headers of IPv6, frames that are cut.
bool read_flow(std::span<const uint8_t> frame, FrameFlow* flow);

/// An address and a port, comparable with others of its family.
std::string flow_end(std::span<const uint8_t> address, uint16_t port);
/// Anybody, in the place of an end of that size.
inline std::string anybody(size_t end_size) { return std::string(end_size, '\0'); }
/// By protocol, the end of the socket, then that of its peer; '' where an address is none or they are of two families.
std::string flow_key(const FlowEnds& f);

}  // namespace strato::live
