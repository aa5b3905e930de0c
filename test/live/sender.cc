// Sends traffic that is counted: the figures that captures are held against. Prints what it sent.
//   sender udp ADDRESS PORT COUNT SIZE [PACKETS_PER_SECOND]   datagrams, each beginning with its number (big-endian)
//   sender vlan INTERFACE TAG PORT COUNT SIZE                 the same from 10.9.5.1 to 10.9.5.2 in tagged frames (802.1Q)
//   sender tcp ADDRESS PORT BYTES                             one connection
//   sender sink PORT                                          takes one connection (IPv4) to its end; prints its bytes
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

addrinfo* resolve(const char* address, const char* port, int type) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = type;
  hints.ai_flags = AI_NUMERICHOST;
  if (getaddrinfo(address, port, &hints, &found) != 0) std::exit(1);
  return found;
}

double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

int udp(const char* address, const char* port, long count, size_t size, double rate) {
  const addrinfo* to = resolve(address, port, SOCK_DGRAM);
  const int s = socket(to->ai_family, SOCK_DGRAM, 0);
  const int buffer = 4 << 20;
  setsockopt(s, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  constexpr long kBatch = 64;
  std::vector<std::vector<char>> data(kBatch, std::vector<char>(std::max<size_t>(size, 4), 'x'));
  mmsghdr messages[kBatch];
  iovec parts[kBatch];
  const double start = now();
  for (long sent = 0; sent < count;) {
    const long n = std::min(kBatch, count - sent);
    for (long i = 0; i < n; i++) {
      const uint32_t number = htonl(static_cast<uint32_t>(sent + i));
      std::memcpy(data[i].data(), &number, sizeof number);
      parts[i] = {data[i].data(), size};
      messages[i] = {};
      messages[i].msg_hdr.msg_name = to->ai_addr;
      messages[i].msg_hdr.msg_namelen = to->ai_addrlen;
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int done = sendmmsg(s, messages, static_cast<unsigned>(n), 0);
    if (done < 0) return std::perror("sendmmsg"), 1;
    sent += done;
    for (double early = start + static_cast<double>(sent) / rate - now(); rate > 0 && early > 0.0005; early = 0) {
      const auto whole = static_cast<time_t>(early);
      const timespec t{whole, static_cast<long>((early - static_cast<double>(whole)) * 1e9)};
      nanosleep(&t, nullptr);
    }
  }
  std::printf("%ld\n", count);
  return 0;
}

void put16(uint8_t* to, unsigned value) {
  to[0] = static_cast<uint8_t>(value >> 8);
  to[1] = static_cast<uint8_t>(value);
}

// Written by hand: not every kernel has VLAN interfaces.
int vlan(const char* interface, unsigned tag, unsigned port, long count, size_t size) {
  constexpr size_t kHeaders = 18 + 20 + 8;
  std::vector<uint8_t> frame(kHeaders + size, 'v');
  uint8_t* f = frame.data();
  const uint8_t ethernet[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x81, 0};
  std::memcpy(f, ethernet, sizeof ethernet);
  put16(f + 14, tag);
  put16(f + 16, 0x0800);
  uint8_t* ip = f + 18;
  const uint8_t header[20] = {0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 9, 5, 1, 10, 9, 5, 2};
  std::memcpy(ip, header, sizeof header);
  put16(ip + 2, static_cast<unsigned>(28 + size));
  unsigned sum = 0;
  for (int i = 0; i < 20; i += 2) sum += static_cast<unsigned>(ip[i] << 8 | ip[i + 1]);
  put16(ip + 10, ~((sum & 0xffff) + (sum >> 16)) & 0xffff);
  uint8_t* udp = ip + 20;
  put16(udp, 40000);
  put16(udp + 2, port);
  put16(udp + 4, static_cast<unsigned>(8 + size));
  put16(udp + 6, 0);  // no checksum
  const int s = socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(if_nametoindex(interface));
  to.sll_protocol = htons(0x8100);
  for (long i = 0; i < count; i++) {
    put16(udp + 8, static_cast<unsigned>(i >> 16));
    put16(udp + 10, static_cast<unsigned>(i));
    if (sendto(s, f, frame.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to) < 0) return std::perror("sendto"), 1;
  }
  std::printf("%ld\n", count);
  return 0;
}

int tcp(const char* address, const char* port, size_t bytes) {
  const addrinfo* to = resolve(address, port, SOCK_STREAM);
  const int s = socket(to->ai_family, SOCK_STREAM, 0);
  if (connect(s, to->ai_addr, to->ai_addrlen) != 0) return std::perror("connect"), 1;
  const std::vector<char> data(1 << 20, 'y');
  for (size_t sent = 0; sent < bytes;) {
    const ssize_t n = send(s, data.data(), std::min(bytes - sent, data.size()), 0);
    if (n <= 0) return std::perror("send"), 1;
    sent += static_cast<size_t>(n);
  }
  shutdown(s, SHUT_WR);
  char end;
  while (recv(s, &end, 1, 0) > 0) {}
  std::printf("%zu\n", bytes);
  return 0;
}

int sink(const char* port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<uint16_t>(std::atoi(port)));
  if (bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 || listen(listener, 1) != 0) return std::perror("listen"), 1;
  const int s = accept(listener, nullptr, nullptr);
  std::vector<char> data(1 << 20);
  size_t total = 0;
  for (ssize_t n; (n = recv(s, data.data(), data.size(), 0)) > 0;) total += static_cast<size_t>(n);
  close(s);
  std::printf("%zu\n", total);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 6 && !std::strcmp(argv[1], "udp"))
    return udp(argv[2], argv[3], std::atol(argv[4]), std::strtoul(argv[5], nullptr, 10), argc > 6 ? std::atof(argv[6]) : 0);
  if (argc == 7 && !std::strcmp(argv[1], "vlan"))
    return vlan(argv[2], static_cast<unsigned>(std::atoi(argv[3])), static_cast<unsigned>(std::atoi(argv[4])), std::atol(argv[5]),
                std::max(4ul, std::strtoul(argv[6], nullptr, 10)));
  if (argc == 5 && !std::strcmp(argv[1], "tcp")) return tcp(argv[2], argv[3], std::strtoul(argv[4], nullptr, 10));
  if (argc == 3 && !std::strcmp(argv[1], "sink")) return sink(argv[2]);
  return 64;
}
