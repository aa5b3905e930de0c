// What a capture file says of the machine it was made on.
#pragma once
#include <string>

namespace strato::live {

/// "Linux 6.1.0-13-amd64".
std::string operating_system();
/// "x86_64".
std::string machine();

}  // namespace strato::live
