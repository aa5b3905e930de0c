// RC4, for reading old captures with their keys; the library that the other ciphers come from is built without it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strato::crypto {

class Rc4 {
 public:
  /// The key has 1 to 256 bytes; none at all leaves a state of no use.
  explicit Rc4(std::string_view key = {});
  uint8_t next() {
    i_ = static_cast<uint8_t>(i_ + 1);
    j_ = static_cast<uint8_t>(j_ + s_[i_]);
    const uint8_t a = s_[i_], b = s_[j_];
    s_[i_] = b;
    s_[j_] = a;
    return s_[static_cast<uint8_t>(a + b)];
  }

 private:
  uint8_t s_[256], i_ = 0, j_ = 0;
};

/// A stream of RC4 that is read at any place, in any order. Its state is kept once a megabyte: so much is gone through
/// at most to get anywhere.
class Rc4Stream {
 public:
  explicit Rc4Stream(std::string_view key = {}) : marks_{Rc4(key)}, now_(marks_[0]) {}
  /// Decrypts bytes that stand `from` bytes behind the stream's start.
  std::string read(uint64_t from, std::string_view sealed);

 private:
  uint8_t next();
  static constexpr uint64_t kEvery = 1 << 20;
  std::vector<Rc4> marks_;  // [n]: at n * kEvery
  Rc4 now_;
  uint64_t at_ = 0;         // where now_ is
};

}  // namespace strato::crypto
