// Messages of nfnetlink's connection tracking, written by hand as linux/netfilter/nfnetlink_conntrack.h lays them out.
#include "live/conntrack.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace strato::live {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Length with the head, type (0x8000: nested), padded to four. All little-endian, as this machine.
Bytes attribute(uint16_t type, const Bytes& value) {
  const size_t length = 4 + value.size();
  Bytes out = Bytes{static_cast<uint8_t>(length), static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(type), static_cast<uint8_t>(type >> 8)} + value;
  out.resize((length + 3) & ~size_t{3});
  return out;
}
Bytes nested(uint16_t type, const Bytes& value) { return attribute(0x8000 | type, value); }
Bytes port(uint16_t p) { return {static_cast<uint8_t>(p >> 8), static_cast<uint8_t>(p)}; }

// CTA_TUPLE_IP 1 (V4_SRC 1, V4_DST 2), CTA_TUPLE_PROTO 2 (NUM 1, SRC_PORT 2, DST_PORT 3)
Bytes tuple(const Bytes& source, const Bytes& destination, uint8_t protocol, uint16_t from, uint16_t to) {
  return nested(1, attribute(1, source) + attribute(2, destination)) + nested(2, attribute(1, {protocol}) + attribute(2, port(from)) + attribute(3, port(to)));
}

// nlmsghdr (length, type, flags, sequence, port), nfgenmsg (family, version, resource).
Bytes message(uint16_t type, const Bytes& attributes) {
  const size_t length = 20 + attributes.size();
  return Bytes{static_cast<uint8_t>(length), static_cast<uint8_t>(length >> 8), 0, 0, static_cast<uint8_t>(type), static_cast<uint8_t>(type >> 8), 0, 6,
               0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0} + attributes;
}

constexpr uint16_t kCtNew = 1 << 8, kCtDelete = 1 << 8 | 2, kDone = 3;
const Bytes kClient{10, 244, 1, 5}, kService{10, 96, 0, 7}, kPod{10, 244, 2, 9};

Bytes translated() {
  return nested(1, tuple(kClient, kService, 6, 40000, 80)) + attribute(3, {0, 0, 1, 0x8e}) + nested(2, tuple(kPod, kClient, 6, 8080, 40000));
}

bool starts(const std::array<uint8_t, 16>& address, const Bytes& with) { return std::equal(with.begin(), with.end(), address.begin()); }

TEST(Conntrack, NewGoneAndDumped) {
  std::vector<NatRecord> found;
  EXPECT_TRUE(read_conntrack(message(kCtNew, translated()) + message(kCtDelete, translated()), false, 77, &found));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].change, NatRecord::kNew);
  EXPECT_EQ(found[1].change, NatRecord::kGone);
  const NatRecord& r = found[0];
  EXPECT_EQ(r.family, 4);
  EXPECT_EQ(r.protocol, 6);
  EXPECT_EQ(r.ts_ns, 77);
  EXPECT_TRUE(starts(r.original.source, kClient) && starts(r.original.destination, kService));
  EXPECT_EQ(r.original.source_port, 40000);
  EXPECT_EQ(r.original.destination_port, 80);
  EXPECT_TRUE(starts(r.reply.source, kPod) && starts(r.reply.destination, kClient));
  EXPECT_EQ(r.reply.source_port, 8080);
  EXPECT_FALSE(read_conntrack(message(kCtNew, translated()) + message(kDone, {}), true, 78, &found));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[2].change, NatRecord::kExisting);
}

// CTA_PROTOINFO 4, CTA_PROTOINFO_TCP 1, CTA_PROTOINFO_TCP_STATE 1; of the kernel's states 3 is established, 7 waits, 8 is closed.
TEST(Conntrack, OnlyOpenOnes) {
  const auto in_state = [](uint8_t state) { return message(kCtNew, translated() + nested(4, nested(1, attribute(1, {state})))); };
  std::vector<NatRecord> found;
  EXPECT_TRUE(read_conntrack(in_state(3) + in_state(7) + in_state(8), true, 1, &found, true));
  EXPECT_EQ(found.size(), 1u);
  EXPECT_TRUE(read_conntrack(in_state(7) + in_state(8) + message(kCtNew, translated() + nested(4, attribute(1, {}))), true, 1, &found));
  EXPECT_EQ(found.size(), 4u);
}

TEST(Conntrack, WhatIsNotTranslatedOrHasNoPortsIsPassedOver) {
  std::vector<NatRecord> found;
  const Bytes plain = nested(1, tuple(kClient, kPod, 17, 40000, 53)) + nested(2, tuple(kPod, kClient, 17, 53, 40000));
  const Bytes ping = nested(1, nested(1, attribute(1, kClient) + attribute(2, kService)) + nested(2, attribute(1, {1}))) +
                     nested(2, nested(1, attribute(1, kPod) + attribute(2, kClient)) + nested(2, attribute(1, {1})));
  EXPECT_TRUE(read_conntrack(message(kCtNew, plain) + message(kCtNew, ping) + message(2 << 8, translated()), false, 1, &found));
  EXPECT_TRUE(found.empty());
}

TEST(Conntrack, SixteenByteAddresses) {
  Bytes client(16, 0), service(16, 0), pod(16, 0);
  client[0] = service[0] = pod[0] = 0xfd;
  client[15] = 1, service[15] = 2, pod[15] = 3;
  auto ends = [](const Bytes& s, const Bytes& d, uint16_t from, uint16_t to) {
    return nested(1, attribute(3, s) + attribute(4, d)) + nested(2, attribute(1, {17}) + attribute(2, port(from)) + attribute(3, port(to)));
  };
  std::vector<NatRecord> found;
  EXPECT_TRUE(read_conntrack(message(kCtNew, nested(1, ends(client, service, 5000, 53)) + nested(2, ends(pod, client, 53, 5000))), false, 1, &found));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].family, 6);
  EXPECT_TRUE(starts(found[0].reply.source, pod));
}

// Whatever is cut off or says too large a length: nothing is read beyond it (AddressSanitizer watches).
TEST(Conntrack, DamagedMessages) {
  const Bytes whole = message(kCtNew, translated());
  std::vector<NatRecord> found;
  for (size_t n = 0; n < whole.size(); n++) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(n));
    read_conntrack(cut, false, 1, &found);
  }
  EXPECT_TRUE(found.empty());
  for (size_t at = 0; at < whole.size(); at++)
    for (const uint8_t value : {0x00, 0x01, 0x7f, 0xff}) {
      Bytes changed = whole;
      changed[at] = value;
      read_conntrack(changed, false, 1, &found);
    }
  EXPECT_LE(found.size(), whole.size() * 4);
}

}  // namespace
}  // namespace strato::live
