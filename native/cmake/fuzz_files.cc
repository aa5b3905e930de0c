// Runs a fuzz entry without libFuzzer: on each file named, then on damaged variants of them for as long as asked.
//
//   PROGRAM [--seconds N] [--seed S] [--trace FILE] FILE…
//
// FILE of --trace holds the variant at hand, so that a crash can be repeated. A run of more than 20 s ends the program.
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "test/fuzz/damage.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr unsigned kHangSeconds = 20;  // under sanitizers on a slow machine; a hang is far beyond
constexpr size_t kMostBytes = 16384;   // of an input that is varied, as libFuzzer was told

void run(const std::string& input) {
  alarm(kHangSeconds);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  alarm(0);
}

void on_alarm(int) {
  static const char kText[] = "an input took too long: a hang\n";
  (void)!write(2, kText, sizeof kText - 1);
  abort();
}

double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 0;
  uint64_t seed = 1, variants = 0;
  const char* trace = nullptr;
  std::vector<std::string> inputs;
  for (int i = 1; i < argc; ++i) {
    if (!strcmp(argv[i], "--seconds") && i + 1 < argc) {
      seconds = atof(argv[++i]);
    } else if (!strcmp(argv[i], "--seed") && i + 1 < argc) {
      seed = strtoull(argv[++i], nullptr, 10);
    } else if (!strcmp(argv[i], "--trace") && i + 1 < argc) {
      trace = argv[++i];
    } else {
      std::ifstream in(argv[i], std::ios::binary);
      if (!in) {
        std::perror(argv[i]);
        return 1;
      }
      inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  signal(SIGALRM, on_alarm);
  auto keep = [&](const std::string& input) {
    if (trace) std::ofstream(trace, std::ios::binary | std::ios::trunc) << input;
  };
  for (const std::string& input : inputs) {
    keep(input);
    run(input);
  }
  const size_t files = inputs.size();
  std::erase_if(inputs, [](const std::string& s) { return s.empty() || s.size() > kMostBytes; });
  std::mt19937_64 random(seed);
  for (const double start = now(); !inputs.empty() && now() - start < seconds; variants++) {
    std::string input = inputs[random() % inputs.size()];
    for (uint64_t times = 1 + random() % 4; times > 0; times--) input = strato::fuzz::damage(input, random);
    keep(input);
    run(input);
  }
  std::printf("{\"files\": %zu, \"variants\": %" PRIu64 "}\n", files, variants);
  return files > 0 ? 0 : 1;
}
