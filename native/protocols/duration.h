// Seconds as people read them.
#pragma once
#include "base/text.h"

namespace strato::protocols {

/// "1 day, 2 hours, 3 seconds"; "0 seconds" for none.
inline void print_duration(uint32_t seconds, Text& t) {
  const struct {
    uint32_t n;
    const char* unit;
  } parts[] = {{seconds / 86400, "day"}, {seconds / 3600 % 24, "hour"}, {seconds / 60 % 60, "minute"},
               {seconds % 60, "second"}};
  if (!seconds) t << "0 seconds";
  bool first = true;
  for (const auto& p : parts) {
    if (!p.n) continue;
    if (!first) t << ", ";
    first = false;
    t << p.n << ' ' << p.unit << (p.n == 1 ? "" : "s");
  }
}

}  // namespace strato::protocols
