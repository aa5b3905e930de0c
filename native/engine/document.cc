#include "engine/document.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "engine/fact_filter.h"
#include "engine/json_capture.h"
#include "engine/json_writer.h"
#include "filter/filter.h"
#include "live/parent_death.h"

namespace strato {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kReportEvery = std::chrono::milliseconds(50);
constexpr uint32_t kBatch = 2048;        // frames indexed per turn: about 1 ms, so that rows are answered at once
constexpr uint32_t kFilterBatch = 512;   // frames filtered per turn: they are dissected with a tree
constexpr uint32_t kPassedOver = 64;     // frames that need no dissection count as one
constexpr uint32_t kAtOnce = 32768;      // frames whose application layers are looked at while the file is read
constexpr size_t kMaxFound = 8;          // results of filters kept, and
constexpr size_t kMaxFoundFrames = 16u << 20;  // their frames in all: 64 MB

double thread_cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace

std::unique_ptr<Document> Document::open(const std::string& path, const Settings& s, std::string* error,
                                         uint64_t unpack_limit) {
  pcap::OpenOptions o;
  o.unpack_limit = unpack_limit;
  auto c = Capture::open(path, s, o, error);
  if (!c) return nullptr;
  return std::unique_ptr<Document>(new Document(std::move(c)));
}

Document::Document(std::unique_ptr<Capture> c)
    : capture_(std::move(c)), ctx_(std::make_unique<Ctx>(capture_->session(), Registry::get())) {}

Document::~Document() { stop(); }

void Document::stop() {
  cancel();
  if (indexer_.joinable()) indexer_.join();
}

void Document::index(Report on_status) {
  if (indexer_.joinable()) return;
  on_status_ = std::move(on_status);
  indexer_ = std::thread([this] { run_index(); });
}

bool Document::index_batch() {
  // who waits goes first: a mutex alone would let the indexer take it again at once
  while (waiting_.load() > 0) std::this_thread::yield();
  std::lock_guard<std::mutex> lock(mutex_);
  if (capture_->file().changed_on_disk()) {
    failure_ = "The file was shortened or replaced while it was read: reopen it to see what it holds now.";
    return false;
  }
  if (!capture_->read_on(kBatch)) return false;
  // the rows people look at first are whole at once
  if (capture_->size() <= kAtOnce) capture_->apply_to(capture_->size());
  return true;
}

bool Document::apply_batch() {
  while (waiting_.load() > 0) std::this_thread::yield();
  std::lock_guard<std::mutex> lock(mutex_);
  capture_->apply_to(capture_->applied() + kBatch);
  return capture_->applied() < capture_->scanned();
}

void Document::report(double before, double start) {
  std::string s;
  {
    Turn t(*this);
    index_seconds_ = before + thread_cpu_seconds() - start;
    s = status_locked();
  }
  if (on_status_) on_status_(s);
}

void Document::run_index() {
  auto last = Clock::now();
  double before = index_seconds_, start = thread_cpu_seconds();
  bool reading = true, applying = true;
  while (!stop_ && applying) {
    if (reading) reading = index_batch();
    else applying = apply_batch();
    grown_.notify_all();
    if (Clock::now() - last < kReportEvery) continue;
    last = Clock::now();
    report(before, start);
  }
  {
    Turn t(*this);
    state_ = stop_ ? "cancelled" : failure_.empty() ? "ready" : "failed";
  }
  grown_.notify_all();
  report(before, start);
}

std::string Document::status_locked() {
  Text t;
  json_status(*capture_, {state_, failure_, index_seconds_}, t);
  return t.take();
}

std::string Document::status() {
  Turn t(*this);
  return status_locked();
}

std::shared_ptr<Document::View> Document::view(uint32_t id) {
  auto& v = views_[id];
  if (!v) v = std::make_shared<View>();
  return v;
}

std::string Document::rows(uint32_t from, uint32_t count, bool filtered, uint32_t id) {
  Turn turn(*this);
  std::shared_ptr<View> v = view(id);
  bool use = filtered && v->active;
  uint32_t total = use ? static_cast<uint32_t>(v->frames->size()) : capture_->scanned();
  count = std::min(count, kMaxRows);
  uint32_t end = from >= total ? from : std::min(total, from + count);
  Text out;
  out << "{\"from\":" << from << ",\"total\":" << total << ",\"filtered\":" << (use ? "true" : "false")
      << ",\"rows\":[";
  const Look* look = v->look.get();
  const RowOrder* order = v->order_of(use);
  Capture::Want want;
  want.columns = true;
  want.fields = look ? look->fields() : nullptr;
  want.tree = want.fields != nullptr;
  want.ts_digits = look ? look->digits() : -1;
  for (uint32_t i = from; i < end; i++) {
    if (i > from) out << ',';
    uint32_t frame = order && i < order->size() ? order->frame_at(i) : v->captured_at(use, i);
    uint32_t at = i;  // its place among those displayed, in order of capture
    if (use && order) at = static_cast<uint32_t>(std::lower_bound(v->frames->begin(), v->frames->end(), frame) - v->frames->begin());
    want.prev_displayed = use ? (*v->frames)[at ? at - 1 : 0] : 0;  // the first one displayed has none: its own
    want.reference = look ? look->reference_of(frame) : 0;
    capture_->dissect(*ctx_, frame, want);
    json_row(*ctx_, out, look);
  }
  out << "]}";
  return out.take();
}

bool Document::packet(uint32_t frame, Detail* out) {
  Turn turn(*this);
  if (frame == 0 || frame > capture_->scanned()) return false;
  Capture::Want want;
  want.tree = want.columns = true;
  capture_->dissect(*ctx_, frame, want);
  Text t;
  json_detail(*ctx_, t);
  out->json = t.take();
  for (const Source& s : ctx_->sources)
    out->sources.emplace_back(reinterpret_cast<const char*>(s.p), s.p ? s.n : 0);
  return true;
}

int64_t Document::row_of(uint32_t frame, bool filtered, uint32_t id) {
  Turn turn(*this);
  std::shared_ptr<View> v = view(id);
  const bool use = filtered && v->active;
  int64_t row = -1;  // as captured
  if (!use) {
    if (frame && frame <= capture_->scanned()) row = int64_t{frame} - 1;
  } else if (auto i = std::lower_bound(v->frames->begin(), v->frames->end(), frame); i != v->frames->end()) {
    row = i - v->frames->begin();
  }
  const RowOrder* order = v->order_of(use);
  if (row < 0 || !order || row >= order->size()) return row;
  return order->row_of(v->captured_at(use, static_cast<uint32_t>(row)));
}

std::string Document::filter_status(const std::string& text, const char* state, uint32_t scanned, size_t matched) {
  Text out;
  JsonWriter j(out);
  j.open_object().key("text").string(text).key("state").string(state).key("scanned").number(scanned);
  j.key("matched").number(static_cast<int64_t>(matched)).close_object();
  return out.take();
}

std::string Document::filter(const std::string& text, uint32_t id, bool extend, const Report& on_progress,
                             std::string* error) {
  std::unique_ptr<filter::Filter> f;
  if (!text.empty()) {
    filter::Message message;
    std::vector<filter::Message> warnings;
    f = filter::Filter::compile(text, Registry::get(), &message, &warnings);
    if (!f) {
      *error = message.text;
      return {};
    }
  }
  std::shared_ptr<View> v;
  std::shared_ptr<Frames> frames = std::make_shared<Frames>();
  uint64_t mine;
  uint32_t next = 1;
  {
    Turn turn(*this);
    v = view(id);
    mine = ++v->generation;
    extend = extend && f && v->active && v->text == text;
    if (extend) {
      // what was found may be shared with those who ask the same
      *frames = *v->frames;
      next = v->seen + 1;
    } else {
      v->sorting++;
      v->order.reset();
    }
    v->text = text;
    v->active = f != nullptr;
    const Found* old = f && !extend && !ignores(*v) ? found(text) : nullptr;
    v->frames = old ? old->frames : frames;
    if (!f) return filter_status(text, "done", capture_->scanned(), capture_->scanned());
    if (old) {
      v->seen = capture_->applied();
      return filter_status(text, "done", capture_->scanned(), old->frames->size());
    }
  }
  Ctx c(capture_->session(), Registry::get());
  FactFilter facts(*f, *capture_);
  if (extend && facts.beside()) {
    Turn turn(*this);
    // owners become known late: what was looked at may be answered otherwise now
    if (v->known != capture_->identities_read()) frames->clear(), next = 1, v->order.reset();
  }
  auto last = Clock::now();
  for (;;) {
    std::string progress;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      // the result is provisional while the index grows: go on until it is complete
      while (next > facts.ready() && std::string_view(state_) == "indexing" && v->generation == mine)
        grown_.wait_for(lock, kReportEvery);
      if (v->generation != mine) return filter_status(text, "cancelled", next - 1, frames->size());
      if (next > facts.ready() && facts.outdated()) {
        frames->clear();
        next = 1;
        v->order.reset();
      }
      if (next > facts.ready()) {
        v->known = capture_->identities_read();
        if (std::string_view(state_) == "ready" && !extend && !ignores(*v)) keep_found(text, frames);
        break;
      }
      for (uint32_t work = 0; next <= facts.ready() && work < kFilterBatch * kPassedOver; next++) {
        if (v->look && v->look->is_ignored(next)) continue;
        bool dissected = false;
        if (facts.matches(c, next, frames->empty() ? 0 : frames->back(), &dissected)) frames->push_back(next);
        work += dissected ? kPassedOver : 1;
      }
      v->seen = next - 1;
      if (Clock::now() - last >= kReportEvery) {
        last = Clock::now();
        progress = filter_status(text, "running", next - 1, frames->size());
      }
    }
    if (!progress.empty() && on_progress) on_progress(progress);
    while (waiting_.load() > 0) std::this_thread::yield();
  }
  return filter_status(text, "done", next - 1, frames->size());
}

const Document::Found* Document::found(const std::string& text) const {
  if (std::string_view(state_) != "ready") return nullptr;
  for (const Found& r : found_)
    if (r.text == text && r.packets == capture_->applied() && r.edits == capture_->edits_made()) return &r;
  return nullptr;
}

void Document::keep_found(const std::string& text, const std::shared_ptr<Frames>& frames) {
  frames->shrink_to_fit();
  std::erase_if(found_, [&](const Found& r) { return r.text == text; });
  found_.push_back({text, capture_->applied(), capture_->edits_made(), frames});
  size_t total = 0;
  for (const Found& r : found_) total += r.frames->size();
  while (found_.size() > kMaxFound || (total > kMaxFoundFrames && !found_.empty())) {
    total -= found_.front().frames->size();
    found_.erase(found_.begin());
  }
}

std::string Document::refresh() {
  bool more = false;
  {
    Turn t(*this);
    if (std::string_view(state_) != "ready") return status_locked();
    more = capture_->file().refresh();
    if (more) state_ = "indexing";
  }
  if (more) run_index();
  return status();
}

bool die_with_parent() { return live::die_with_parent(); }

void Document::cancel() {
  stop_ = true;
  values_asked_++;
  {
    Turn t(*this);
    for (auto& v : views_) v.second->generation++, v.second->finding++, v.second->sorting++;
  }
  grown_.notify_all();
}

}  // namespace strato
