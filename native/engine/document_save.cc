// Saving from the editor: chosen packets with what users changed of them, to a file the caller opened.
#include <algorithm>
#include <chrono>

#include "engine/document.h"
#include "engine/json_writer.h"

namespace strato {
namespace {

constexpr uint32_t kPacketsPerTurn = 2048;
constexpr auto kReportEvery = std::chrono::milliseconds(100);
constexpr size_t kMostMarked = 1000000;  // listed; more nobody set by hand

}  // namespace

void Document::set_edit(uint32_t frame, std::optional<std::vector<std::string>> comments, std::optional<bool> marked) {
  Turn turn(*this);
  capture_->set_edit(frame, {std::move(comments), marked});
}

std::string Document::marked() {
  for (bool more = true; more;) {
    Turn turn(*this);
    uint32_t end = std::min(capture_->scanned(), marks_looked_at_ + kPacketsPerTurn);
    while (marks_looked_at_ < end)
      if (capture_->marked_in_file(++marks_looked_at_) && marks_in_file_.size() < kMostMarked) marks_in_file_.push_back(marks_looked_at_);
    more = marks_looked_at_ < capture_->scanned();
  }
  Turn turn(*this);
  std::vector<uint32_t> frames;
  for (uint32_t frame : marks_in_file_)
    if (const pcap::PacketEdit* e = capture_->edit(frame); !e || !e->marked) frames.push_back(frame);
  for (const auto& [frame, edit] : capture_->edits())
    if (edit.marked.value_or(false) && frame <= capture_->scanned()) frames.push_back(frame);
  std::sort(frames.begin(), frames.end());
  Text out;
  JsonWriter j(out);
  j.open_object().key("frames").open_array();
  for (uint32_t frame : frames) j.number(frame);
  j.close_array().close_object();
  return out.take();
}

namespace {

// The next frame to be saved at or after `at`, 0 when there is none.
struct Chooser {
  const Document::SaveRequest& r;
  const std::vector<uint32_t>& displayed;
  const Capture& c;
  size_t range = 0;

  uint32_t next(uint32_t at) {
    if (at > c.scanned()) return 0;
    if (r.which == "displayed") {
      auto i = std::lower_bound(displayed.begin(), displayed.end(), at);
      return i == displayed.end() ? 0 : *i;
    }
    if (r.which == "marked") {
      while (at <= c.scanned() && !c.marked(at)) at++;
      return at <= c.scanned() ? at : 0;
    }
    if (r.which == "ranges") {
      while (range < r.ranges.size() && r.ranges[range].second < at) range++;
      if (range == r.ranges.size()) return 0;
      at = std::max(at, r.ranges[range].first);
      return at <= c.scanned() ? at : 0;
    }
    return at;
  }
};

}  // namespace

std::string Document::save(const SaveRequest& r, const Report& on_progress, std::string* error) {
  save_stop_ = false;
  std::vector<uint32_t> displayed;
  std::unique_ptr<CaptureWriter> writer;
  bool good = false;
  {
    Turn turn(*this);
    auto v = view(r.view);
    // what is displayed is what was when the saving began
    if (r.which == "displayed" && v->active) displayed = *v->frames;
    writer = std::make_unique<CaptureWriter>(*capture_, r.write);
    good = writer->begin();
  }
  SaveRequest all = r;
  if (r.which == "displayed" && displayed.empty()) {
    Turn turn(*this);
    if (!view(r.view)->active) all.which = "all";
  }
  Chooser chooser{all, displayed, *capture_};
  uint32_t at = 1, saved = 0;
  auto last = std::chrono::steady_clock::now();
  while (good && at && !save_stop_) {
    std::string progress;
    {
      Turn turn(*this);
      for (uint32_t n = 0; good && n < kPacketsPerTurn && (at = chooser.next(at)) != 0; n++, at++, saved++)
        good = writer->add(at);
      uint32_t scanned = capture_->scanned();
      if (std::chrono::steady_clock::now() - last >= kReportEvery) {
        last = std::chrono::steady_clock::now();
        Text t;
        JsonWriter j(t);
        j.open_object().key("done").number(at ? at - 1 : scanned).key("total").number(scanned).close_object();
        progress = t.take();
      }
    }
    if (!progress.empty() && on_progress) on_progress(progress);
  }
  if (save_stop_) return *error = "cancelled", "";
  Turn turn(*this);
  good = good && writer->end();
  if (!good) return *error = writer->problem(), "";
  Text t;
  JsonWriter j(t);
  j.open_object().key("packets").number(saved).key("lost").open_array();
  for (const std::string& line : writer->lost()) j.string(line);
  j.close_array().close_object();
  return t.take();
}

}  // namespace strato
