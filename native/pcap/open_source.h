// From a path to a mapped, uncompressed file: the checks and messages of open(), streams, and unpacking.
#pragma once

#include <memory>
#include <string>

#include "pcap/capture_file.h"
#include "pcap/file_map.h"
#include "pcap/unpack.h"

namespace strato::pcap {

struct Source {
  std::unique_ptr<FileMap> map;
  Packing packing = Packing::kNone;
  std::string unpack_problem;  // after the bytes that are there
  bool can_grow = false;
};

/** False: *error is one sentence for people. */
bool OpenSource(const std::string& path, const OpenOptions& options, Source* out, std::string* error, OpenFailure* why);

/** What a file that is no capture seems to be, as the end of a sentence: "it seems to be a text file …". */
std::string GuessContent(std::span<const uint8_t> file);

}  // namespace strato::pcap
