// What a document does for one of its views besides filtering: how its rows look, and finding.
#include <algorithm>
#include <chrono>

#include "engine/document.h"
#include "engine/fact_filter.h"
#include "engine/json_writer.h"

namespace strato {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kReportEvery = std::chrono::milliseconds(50);
constexpr uint32_t kFindBatch = 512;  // frames looked at per turn

std::string problems_json(const std::vector<Look::Problem>& problems) {
  Text out;
  JsonWriter j(out);
  j.open_object().key("problems").open_array();
  for (const Look::Problem& p : problems) {
    j.open_object().key("kind").string(p.rule ? "rule" : "field");
    j.key("index").number(static_cast<int64_t>(p.index)).key("message").string(p.text).close_object();
  }
  j.close_array().close_object();
  return out.take();
}

std::string answer_json(uint32_t frame, bool wrapped, bool cancelled) {
  Text out;
  JsonWriter j(out);
  j.open_object().key("frame").number(frame).key("wrapped").boolean(wrapped);
  j.key("cancelled").boolean(cancelled).close_object();
  return out.take();
}

std::string progress_json(uint64_t looked, uint64_t total) {
  Text out;
  JsonWriter j(out);
  j.open_object().key("looked").number(static_cast<int64_t>(looked));
  j.key("total").number(static_cast<int64_t>(total)).close_object();
  return out.take();
}

}  // namespace

/// Where a find is: the frame looked at last, and how many rows are left.
struct FindState {
  uint32_t at = 0, found = 0;
  uint64_t looked = 0, total = 0;
  bool wrapped = false;
  std::unique_ptr<FactFilter> facts;  // of a find by filter
};

std::string Document::set_look(uint32_t id, LookRequest request) {
  std::vector<Look::Problem> problems;
  auto look = std::make_shared<const Look>(std::move(request), &problems);
  std::lock_guard<std::mutex> lock(mutex_);
  view(id)->look = std::move(look);
  return problems_json(problems);
}

// The frame displayed after (or before) `frame`, around the end if asked for; 0: there is none.
uint32_t Document::step_locked(const View& v, uint32_t frame, const FindFrom& from, bool* wrapped) const {
  uint32_t last = capture_->scanned();
  if (!from.filtered || !v.active) {
    if (!last) return 0;
    if (from.forward && frame < last) return frame + 1;
    if (!from.forward && frame > 1) return std::min(frame - 1, last);
    if (!from.wrap) return 0;
    *wrapped = true;
    return from.forward ? 1 : last;
  }
  const Frames& f = *v.frames;
  if (f.empty()) return 0;
  if (from.forward) {
    auto i = std::upper_bound(f.begin(), f.end(), frame);
    if (i != f.end()) return *i;
  } else {
    auto i = std::lower_bound(f.begin(), f.end(), frame);
    if (i != f.begin()) return *(i - 1);
  }
  if (!from.wrap) return 0;
  *wrapped = true;
  return from.forward ? f.front() : f.back();
}

// Looks at some more rows; false when the find has ended.
bool Document::find_batch(const Finder& finder, const View& v, const FindFrom& from, Ctx& c, FindState& s) {
  Capture::Want want;
  want.tree = finder.wants_tree();
  want.columns = finder.wants_columns();
  want.fields = finder.fields();
  s.total = from.filtered && v.active ? v.frames->size() : capture_->scanned();
  for (uint32_t n = 0; n < kFindBatch; n++) {
    if (s.looked >= s.total) return false;
    uint32_t next = step_locked(v, s.at, from, &s.wrapped);
    if (!next) return false;
    s.at = next;
    s.looked++;
    if (v.look && v.look->is_ignored(next)) continue;
    if (s.facts && next <= s.facts->ready()) {
      bool dissected;
      if (!s.facts->matches(c, next, 0, &dissected)) continue;
    } else {
      capture_->dissect(c, next, want);
      if (!finder.matches(c)) continue;
    }
    s.found = next;
    return false;
  }
  return true;
}

std::string Document::find(const FindRequest& request, const FindFrom& from, const Report& on_progress,
                           std::string* error) {
  auto finder = Finder::make(request, error);
  if (!finder) return {};
  std::shared_ptr<View> v;
  uint64_t mine;
  FindState s;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    v = view(from.view);
    mine = ++v->finding;
    s.at = from.frame || from.forward ? from.frame : capture_->scanned() + 1;
    if (finder->filter()) s.facts = std::make_unique<FactFilter>(*finder->filter(), *capture_);
  }
  Ctx c(capture_->session(), Registry::get());
  auto last = Clock::now();
  for (bool more = true; more;) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (v->finding != mine) return answer_json(0, false, true);
      more = find_batch(*finder, *v, from, c, s);
    }
    if (Clock::now() - last >= kReportEvery && on_progress) {
      last = Clock::now();
      on_progress(progress_json(s.looked, s.total));
    }
    while (waiting_.load() > 0) std::this_thread::yield();
  }
  return answer_json(s.found, s.found && s.wrapped, false);
}

void Document::cancel_find(uint32_t id) {
  std::lock_guard<std::mutex> lock(mutex_);
  view(id)->finding++;
}

}  // namespace strato
