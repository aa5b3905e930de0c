// The floor under every index: a walk over the record headers of a capture, nothing looked into. CPU seconds (user and
// system) of opening the file and of next() over all of it, median of five rounds.
//   npm run native && build/dev/header_walk FILE…
#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <string>

#include "pcap/capture_file.h"

namespace {

using namespace strato::pcap;

constexpr size_t kRounds = 5;

struct Walk {
  uint64_t records = 0, bytes = 0;
  double seconds = 0;
};

bool WalkOnce(const char* path, Walk* walk) {
  const std::clock_t start = std::clock();
  std::string error;
  OpenFailure why;
  const auto file = CaptureFile::open(path, OpenOptions{}, &error, &why);
  if (!file) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return false;
  }
  PacketRecord batch[256];
  while (const size_t n = file->next(batch, 256)) walk->records += n;
  walk->bytes = file->size();
  walk->seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return true;
}

}  // namespace

int main(int count, char** names) {
  int status = 0;
  for (int i = 1; i < count; i++) {
    std::array<Walk, kRounds> walks;
    if (!std::all_of(walks.begin(), walks.end(), [&](Walk& w) { return WalkOnce(names[i], &w); })) {
      status = 1;
      continue;
    }
    std::sort(walks.begin(), walks.end(), [](const Walk& a, const Walk& b) { return a.seconds < b.seconds; });
    const Walk& median = walks[kRounds / 2];
    std::printf("%s: %" PRIu64 " records, %" PRIu64 " bytes, %.3f CPU s\n", names[i], median.records, median.bytes,
                median.seconds);
  }
  return status;
}
