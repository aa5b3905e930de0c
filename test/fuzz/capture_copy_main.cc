// Copies captures through the writer, to compare with tshark: capture_copy pcap|pcapng IN OUT
#include <cstdio>
#include <cstring>
#include <vector>

#include "pcap/packet_copier.h"

int main(int argc, char** argv) {
  using namespace strato::pcap;
  if (argc != 4) return std::fprintf(stderr, "usage: capture_copy pcap|pcapng IN OUT\n"), 64;
  std::string error;
  const auto from = CaptureFile::open(argv[2], {}, &error);
  if (!from) return std::fprintf(stderr, "%s\n", error.c_str()), 1;
  std::FILE* out = std::fopen(argv[3], "wb");
  if (!out) return std::perror(argv[3]), 1;
  PacketCopier copier(
      *from, [out](Span bytes) { return std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size(); },
      {.pcapng = std::strcmp(argv[1], "pcapng") == 0, .keep_secrets = true, .app = "capture_copy"});
  std::vector<PacketRecord> batch(1024);
  bool good = copier.Begin();
  while (const size_t n = good ? from->next(batch.data(), batch.size()) : 0) {
    for (size_t i = 0; good && i < n; ++i) good = copier.Add(batch[i]);
  }
  good = good && copier.End();
  good = std::fclose(out) == 0 && good;
  for (const std::string& line : copier.Lost()) std::fprintf(stderr, "%s\n", line.c_str());
  return good ? 0 : 1;
}
