// Ways to damage an input: shared by the drivers that read many variants of one.
#pragma once
#include <cstddef>
#include <random>
#include <string>

namespace strato::fuzz {

/// One of: cut anywhere, flip bits, overwrite bytes at random or with extremes, remove or repeat a range.
inline std::string damage(const std::string& original, std::mt19937_64& r) {
  std::string s = original;
  auto at = [&](size_t n) { return n ? static_cast<size_t>(r() % n) : 0; };
  switch (r() % 5) {
    case 0: s.resize(at(s.size() + 1)); break;
    case 1:
      for (size_t i = 0, n = 1 + at(8); i < n && !s.empty(); i++) s[at(s.size())] ^= static_cast<char>(1 << at(8));
      break;
    case 2: {
      // many flips: dissectors meet nonsense everywhere
      for (size_t i = 0, n = 1 + s.size() / 200; i < n && !s.empty(); i++) s[at(s.size())] = static_cast<char>(r());
      break;
    }
    case 3: {
      static const char kExtremes[] = {0, 1, 127, static_cast<char>(128), static_cast<char>(255)};
      for (size_t i = 0, n = 1 + at(16); i < n && !s.empty(); i++) s[at(s.size())] = kExtremes[at(5)];
      break;
    }
    default: {
      size_t from = at(s.size() + 1), n = at(200);
      if (r() % 2) s.erase(from, n);
      else s.insert(from, s.substr(at(s.size() + 1), n));
    }
  }
  return s;
}

}  // namespace strato::fuzz
