// Writes JSON text. Strings from packets are hostile: everything outside valid UTF-8 and every control character is
// escaped, so that the reader always gets valid JSON and no terminal ever gets a control sequence.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/text.h"

namespace strato {

/// Appends s as a quoted JSON string; bytes that are not UTF-8 become U+FFFD.
void json_string(std::string_view s, Text& out);

class JsonWriter {
 public:
  explicit JsonWriter(Text& out) : out_(out) {}
  JsonWriter& open_object() { return open('{'); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& open_array() { return open('['); }
  JsonWriter& close_array() { return close(']'); }
  JsonWriter& key(std::string_view k) {
    comma();
    json_string(k, out_);
    out_ << ':';
    fresh_ = true;
    return *this;
  }
  JsonWriter& string(std::string_view s) {
    comma();
    json_string(s, out_);
    return *this;
  }
  JsonWriter& number(int64_t v) {
    comma();
    out_ << v;
    return *this;
  }
  JsonWriter& real(double v) {
    comma();
    out_.fmt("%.6f", v);
    return *this;
  }
  JsonWriter& boolean(bool v) {
    comma();
    out_ << (v ? "true" : "false");
    return *this;
  }
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view s) {
    comma();
    out_ << s;
    return *this;
  }

 private:
  void comma() {
    if (!fresh_) out_ << ',';
    fresh_ = false;
  }
  JsonWriter& open(char c) {
    comma();
    out_ << c;
    fresh_ = true;
    return *this;
  }
  JsonWriter& close(char c) {
    out_ << c;
    fresh_ = false;
    return *this;
  }
  Text& out_;
  bool fresh_ = true;
};

}  // namespace strato
