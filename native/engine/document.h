// A capture shared among threads: one indexes, others ask for rows, details and filters meanwhile. This is what the
// editor's engine process holds; every answer is JSON of src/contract/capture.ts.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/capture.h"
#include "engine/find.h"
#include "engine/look.h"

namespace strato {

class Document {
 public:
  static std::unique_ptr<Document> open(const std::string& path, const Settings& s, std::string* error);
  ~Document();

  using Report = std::function<void(const std::string& json)>;
  /// Starts the indexing thread; on_status is called on that thread, at most every 50 ms and once at the end.
  void index(Report on_status);
  std::string status();
  /// RowPage of `count` rows from row `from` (at most kMaxRows).
  std::string rows(uint32_t from, uint32_t count, bool filtered, uint32_t view);
  struct Detail {
    std::string json;
    std::vector<std::string> sources;
  };
  /// PacketDetail; false when there is no such frame (yet).
  bool packet(uint32_t frame, Detail* out);
  /// Row of a frame, or of the next one that is displayed; -1 none.
  int64_t row_of(uint32_t frame, bool filtered, uint32_t view);
  /// Runs a filter over what is indexed, and goes on while indexing does; blocks until done or cancelled by a newer
  /// call for the same view. Returns FilterStatus; empty with *error when the filter is not valid.
  std::string filter(const std::string& text, uint32_t view, const Report& on_progress, std::string* error);
  /// FieldValues of src/contract/language.ts: the most frequent values of a field among the first `packets` packets
  /// that are indexed, looked at for no longer than `milliseconds`. A newer call, or cancel(), ends an older one.
  std::string field_values(const std::string& field, uint32_t packets, uint32_t milliseconds);
  /// How a view's rows are made from now on. Returns LookAnswer.
  std::string set_look(uint32_t view, LookRequest request);
  struct FindFrom {
    uint32_t view = 0, frame = 0;  // frame 0: before the first, or after the last
    bool filtered = false, forward = true, wrap = true;
  };
  /// The next packet displayed that matches, the starting one last and only when it wraps; blocks until found,
  /// exhausted or cancelled. Returns FindAnswer, empty with *error when the request is not valid.
  std::string find(const FindRequest& request, const FindFrom& from, const Report& on_progress, std::string* error);
  void cancel_find(uint32_t view);
  /// Looks for growth and indexes it; blocks. Returns CaptureStatus.
  std::string refresh();
  void cancel();
  /// Cancels and waits until the indexing thread has ended. Called by the thread that called index().
  void stop();

  static constexpr uint32_t kMaxRows = 2000;

 private:
  explicit Document(std::unique_ptr<Capture> c);
  struct View {
    std::vector<uint32_t> frames;  // displayed, ascending
    std::atomic<uint64_t> generation{0};
    std::atomic<uint64_t> finding{0};  // counts finds: an older one ends
    std::shared_ptr<const Look> look;
    bool active = false;
  };
  /// Exclusive use of the capture; the indexer steps aside when somebody waits.
  class Turn;
  std::shared_ptr<View> view(uint32_t id);
  uint32_t step_locked(const View& v, uint32_t frame, const FindFrom& from, bool* wrapped) const;
  bool find_batch(const Finder& finder, const View& v, const FindFrom& from, Ctx& c, struct FindState& s);
  void run_index();
  bool index_batch();
  std::string status_locked();
  std::string filter_status(const std::string& text, const char* state, uint32_t scanned, size_t matched);

  std::unique_ptr<Capture> capture_;
  std::mutex mutex_;
  std::atomic<int> waiting_{0};
  std::condition_variable grown_;
  std::unique_ptr<Ctx> ctx_;
  std::unordered_map<uint32_t, std::shared_ptr<View>> views_;
  std::thread indexer_;
  Report on_status_;
  std::atomic<uint64_t> values_asked_{0};
  std::atomic<bool> stop_{false};
  const char* state_ = "indexing";
  std::string failure_;
  double index_seconds_ = 0;
};

/// The process that holds documents ends with the one that started it, even when that is killed; false: not here.
bool die_with_parent();

}  // namespace strato
