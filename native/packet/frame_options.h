// What a file says of a frame beside its bytes and times: options of pcapng's packet blocks, custom blocks.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace strato {

struct FrameVerdict {
  uint8_t type = 0;       // 0 hardware, 1 Linux eBPF TC, 2 Linux eBPF XDP (draft-ietf-opsawg-pcapng, epb_verdict)
  std::string_view data;  // in the mapped file
  bool big_endian = false;
};

struct FrameOptions {
  std::optional<uint32_t> flags;  // epb_flags
  std::optional<uint64_t> dropcount, packet_id;
  std::optional<uint32_t> queue;
  std::vector<FrameVerdict> verdicts;
  uint64_t flow = 0;  // id of an Identities flow, 0 none
  bool marked = false;  // by the user
};

/// A custom block that counts as a frame.
struct CustomFrame {
  uint32_t pen = 0;   // IANA private enterprise number
  bool copy = false;  // may be copied by programs that do not know it
};

/// A source of frames that knows more of them than every FrameSource: pcapng.
class FrameDetails {
 public:
  virtual ~FrameDetails() = default;
  /// Number of the frame's section, from 1; 0: the file has no sections.
  virtual uint32_t section(uint32_t number) const = 0;
  virtual FrameOptions options(uint32_t number) const = 0;
  /// Set where the frame is a custom block.
  virtual std::optional<CustomFrame> custom_block(uint32_t number) const = 0;
};

}  // namespace strato
