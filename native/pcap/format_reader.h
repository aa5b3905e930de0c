// What the readers of the single formats share: the state they fill and the interface CaptureFile calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "pcap/capture_file.h"

namespace strato::pcap {

/** Everything a reader has learned; the lists may be read by other threads meanwhile. */
struct FileState {
  StableList<Interface> interfaces;
  StableList<Section> sections;
  StableList<Note> notes;
  StableList<Damage> damages;  // all ever found: pointers given out stay valid
  std::atomic<const Damage*> damage{nullptr};
  uint64_t position = 0;
  uint64_t records = 0;
  bool refuse_unknown_link_types = false;
  bool custom_blocks_are_records = true;

  void SetDamage(Damage d) { damage.store(&damages.push_back(std::move(d)), std::memory_order_release); }
};

/**
 * Has memory fetched that is read soon: as many bytes as the record just read had, a little way behind it. Where a record
 * begins is known only from the one before it, so that each header would be waited for; this takes an eighth off an index.
 * Always inline: a call of a function that does nothing but fetch is taken for one of no effect (GCC 12) and left out.
 */
[[gnu::always_inline]] inline void FetchAhead(Span file, uint64_t position, uint64_t length) {
  constexpr uint64_t kAhead = 4096, kLine = 64;
  constexpr uint64_t kMost = 16384;  // of a giant record the processor fetches the rest by itself
  if (length > kMost) length = kMost;
  if (position + kAhead + length > file.size()) return;
  const uint8_t* from = file.data() + position + kAhead;
  for (uint64_t i = 0; i < length; i += kLine) __builtin_prefetch(from + i);
}

class FormatReader {
 public:
  explicit FormatReader(FileState& state) : state_(state) {}
  virtual ~FormatReader() = default;

  enum class Started { kYes, kNotYet, kUnsupported };
  /** Reads the file header. kNotYet: too short so far, next() tries again. kUnsupported: *error is for people. */
  virtual Started Start(Span file, std::string* error) = 0;
  /** Records from state.position on; sets damage when there is a reason to stop before the end of `file`. */
  virtual size_t Next(Span file, PacketRecord* out, size_t max) = 0;
  /** "pcap", "pcap (nanoseconds)" … */
  virtual std::string Kind() const = 0;

 protected:
  /** "What is wrong at byte N; the n packets before it are kept." */
  void Broken(uint64_t offset, const std::string& what, uint64_t packets);
  /** The file ends inside a record or block that starts at `offset`. */
  void CutOff(uint64_t offset, const std::string& inside, uint64_t packets);

  FileState& state_;
};

}  // namespace strato::pcap
