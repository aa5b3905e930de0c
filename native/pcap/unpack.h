// Unpacks gzip (several members), zstd (several frames) and LZ4 frames, told by their magic numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace strato::pcap {

enum class Packing : uint8_t { kNone, kGzip, kZstd, kLz4 };

Packing DetectPacking(std::span<const uint8_t> head);
const char* PackingName(Packing packing);

/** Takes unpacked bytes in order and the number of packed bytes read so far; false stops the work. */
using UnpackSink = std::function<bool(std::span<const uint8_t> bytes, uint64_t packed_done)>;

/**
 * Unpacks all of `packed`. Everything that could be unpacked reaches the sink; the answer is "" or what was wrong after
 * that: "the gzip data ends too early", "the checksum … is wrong". Memory is bounded by the formats' windows (zstd: 128 MiB).
 */
std::string Unpack(Packing packing, std::span<const uint8_t> packed, const UnpackSink& sink);

// One file each.
std::string UnpackGzip(std::span<const uint8_t> packed, const UnpackSink& sink);
std::string UnpackZstd(std::span<const uint8_t> packed, const UnpackSink& sink);
std::string UnpackLz4(std::span<const uint8_t> packed, const UnpackSink& sink);

/** Size of the pieces a sink gets, at most. */
inline constexpr size_t kUnpackChunk = size_t{1} << 20;

}  // namespace strato::pcap
