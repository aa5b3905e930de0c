// Small files besides captures that the user names in settings, read whole.
#pragma once
#include <cstdint>
#include <string>

namespace strato::pcap {

/** Reads a regular file of at most `limit` bytes. False: *error is one sentence (cause and remedy). */
bool ReadTextFile(const std::string& path, uint64_t limit, std::string* out, std::string* error);

}  // namespace strato::pcap
