// Reads CBOR (RFC 8949) out of a capture file, in place and without memory of its own: definite lengths, no tags; what
// our blocks are written in. A library would bring a tree of allocations that hostile input sizes; here every length is
// held against the bytes that are left, so that work and depth are bounded by the input.
#pragma once
#include <cstdint>
#include <string_view>

namespace strato {

class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : s_(bytes) {}

  /// The next value, when it is of that kind; otherwise false and nothing is read. Numbers are unsigned ones.
  bool number(uint64_t* v);
  bool text(std::string_view* v) { return string(kText, v); }
  bool bytes(std::string_view* v) { return string(kBytes, v); }
  bool boolean(bool* v);
  /// *n elements follow.
  bool array(uint64_t* n);
  /// *n keys follow, each with its value.
  bool map(uint64_t* n);
  /// Passes over one value with all that is in it; false when it is cut off or malformed.
  bool skip();
  /// The same, giving its bytes: another reader can read them later.
  bool raw(std::string_view* v) {
    const std::string_view before = s_;
    if (!skip()) return false;
    *v = before.substr(0, before.size() - s_.size());
    return true;
  }

  /// Something was malformed: nothing more is read.
  bool failed() const { return failed_; }

  /// Reads a map: each(key) reads the value, or says false and it is passed over. False: no map, or it is malformed.
  template <class Each>
  bool each_key(Each&& each) {
    uint64_t n = 0;
    if (!map(&n)) return false;
    for (; n > 0 && !failed_; n--) {
      std::string_view key;
      bool known = text(&key) ? each(key) : skip() && false;
      if (!known) skip();
    }
    return !failed_;
  }
  /// Reads an array: each() reads an element, or says false and it is passed over.
  template <class Each>
  bool each_element(Each&& each) {
    uint64_t n = 0;
    if (!array(&n)) return false;
    for (; n > 0 && !failed_; n--)
      if (!each()) skip();
    return !failed_;
  }

 private:
  enum Major : uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };
  struct Head {
    uint8_t major, info;
    uint64_t value;
    uint32_t size;  // of the head itself
  };
  bool head(Head* h);
  bool string(Major major, std::string_view* v);
  bool items(Major major, uint32_t each, uint64_t* n);
  bool fail() {
    failed_ = true;
    return false;
  }

  std::string_view s_;
  bool failed_ = false;
};

}  // namespace strato
