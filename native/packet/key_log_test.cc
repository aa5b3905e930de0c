// The format is that of NSS: label, client random (or session id), secret, in hexadecimal.
#include "packet/key_log.h"

#include <gtest/gtest.h>

namespace strato {
namespace {

std::string of(char c, size_t n) { return std::string(n, c); }
const std::string kRandomHex = of('a', 64), kRandom = of('\xaa', 32), kMasterHex = of('1', 96), kMaster = of('\x11', 48);

TEST(KeyLog, ReadsLinesAndPassesOverTheRest) {
  KeyLog log;
  log.add("# comment\r\nCLIENT_RANDOM " + kRandomHex + " " + kMasterHex + "\r\n\r\nEXPORTER_SECRET " + kRandomHex + " " + of('2', 64) +
          "\nSERVER_TRAFFIC_SECRET_0 " + of('A', 64) + "  " + of('3', 64));
  EXPECT_EQ(log.size(), 2u);
  ASSERT_NE(log.find(KeyLog::kMaster, kRandom), nullptr);
  EXPECT_EQ(*log.find(KeyLog::kMaster, kRandom), kMaster);
  ASSERT_NE(log.find(KeyLog::kServerTraffic, kRandom), nullptr) << "upper case, no line end, two spaces";
  EXPECT_EQ(log.find(KeyLog::kClientTraffic, kRandom), nullptr);
}

TEST(KeyLog, RefusesWhatIsMalformed) {
  KeyLog log;
  log.add("CLIENT_RANDOM\nCLIENT_RANDOM " + kRandomHex + "\nCLIENT_RANDOM " + kRandomHex.substr(2) + " " + kMasterHex);
  log.add("CLIENT_RANDOM " + kRandomHex + " " + of('z', 96) + "\nCLIENT_RANDOM " + kRandomHex + " " + of('1', 258));
  log.add(std::string("\0\0\n\xff\xfe", 5));
  EXPECT_TRUE(log.empty());
}

TEST(KeyLog, SessionsById) {
  KeyLog log;
  log.add("RSA Session-ID:0102 Master-Key:" + kMasterHex);
  ASSERT_NE(log.find(KeyLog::kSession, "\x01\x02"), nullptr);
  EXPECT_EQ(log.find(KeyLog::kSession, ""), nullptr);
}

TEST(KeyLog, TheLastLineWins) {
  KeyLog log;
  log.add("CLIENT_RANDOM " + kRandomHex + " " + kMasterHex + "\nCLIENT_RANDOM " + kRandomHex + " " + of('2', 96));
  EXPECT_EQ(*log.find(KeyLog::kMaster, kRandom), of('\x22', 48));
}

}  // namespace
}  // namespace strato
