// The protocols above TCP and UDP, chosen by the first byte; the last choice feeds the blocks of identities instead, and
// then looks at packets that these may name.
#include "application_talk.h"
#include "memory_frames.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace strato;
  if (size < 4 || size > 65536) return 0;
  const size_t choice = data[0] % fuzz::kChoices;
  const bool identities = choice + 1 == fuzz::kChoices;
  const fuzz::Application app = identities ? fuzz::Application{true, 80} : fuzz::kApplications[choice];
  fuzz::MemoryFrames frames;
  fuzz::Conversation talk(frames, app.tcp, app.port);
  std::vector<std::string> blocks;
  fuzz::Pieces pieces(data + 1, size - 1);
  uint8_t flags = 0;
  std::string_view bytes;
  for (size_t i = 0; i < fuzz::kMostMessages && pieces.next(flags, bytes); i++) {
    if (identities) blocks.push_back(std::string(Identities::kBlockMagic) + std::string(bytes));
    else talk.say(flags & fuzz::kSide, bytes, flags & fuzz::kLast);
  }
  if (identities)
    for (int side : {0, 1}) talk.say(side, "x");
  Session session(Settings(), frames);
  for (const std::string& block : blocks) session.identities.add_block(block);
  fuzz::look_at_all(session, frames, false);
  return 0;
}
