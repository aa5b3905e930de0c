// Link layers up to TCP and UDP, tunnels and fragments included; what these carry is left alone.
#include "link_frames.h"
#include "memory_frames.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace strato;
  if (size < 4 || size > 65536) return 0;
  fuzz::MemoryFrames frames(fuzz::kLinkTypes[data[0] % std::size(fuzz::kLinkTypes)]);
  fuzz::Pieces pieces(data + 1, size - 1);
  uint8_t flags = 0;
  std::string_view bytes;
  while (frames.size() < fuzz::kMostFrames && pieces.next(flags, bytes))
    frames.add(std::string(bytes), flags & 1 ? fuzz::kNotCaptured : 0);
  Session session(Settings(), frames);
  fuzz::look_at_all(session, frames, true);
  Session fresh(Settings(), frames);
  fuzz::same_in_one_pass(session, fresh, frames);
  return 0;
}
