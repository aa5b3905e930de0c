// Why a capture cannot start.
#pragma once
#include <string>

namespace strato::live {

struct OpenError {
  enum Kind { kNone, kNotAllowed, kInterface, kFilter, kOther } kind = kNone;
  /// One sentence for people: the cause and, where there is one, the remedy. Not for kNotAllowed: the remedy depends on
  /// the program that runs.
  std::string text{};
};

/// "No such device" for an errno value.
std::string errno_text(int error);

}  // namespace strato::live
