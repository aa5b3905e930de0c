// MD5 (RFC 1321): only for fingerprints that are defined with it (JA3), never for security.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace strato {

/// Digest as 32 lower-case hex digits.
std::string md5_hex(std::string_view data);

}  // namespace strato
