// Numbers of the pcapng format (draft-ietf-opsawg-pcapng; obsolete and other tools' blocks from its registry).
#pragma once

#include <cstdint>

namespace strato::pcap {

enum BlockType : uint32_t {
  kBlockSection = 0x0a0d0d0a,  // SHB; reads the same in both byte orders
  kBlockInterface = 1,         // IDB
  kBlockObsoletePacket = 2,    // PB
  kBlockSimplePacket = 3,      // SPB
  kBlockNames = 4,             // NRB
  kBlockStatistics = 5,        // ISB
  kBlockPacket = 6,            // EPB
  kBlockJournal = 9,           // systemd journal export
  kBlockSecrets = 10,          // DSB
  kBlockCustom = 0x00000bad,   // CB: may be copied
  kBlockCustomNoCopy = 0x40000bad,
  kBlockSysdig = 0x204,    // Sysdig event
  kBlockSysdig2 = 0x216,   // version 2: with a parameter count
  kBlockSysdig2L = 0x221,  // version 2, large
};

inline constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;

// Smallest whole blocks: type, length, fixed part, length again.
inline constexpr uint32_t kMinBlock = 12, kMinSection = 28, kMinInterface = 20, kMinPacket = 32, kMinObsoletePacket = 32,
                          kMinSimplePacket = 16, kMinNames = 16, kMinStatistics = 24, kMinSecrets = 20, kMinCustom = 16,
                          kMinJournal = 35;  // "__REALTIME_TIMESTAMP=0" and a line end

// A block holds at most a packet of the largest kind (128 MiB) and two options' worth of the largest lengths, as in tshark.
inline constexpr uint32_t kMaxBlock = 128 * 1024 * 1024 + 131104;

}  // namespace strato::pcap
