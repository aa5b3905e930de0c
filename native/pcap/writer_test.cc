// Writing: what is written is read again the same, by us and (where it is installed) by tshark.
#include "pcap/writer.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "pcap/note_blocks.h"
#include "pcap/packet_copier.h"
#include "pcap/test_bytes.h"

namespace strato::pcap {
namespace {

using namespace test;

ByteSink Into(std::string* out) {
  return [out](Span bytes) {
    out->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  };
}

Span View(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

TEST(Writer, PcapngBlocksHaveTheLayoutOfTheDraft) {
  std::string out;
  PcapngWriter writer(Into(&out));
  Section section;
  section.app = "stratoshark";
  ASSERT_TRUE(writer.BeginSection(section));
  EXPECT_EQ(out, SectionBlock(Opt(4, "stratoshark") + Opt(0, "")));
  out.clear();
  Interface interface;
  interface.linktype = 1;
  interface.snaplen = 96;
  interface.tsresol_raw = 9;
  interface.name = "eth0@web";
  uint32_t id = 7;
  ASSERT_TRUE(writer.AddInterface(interface, &id));
  EXPECT_EQ(id, 0u);
  EXPECT_EQ(out, InterfaceBlock(1, Opt(2, "eth0@web") + Opt(9, "\x09") + Opt(0, ""), false, 96));
  out.clear();
  PacketOptions options;
  options.comments = {"hello"};
  options.process_thread = {41, 42};
  ASSERT_TRUE(writer.AddPacket({.iface = 0, .ts_ns = 1700000000123456789, .len = 5, .data = View("abcde"), .options = &options}));
  EXPECT_EQ(out, PacketBlock(0, 1700000000123456789, "abcde", Opt(1, "hello") + Opt(8, Out().u32(41).u32(42).str()) + Opt(0, "")));
}

TEST(Writer, APacketWithoutTimeIsASimpleOneWherePossible) {
  std::string out;
  PcapngWriter writer(Into(&out));
  Interface interface;
  interface.snaplen = 4;
  uint32_t id = 0;
  ASSERT_TRUE(writer.AddInterface(interface, &id) && writer.AddInterface(interface, &id));
  out.clear();
  ASSERT_TRUE(writer.AddPacket({.iface = 0, .len = 9, .data = View("abcd"), .has_ts = false}));
  EXPECT_EQ(out, Block(3, Out().u32(9).bytes("abcd").str()));
  out.clear();
  ASSERT_TRUE(writer.AddPacket({.iface = 1, .len = 4, .data = View("abcd"), .has_ts = false}));
  EXPECT_EQ(out, PacketBlock(1, 0, "abcd"));
}

/** Two sections of different byte orders, link types and resolutions, with options, names, secrets and custom blocks. */
std::string Mixed() {
  const std::string names = Block(4, Out().u16(1).u16(8).bytes(std::string_view("\x0a\1\2\3web\0", 8)).u16(0).u16(0).str());
  const std::string secrets = Block(10, Out().u32(0x544c534b).u32(4).bytes("KEY\n").str());
  const std::string ours = Block(0x40000bad, Out().u32(32473).bytes("ours").str());
  const std::string others = Block(0x40000bad, Out().u32(9).bytes("theirs").str());
  const std::string packet_options = Opt(1, "first") + Opt(2, Out().u32(1).str()) + Opt(4, Out().u64(3).str());
  return SectionBlock(Opt(1, "made by hand")) + InterfaceBlock(1, Opt(2, "eth0")) + names + secrets + ours + others +
         PacketBlock(0, 1700000000000001, "one", packet_options) + SectionBlock("", true) +
         InterfaceBlock(113, Opt(2, "any", true) + Opt(9, "\x09", true), true) +
         PacketBlock(0, 1700000000123456789, "four", Opt(6, Out(true).u32(5).str(), true), true);
}

TEST(Copier, PcapngKeepsInterfacesTimesAndOptions) {
  const TempPath source(Mixed());
  const auto from = Open(source);
  std::string out;
  PacketCopier copier(*from, Into(&out), {.pcapng = true, .keep_secrets = false, .app = "test"});
  const auto records = ReadAll(*from);
  ASSERT_TRUE(copier.Begin());
  for (const PacketRecord& r : records) ASSERT_TRUE(copier.Add(r));
  ASSERT_TRUE(copier.End());

  const TempPath copy(out);
  const auto file = Open(copy);
  std::vector<PacketRecord> packets;
  for (const PacketRecord& r : ReadAll(*file)) {
    if (r.kind() == RecordKind::kPacket) packets.push_back(r);
  }
  EXPECT_FALSE(file->damage());
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0].ts_ns, 1700000000000001000);
  EXPECT_EQ(packets[1].ts_ns, 1700000000123456789);
  EXPECT_EQ(BytesOf(*file, packets[1]), "four");
  ASSERT_EQ(file->sections().size(), 2u);
  EXPECT_EQ(file->sections()[0].comments, std::vector<std::string>{"made by hand"});
  ASSERT_EQ(file->interfaces().size(), 2u);
  EXPECT_EQ(file->interfaces()[packets[1].iface].section, 1u);
  EXPECT_EQ(file->interfaces()[packets[1].iface].id_in_section, 0u);
  EXPECT_EQ(file->interfaces()[packets[1].iface].name, "any");
  EXPECT_EQ(file->interfaces()[packets[1].iface].linktype, 113);
  const PacketOptions first = file->packet_options(packets[0]);
  EXPECT_EQ(first.comments, std::vector<std::string_view>{"first"});
  EXPECT_EQ(first.dropcount, 3u);
  EXPECT_EQ(first.flags, 1u);
  EXPECT_EQ(file->packet_options(packets[1]).queue, 5u);
  std::string kinds;
  for (const Note& note : file->notes()) {
    kinds += note.kind == Note::kNames ? "names " : note.kind == Note::kCustom ? "custom " : "other ";
    const auto custom = ReadCustomBlock(*file, note);
    EXPECT_TRUE(!custom || custom->pen == 32473u);
  }
  EXPECT_EQ(kinds, "names custom ");
  EXPECT_EQ(copier.Lost().size(), 2u);  // secrets, another's block that is not to be copied
}

TEST(Copier, SectionsStaySectionsWithWhatTheySayAndCount) {
  const auto described = [](const char* name) { return SectionBlock(Opt(1, name) + Opt(2, "card") + Opt(3, "os")); };
  const std::string counters = Block(5, Out().u32(0).u64(0).bytes(Opt(4, Out().u64(7).str()) + Opt(0, "")).str());
  const TempPath source(described("one") + InterfaceBlock(1, Opt(2, "a")) + PacketBlock(0, 1, "1") + described("empty") +
                        described("two") + InterfaceBlock(1, Opt(2, "b")) + InterfaceBlock(1, Opt(2, "c")) +
                        PacketBlock(1, 2, "2") + counters + described("last") + InterfaceBlock(1, Opt(2, "d")));
  const auto from = Open(source);
  std::string out;
  PacketCopier copier(*from, Into(&out), {});
  // One packet is read at a time, as the command line does: later sections are not known before.
  ASSERT_TRUE(copier.Begin());
  for (PacketRecord r; from->next(&r, 1) == 1;) ASSERT_TRUE(copier.Add(r));
  ASSERT_TRUE(copier.End());
  EXPECT_TRUE(copier.Lost().empty());

  const TempPath copy(out);
  const auto file = Open(copy);
  const auto packets = ReadAll(*file);
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_FALSE(file->damage());
  std::string sections, interfaces;
  for (const Section& s : file->sections()) sections += s.comments.at(0) + ',' + s.hardware + ',' + s.os + ' ';
  for (const Interface& i : file->interfaces()) interfaces += i.name + std::to_string(i.section) + std::to_string(i.id_in_section) + ' ';
  EXPECT_EQ(sections, "one,card,os empty,card,os two,card,os last,card,os ");
  EXPECT_EQ(interfaces, "a00 b20 c21 d30 ");
  EXPECT_EQ(file->interfaces()[packets[1].iface].name, "c");
  ASSERT_EQ(file->notes().size(), 1u);
  const auto counted = ReadStatistics(*file, file->notes()[0]);
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->iface, 1u);
  EXPECT_EQ(counted->received, 7u);
}

TEST(Copier, PcapTakesOneLinkTypeAndSaysWhatIsLost) {
  const TempPath source(Mixed());
  const auto from = Open(source);
  std::string out;
  PacketCopier copier(*from, Into(&out), {.pcapng = false});
  ASSERT_TRUE(copier.Begin());
  for (const PacketRecord& r : ReadAll(*from)) ASSERT_TRUE(copier.Add(r));
  ASSERT_TRUE(copier.End());
  // Nanoseconds, as one of the interfaces has them.
  EXPECT_EQ(out, PcapHeader(0xa1b23c4d).replace(16, 4, std::string("\0\0\4\0", 4)) + PcapRecord(1700000000, 1000, "one"));
  EXPECT_EQ(copier.Lost().size(), 6u);  // link type, options, names, interfaces, secrets, custom blocks
}

TEST(Copier, PutsBackTheHeaderBeforeThePacket) {
  // LINKTYPE_PPP_WITH_DIR: one byte of direction, then PPP; tshark counts the packet without it.
  const std::string capture = PcapHeader(0xa1b2c3d4, false, 204) + PcapRecord(1, 2, "\1\xff\3ppp");
  const TempPath source(capture);
  const auto from = Open(source);
  const auto records = ReadAll(*from);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].caplen, 5u);
  std::string out;
  PacketCopier copier(*from, Into(&out), {.pcapng = false});
  ASSERT_TRUE(copier.Begin() && copier.Add(records[0]) && copier.End());
  EXPECT_EQ(out, capture);
}

TEST(Copier, StopsWhenNobodyTakesTheBytes) {
  const TempPath source(Mixed());
  const auto from = Open(source);
  int left = 3;
  PacketCopier copier(*from, [&](Span) { return left-- > 0; }, {});
  bool going = copier.Begin();
  for (const PacketRecord& r : ReadAll(*from)) going = going && copier.Add(r);
  EXPECT_FALSE(going);
}

}  // namespace
}  // namespace strato::pcap
