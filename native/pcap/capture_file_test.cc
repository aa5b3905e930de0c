// Opening, pcap and snoop, growth and compression. Figures are worked out by hand from the formats' specifications.
#include "pcap/capture_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <lz4frame.h>

#include "pcap/test_bytes.h"

namespace strato::pcap {
namespace {

using namespace test;

struct Refused {
  std::string sentence;
  OpenFailure why = OpenFailure::kNone;
};

Refused Refuse(const std::string& path, const OpenOptions& options = {}) {
  Refused r;
  EXPECT_EQ(CaptureFile::open(path, options, &r.sentence, &r.why), nullptr) << path;
  EXPECT_TRUE(!r.sentence.empty() && r.sentence.back() == '.') << r.sentence;
  return r;
}

TEST(OpenCapture, RefusesWithCauseAndRemedy) {
  EXPECT_EQ(Refuse("/no/such/file.pcap").why, OpenFailure::kCannotRead);
  const Refused directory = Refuse("/tmp");
  EXPECT_EQ(directory.why, OpenFailure::kCannotRead);
  EXPECT_NE(directory.sentence.find("directory"), std::string::npos);
  const TempPath empty(""), text("just some words\nin a text file\n"), binary(std::string("\0\1\2\3\4\5\6\7", 8));
  EXPECT_EQ(Refuse(empty.name()).why, OpenFailure::kEmpty);
  const Refused words = Refuse(text.name());
  EXPECT_EQ(words.why, OpenFailure::kNotACapture);
  EXPECT_NE(words.sentence.find("text file"), std::string::npos);
  EXPECT_EQ(Refuse(binary.name()).sentence.find("text file"), std::string::npos);
  const TempPath old(Out().u32(0xa1b2c3d4).u16(1).u16(4).u32(0).u32(0).u32(65535).u32(1).str());
  EXPECT_EQ(Refuse(old.name()).why, OpenFailure::kUnsupported);
  const TempPath future(SectionBlock("", false, 2));
  EXPECT_EQ(Refuse(future.name()).why, OpenFailure::kUnsupported);
}

TEST(OpenCapture, SaysThatAFileMayNotBeRead) {
  const TempPath file(PcapHeader());
  ASSERT_EQ(chmod(file.name().c_str(), 0), 0);
  const bool root = geteuid() == 0;  // may read everything, so be nobody for a moment
  if (root && seteuid(65534) != 0) GTEST_SKIP() << "root cannot become another user here";
  const Refused refused = Refuse(file.name());
  ASSERT_EQ(root ? seteuid(0) : 0, 0);
  EXPECT_EQ(refused.why, OpenFailure::kCannotRead);
  EXPECT_NE(refused.sentence.find("permission"), std::string::npos);
}

TEST(Pcap, ReadsBothByteOrdersAndResolutions) {
  struct Case {
    uint32_t magic;
    bool big;
    int64_t ns;
    const char* kind;
  };
  // 1,700,000,000 s and 250,000 units: a quarter of a second, or a quarter of a millisecond.
  for (const Case& c : {Case{0xa1b2c3d4, false, 1700000000250000000, "pcap"}, Case{0xa1b2c3d4, true, 1700000000250000000, "pcap"},
                        Case{0xa1b23c4d, false, 1700000000000250000, "pcap (nanoseconds)"},
                        Case{0xa1b23c4d, true, 1700000000000250000, "pcap (nanoseconds)"}}) {
    const TempPath path(PcapHeader(c.magic, c.big, 113) + PcapRecord(1700000000, 250000, "abc", 77, c.big) +
                        PcapRecord(4294967295, 0, "", 0, c.big));
    const auto file = Open(path);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->kind(), c.kind);
    const auto records = ReadAll(*file);
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[0].ts_ns, c.ns);
    EXPECT_EQ(records[0].len, 77u);
    EXPECT_EQ(records[0].block_offset, 24u);
    EXPECT_EQ(BytesOf(*file, records[0]), "abc");
    EXPECT_EQ(records[1].ts_ns, 4294967295000000000);  // seconds have no sign
    EXPECT_EQ(records[1].caplen, 0u);
    EXPECT_EQ(file->interfaces()[0].linktype, 113);
    EXPECT_EQ(file->damage(), nullptr);
  }
}

TEST(Pcap, KnowsTheVariantsByTheirRecords) {
  const std::string data(42, 'x');
  const auto with_extra = [&](uint32_t magic, size_t extra) {
    std::string file = PcapHeader(magic);
    for (uint32_t i = 0; i < 3; ++i) {
      const std::string record = PcapRecord(1700000000 + i, 5, data);
      file += record.substr(0, 16) + std::string(extra, '\1') + record.substr(16);
    }
    return file;
  };
  struct Case {
    uint32_t magic;
    size_t extra;
    const char* kind;
  };
  for (const Case& c : {Case{0xa1b2c3d4, 0, "pcap"}, Case{0xa1b2c3d4, 4, "pcap (Nokia)"}, Case{0xa1b2c3d4, 8, "pcap (Red Hat 6.1)"},
                        Case{0xa1b2cd34, 8, "pcap (modified)"}, Case{0xa1b2cd34, 12, "pcap (SuSE 6.3)"}}) {
    const TempPath path(with_extra(c.magic, c.extra));
    const auto file = Open(path);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->kind(), c.kind);
    const auto records = ReadAll(*file);
    ASSERT_EQ(records.size(), 3u);
    EXPECT_EQ(BytesOf(*file, records[2]), data);
    EXPECT_EQ(records[2].ts_ns, 1700000002000005000);
  }
}

TEST(Pcap, ExchangesLengthsOfOldVersions) {
  const std::string record = Out().u32(1).u32(2).u32(100).u32(4).bytes("abcd").str();  // 100 on the wire, 4 captured
  for (const uint16_t minor : {uint16_t{2}, uint16_t{3}}) {
    const TempPath path(PcapHeader(0xa1b2c3d4, false, 1, minor) + record + record);
    const auto file = Open(path);
    const auto records = ReadAll(*file);
    ASSERT_EQ(records.size(), 2u) << minor;
    EXPECT_EQ(records[1].len, 100u);
    EXPECT_EQ(records[1].caplen, 4u);
  }
}

TEST(Pcap, KeepsWhatIsBeforeDamage) {
  const std::string good = PcapHeader() + PcapRecord(1, 1, "abc") + PcapRecord(1, 1, "abc");
  const TempPath too_big(good + Out().u32(1).u32(1).u32(262145).u32(262145).str() + std::string(300000, 'x'));
  auto file = Open(too_big);
  EXPECT_EQ(ReadAll(*file).size(), 2u);
  ASSERT_TRUE(file->damage());
  EXPECT_EQ(file->damage()->offset, 24u + 2 * 19);
  EXPECT_FALSE(file->damage()->cut_off);
  EXPECT_NE(file->damage()->message.find("2 packets"), std::string::npos);
  const TempPath limit(good + Out().u32(1).u32(1).u32(262144).u32(262144).str() + std::string(262144, 'x'));
  file = Open(limit);
  EXPECT_EQ(ReadAll(*file).size(), 3u);
  EXPECT_FALSE(file->damage());
}

TEST(Snoop, ReadsRecordsAndDropCounts) {
  Out out(true);
  out.bytes(std::string("snoop\0\0\0", 8)).u32(2).u32(4);
  for (uint32_t i = 0; i < 2; ++i) out.u32(60).u32(5).u32(24 + 8).u32(i * 3).u32(1000 + i).u32(7).bytes("hello").bytes({"\0\0\0", 3});
  const TempPath path(out.str());
  const auto file = Open(path);
  const auto records = ReadAll(*file);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(file->interfaces()[0].linktype, 1);
  EXPECT_EQ(records[1].ts_ns, 1001000007000);
  EXPECT_EQ(records[1].len, 60u);
  EXPECT_EQ(BytesOf(*file, records[1]), "hello");
  EXPECT_EQ(file->packet_options(records[1]).dropcount, 3u);
  EXPECT_FALSE(file->damage());
  const TempPath cut(out.str().substr(0, out.str().size() - 1));  // the last packet's padding counts, as for tshark
  const auto shorter = Open(cut);
  EXPECT_EQ(ReadAll(*shorter).size(), 1u);
  EXPECT_TRUE(shorter->damage() && shorter->damage()->cut_off);
}

TEST(Growth, RetriesAHalfWrittenPacketAndGoesOn) {
  const std::string record = PcapRecord(5, 5, "0123456789");
  TempPath path(PcapHeader().substr(0, 10));
  const auto file = Open(path);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->can_grow());
  EXPECT_EQ(ReadAll(*file).size(), 0u);
  EXPECT_FALSE(file->refresh());
  path.Append(PcapHeader().substr(10) + record + record.substr(0, 7));
  ASSERT_TRUE(file->refresh());
  EXPECT_EQ(ReadAll(*file).size(), 1u);
  ASSERT_TRUE(file->damage());
  EXPECT_TRUE(file->damage()->cut_off);
  path.Append(record.substr(7) + record);
  ASSERT_TRUE(file->refresh());
  EXPECT_FALSE(file->damage());
  const auto more = ReadAll(*file);
  ASSERT_EQ(more.size(), 2u);
  EXPECT_EQ(BytesOf(*file, more[1]), "0123456789");
  EXPECT_FALSE(file->refresh());
}

TEST(Growth, NoticesAShortenedOrReplacedFile) {
  const TempPath path(PcapHeader() + PcapRecord(5, 5, "0123456789"));
  const auto file = Open(path);
  EXPECT_FALSE(file->changed_on_disk());
  ASSERT_EQ(truncate(path.name().c_str(), 30), 0);
  EXPECT_TRUE(file->changed_on_disk());
  EXPECT_EQ(ReadAll(*file).size(), 0u);
  ASSERT_TRUE(file->damage());
  EXPECT_NE(file->damage()->message.find("shortened"), std::string::npos);

  const TempPath other(PcapHeader()), newer(PcapHeader());
  const auto replaced = Open(other);
  EXPECT_FALSE(replaced->changed_on_disk());
  ASSERT_EQ(rename(newer.name().c_str(), other.name().c_str()), 0);
  EXPECT_TRUE(replaced->changed_on_disk());
  unlink(other.name().c_str());
  EXPECT_TRUE(replaced->changed_on_disk());
}

std::string Gzip(std::string_view data) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, data.size()) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  z.avail_in = static_cast<uInt>(data.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string Zstd(std::string_view data) {
  std::string out(ZSTD_compressBound(data.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), data.data(), data.size(), 3));
  return out;
}

std::string Lz4(std::string_view data) {
  std::string out(LZ4F_compressFrameBound(data.size(), nullptr), '\0');
  out.resize(LZ4F_compressFrame(out.data(), out.size(), data.data(), data.size(), nullptr));
  return out;
}

TEST(Compressed, ReadsSeveralMembersOfEachFormat) {
  std::string capture = PcapHeader();
  for (uint32_t i = 0; i < 5000; ++i) capture += PcapRecord(i, i, std::string(400, static_cast<char>(i)));
  using Pack = std::string (*)(std::string_view);
  for (const auto& [pack, name] : {std::pair<Pack, const char*>{Gzip, "gzip"}, {Zstd, "zstd"}, {Lz4, "lz4"}}) {
    const std::string_view all = capture;
    const TempPath path(pack(all.substr(0, 777)) + pack(all.substr(777)));
    bool asked = false;
    OpenOptions options;
    options.progress = [&](uint64_t done, uint64_t total) { return asked = done <= total; };
    const auto file = Open(path, options);
    ASSERT_TRUE(file) << name;
    EXPECT_TRUE(asked);
    EXPECT_EQ(file->kind(), std::string("pcap (") + name + ")");
    EXPECT_FALSE(file->can_grow());
    const auto records = ReadAll(*file);
    ASSERT_EQ(records.size(), 5000u);
    EXPECT_EQ(BytesOf(*file, records[4999]), std::string(400, static_cast<char>(4999)));
    EXPECT_FALSE(file->damage());

    options.progress = [](uint64_t, uint64_t) { return false; };
    EXPECT_EQ(Refuse(path.name(), options).why, OpenFailure::kCancelled);
    OpenOptions small;
    small.unpack_limit = capture.size() - 1;
    EXPECT_EQ(Refuse(path.name(), small).why, OpenFailure::kTooLarge);
  }
}

TEST(Compressed, KeepsWhatComesBeforeTheCut) {
  std::string capture = PcapHeader();
  uint32_t seed = 1;
  for (uint32_t i = 0; i < 200; ++i) {
    std::string noise(500, '\0');  // does not compress, so that a cut has unpacked packets before it
    for (char& c : noise) c = static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
    capture += PcapRecord(i, 0, noise);
  }
  for (const std::string& packed : {Gzip(capture), Zstd(capture), Lz4(capture)}) {
    const TempPath path(packed.substr(0, packed.size() - 30));
    const auto file = Open(path);
    if (!file) continue;  // zstd and LZ4 give blocks as a whole; this one had only one
    const size_t n = ReadAll(*file).size();
    EXPECT_LT(n, 200u);
    ASSERT_TRUE(file->damage());
    EXPECT_NE(file->damage()->message.find("ends too early"), std::string::npos) << file->damage()->message;
  }
  std::string wrong = Gzip(capture);
  wrong[wrong.size() - 6] ^= 1;  // CRC-32
  const TempPath path(wrong);
  const auto file = Open(path);
  EXPECT_EQ(ReadAll(*file).size(), 200u);
  ASSERT_TRUE(file->damage());
}

}  // namespace
}  // namespace strato::pcap
