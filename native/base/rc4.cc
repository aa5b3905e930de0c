#include "base/rc4.h"

#include <algorithm>
#include <utility>

namespace strato::crypto {

Rc4::Rc4(std::string_view key) {
  for (size_t i = 0; i < sizeof s_; i++) s_[i] = static_cast<uint8_t>(i);
  if (key.empty()) return;
  uint8_t j = 0;
  for (size_t i = 0; i < sizeof s_; i++) {
    j = static_cast<uint8_t>(j + s_[i] + static_cast<uint8_t>(key[i % key.size()]));
    std::swap(s_[i], s_[j]);
  }
}

uint8_t Rc4Stream::next() {
  const uint8_t k = now_.next();
  if (++at_ == marks_.size() * kEvery) marks_.push_back(now_);
  return k;
}

std::string Rc4Stream::read(uint64_t from, std::string_view sealed) {
  const uint64_t mark = std::min<uint64_t>(from / kEvery, marks_.size() - 1);
  if (at_ > from || at_ < mark * kEvery) {
    now_ = marks_[mark];
    at_ = mark * kEvery;
  }
  while (at_ < from) next();
  std::string plain(sealed);
  for (char& c : plain) c = static_cast<char>(static_cast<uint8_t>(c) ^ next());
  return plain;
}

}  // namespace strato::crypto
