#include "base/rc4.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace strato::crypto {
namespace {

std::string hex(std::string_view s) { return Text().hex_bytes(s.data(), s.size()).take(); }

const std::string kZeros(16, '\0');

// RFC 6229 2, the key of 40 bits
TEST(Rc4, KeyStreamOfTheRfc) {
  Rc4Stream s(std::string_view("\1\2\3\4\5", 5));
  EXPECT_EQ(hex(s.read(0, kZeros)), "b2396305f03dc027ccc3524a0a1118a8");
  EXPECT_EQ(hex(s.read(4096, kZeros)), "ff25b58995996707e51fbdf08b34d875");
  EXPECT_EQ(hex(s.read(16, kZeros)), "6982944f18fc82d589c403a47a0d0919") << "back to an earlier place";
}

TEST(Rc4, AnyOrderGivesTheSame) {
  constexpr uint64_t kPlaces[] = {0, 5, (1 << 20) - 8, 1 << 20, (1 << 20) + 1, 3 << 20, (3 << 20) + 77};
  Rc4Stream forward("secret"), backward("secret");
  std::vector<std::string> seen;
  for (uint64_t at : kPlaces) seen.push_back(forward.read(at, kZeros));
  for (size_t i = std::size(kPlaces); i-- > 0;) EXPECT_EQ(backward.read(kPlaces[i], kZeros), seen[i]) << kPlaces[i];
  Rc4 plain("secret");
  for (uint64_t at = 0; at < (3 << 20) + 77; at++) plain.next();
  for (char c : seen.back()) EXPECT_EQ(static_cast<uint8_t>(c), plain.next());
}

}  // namespace
}  // namespace strato::crypto
