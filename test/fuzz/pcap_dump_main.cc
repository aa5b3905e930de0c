// Prints what the file layer says of captures, to compare with tshark:
//   pcap_dump FILE…           one line a record: number, seconds, len, caplen, interface in section, name, comments
//   pcap_dump -i FILE…        only the last three of these columns
//   pcap_dump -c FILE…        one line a file: path, kind, records, damage or error
//   pcap_dump -t FILE         time of one pass of next() over the file
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "pcap/capture_file.h"

namespace {

using namespace strato::pcap;

/** As tshark prints text: control characters that would break a line are escaped. */
void PrintText(std::string_view text) {
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == '\t') {
      std::printf("\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
    } else {
      std::putchar(c);
    }
  }
}

enum class Mode { kAll, kInterfaces, kCount };

void PrintTimes(uint64_t number, const PacketRecord& r) {
  std::printf("%" PRIu64 "\t", number);
  if (r.has_ts()) {
    const bool negative = r.ts_ns < 0;
    const uint64_t ns = negative ? 0 - static_cast<uint64_t>(r.ts_ns) : static_cast<uint64_t>(r.ts_ns);
    std::printf("%s%" PRIu64 ".%09" PRIu64, negative ? "-" : "", ns / 1000000000, ns % 1000000000);
  }
  std::printf("\t%" PRIu32 "\t%" PRIu32 "\t", r.len, r.caplen);
}

void PrintRecord(const CaptureFile& file, const PacketRecord& r) {
  if (r.iface != kNoInterface && file.kind().starts_with("pcapng")) {
    const Interface& i = file.interfaces()[r.iface];
    const std::string& name = i.has_name ? i.name : i.has_description ? i.description : i.hardware;
    std::printf("%" PRIu32 "\t", i.id_in_section);
    PrintText(name.empty() && !i.has_name ? "unknown" : name);
  } else {
    std::printf("\t");
  }
  std::printf("\t");
  const PacketOptions options = file.packet_options(r);
  for (size_t i = 0; i < options.comments.size(); ++i) {
    if (i) std::putchar(',');
    PrintText(options.comments[i]);
  }
  std::printf("\n");
}

int Dump(const char* path, Mode mode) {
  const bool count_only = mode == Mode::kCount;
  std::string error;
  const auto file = CaptureFile::open(path, {}, &error);
  if (!file) {
    std::fprintf(count_only ? stdout : stderr, count_only ? "%s\tnone\t0\t%s\n" : "%s: %s\n", path, error.c_str());
    return 2;
  }
  std::vector<PacketRecord> batch(4096);
  uint64_t records = 0;
  while (const size_t n = file->next(batch.data(), batch.size())) {
    for (size_t i = 0; i < n && !count_only; ++i) {
      if (mode == Mode::kAll) PrintTimes(records + i + 1, batch[i]);
      PrintRecord(*file, batch[i]);
    }
    records += n;
  }
  const char* damage = file->damage() ? file->damage()->message.c_str() : "";
  if (count_only) std::printf("%s\t%s\t%" PRIu64 "\t%s\n", path, file->kind().c_str(), records, damage);
  if (!count_only && *damage) std::fprintf(stderr, "%s\n", damage);
  return *damage ? 2 : 0;
}

int Time(const char* path) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  std::string error;
  const auto file = CaptureFile::open(path, {}, &error);
  if (!file) return std::fprintf(stderr, "%s\n", error.c_str()), 2;
  std::vector<PacketRecord> batch(4096);
  uint64_t records = 0, bytes = 0;
  while (const size_t n = file->next(batch.data(), batch.size())) {
    records += n;
    for (size_t i = 0; i < n; ++i) bytes += batch[i].caplen;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("%" PRIu64 " records, %" PRIu64 " packet bytes, %.4f s, %.1f million records/s\n", records, bytes, seconds,
              static_cast<double>(records) / seconds / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Mode mode = Mode::kAll;
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "-t") == 0 && i + 1 < argc) return Time(argv[i + 1]);
    if (std::strcmp(argv[i], "-c") == 0) {
      mode = Mode::kCount;
    } else if (std::strcmp(argv[i], "-i") == 0) {
      mode = Mode::kInterfaces;
    } else if (const int rc = Dump(argv[i], mode); rc > status) {
      status = rc;
    }
  }
  return status;
}
