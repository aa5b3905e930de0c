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
constexpr uint32_t kSortBatch = 16384;  // frames sorted by what is known without a look at them, per turn

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

// Takes the values of some more rows; false when none is left.
bool Document::sort_batch(OrderKeys& keys, const View& v, bool filtered, uint32_t* next, uint32_t total, Ctx& c) {
  const uint32_t end = std::min(total, *next + (keys.want() ? kFindBatch : kSortBatch));
  for (; *next < end; ++*next) {
    const uint32_t frame = v.captured_at(filtered, *next);
    if (keys.want()) capture_->dissect(c, frame, *keys.want());
    keys.add(*capture_, c, frame, *next ? v.captured_at(filtered, *next - 1) : 0);
  }
  return *next < total;
}

bool Document::sort(const OrderRequest& request, uint32_t id, const Report& on_progress, std::string* error) {
  std::shared_ptr<View> v;
  std::unique_ptr<OrderKeys> keys;
  uint64_t mine;
  uint32_t next = 0, total;
  bool filtered;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    v = view(id);
    mine = ++v->sorting;
    v->order.reset();
    if (request.by == OrderRequest::By::Nothing) return true;
    keys = OrderKeys::make(request, v->look ? v->look->time() : TimeFormat::Relative, error);
    if (!keys) return true;
    while (std::string_view(state_) == "indexing" && v->sorting == mine) grown_.wait_for(lock, kReportEvery);
    filtered = request.filtered && v->active;
    total = filtered ? static_cast<uint32_t>(v->frames->size()) : capture_->scanned();
  }
  Ctx c(capture_->session(), Registry::get());
  auto last = Clock::now();
  for (bool more = true; more;) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (v->sorting != mine) return false;
      more = sort_batch(*keys, *v, filtered, &next, total, c);
    }
    if (keys->is_full()) {
      *error = "The texts of this column are too many to be sorted (more than " + std::to_string(request.most_text >> 20) +
               " MiB): apply a filter that leaves fewer packets.";
      return true;
    }
    if (Clock::now() - last >= kReportEvery && on_progress) {
      last = Clock::now();
      on_progress(progress_json(next, total));
    }
    while (waiting_.load() > 0) std::this_thread::yield();
  }
  auto order = keys->arrange();
  std::lock_guard<std::mutex> lock(mutex_);
  if (v->sorting != mine) return false;
  v->order = std::move(order);
  v->order_filtered = filtered;
  return true;
}

void Document::cancel_sort(uint32_t id) {
  std::lock_guard<std::mutex> lock(mutex_);
  view(id)->sorting++;
}

void Document::cancel_find(uint32_t id) {
  std::lock_guard<std::mutex> lock(mutex_);
  view(id)->finding++;
}

}  // namespace strato
