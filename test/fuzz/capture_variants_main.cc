// Reads variants of captures: cut at random places, bytes flipped, lengths overwritten, pieces moved.
//   capture_variants [-n VARIANTS_PER_FILE] [-s SEED] [-k KEEP_DIR] [-1 VARIANT] FILE…
// Each variant follows from the seed, the file's number and its own. The one being read is kept in KEEP_DIR/variant.bin,
// so that it is there after a crash. Fails when one takes over 5 seconds or the memory of all grows over 1.5 GiB.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstring>
#include <random>

#include "capture_exercise.h"

namespace {

using namespace strato::pcap;
using Bytes = std::vector<uint8_t>;
using Random = std::mt19937_64;

size_t Below(Random& random, size_t n) { return n ? static_cast<size_t>(random() % n) : 0; }

Bytes ReadFile(const char* path) {
  Bytes bytes;
  std::FILE* file = std::fopen(path, "rb");
  if (!file) return bytes;
  uint8_t chunk[65536];
  for (size_t n; (n = std::fread(chunk, 1, sizeof chunk, file)) > 0;) bytes.insert(bytes.end(), chunk, chunk + n);
  std::fclose(file);
  return bytes;
}

void WriteFile(const std::string& path, const Bytes& bytes) {
  if (std::FILE* file = std::fopen(path.c_str(), "wb")) {
    if (!bytes.empty()) std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
  }
}

void FlipBytes(Bytes& b, Random& random) {
  for (size_t n = 1 + Below(random, 12); n > 0; --n) b[Below(random, b.size())] = static_cast<uint8_t>(random());
}

/** Writes a number that sits at edges: sizes of the format, all ones, the sign bit. */
void OverwriteNumber(Bytes& b, Random& random) {
  static constexpr uint32_t kEdges[] = {0, 1, 8, 12, 28, 31, 32, 262144, 262145, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, 0x08020820};
  for (size_t n = 1 + Below(random, 3); n > 0 && b.size() >= 4; --n) {
    uint32_t value = kEdges[Below(random, std::size(kEdges))];
    if (random() & 1) value = __builtin_bswap32(value);
    std::memcpy(b.data() + (Below(random, b.size() - 3) & ~size_t{random() & 1 ? 3u : 0u}), &value, 4);
  }
}

void MovePiece(Bytes& b, Random& random) {
  const size_t from = Below(random, b.size()), n = std::min(b.size() - from, 1 + Below(random, 400));
  const Bytes piece(b.begin() + static_cast<ptrdiff_t>(from), b.begin() + static_cast<ptrdiff_t>(from + n));
  if (random() & 1) b.erase(b.begin() + static_cast<ptrdiff_t>(from), b.begin() + static_cast<ptrdiff_t>(from + n));
  b.insert(b.begin() + static_cast<ptrdiff_t>(Below(random, b.size() + 1)), piece.begin(), piece.end());
}

Bytes Variant(Bytes b, Random& random) {
  if (b.empty()) return b;
  const size_t kind = Below(random, 6);
  // Half of the changes hit the first bytes, where headers are.
  if (kind == 0) b.resize(Below(random, b.size()));
  if (kind == 1 || kind == 5) FlipBytes(b, random);
  if (kind == 2) OverwriteNumber(b, random);
  if (kind == 3) MovePiece(b, random);
  if (kind == 4) {
    Bytes head(b.begin(), b.begin() + static_cast<ptrdiff_t>(std::min<size_t>(b.size(), 400)));
    random() & 1 ? FlipBytes(head, random) : OverwriteNumber(head, random);
    std::copy(head.begin(), head.end(), b.begin());
  }
  if (kind == 5) b.resize(Below(random, b.size()) + 1);
  return b;
}

long ResidentKiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

int main(int argc, char** argv) {
  size_t per_file = 12, only = SIZE_MAX;
  uint64_t seed = 1;
  std::string keep = "/tmp";
  int i = 1;
  for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    if (argv[i][1] == 'n') per_file = std::strtoull(argv[i + 1], nullptr, 10);
    if (argv[i][1] == 's') seed = std::strtoull(argv[i + 1], nullptr, 10);
    if (argv[i][1] == 'k') keep = argv[i + 1];
    if (argv[i][1] == '1') only = std::strtoull(argv[i + 1], nullptr, 10);
  }
  using Clock = std::chrono::steady_clock;
  uint64_t variants = 0, refused = 0, records = 0;
  double slowest = 0;
  for (int number = 0; i < argc; ++i, ++number) {
    const Bytes original = ReadFile(argv[i]);
    for (size_t v = 0; v < per_file; ++v) {
      if (only != SIZE_MAX && v != only) continue;
      Random random(seed * 1000003 + static_cast<uint64_t>(number) * 1009 + v);
      const Bytes bytes = Variant(original, random);
      WriteFile(keep + "/variant.bin", bytes);
      const auto begin = Clock::now();
      const int64_t n = Exercise(keep + "/variant.bin", 1 + Below(random, 300));
      const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      slowest = std::max(slowest, seconds);
      ++variants;
      n < 0 ? ++refused : records += static_cast<uint64_t>(n);
      if (seconds > 5) return std::fprintf(stderr, "%s variant %zu took %.1f s\n", argv[i], v, seconds), 1;
    }
  }
  const long resident = ResidentKiB();
  std::printf("%" PRIu64 " variants read, %" PRIu64 " of them refused, %" PRIu64 " records, slowest %.3f s, %ld MiB resident at most\n",
              variants, refused, records, slowest, resident / 1024);
  return resident > 1536 * 1024;
}
