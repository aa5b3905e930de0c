// Options of a packet block (EPB, PB) of pcapng. Option codes and layouts: draft-ietf-opsawg-pcapng, section 4.3.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strato::pcap {

/** A custom option (codes 2988, 2989, 19372, 19373). */
struct CustomOption {
  uint32_t pen = 0;                 // IANA private enterprise number
  bool text = false;                // UTF-8 string, else bytes
  bool copy = false;                // may be copied to another file by programs that do not know it
  std::span<const uint8_t> data{};  // after the PEN, in the mapped file
};

/** Verdict of a packet filter (epb_verdict). */
struct Verdict {
  uint8_t type = 0;  // 0 hardware, 1 Linux eBPF TC, 2 Linux eBPF XDP
  std::span<const uint8_t> data{};
};

struct PacketHash {
  uint8_t algorithm = 0;  // 0 2's complement, 1 XOR, 2 CRC32, 3 MD5, 4 SHA-1, 5 Toeplitz
  std::span<const uint8_t> data{};
};

/** epb_processid_threadid: 0 = not known. */
struct ProcessThread {
  uint32_t process = 0, thread = 0;
};

struct PacketOptions {
  std::vector<std::string_view> comments;  // UTF-8 as written, without what follows a NUL; not checked
  std::optional<uint32_t> flags;           // epb_flags: bits 0-1 direction (1 inbound, 2 outbound), 2-4 reception, ...
  std::optional<uint64_t> dropcount;       // packets lost between this and the one before on its interface
  std::optional<uint64_t> packetid;
  std::optional<uint32_t> queue;
  std::optional<ProcessThread> process_thread;
  std::vector<Verdict> verdicts;
  std::vector<PacketHash> hashes;
  std::vector<CustomOption> custom;
};

}  // namespace strato::pcap
