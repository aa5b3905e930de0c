// Document::conversations: who talked to whom, for what policies would make of it.
#include <algorithm>

#include "engine/conversations.h"
#include "engine/document.h"

namespace strato {

std::string Document::conversations() {
  constexpr uint32_t kTurn = 2048;  // packets looked at while others wait for theirs
  const uint64_t mine = ++conversations_asked_;
  Conversations all(*capture_);
  Ctx c(capture_->session(), Registry::get());
  Capture::Want want;
  want.shallow = true;
  uint32_t next = 1;
  for (bool more = true; more && !stop_ && conversations_asked_ == mine;) {
    {
      Turn turn(*this);
      const uint32_t last = std::min(capture_->scanned(), next + kTurn - 1);
      for (; next <= last; next++) {
        capture_->dissect(c, next, want);
        all.add(c);
      }
      more = next <= capture_->scanned();
    }
  }
  Turn turn(*this);
  Text out;
  JsonWriter j(out);
  all.write(j, next - 1, next > capture_->scanned() && std::string_view(state_) == "ready");
  return out.take();
}

}  // namespace strato
