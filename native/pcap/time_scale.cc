#include "pcap/time_scale.h"

#include <limits>

namespace strato::pcap {
namespace {

constexpr uint64_t kBillion = 1000000000;
constexpr int64_t kMost = std::numeric_limits<int64_t>::max(), kLeast = std::numeric_limits<int64_t>::min();

uint64_t PowerOfTen(unsigned n) {
  uint64_t p = 1;
  while (n-- > 0) p *= 10;
  return p;
}

}  // namespace

TimeScale::TimeScale(uint8_t tsresol, int64_t offset_seconds) : tsresol_(tsresol), offset_(offset_seconds) {
  if (tsresol <= 9 && offset_seconds == 0) {
    fast_factor_ = PowerOfTen(9u - tsresol);
    fast_max_ = static_cast<uint64_t>(kMost) / fast_factor_;
  }
}

int64_t TimeScale::Slow(uint64_t stamp) const {
  const unsigned power = tsresol_ & 0x7f;
  uint64_t seconds = 0, nanos = 0;
  if (tsresol_ & 0x80) {
    if (power < 64) {
      seconds = stamp >> power;
      const uint64_t rest = stamp - (seconds << power);
      nanos = static_cast<uint64_t>(static_cast<unsigned __int128>(rest) * kBillion >> power);
    } else if (power < 64 + 30) {  // beyond, the largest stamp is below a nanosecond
      nanos = static_cast<uint64_t>(static_cast<unsigned __int128>(stamp) * kBillion >> power);
    }
  } else if (power <= 19) {  // 10^20 does not fit: the largest stamp is below a second, as tshark takes it, zero
    const uint64_t unit = PowerOfTen(power);
    seconds = stamp / unit;
    const uint64_t rest = stamp % unit;
    nanos = power <= 9 ? rest * PowerOfTen(9 - power) : rest / PowerOfTen(power - 9);
  }
  const __int128 total = (static_cast<__int128>(seconds) + offset_) * kBillion + nanos;
  if (total > kMost) return kMost;
  if (total < kLeast) return kLeast;
  return static_cast<int64_t>(total);
}

}  // namespace strato::pcap
