// Compression of a stream that is written piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace strato::pcap {

enum class Compression : uint8_t { kNone, kGzip, kZstd };

class Packer {
 public:
  /** What is to be readable of the stream after a piece: nothing yet, all so far, all with the stream's end. */
  enum class Until : uint8_t { kLater, kNow, kEnd };
  virtual ~Packer() = default;
  /** Appends what the piece packs to. */
  virtual void Pack(std::span<const uint8_t> piece, Until until, std::vector<uint8_t>* to) = 0;
};

/** nullptr for kNone. */
std::unique_ptr<Packer> MakePacker(Compression compression);

}  // namespace strato::pcap
