#include "base/cbor.h"

namespace strato {

// RFC 8949, 3: major type in 3 bits, and 5 that are the argument or say how many bytes of it follow.
bool CborReader::head(Head* h) {
  if (failed_ || s_.empty()) return fail();
  const uint8_t first = static_cast<uint8_t>(s_[0]);
  *h = {static_cast<uint8_t>(first >> 5), static_cast<uint8_t>(first & 31), static_cast<uint64_t>(first & 31), 1};
  if (h->info < 24) return true;
  if (h->info > 27) return fail();  // reserved, or of indefinite length
  const uint32_t more = 1u << (h->info - 24);
  if (s_.size() < 1 + more) return fail();
  h->value = 0;
  for (uint32_t i = 0; i < more; i++) h->value = h->value << 8 | static_cast<uint8_t>(s_[1 + i]);
  h->size = 1 + more;
  return true;
}

bool CborReader::number(uint64_t* v) {
  Head h;
  if (!head(&h) || h.major != kUnsigned) return false;
  *v = h.value;
  s_.remove_prefix(h.size);
  return true;
}

bool CborReader::boolean(bool* v) {
  constexpr uint8_t kFalse = 20, kTrue = 21;
  Head h;
  if (!head(&h) || h.major != kSimple || (h.info != kFalse && h.info != kTrue)) return false;
  *v = h.info == kTrue;
  s_.remove_prefix(h.size);
  return true;
}

bool CborReader::string(Major major, std::string_view* v) {
  Head h;
  if (!head(&h) || h.major != major) return false;
  if (h.value > s_.size() - h.size) return fail();
  *v = s_.substr(h.size, static_cast<size_t>(h.value));
  s_.remove_prefix(h.size + static_cast<size_t>(h.value));
  return true;
}

bool CborReader::items(Major major, uint32_t each, uint64_t* n) {
  Head h;
  if (!head(&h) || h.major != major) return false;
  if (h.value > (s_.size() - h.size) / each) return fail();  // every value takes a byte at least
  *n = h.value;
  s_.remove_prefix(h.size);
  return true;
}
bool CborReader::array(uint64_t* n) { return items(kArray, 1, n); }
bool CborReader::map(uint64_t* n) { return items(kMap, 2, n); }

bool CborReader::skip() {
  for (uint64_t left = 1; left > 0; left--) {
    Head h;
    if (!head(&h)) return false;
    uint64_t inside = 0;
    switch (h.major) {
      case kBytes:
      case kText:
        if (h.value > s_.size() - h.size) return fail();
        s_.remove_prefix(static_cast<size_t>(h.value));
        break;
      case kArray: inside = h.value; break;
      case kMap: inside = h.value > s_.size() ? h.value : 2 * h.value; break;
      case kTag: inside = 1; break;
      default: break;
    }
    s_.remove_prefix(h.size);
    if (inside > s_.size()) return fail();
    left += inside;
  }
  return true;
}

}  // namespace strato
