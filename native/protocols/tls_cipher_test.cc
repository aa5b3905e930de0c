// Vectors: RFC 8448 3 (a simple 1-RTT handshake of TLS 1.3) and the PRF vector for SHA-256 that was published on the
// mailing list of the TLS working group; IANA names for what a suite is.
#include "protocols/tls_cipher.h"

#include <gtest/gtest.h>

namespace strato::protocols::tls {
namespace {

std::string hex(std::string_view s) {
  std::string out;
  int high = -1;
  for (char c : s) {
    if (c == ' ') continue;
    int d = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) high = d;
    else out.push_back(static_cast<char>(high << 4 | d)), high = -1;
  }
  return out;
}

TEST(TlsCipher, TrafficKeysOfRfc8448) {
  Suite s = suite_of(0x1301);
  struct { const char *secret, *key, *iv; } cases[] = {
      {"b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", "3fce516009c21727d0f2e4e86ee403bc",
       "5d313eb2671276ee13000b30"},
      {"b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", "dbfaa693d1762c5b666af5d950258d01",
       "5bd3c71b836e0b76bb73265f"},
      {"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", "17422dda596ed5d9acd890e3c63f5051",
       "5b78923dee08579033e523d9"},
  };
  for (const auto& c : cases) {
    Keys k = keys_of_traffic(s, 0x0304, hex(c.secret));
    EXPECT_EQ(k.key, hex(c.key));
    EXPECT_EQ(k.iv, hex(c.iv));
  }
}

TEST(TlsCipher, RecordOfRfc8448) {
  Keys k = keys_of_traffic(suite_of(0x1301), 0x0304, hex("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"));
  std::string sealed = hex(
      "a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e"
      "3deae63aeebb21694915e4");
  std::string plain, want;
  for (int i = 0; i < 50; i++) want.push_back(static_cast<char>(i));
  uint8_t type = 0;
  ASSERT_TRUE(open_record(k, {23, 0x0303, 0, sealed, {}}, plain, type));
  EXPECT_EQ(plain, want);
  EXPECT_EQ(type, 23);
  EXPECT_FALSE(open_record(k, {23, 0x0303, 1, sealed, {}}, plain, type)) << "another sequence number";
  EXPECT_FALSE(open_record(k, {23, 0x0303, 0, std::string_view(sealed).substr(1), {}}, plain, type));
  EXPECT_FALSE(open_record(k, {23, 0x0303, 0, "", {}}, plain, type));
}

TEST(TlsCipher, PrfOfTls12) {
  std::string out = prf(0x0303, crypto::Hash::Sha256, hex("9bbe436ba940f017b17652849a71db35"), "test label",
                        hex("a0ba9f936cda311827a6f796ffd5198c"), 100);
  EXPECT_EQ(out, hex("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
                     "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
                     "87347b66"));
}

TEST(TlsCipher, SuitesByName) {
  EXPECT_EQ(suite_of(0xc02f).mode, Suite::kGcm);
  EXPECT_EQ(suite_of(0xc02f).key, 16);
  EXPECT_EQ(suite_of(0xc030).prf, crypto::Hash::Sha384);
  EXPECT_EQ(suite_of(0xc0ae).tag(), 8u);
  EXPECT_EQ(suite_of(0xcca8).key, 32);
  EXPECT_EQ(suite_of(0x003d).mac, crypto::Hash::Sha256);
  EXPECT_EQ(suite_of(0x0035).mac, crypto::Hash::Sha1);
  EXPECT_EQ(suite_of(0x000a).block, crypto::Block::TripleDes);
  EXPECT_EQ(suite_of(0x0005).mode, Suite::kRc4);
  EXPECT_EQ(suite_of(0x0004).mac, crypto::Hash::Md5);
  EXPECT_FALSE(suite_of(0xfefe));
}

}  // namespace
}  // namespace strato::protocols::tls
