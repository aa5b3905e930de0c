// BER/DER values (X.690): just enough to walk X.509 certificates. Lengths are checked against what holds them.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/buf.h"

namespace strato::protocols {

/// One tag-length-value. Offsets are within the Buf it was read from.
struct Ber {
  uint8_t cls = 0;           // 0 universal, 1 application, 2 context, 3 private
  bool constructed = false;
  uint32_t tag = 0;
  uint32_t start = 0;        // of the tag
  uint32_t off = 0;          // of the contents
  uint32_t len = 0;          // of the contents
  uint32_t end() const { return off + len; }
  bool is(uint32_t t) const { return cls == 0 && tag == t; }
  bool context(uint32_t t) const { return cls == 2 && tag == t; }
};

namespace ber {
inline constexpr uint32_t kBoolean = 1, kInteger = 2, kBitString = 3, kOctetString = 4, kNull = 5, kOid = 6,
                          kEnumerated = 10, kUtf8String = 12, kSequence = 16, kSet = 17, kNumericString = 18,
                          kPrintableString = 19, kTeletexString = 20, kIa5String = 22, kUtcTime = 23,
                          kGeneralizedTime = 24, kVisibleString = 26, kUniversalString = 28, kBmpString = 30;
}

/// Reads the value that starts at off and must end by `end`. Throws MalformedRead when it does not fit or has a form
/// certificates never have (indefinite length: DER forbids it).
Ber read_ber(const Buf& b, uint32_t off, uint32_t end);


}  // namespace strato::protocols
