#include "pcap/output_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "pcap/packet_block.h"

namespace strato::pcap {
namespace {

std::vector<uint8_t> Block(size_t size, uint8_t value) { return std::vector<uint8_t>(size, value); }

std::vector<uint8_t> Contents(const std::string& path) {
  std::vector<uint8_t> bytes;
  std::FILE* f = std::fopen(path.c_str(), "rb");
  for (int c; f && (c = std::fgetc(f)) != EOF;) bytes.push_back(static_cast<uint8_t>(c));
  if (f) std::fclose(f);
  return bytes;
}

struct TempPath {
  std::string path = testing::TempDir() + "output_stream_" + std::to_string(getpid());
  ~TempPath() { std::remove(path.c_str()); }
};

TEST(OutputStream, ReplacesAFileAndTakesItFromOthersEyes) {
  TempPath t;
  const int fd = open(t.path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
  ASSERT_EQ(write(fd, "much longer than what comes", 27), 27);
  close(fd);
  std::string error;
  auto s = OutputStream::Create(t.path, Compression::kNone, &error);
  ASSERT_TRUE(s) << error;
  EXPECT_TRUE(s->Write(Block(4, 'a')));
  EXPECT_TRUE(s->Close(Block(2, 'z')));
  EXPECT_EQ(Contents(t.path), (std::vector<uint8_t>{'a', 'a', 'a', 'a', 'z', 'z'}));
  struct stat about;
  stat(t.path.c_str(), &about);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST(OutputStream, SaysThatTheDiskIsFull) {
  std::string error;
  auto s = OutputStream::Create("/dev/full", Compression::kNone, &error);
  ASSERT_TRUE(s) << error;
  EXPECT_TRUE(s->Write(Block(100, 1)));  // buffered
  EXPECT_FALSE(s->Flush(true));
  EXPECT_EQ(s->failure(), OutputStream::Failure::kFull);
  EXPECT_EQ(s->Block(10), nullptr);
  EXPECT_FALSE(s->Close({}));
}

TEST(OutputStream, SaysThatTheReaderIsGone) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  auto s = OutputStream::OnDescriptor(ends[1], Compression::kNone);
  EXPECT_TRUE(s->Write(Block(100, 1)));
  EXPECT_FALSE(s->Flush(true));
  EXPECT_EQ(s->failure(), OutputStream::Failure::kReaderGone);
  s.reset();
  close(ends[1]);
}

// What a live capture writes in place is what the writer of any packet writes.
TEST(OutputStream, GivesUpOnAReaderThatTakesNothing) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  auto out = OutputStream::OnDescriptor(ends[1], Compression::kNone);
  out->set_patience(300);
  const std::vector<uint8_t> block(4096, 7);
  // Whoever takes a little now and then is waited for, however long all of it takes.
  std::thread slow([&] {
    std::vector<uint8_t> some(8192);
    for (int i = 0; i < 10; i++) {
      std::this_thread::sleep_for(std::chrono::milliseconds(80));
      if (read(ends[0], some.data(), some.size()) <= 0) break;
    }
  });
  for (int i = 0; i < 30; i++) out->Write(block);
  EXPECT_TRUE(out->Flush(true));
  slow.join();
  for (int i = 0; i < 60; i++) out->Write(block);
  EXPECT_FALSE(out->Flush(true));
  EXPECT_EQ(out->failure(), OutputStream::Failure::kReaderGone);
  close(ends[0]);
  close(ends[1]);
}

TEST(PacketBlock, IsTheWritersBlock) {
  for (size_t size : {0, 1, 2, 3, 4, 61}) {
    const std::vector<uint8_t> data = Block(size, 7);
    for (const auto& [dropped, comment] : std::initializer_list<std::pair<uint32_t, std::string_view>>{{0, ""}, {9, ""}, {9, "a → b"}}) {
      std::vector<uint8_t> want;
      PcapngWriter writer([&](Span bytes) {
        want.assign(bytes.begin(), bytes.end());
        return true;
      });
      uint32_t id;
      Interface interface;
      interface.tsresol_raw = 9;
      writer.AddInterface(interface, &id);
      PacketOptions options;
      options.flags = 6;
      if (dropped) options.dropcount = dropped;
      if (!comment.empty()) options.comments = {comment};
      OutgoingPacket packet;
      packet.ts_ns = 1700000000123456789;
      packet.len = 1500;
      packet.data = data;
      packet.options = &options;
      writer.AddPacket(packet);
      LivePacketBlock live;
      live.ts_ns = packet.ts_ns;
      live.len = packet.len;
      live.head = Span(data).first(size / 2);
      live.rest = Span(data).subspan(size / 2);
      live.flags = 6;
      live.dropped = dropped;
      live.comment = comment;
      std::vector<uint8_t> got(live.size());
      PutPacketBlock(live, got.data());
      EXPECT_EQ(got, want) << size << " bytes, dropped " << dropped;
    }
  }
}

}  // namespace
}  // namespace strato::pcap
