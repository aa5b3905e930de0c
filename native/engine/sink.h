// Where the command line's output goes.
#pragma once
#include <string_view>

namespace strato {

class Sink {
 public:
  virtual ~Sink() = default;
  /// A chunk of standard output; false = nobody reads any more: stop.
  virtual bool write(std::string_view chunk) = 0;
  /// One line for standard error, without newline.
  virtual void warn(std::string_view line) = 0;
};

}  // namespace strato
