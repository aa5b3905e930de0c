// Damages captures in many ways and reads each variant whole: every packet is indexed, then dissected with tree and
// columns. A crash, a sanitizer report, a hang or unbounded memory ends the program; that is the test.
//
//   variants [--per-file N] [--seed S] [--seconds LIMIT] [--trace FILE] FILE…
//
// Variant k of a file depends on (seed, file name, k) only. FILE of --trace holds "k name" of the one being read, so
// that a crash can be repeated.
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "engine/capture.h"
#include "engine/json_capture.h"
#include "engine/print.h"
#include "packet/registry.h"
#include "test/fuzz/damage.h"

namespace {

constexpr double kSecondsPerVariant = 20;     // under sanitizers on a slow machine; a hang is far beyond
constexpr long kMaxRssKb = 3L * 1024 * 1024;  // sanitizers included; the inputs are at most a few megabytes

std::string read_file(const char* path) {
  std::string out;
  FILE* f = fopen(path, "rb");
  if (!f) return out;
  char b[65536];
  for (size_t n; (n = fread(b, 1, sizeof b, f)) > 0;) out.append(b, n);
  fclose(f);
  return out;
}

void read_whole(const std::string& bytes) {
  int fd = memfd_create("variant", 0);
  if (fd < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    perror("memfd");
    exit(3);
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  std::string error;
  auto capture = strato::Capture::open(path, {}, {}, &error);
  if (!capture && error.empty()) {
    fprintf(stderr, "open failed without a word\n");
    abort();
  }
  if (capture) {
    while (capture->read_more(4096)) {}
    capture->scan_to(capture->size());
    strato::Ctx c(capture->session(), strato::Registry::get());
    strato::Text out;
    for (uint32_t n = 1; n <= capture->size(); n++) {
      strato::Capture::Want w;
      w.tree = w.columns = true;
      capture->dissect(c, n, w);
      out.clear();
      strato::json_row(c, out);
      if (n % 4 == 0) strato::json_detail(c, out);
    }
  }
  close(fd);
}

double seconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

void on_alarm(int) {
  static const char kText[] = "variant took too long: a hang\n";
  (void)!write(2, kText, sizeof kText - 1);
  abort();
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t per_file = 20, seed = 1;
  double limit = 1e9;
  std::vector<const char*> files;
  FILE* trace = nullptr;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--per-file") && i + 1 < argc) per_file = strtoull(argv[++i], nullptr, 10);
    else if (!strcmp(argv[i], "--seed") && i + 1 < argc) seed = strtoull(argv[++i], nullptr, 10);
    else if (!strcmp(argv[i], "--seconds") && i + 1 < argc) limit = atof(argv[++i]);
    else if (!strcmp(argv[i], "--trace") && i + 1 < argc) trace = fopen(argv[++i], "w");
    else files.push_back(argv[i]);
  }
  signal(SIGALRM, on_alarm);
  double start = seconds();
  uint64_t done = 0;
  // round by round over all files, so that a time limit still touches every file
  for (uint64_t k = 0; k < per_file && seconds() - start < limit; k++) {
    for (const char* f : files) {
      std::string original = read_file(f);
      std::mt19937_64 r(seed * 1000003 + k * 7919 + std::hash<std::string_view>{}(f));
      if (trace) {
        rewind(trace);
        fprintf(trace, "%" PRIu64 " %s\n", k, f);
        fflush(trace);
      }
      alarm(static_cast<unsigned>(kSecondsPerVariant));
      read_whole(k == 0 ? original : strato::fuzz::damage(original, r));
      alarm(0);
      done++;
      rusage u;
      getrusage(RUSAGE_SELF, &u);
      if (u.ru_maxrss > kMaxRssKb) {
        fprintf(stderr, "memory grew to %ld KB\n", u.ru_maxrss);
        abort();
      }
    }
  }
  printf("{\"variants\": %" PRIu64 ", \"files\": %zu, \"seconds\": %.1f}\n", done, files.size(), seconds() - start);
  return done ? 0 : 1;
}
