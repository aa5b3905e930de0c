// Document::field_values: what a field holds in this capture, for completion.
#include <chrono>

#include "engine/document.h"
#include "engine/field_values.h"
#include "engine/json_writer.h"

namespace strato {

std::string Document::field_values(const std::string& field, uint32_t packets, uint32_t milliseconds) {
  using Clock = std::chrono::steady_clock;
  constexpr uint32_t kTurn = 64;  // packets looked at while others wait for theirs
  const uint64_t mine = ++values_asked_;
  const auto until = Clock::now() + std::chrono::milliseconds(milliseconds);
  FieldValues values(Registry::get().find(field));
  Ctx c(capture_->session(), Registry::get());
  Capture::Want want;
  want.tree = true;
  want.fields = &values.fields();
  uint32_t next = 1;
  bool whole = values.known();
  while (values.known() && next <= packets) {
    if (values_asked_ != mine || Clock::now() >= until) {
      whole = false;
      break;
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      uint32_t last = std::min(packets, capture_->applied());
      if (next > last) break;
      for (uint32_t end = std::min(last, next + kTurn - 1); next <= end; next++) {
        capture_->dissect(c, next, want);
        values.add(c.tree);
      }
    }
    while (waiting_.load() > 0) std::this_thread::yield();
  }
  Text out;
  JsonWriter j(out);
  j.open_object().key("values");
  values.write(j);
  j.key("packets").number(next - 1).key("whole").boolean(whole).close_object();
  return out.take();
}

}  // namespace strato
