// pcapng: blocks, options, sections, times. Times of odd resolutions are those tshark 4.0.17 gives for the same bytes.
#include <gtest/gtest.h>

#include "pcap/capture_file.h"
#include "pcap/note_blocks.h"
#include "pcap/test_bytes.h"

namespace strato::pcap {
namespace {

using namespace test;

int64_t TimeOf(const std::string& interface_options, uint64_t stamp) {
  const TempPath path(SectionBlock() + InterfaceBlock(1, interface_options) + PacketBlock(0, stamp, "x"));
  const auto file = Open(path);
  const auto records = ReadAll(*file);
  return records.size() == 1 && records[0].has_ts() ? records[0].ts_ns : -1;
}
int64_t TimeOf(uint8_t resolution, uint64_t stamp) {
  return TimeOf(Opt(9, std::string(1, static_cast<char>(resolution))), stamp);
}

TEST(PcapngTime, OfEveryResolution) {
  EXPECT_EQ(TimeOf("", 1700000000000001), 1700000000000001000);  // microseconds without the option
  EXPECT_EQ(TimeOf(0, 1700000000), 1700000000000000000);
  EXPECT_EQ(TimeOf(3, 1700000000123), 1700000000123000000);
  EXPECT_EQ(TimeOf(9, 1700000000123456789), 1700000000123456789);
  EXPECT_EQ(TimeOf(10, 17000000001234567891u), 1700000000123456789);
  EXPECT_EQ(TimeOf(19, 12345678901234567890u), 1234567890);
  EXPECT_EQ(TimeOf(20, 12345678901234567890u), 0);
  EXPECT_EQ(TimeOf(0x8a, uint64_t{1700000000} * 1024 + 512), 1700000000500000000);
  EXPECT_EQ(TimeOf(0x80, 17000), 17000000000000);
  EXPECT_EQ(TimeOf(0xbf, (uint64_t{1} << 63) + 5), 1000000000);
  EXPECT_EQ(TimeOf(0xff, 5), 0);
  EXPECT_EQ(TimeOf(6, ~uint64_t{0}), INT64_MAX);  // 18446744073709 s do not fit
}

TEST(PcapngTime, OffsetIsAdded) {
  const auto offset = [](int64_t seconds) { return Opt(14, Out().u64(static_cast<uint64_t>(seconds)).str()); };
  EXPECT_EQ(TimeOf(offset(-3600), 1700000000000000), 1699996400000000000);
  EXPECT_EQ(TimeOf(offset(3600), 1700000000000000), 1700003600000000000);
  EXPECT_EQ(TimeOf(Opt(9, "\x03") + Opt(9, std::string(1, '\0')), 1700), 1700000000);  // the first counts
}

TEST(Pcapng, SectionsOfBothByteOrdersKeepTheirInterfaces) {
  std::string all;
  for (const bool big : {false, true}) {
    all += SectionBlock(Opt(4, big ? "second" : "first", big) + Opt(1, "note", big), big) +
           InterfaceBlock(1, Opt(2, "eth0", big), big) + PacketBlock(0, 1000, "abcd", "", big) +
           InterfaceBlock(113, Opt(2, "any", big) + Opt(3, "all of them", big) + Opt(11, std::string("\0tcp", 4), big), big) +
           PacketBlock(1, 2000, "efgh", "", big);
  }
  const TempPath path(all);
  const auto file = Open(path);
  const auto records = ReadAll(*file);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_FALSE(file->damage());
  ASSERT_EQ(file->sections().size(), 2u);
  EXPECT_EQ(file->sections()[1].app, "second");
  EXPECT_TRUE(file->sections()[1].big_endian);
  EXPECT_EQ(file->sections()[1].comments, std::vector<std::string>{"note"});
  ASSERT_EQ(file->interfaces().size(), 4u);
  EXPECT_EQ(records[3].iface, 3u);
  const Interface& last = file->interfaces()[3];
  EXPECT_EQ(last.id_in_section, 1u);
  EXPECT_EQ(last.section, 1u);
  EXPECT_EQ(last.linktype, 113);
  EXPECT_EQ(last.name, "any");
  EXPECT_EQ(last.description, "all of them");
  EXPECT_EQ(last.filter, "tcp");
  EXPECT_EQ(records[3].ts_ns, 2000000);
  EXPECT_EQ(BytesOf(*file, records[3]), "efgh");
}

TEST(Pcapng, GivesTheOptionsOfAPacket) {
  const bool big = true;
  const std::string options = Opt(1, "one", big) + Opt(1, std::string_view("two\0rest", 8), big) + Opt(2, Out(big).u32(0x1000a).str(), big) +
                              Opt(4, Out(big).u64(7).str(), big) + Opt(5, Out(big).u64(99).str(), big) + Opt(6, Out(big).u32(3).str(), big) +
                              Opt(7, std::string(1, '\2') + Out(big).u64(2).str(), big) + Opt(3, std::string(1, '\2') + "CRC!", big) +
                              Opt(8, Out(big).u32(41).u32(42).str(), big) + Opt(19373, Out(big).u32(32473).bytes("own").str(), big) +
                              Opt(2988, Out(big).u32(9).bytes("text").str(), big) +
                              Opt(0, "", big) + Opt(1, "behind the end", big);
  const TempPath path(SectionBlock("", big) + InterfaceBlock(1, "", big) + PacketBlock(0, 1, "abcde", options, big));
  const auto file = Open(path);
  const auto records = ReadAll(*file);
  ASSERT_EQ(records.size(), 1u);
  const PacketOptions o = file->packet_options(records[0]);
  EXPECT_EQ(o.comments, (std::vector<std::string_view>{"one", "two"}));
  EXPECT_EQ(o.flags, 0x1000au);
  EXPECT_EQ(o.dropcount, 7u);
  EXPECT_EQ(o.packetid, 99u);
  EXPECT_EQ(o.queue, 3u);
  ASSERT_TRUE(o.process_thread);
  EXPECT_EQ(o.process_thread->process, 41u);
  EXPECT_EQ(o.process_thread->thread, 42u);
  ASSERT_EQ(o.verdicts.size(), 1u);
  EXPECT_EQ(o.verdicts[0].type, 2);
  EXPECT_EQ(o.verdicts[0].data.size(), 8u);
  ASSERT_EQ(o.hashes.size(), 1u);
  EXPECT_EQ(o.hashes[0].data.size(), 4u);
  ASSERT_EQ(o.custom.size(), 2u);
  EXPECT_TRUE(o.custom[1].text && o.custom[1].copy);
  EXPECT_EQ(o.custom[0].pen, 32473u);
  EXPECT_FALSE(o.custom[0].text || o.custom[0].copy);
  EXPECT_EQ(o.custom[0].data.size(), 3u);
}

TEST(Pcapng, SimpleAndObsoletePackets) {
  const std::string simple = Block(3, Out().u32(50).bytes(std::string(20, 's')).str());
  const std::string obsolete = Block(2, Out().u16(0).u16(5).u32(0).u32(3000).u32(3).u32(9).bytes("old").pad().bytes(Opt(1, "hi")).str());
  const TempPath path(SectionBlock() + InterfaceBlock(1, "", false, 20) + simple + obsolete);
  const auto file = Open(path);
  const auto records = ReadAll(*file);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_FALSE(records[0].has_ts());
  EXPECT_EQ(records[0].caplen, 20u);  // cut at the interface's snap length
  EXPECT_EQ(records[0].len, 50u);
  EXPECT_EQ(records[1].ts_ns, 3000000);
  EXPECT_EQ(records[1].len, 9u);
  EXPECT_EQ(BytesOf(*file, records[1]), "old");
  const PacketOptions o = file->packet_options(records[1]);
  EXPECT_EQ(o.dropcount, 5u);
  EXPECT_EQ(o.comments, std::vector<std::string_view>{"hi"});
}

TEST(Pcapng, RemembersTheOtherBlocks) {
  const std::string names = Block(4, Out().u16(1).u16(12).bytes(std::string_view("\x0a\1\2\3web\0db2", 12)).pad().u16(0).u16(0).str());
  const std::string secrets = Block(10, Out().u32(0x544c534b).u32(3).bytes("KEY").pad().str());
  const std::string statistics = Block(5, Out().u32(0).u32(1).u32(2).bytes(Opt(4, Out().u64(10).str()) + Opt(5, Out().u64(4).str())).str());
  const std::string custom = Block(0xbad, Out().u32(32473).bytes("payload!").str());
  const TempPath path(SectionBlock() + InterfaceBlock() + PacketBlock(0, 1, "a") + names + secrets + Block(0x77, "????") + custom +
                      PacketBlock(0, 2, "b") + statistics);
  OpenOptions hidden;
  hidden.custom_blocks_are_records = false;
  EXPECT_EQ(ReadAll(*Open(path, hidden)).size(), 2u);
  const auto file = Open(path);
  const auto records = ReadAll(*file);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].kind(), RecordKind::kCustom);
  EXPECT_EQ(records[1].iface, kNoInterface);
  EXPECT_EQ(BytesOf(*file, records[1]), "payload!");
  ASSERT_EQ(file->notes().size(), 5u);
  std::string seen;
  ReadNames(*file, file->notes()[0], [&](const NameRecord& r) {
    seen += std::string(r.name) + std::to_string(r.address[0]) + " ";
    return true;
  });
  EXPECT_EQ(seen, "web10 db210 ");
  const auto key = ReadSecrets(*file, file->notes()[1]);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type, kSecretsTlsKeyLog);
  EXPECT_EQ(key->data.size(), 3u);
  EXPECT_EQ(file->notes()[1].packets_before, 1u);
  EXPECT_EQ(file->notes()[2].kind, Note::kUnknown);
  EXPECT_EQ(ReadCustomBlock(*file, file->notes()[3])->pen, 32473u);
  const auto counters = ReadStatistics(*file, file->notes()[4]);
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->received, 10u);
  EXPECT_EQ(counters->dropped, 4u);
  EXPECT_EQ(counters->ts_ns, ((int64_t{1} << 32) + 2) * 1000);
  EXPECT_FALSE(counters->os_dropped);
}

TEST(Pcapng, JournalEntriesAreRecordsWithTheirTime) {
  const std::string entry = "MESSAGE=hello\n__REALTIME_TIMESTAMP=1700000001000002\n";
  const TempPath path(SectionBlock() + Block(9, entry));
  const auto file = Open(path);
  const auto records = ReadAll(*file);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].kind(), RecordKind::kJournal);
  EXPECT_EQ(records[0].ts_ns, 1700000001000002000);
  EXPECT_EQ(BytesOf(*file, records[0]), entry);
}

/** Damage after one good packet: its message. */
std::string DamageOf(const std::string& after) {
  const TempPath path(SectionBlock() + InterfaceBlock() + PacketBlock(0, 1, "good") + after);
  const auto file = Open(path);
  EXPECT_EQ(ReadAll(*file).size(), 1u);
  return file->damage() ? file->damage()->message : "";
}

TEST(Pcapng, FindsTheDamageThatTsharkFinds) {
  const std::string packet = PacketBlock(0, 1, "abcd");
  EXPECT_EQ(DamageOf(""), "");
  EXPECT_NE(DamageOf(PacketBlock(7, 1, "abcd")).find("interface 7"), std::string::npos);
  EXPECT_NE(DamageOf(packet.substr(0, 20)).find("cut short"), std::string::npos);
  EXPECT_NE(DamageOf(Out().u32(0x77).u32(8).u32(8).str()).find("8 bytes"), std::string::npos);
  EXPECT_NE(DamageOf(Out().u32(0x77).u32(200000000).u32(0).str()).find("200000000"), std::string::npos);
  std::string other_length = packet;
  other_length[other_length.size() - 4] ^= 4;
  EXPECT_NE(DamageOf(other_length).find("differ"), std::string::npos);
  EXPECT_NE(DamageOf(PacketBlock(0, 1, "abcd", Opt(2, "ab"))).find("epb_flags"), std::string::npos);
  EXPECT_NE(DamageOf(PacketBlock(0, 1, "abcd", Out().u16(1).u16(2000).u32(0).str())).find("2000"), std::string::npos);
  EXPECT_NE(DamageOf(PacketBlock(0, 1, "abcd", Opt(2988, "ab"))).find("custom option"), std::string::npos);
  EXPECT_NE(DamageOf(Block(5, "")).find("statistics"), std::string::npos);
  EXPECT_NE(DamageOf(Block(5, Out().u32(0).u64(0).u16(4).u16(900).str())).find("900"), std::string::npos);
  EXPECT_NE(DamageOf(PacketBlock(0, 1, "abcd", Out().u16(0).u16(9).str())).find("9 bytes"), std::string::npos);
  EXPECT_NE(DamageOf(Block(10, Out().u32(1).u32(300).str())).find("secrets"), std::string::npos);
  EXPECT_NE(DamageOf(Block(4, Out().u16(1).u16(8).bytes("\1\2\3\4abcd").str())).find("no end"), std::string::npos);
  EXPECT_NE(DamageOf(Block(9, "short")).find("journal"), std::string::npos);
  EXPECT_NE(DamageOf(SectionBlock("", false, 2)).find("version 2.0"), std::string::npos);
  EXPECT_NE(DamageOf(PacketBlock(0, 1, std::string(262145, 'x'))).find("262145"), std::string::npos);
  EXPECT_EQ(DamageOf(InterfaceBlock(1, Opt(9, "ab"))), "");  // a wrong length there is passed over
}

TEST(Pcapng, AFileOfInterfacesOnlyStaysSmall) {
  std::string all = SectionBlock();
  for (int i = 0; i < 70000; ++i) all += InterfaceBlock();
  const TempPath path(all);
  const auto file = Open(path);
  EXPECT_EQ(ReadAll(*file).size(), 0u);
  EXPECT_EQ(file->interfaces().size(), 65536u);
  ASSERT_TRUE(file->damage());
}

}  // namespace
}  // namespace strato::pcap
