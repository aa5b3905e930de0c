// An opened capture file: where every packet is, when it was seen and on which interface.
//
// Reads pcap (microseconds and nanoseconds, both byte orders, the older variants with longer record headers),
// pcapng (draft-ietf-opsawg-pcapng) and snoop (RFC 1761), each also inside gzip, zstd or an LZ4 frame; the kind is told
// by content, never by the name. Nothing is decoded here below the record header.
//
// Threads: next(), refresh() and position() belong to one thread (the indexer). Everything else may be called from any
// thread at any time after open().
//
// SIGBUS: the file is mapped shared. If another program shortens it, touching a page past its new end kills the process.
// Ask changed_on_disk() before each piece of work (one fstat); next() asks by itself. What remains is a race that ends one
// engine process only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pcap/packet_options.h"
#include "pcap/stable_list.h"

namespace strato::pcap {

/** Interface index of records that have none (custom blocks, journal entries). */
inline constexpr uint32_t kNoInterface = 0xffffffff;

/** What a record is. Wireshark numbers all of these as frames. */
enum class RecordKind : uint8_t {
  kPacket = 0,      // pcap, snoop; EPB, SPB, PB of pcapng
  kSimplePacket,    // SPB: no time stamp
  kObsoletePacket,  // PB: options as EPB, 16-bit drop count in the block
  kCustom,          // CB/DCB: bytes after the PEN
  kJournal,         // systemd journal export entry: UTF-8 text
  kSysdig,          // event of a system call trace
};

/** Where one packet is. Flat and small: an index of ten million packets is an array of these. */
struct PacketRecord {
  static constexpr uint16_t kHasTs = 1;       // ts_ns is meant
  static constexpr uint16_t kBigEndian = 2;   // byte order of the block at block_offset (and of its options)
  static constexpr uint16_t kHasOptions = 4;  // packet_options() may find something
  static constexpr uint16_t kFlipped = 8;     // caplen and len stand exchanged in the record header (very old pcap)
  static constexpr int kKindShift = 8;

  uint64_t offset = 0;        // of the packet's bytes in the (uncompressed) file
  uint64_t block_offset = 0;  // of the pcapng block or of the pcap/snoop record header
  int64_t ts_ns = 0;          // nanoseconds since 1970-01-01 UTC; held at the ends of int64 when the file says more
  uint32_t caplen = 0;        // bytes in the file
  uint32_t len = 0;           // bytes on the wire; may be smaller than caplen in odd files
  uint32_t iface = 0;         // index into CaptureFile::interfaces(), over all sections
  uint16_t flags = 0;

  RecordKind kind() const { return static_cast<RecordKind>(flags >> kKindShift); }
  bool has_ts() const { return flags & kHasTs; }
};
static_assert(sizeof(PacketRecord) <= 40);

/** One interface: an IDB of pcapng, or the whole file in pcap and snoop. */
struct Interface {
  uint32_t id_in_section = 0;  // frame.interface_id
  uint32_t section = 0;        // index into CaptureFile::sections()
  uint16_t linktype = 0;       // LINKTYPE_ number; kUnknownLinkType when the format's own number has none
  uint8_t tsresol_raw = 6;     // if_tsresol: power of ten, with bit 7 power of two
  int8_t fcs_len = -1;         // bytes of frame check sequence at each packet's end, -1 unknown
  uint32_t snaplen = 0;        // 0 = no limit said
  int64_t tsoffset = 0;        // seconds, already added to ts_ns
  uint64_t speed = 0;          // bits per second, 0 unknown
  bool has_name = false;       // Wireshark shows description, then hardware, then "unknown" for a missing name
  bool has_description = false;
  std::string name, description, filter, os, hardware;
  std::string mac, eui, ipv4, ipv6;  // raw bytes: 6, 8, 4+4 (address, mask), 16+1; the first of each
  std::vector<std::string> comments;
  std::vector<CustomOption> custom;
};
inline constexpr uint16_t kUnknownLinkType = 0xffff;

/** One section (SHB); pcap and snoop have exactly one. */
struct Section {
  uint64_t offset = 0;
  uint16_t major = 0, minor = 0;
  bool big_endian = false;
  uint32_t first_interface = 0;  // its interfaces are consecutive in CaptureFile::interfaces()
  std::string hardware{}, os{}, app{};
  std::vector<std::string> comments{};
};

/** Where and why reading ended early. Every packet before it was delivered. */
struct Damage {
  uint64_t offset = 0;   // in the (uncompressed) file
  std::string message;   // one sentence: what, where, what was kept
  bool cut_off = false;  // the file just ends: refresh() may find the rest
};

/** A block that is not a packet, for whoever knows its kind: see note_blocks.h for readers of the common ones. */
struct Note {
  enum Kind : uint8_t { kNames, kSecrets, kStatistics, kCustom, kUnknown };
  uint64_t offset = 0;          // of the block
  uint64_t packets_before = 0;  // how many records next() had given when it was met
  uint32_t length = 0;          // whole block, as padded
  uint32_t type = 0;            // block type
  uint32_t section = 0;
  Kind kind = kUnknown;
  bool big_endian = false;
};

/** Why open() gave nothing. */
enum class OpenFailure : uint8_t {
  kNone,
  kCannotRead,   // missing, no permission, directory, input/output error
  kEmpty,        // zero bytes
  kNotACapture,  // readable, but something else
  kUnsupported,  // a capture of a version or kind that is not read
  kTooLarge,     // unpacks to more than the limit
  kCancelled,
};

struct OpenOptions {
  /** Called now and then while a compressed file is unpacked: compressed bytes read of all. False cancels. */
  std::function<bool(uint64_t done, uint64_t total)> progress;
  /** Most bytes a compressed file may unpack to; 0 = the smaller of 4 GiB and half of the free temporary space. */
  uint64_t unpack_limit = 0;
  /** Directory for the unpacked file (unlinked at once, mode 0600); empty = $TMPDIR, else /tmp. */
  std::string temp_dir;
  /** Treat a pcap with a link type that Wireshark 4.0 does not read as it does: damage before the first packet. */
  bool refuse_unknown_link_types = false;
  /** Deliver pcapng custom blocks as records too, as Wireshark numbers them as frames. They are notes() either way. */
  bool custom_blocks_are_records = true;
};

using Span = std::span<const uint8_t>;

class FileMap;
class FormatReader;
struct FileState;

class CaptureFile {
 public:
  /**
   * Opens and recognises; reads no packet yet. nullptr: *error is one sentence for people (cause and remedy), *why says
   * which kind of failure. A file that starts as a capture but is broken later opens, and damage() says so after next().
   * A pipe or other stream is copied to a temporary file first and is a snapshot; "-" is standard input.
   */
  static std::unique_ptr<CaptureFile> open(const std::string& path, const OpenOptions& options, std::string* error,
                                           OpenFailure* why = nullptr);
  ~CaptureFile();

  /** For people: "pcap", "pcap (nanoseconds)", "pcapng", "snoop" …, with " (gzip)" etc. when compressed. */
  const std::string& kind() const { return kind_; }
  /** Bytes of the uncompressed capture. */
  uint64_t size() const;
  /** Offset up to which next() has read. */
  uint64_t position() const;
  /** Can refresh() ever find more: a regular, uncompressed file. */
  bool can_grow() const { return can_grow_; }

  /** n bytes at offset of the uncompressed file, valid while open; empty when not all of them are inside. */
  Span bytes(uint64_t offset, uint64_t n) const;
  Span packet_bytes(const PacketRecord& r) const { return bytes(r.offset, r.caplen); }

  /** The next records in file order, at most max; 0 = end of the file so far, or damage(). */
  size_t next(PacketRecord* out, size_t max);
  /** Why reading ended early, or nullptr. A pointer once given stays valid while open. */
  const Damage* damage() const;

  /**
   * Looks whether the file has grown. True: there is more to read, next() goes on where it stopped (a half-written last
   * packet is tried again). Damage other than a cut-off stays.
   */
  bool refresh();
  /** The file behind the map was shortened or replaced by another since open(): stop and reopen. */
  bool changed_on_disk() const;

  const StableList<Interface>& interfaces() const;
  const StableList<Section>& sections() const;
  const StableList<Note>& notes() const;

  /** Options of a packet (pcapng; drop count of snoop), read from the file on demand. Views are valid while open. */
  PacketOptions packet_options(const PacketRecord& r) const;

 private:
  CaptureFile();

  std::unique_ptr<FileMap> map_;
  std::unique_ptr<FileState> state_;
  std::unique_ptr<FormatReader> reader_;
  std::string kind_;
  std::string unpack_problem_;  // what was wrong with the compressed data, if anything
  bool can_grow_ = false;
};

}  // namespace strato::pcap
