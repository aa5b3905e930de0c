#include "engine/follow_layout.h"

#include <algorithm>

namespace strato {
namespace {

// Bytes at the end of a row that begin a UTF-8 character which goes on after it (RFC 3629): they go to the next row.
uint32_t split_character(std::string_view row) {
  for (uint32_t back = 1; back <= 3 && back < row.size(); back++) {
    auto b = static_cast<uint8_t>(row[row.size() - back]);
    if ((b & 0xc0) == 0x80) continue;
    uint32_t need = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
    return need > back ? back : 0;
  }
  return 0;
}

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

bool FollowLayout::step(uint32_t segments) {
  const auto& all = stream_.segments();
  for (uint32_t n = 0; n < segments && next_ < all.size(); n++) add(next_++);
  if (next_ < all.size()) return true;
  close();
  return false;
}

bool FollowLayout::add(uint32_t index) {
  const FollowSegment& s = stream_.segments()[index];
  if (view_.side >= 0 && s.direction != view_.side) return false;
  if (is_open_ && (s.missing || open_.missing || s.direction != open_.direction)) close();
  for (uint32_t at = 0; at < s.len;) {
    if (!is_open_) {
      open_ = {rows_, s.offset + at, index, 0, s.direction, s.missing};
      is_open_ = true;
    }
    uint32_t take = s.missing ? s.len : std::min(s.len - at, kBlock - open_.len);
    open_.len += take;
    at += take;
    if (s.missing || open_.len == kBlock) close();
  }
  return true;
}

void FollowLayout::close() {
  if (!is_open_) return;
  is_open_ = false;
  uint32_t n = count_rows(open_);
  blocks_.push_back(open_);
  rows_ += n;
}

// The block's bytes; with a side chosen the other's segments stand between its own.
void FollowLayout::fetch(const Block& b, std::string* out) {
  out->clear();
  const auto& all = stream_.segments();
  uint64_t at = b.offset;
  for (size_t i = b.segment; i < all.size() && out->size() < b.len; i++) {
    const FollowSegment& s = all[i];
    if (s.missing || s.direction != b.direction) continue;
    auto from = static_cast<uint32_t>(i == b.segment ? at - s.offset : 0);
    size_t before = out->size();
    stream_.read(s, from, b.len - static_cast<uint32_t>(before), *out);
    // what the packet no longer gives (the file changed) keeps its place
    uint32_t want = std::min(s.len - from, b.len - static_cast<uint32_t>(before));
    out->resize(before + want);
  }
  out->resize(b.len);
}

template <class Each>
void FollowLayout::each_row(const Block& b, const std::string& bytes, Each&& each) {
  for (uint32_t at = 0; at < b.len;) {
    uint32_t n = std::min(view_.width, b.len - at);
    if (view_.kind == FollowView::Kind::Text) {
      std::string_view row(bytes.data() + at, n);
      size_t line = row.find('\n');
      if (line != row.npos) n = static_cast<uint32_t>(line) + 1;
      else if (at + n < b.len) n -= split_character(row);
    }
    if (!each(at, n)) return;
    at += n;
  }
}

uint32_t FollowLayout::count_rows(const Block& b) {
  if (b.missing) return 1;
  if (view_.kind == FollowView::Kind::Bytes) return (b.len + view_.width - 1) / view_.width;
  std::string bytes;
  fetch(b, &bytes);
  uint32_t n = 0;
  each_row(b, bytes, [&](uint32_t, uint32_t) { return n++, true; });
  return n;
}

void FollowLayout::page(uint64_t from, uint32_t count, std::vector<FollowRow>* rows, std::string* bytes) {
  auto i = std::upper_bound(blocks_.begin(), blocks_.end(), from, [](uint64_t r, const Block& b) { return r < b.row; });
  if (i == blocks_.begin()) return;
  std::string block;
  const auto& all = stream_.segments();
  for (--i; i != blocks_.end() && rows->size() < count; ++i) {
    if (i->missing) {
      if (i->row >= from) rows->push_back({i->offset, all[i->segment].frame, i->len, i->direction, true, true});
      continue;
    }
    fetch(*i, &block);
    uint64_t row = i->row, offset = i->offset;
    size_t segment = i->segment;
    each_row(*i, block, [&](uint32_t at, uint32_t n) {
      for (uint64_t end; offset >= (end = all[segment].offset + all[segment].len);) {
        uint64_t over = offset - end;
        do segment++;
        while (all[segment].missing || all[segment].direction != i->direction);
        offset = all[segment].offset + over;
      }
      if (row >= from) {
        rows->push_back({offset, all[segment].frame, n, i->direction, false, offset == all[segment].offset});
        bytes->append(block, at, n);
      }
      row++;
      offset += n;
      return rows->size() < count;
    });
  }
}

uint64_t FollowLayout::row_of(uint64_t offset) {
  auto i = std::upper_bound(blocks_.begin(), blocks_.end(), offset,
                            [](uint64_t at, const Block& b) { return at < b.offset; });
  if (i == blocks_.begin()) return 0;
  --i;
  uint64_t next = i + 1 == blocks_.end() ? rows_ : (i + 1)->row;
  std::vector<FollowRow> rows;
  std::string bytes;
  page(i->row, static_cast<uint32_t>(next - i->row), &rows, &bytes);
  uint64_t found = i->row;
  for (size_t k = 0; k < rows.size(); k++)
    if (rows[k].offset <= offset) found = i->row + k;
  return found;
}

FollowSearch::FollowSearch(FollowStream& s, std::string what, bool any_case, int side, uint64_t from)
    : stream_(s), what_(std::move(what)), any_case_(any_case), side_(side), from_(from), next_(s.segment_at(from)) {
  if (any_case_)
    for (char& c : what_) c = folded(c);
}

bool FollowSearch::step(uint32_t segments) {
  const auto& all = stream_.segments();
  if (what_.empty()) return true;
  for (uint32_t n = 0; n < segments && next_ < all.size() && found_ < 0; n++) look_in(all[next_++]);
  return found_ >= 0 || next_ >= all.size();
}

void FollowSearch::look_in(const FollowSegment& s) {
  if (side_ >= 0 && s.direction != side_) return;
  Tail& tail = tail_[s.direction];
  if (s.missing) {
    tail = {};
    return;
  }
  std::string bytes;
  stream_.read(s, 0, s.len, bytes);
  if (any_case_)
    for (char& c : bytes) c = folded(c);
  size_t kept = tail.bytes.size();
  std::string text = tail.bytes + bytes;
  const auto place = [&](size_t at) { return at < kept ? tail.places[at] : s.offset + (at - kept); };
  for (size_t at = text.find(what_); at != text.npos; at = text.find(what_, at + 1)) {
    if (place(at) < from_) continue;
    found_ = static_cast<int64_t>(place(at));
    return;
  }
  // a match may begin in the last bytes and end in the next segment of this direction
  size_t keep = std::min(what_.size() - 1, text.size());
  Tail next;
  next.bytes = text.substr(text.size() - keep);
  for (size_t at = text.size() - keep; at < text.size(); at++) next.places.push_back(place(at));
  tail = std::move(next);
}

}  // namespace strato
