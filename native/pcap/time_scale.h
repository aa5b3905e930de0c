// Time stamps of pcapng: units of if_tsresol since the epoch, plus if_tsoffset seconds.
#pragma once

#include <cstdint>

namespace strato::pcap {

/** Turns the 64-bit time stamps of one interface into nanoseconds since the epoch. */
class TimeScale {
 public:
  TimeScale() : TimeScale(6, 0) {}
  /** tsresol as in the file: negative power of ten, or of two when bit 7 is set. offset in seconds. */
  TimeScale(uint8_t tsresol, int64_t offset_seconds);

  int64_t Nanoseconds(uint64_t stamp) const {
    if (stamp <= fast_max_) [[likely]] return static_cast<int64_t>(stamp * fast_factor_);
    return Slow(stamp);
  }

 private:
  int64_t Slow(uint64_t stamp) const;

  uint64_t fast_factor_ = 1;  // nanoseconds per unit
  uint64_t fast_max_ = 0;     // stamps up to this need no more than the factor
  uint8_t tsresol_;
  int64_t offset_;
};

}  // namespace strato::pcap
