// What an index costs without node around it: CPU seconds (user and system) of opening a capture with its first pass up
// to TCP and UDP, and of what these carry; medians of five rounds, and the anonymous memory it then holds, per packet.
//   npm run native && build/dev/first_pass FILE…
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>

#include "engine/capture.h"

namespace {

using namespace strato;

constexpr size_t kRounds = 5;
constexpr uint32_t kBatch = 2048;  // as Document indexes

/// Bytes of this process that belong to no file.
uint64_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("RssAnon:", 0) == 0) return std::strtoull(line.c_str() + 8, nullptr, 10) * 1024;
  return 0;
}

struct Round {
  double transport = 0, application = 0;
  uint32_t packets = 0;
  uint64_t held = 0;
};

bool run(const char* path, Round* r) {
  const uint64_t before = anonymous_bytes();
  const std::clock_t start = std::clock();
  std::string error;
  const auto capture = Capture::open(path, {}, {}, &error);
  if (!capture) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return false;
  }
  while (capture->read_on(kBatch)) {}
  const std::clock_t half = std::clock();
  capture->apply_to(capture->size());
  r->transport = static_cast<double>(half - start) / CLOCKS_PER_SEC;
  r->application = static_cast<double>(std::clock() - half) / CLOCKS_PER_SEC;
  r->packets = capture->size();
  r->held = anonymous_bytes() - before;
  return true;
}

}  // namespace

int main(int count, char** names) {
  int status = 0;
  for (int i = 1; i < count; i++) {
    std::array<Round, kRounds> rounds;
    if (!std::all_of(rounds.begin(), rounds.end(), [&](Round& r) { return run(names[i], &r); })) {
      status = 1;
      continue;
    }
    // the first round alone begins with a heap that holds nothing
    const double held = static_cast<double>(rounds[0].held) / std::max(1u, rounds[0].packets);
    auto median = [&](double Round::*of) {
      std::sort(rounds.begin(), rounds.end(), [&](const Round& a, const Round& b) { return a.*of < b.*of; });
      return rounds[kRounds / 2].*of;
    };
    std::printf("%s: %u packets, %.3f CPU s to TCP and UDP, %.3f CPU s above, %.1f bytes a packet\n", names[i],
                rounds[0].packets, median(&Round::transport), median(&Round::application), held);
  }
  return status;
}
