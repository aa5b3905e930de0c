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

enum SectionOption : uint16_t { kShbHardware = 2, kShbOs = 3, kShbApplication = 4 };
enum InterfaceOption : uint16_t {
  kIfName = 2,
  kIfDescription = 3,
  kIfIpv4 = 4,
  kIfIpv6 = 5,
  kIfMac = 6,
  kIfEui = 7,
  kIfSpeed = 8,
  kIfTsresol = 9,
  kIfFilter = 11,
  kIfOs = 12,
  kIfFcsLen = 13,
  kIfTsoffset = 14,
  kIfHardware = 15,
};
enum PacketOption : uint16_t {
  kComment = 1,  // of any block
  kEpbFlags = 2,
  kEpbHash = 3,
  kEpbDropCount = 4,
  kEpbPacketId = 5,
  kEpbQueue = 6,
  kEpbVerdict = 7,
  kEpbProcessThread = 8,
};
enum StatisticsOption : uint16_t {
  kIsbStart = 2,
  kIsbEnd = 3,
  kIsbReceived = 4,
  kIsbDropped = 5,
  kIsbFilterAccepted = 6,
  kIsbOsDropped = 7,
  kIsbDelivered = 8,
};
enum CustomOptionCode : uint16_t { kCustomText = 2988, kCustomBytes = 2989, kCustomTextNoCopy = 19372, kCustomBytesNoCopy = 19373 };
enum NameType : uint16_t { kNameEnd = 0, kNameIpv4 = 1, kNameIpv6 = 2, kNameEui48 = 3, kNameEui64 = 4 };

inline constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;

// Smallest whole blocks: type, length, fixed part, length again.
inline constexpr uint32_t kMinBlock = 12, kMinSection = 28, kMinInterface = 20, kMinPacket = 32, kMinObsoletePacket = 32,
                          kMinSimplePacket = 16, kMinNames = 16, kMinStatistics = 24, kMinSecrets = 20, kMinCustom = 16,
                          kMinJournal = 35;  // "__REALTIME_TIMESTAMP=0" and a line end

// A block holds at most a packet of the largest kind (128 MiB) and two options' worth of the largest lengths, as in tshark.
inline constexpr uint32_t kMaxBlock = 128 * 1024 * 1024 + 131104;

}  // namespace strato::pcap
