// Rows in the order of a column: numbers and addresses as such, texts by their bytes; what has no value comes last.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/capture.h"
#include "engine/look.h"

namespace strato {

/// As it is asked for: RowOrder of src/contract/viewing.ts.
struct OrderRequest {
  enum class By : uint8_t { Nothing, Number, Time, Source, Destination, Protocol, Length, Info, Field };
  By by = By::Nothing;
  LookRequest::FieldColumn field;
  bool descending = false, filtered = false;
  size_t most_text = 256u << 20;  // bytes of different texts that are kept for it
};

/// The rows of a list, arranged. Rows that came to the list after that stand behind, as they came.
class RowOrder {
 public:
  RowOrder(std::vector<uint32_t> frames, size_t with_value, bool descending)
      : frames_(std::move(frames)), with_value_(with_value), descending_(descending) {}
  uint32_t size() const { return static_cast<uint32_t>(frames_.size()); }
  uint32_t frame_at(uint32_t row) const { return frames_[mirrored(row)]; }
  /// Row of a frame that is among them.
  uint32_t row_of(uint32_t frame) const;

 private:
  uint32_t mirrored(uint32_t row) const {
    return descending_ && row < with_value_ ? static_cast<uint32_t>(with_value_) - 1 - row : row;
  }
  std::vector<uint32_t> frames_;  // ascending by value and then by number; those without a value behind them
  size_t with_value_;
  bool descending_;
};

/// Takes the values of frames, one by one, and puts the frames in order.
class OrderKeys {
 public:
  /// `time`: what the time column shows. nullptr with *error where there is no such field.
  static std::unique_ptr<OrderKeys> make(const OrderRequest& r, TimeFormat time, std::string* error);
  /// Frames must be dissected, and how; nullptr: they need not.
  const Capture::Want* want() const { return dissects_ ? &want_ : nullptr; }
  /// Frames in the order of the list. `c` holds the frame where want() asks for that; `before`: the one displayed before it.
  void add(const Capture& capture, const Ctx& c, uint32_t frame, uint32_t before);
  /// Too many different texts to be kept.
  bool is_full() const { return text_bytes_ > request_.most_text; }
  std::unique_ptr<RowOrder> arrange();

 private:
  enum class Kind : uint32_t { Number, Text, None };
  struct Key {
    uint64_t value;  // a number, or the place of a text
    uint32_t frame;
    Kind kind;
  };
  OrderKeys(const OrderRequest& r, TimeFormat time) : request_(r), time_(time) {}
  void number(uint32_t frame, uint64_t v) { keys_.push_back({v, frame, Kind::Number}); }
  void signed_number(uint32_t frame, int64_t v) { number(frame, static_cast<uint64_t>(v) ^ uint64_t{1} << 63); }
  void text(uint32_t frame, std::string_view s);
  void address(uint32_t frame, const Address& a);
  void value(uint32_t frame, const Node* n);
  void time(const Capture& capture, uint32_t frame, uint32_t before);
  void rank_texts();

  OrderRequest request_;
  TimeFormat time_;
  std::unique_ptr<Look> look_;  // of a field: finds it
  Capture::Want want_;
  bool dissects_ = false;
  std::vector<Key> keys_;
  std::unordered_map<std::string, uint64_t> texts_;
  size_t text_bytes_ = 0;
};

}  // namespace strato
