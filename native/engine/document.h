// A capture shared among threads: one indexes, others ask for rows, details and filters meanwhile. This is what the
// editor's engine process holds; every answer is JSON of src/contract/capture.ts.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/capture.h"
#include "engine/capture_writer.h"
#include "engine/find.h"
#include "engine/follow_layout.h"
#include "engine/look.h"
#include "engine/row_order.h"

namespace strato {

class Document {
 public:
  /// unpack_limit: bytes a compressed file may unpack to, 0 the usual (pcap::OpenOptions).
  static std::unique_ptr<Document> open(const std::string& path, const Settings& s, std::string* error,
                                        uint64_t unpack_limit = 0);
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
  /// `extend`: when the view has this filter, only frames are looked at that it has not seen.
  std::string filter(const std::string& text, uint32_t view, bool extend, const Report& on_progress, std::string* error);
  /// FieldValues of src/contract/language.ts: the most frequent values of a field among the first `packets` packets
  /// that are indexed, looked at for no longer than `milliseconds`. A newer call, or cancel(), ends an older one.
  std::string field_values(const std::string& field, uint32_t packets, uint32_t milliseconds);
  /// Conversations of src/contract/conversations.ts, of the packets indexed so far. Blocks; a newer call, or cancel(),
  /// ends an older one, whose answer then is not whole.
  std::string conversations();
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
  /// Arranges the view's rows, all or those displayed, until its filter is another; By::Nothing: as they were captured.
  /// Blocks, first until the file is read. False: a newer call, or cancel_sort(), ended it; *error: it cannot be done.
  bool sort(const OrderRequest& request, uint32_t view, const Report& on_progress, std::string* error);
  void cancel_sort(uint32_t view);
  /// Looks for growth and indexes it; blocks. Returns CaptureStatus.
  std::string refresh();
  void cancel();
  /// Cancels and waits until the indexing thread has ended. Called by the thread that called index().
  void stop();

  // Follow stream (document_follow.cc); answers are those of src/contract/follow.ts.

  /// FollowOffer[] of a frame: what can be followed from it.
  std::string follow_offers(uint32_t frame);
  /// Follows a stream: FollowInfo, or "" with *error. Blocks while the stream is gone through.
  std::string follow(const std::string& layer, uint32_t stream, std::string* error);
  /// FollowRows: the rows `from` …, at most kMaxFollowRows, as `view` lays them out, with their bytes.
  struct FollowPage {
    std::string json, bytes;
  };
  void follow_rows(uint32_t id, const FollowView& view, uint64_t from, uint32_t count, FollowPage* out, std::string* error);
  /// The place of the next match at or after `from`, -1 none.
  int64_t follow_find(uint32_t id, const std::string& what, bool any_case, int side, uint64_t from, std::string* error);
  int64_t follow_row_of(uint32_t id, const FollowView& view, uint64_t offset, std::string* error);
  /// Writes the bytes of one side (-1: both, in order) to a descriptor.
  void follow_save(uint32_t id, int side, int fd, std::string* error);
  void follow_close(uint32_t id);
  static constexpr uint32_t kMaxFollowRows = 500;

  // Saving and what users change (document_save.cc).

  /// What a user says of a frame, instead of the file: comments (nullopt: as the file has them), and whether it is marked.
  void set_edit(uint32_t frame, std::optional<std::vector<std::string>> comments, std::optional<bool> marked);
  struct SaveRequest {
    WriteOptions write;
    std::string which;                                  // "all", "displayed", "marked", "ranges"
    uint32_t view = 0;                                  // whose displayed packets
    std::vector<std::pair<uint32_t, uint32_t>> ranges;  // first and last frame, ascending
  };
  /// Writes packets to a descriptor: SaveResult, or "" with *error ("cancelled" after save_cancel()).
  std::string save(const SaveRequest& r, const Report& on_progress, std::string* error);
  void save_cancel() { save_stop_ = true; }
  /// {"frames":[…]}: what is marked, at most a million.
  std::string marked();

  static constexpr uint32_t kMaxRows = 2000;

 private:
  explicit Document(std::unique_ptr<Capture> c);
  /// Frames a filter displays, ascending.
  using Frames = std::vector<uint32_t>;
  struct View {
    std::shared_ptr<Frames> frames = std::make_shared<Frames>();
    std::atomic<uint64_t> generation{0};
    std::atomic<uint64_t> finding{0};  // counts finds: an older one ends
    std::atomic<uint64_t> sorting{0};  // counts sorts
    std::shared_ptr<const Look> look;
    std::unique_ptr<RowOrder> order;   // of the rows displayed, or of all
    bool order_filtered = false;
    std::string text;              // of the filter
    uint32_t seen = 0;             // frames it was run on
    uint32_t known = 0;            // identities there were then
    bool active = false;
    /// The order that a list of this view is in, nullptr: as captured.
    const RowOrder* order_of(bool filtered) const { return order_filtered == filtered ? order.get() : nullptr; }
    /// Row `i` of a list as captured.
    uint32_t captured_at(bool filtered, uint32_t i) const { return filtered ? (*frames)[i] : i + 1; }
  };
  /// What a filter found in the whole capture; asked again it is answered from here.
  struct Found {
    std::string text;
    uint32_t packets, edits;  // of the capture then
    std::shared_ptr<Frames> frames;
  };
  /// Exclusive use of the capture; the indexer steps aside when somebody waits.
  class Turn {
   public:
    explicit Turn(Document& d) : d_(d) {
      d_.waiting_++;
      d_.mutex_.lock();
      d_.waiting_--;
    }
    ~Turn() { d_.mutex_.unlock(); }

   private:
    Document& d_;
  };
  struct Followed;
  std::shared_ptr<Followed> followed(uint32_t id, std::string* error);
  std::shared_ptr<Followed> laid_out(uint32_t id, const FollowView& view, std::string* error);
  bool lay_out(Followed& f, const FollowView& view);
  std::shared_ptr<View> view(uint32_t id);
  uint32_t step_locked(const View& v, uint32_t frame, const FindFrom& from, bool* wrapped) const;
  bool find_batch(const Finder& finder, const View& v, const FindFrom& from, Ctx& c, struct FindState& s);
  bool sort_batch(OrderKeys& keys, const View& v, bool filtered, uint32_t* next, uint32_t total, Ctx& c);
  void run_index();
  bool index_batch();
  bool apply_batch();
  void report(double before, double start);
  static bool ignores(const View& v) { return v.look && v.look->ignores(); }
  const Found* found(const std::string& text) const;
  void keep_found(const std::string& text, const std::shared_ptr<Frames>& frames);
  std::string status_locked();
  std::string filter_status(const std::string& text, const char* state, uint32_t scanned, size_t matched);

  std::unique_ptr<Capture> capture_;
  std::mutex mutex_;
  std::atomic<int> waiting_{0};
  std::condition_variable grown_;
  std::unique_ptr<Ctx> ctx_;
  std::unordered_map<uint32_t, std::shared_ptr<View>> views_;
  std::vector<Found> found_;
  std::thread indexer_;
  Report on_status_;
  std::atomic<uint64_t> values_asked_{0}, conversations_asked_{0};
  std::atomic<bool> stop_{false};
  const char* state_ = "indexing";
  std::string failure_;
  double index_seconds_ = 0;
  std::map<uint32_t, std::shared_ptr<Followed>> followed_;
  uint32_t next_followed_ = 1;
  std::atomic<bool> save_stop_{false};
  std::vector<uint32_t> marks_in_file_;  // among the frames looked at so far
  uint32_t marks_looked_at_ = 0;
};

/// The process that holds documents ends with the one that started it, even when that is killed; false: not here.
bool die_with_parent();

}  // namespace strato
