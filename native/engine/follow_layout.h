// The rows a followed stream is shown in: any row of any stream is found without holding its bytes. Text breaks after line
// ends and at a width, bytes at a width; a row never spans a change of direction or a gap.
#pragma once
#include <string>
#include <vector>

#include "engine/follow.h"

namespace strato {

struct FollowView {
  enum class Kind { Text, Bytes } kind = Kind::Text;
  uint32_t width = 100;  // bytes of a row, 8 … 256
  int side = -1;         // only what this node sent; -1 both
};

struct FollowRow {
  uint64_t offset;       // of its first byte in the stream
  uint32_t frame;        // packet of its first byte
  uint32_t len;          // bytes, or how many are missing
  uint8_t direction;
  bool missing;
  bool first;            // begins a piece of its own packet
};

class FollowLayout {
 public:
  FollowLayout(FollowStream& s, const FollowView& v) : stream_(s), view_(v) {}

  /// Lays out some more of the stream; false when all of it is.
  bool step(uint32_t segments);
  uint64_t rows() const { return rows_; }
  /// Rows from `from` on, at most `count`, with their bytes one after the other.
  void page(uint64_t from, uint32_t count, std::vector<FollowRow>* rows, std::string* bytes);
  /// The row that shows the byte at `offset` (the nearest there is).
  uint64_t row_of(uint64_t offset);

 private:
  /// A run of bytes of one direction that begins a row; at most kBlock bytes, except for a gap.
  struct Block {
    uint64_t row, offset;
    uint32_t segment, len;
    uint8_t direction;
    bool missing;
  };
  static constexpr uint32_t kBlock = 16384;
  bool add(uint32_t segment);
  void fetch(const Block& b, std::string* out);
  uint32_t count_rows(const Block& b);
  void close();
  template <class Each>
  void each_row(const Block& b, const std::string& bytes, Each&& each);

  FollowStream& stream_;
  FollowView view_;
  std::vector<Block> blocks_;
  Block open_{};
  bool is_open_ = false;
  uint64_t rows_ = 0;
  uint32_t next_ = 0;  // segment
};

/// First place at or after `from` (before it, when backwards) where the bytes occur in one direction's run; -1 none.
/// `from` advances: call again while *more. Looks at some segments at a time so that others are answered meanwhile.
class FollowSearch {
 public:
  FollowSearch(FollowStream& s, std::string what, bool any_case, int side, uint64_t from);
  /// Looks at the next segments; true when it is over: at() is the place or -1.
  bool step(uint32_t segments);
  int64_t at() const { return found_; }

 private:
  void look_in(const FollowSegment& s);
  FollowStream& stream_;
  std::string what_;
  bool any_case_;
  int side_;
  uint64_t from_;
  size_t next_;
  int64_t found_ = -1;
  struct Tail { std::string bytes; std::vector<uint64_t> places; } tail_[2];  // what a match may begin in
};

}  // namespace strato
