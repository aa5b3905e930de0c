// Looking for a packet by what its row, its details or its bytes say.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "filter/filter.h"
#include "packet/context.h"

namespace strato {

/// FindRequest of src/contract/viewing.ts without the place to start from.
struct FindRequest {
  enum class Where : uint8_t { List, Details, Bytes, Hex, Filter };
  Where where = Where::List;
  std::string text;          // of Hex: digits, with or without separators; of Filter: a display filter
  bool match_case = false;   // List, Details, Bytes
};

class Finder {
 public:
  /// nullptr: *error says what is wrong with the text.
  static std::unique_ptr<Finder> make(const FindRequest& r, std::string* error);
  /// Over a frame dissected with what these ask for.
  bool matches(const Ctx& c) const;
  bool wants_tree() const { return where_ == FindRequest::Where::Details || filter_; }
  bool wants_columns() const { return where_ == FindRequest::Where::List; }
  /// What is looked for, where it is a filter: facts of packets may answer it.
  const filter::Filter* filter() const { return filter_.get(); }
  /// With wants_tree(): the fields needed, nullptr all.
  const FieldSet* fields() const { return filter_ ? &filter_->fields() : nullptr; }

 private:
  Finder() = default;
  bool holds(std::string_view text) const;
  bool in_bytes(const Ctx& c) const;
  FindRequest::Where where_ = FindRequest::Where::List;
  bool match_case_ = false;
  std::string needle_;       // in lower case unless match_case_
  std::string wide_;         // Bytes: the same as UTF-16LE
  std::unique_ptr<filter::Filter> filter_;
};

}  // namespace strato
