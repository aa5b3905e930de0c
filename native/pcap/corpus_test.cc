// Every capture of the shared corpus: number, time, length and captured length of each packet as tshark 4.0.17 has them.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cinttypes>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "pcap/capture_file.h"
#include "pcap/test_bytes.h"

namespace strato::pcap {
namespace {

namespace fs = std::filesystem;

std::string Gunzip(const fs::path& path) {
  std::string text;
  const gzFile file = gzopen(path.c_str(), "rb");
  char chunk[65536];
  for (int n; file && (n = gzread(file, chunk, sizeof chunk)) > 0;) text.append(chunk, static_cast<size_t>(n));
  if (file) gzclose(file);
  return text;
}

/** First four columns of each line but the first: number, seconds, length, captured length. */
std::vector<std::string> TruthOf(const fs::path& path) {
  std::vector<std::string> rows;
  const std::string text = Gunzip(path);
  size_t at = text.find('\n');
  while (at != text.npos && at + 1 < text.size()) {
    const size_t begin = at + 1;
    at = text.find('\n', begin);
    size_t end = begin;
    for (int column = 0; column < 4; ++column) end = text.find('\t', end) + 1;
    rows.push_back(text.substr(begin, end - 1 - begin));
  }
  return rows;
}

std::string RowOf(size_t number, const PacketRecord& r) {
  char row[128];
  const auto ns = static_cast<uint64_t>(r.ts_ns);
  if (r.has_ts()) {
    std::snprintf(row, sizeof row, "%zu\t%" PRIu64 ".%09" PRIu64 "\t%" PRIu32 "\t%" PRIu32, number, ns / 1000000000, ns % 1000000000,
                  r.len, r.caplen);
  } else {
    std::snprintf(row, sizeof row, "%zu\t\t%" PRIu32 "\t%" PRIu32, number, r.len, r.caplen);
  }
  return row;
}

fs::path Corpus() {
  const char* set = std::getenv("STRATO_CORPUS");
  if (set) return set;
  for (const char* up : {"/../shared/corpus", "/../../shared/corpus"}) {
    const fs::path path = fs::path(STRATO_REPO) / fs::path(up).relative_path();
    if (fs::exists(path / "pcaps")) return path;
  }
  return {};
}

// Nanoseconds beyond a second, which tshark prints as they are.
const char* const kOddTime = "ndpi/default__fuzz-2021-10-13.pcap";

TEST(Corpus, EveryRecordIsAsTsharkReadsIt) {
  const fs::path corpus = Corpus();
  if (corpus.empty()) {
    GTEST_SKIP() << "CORPUS MISSING: no ../shared/corpus beside the checkout; set STRATO_CORPUS. Nothing was compared.";
  }
  size_t captures = 0, packets = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus / "pcaps")) {
    const std::string name = fs::relative(entry.path(), corpus / "pcaps").string();
    const fs::path truth = corpus / "truth" / (name + ".pkt.tsv.gz");
    if (!entry.is_regular_file() || !fs::exists(truth)) continue;
    ++captures;
    const std::vector<std::string> rows = TruthOf(truth);
    OpenOptions options;
    options.refuse_unknown_link_types = true;
    std::string error;
    const auto file = CaptureFile::open(entry.path(), options, &error);
    const auto records = file ? test::ReadAll(*file) : std::vector<PacketRecord>();
    EXPECT_EQ(records.size(), rows.size()) << name << ": " << error;
    packets += records.size();
    for (size_t i = 0; i < records.size() && i < rows.size() && name != kOddTime; ++i) {
      ASSERT_EQ(RowOf(i + 1, records[i]), rows[i]) << name;
    }
  }
  EXPECT_GE(captures, 1600u);
  EXPECT_GE(packets, 118000u);
}

}  // namespace
}  // namespace strato::pcap
