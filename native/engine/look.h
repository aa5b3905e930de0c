// How a tab wants its rows made: the form of the time, columns of fields, coloring rules; and what it leaves out.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/columns.h"
#include "filter/filter.h"
#include "packet/tree.h"

namespace strato {

/// As it is asked for: RowLook of src/contract/viewing.ts.
struct LookRequest {
  struct FieldColumn {
    std::string field;
    int32_t occurrence = 0;  // 0 all of them, n the n-th, -n the n-th from the end
  };
  TimeFormat time = TimeFormat::Relative;
  int digits = -1;                      // decimals of a second, -1: those of the file
  std::vector<FieldColumn> fields;
  std::vector<std::string> rules;       // display filters, the first that matches wins
  std::vector<uint32_t> ignored;        // frames, in any order
  std::vector<uint32_t> references;     // frames that later times are counted from, in any order
};

/// Compiled; immutable, so that rows may be made while a newer one is put in its place.
class Look {
 public:
  struct Problem {
    bool rule = false;   // else a column
    size_t index = 0;
    std::string text;
  };
  /// What cannot be used (an unknown field, an invalid rule) is named in `problems` and left empty.
  Look(LookRequest r, std::vector<Problem>* problems);

  /// Fields a row's tree must have, nullptr: rows need no tree.
  const FieldSet* fields() const { return needs_tree_ ? &wanted_ : nullptr; }
  /// Index of the first rule that matches, -1 none.
  int rule_of(const Ctx& c) const;
  /// Text of a field column as Wireshark's custom columns have it: values with their names, "," between several.
  void print_field(const Ctx& c, size_t column, Text& out) const;
  /// The value a field column shows first; nullptr: none.
  const Node* first_of(const Ctx& c, size_t column) const;
  size_t field_count() const { return columns_.size(); }
  TimeFormat time() const { return request_.time; }
  int digits() const { return request_.digits; }
  bool is_ignored(uint32_t frame) const;
  bool ignores() const { return !request_.ignored.empty(); }
  /// The last time reference at or before a frame, 0 none.
  uint32_t reference_of(uint32_t frame) const;

 private:
  struct FieldColumn {
    std::vector<const FieldDef*> defs;
    int32_t occurrence = 0;
  };
  std::vector<const Node*> found(const Ctx& c, size_t column) const;
  LookRequest request_;
  std::vector<FieldColumn> columns_;
  std::vector<std::unique_ptr<filter::Filter>> rules_;
  FieldSet wanted_;
  bool needs_tree_ = false;
};

/// A value as a column shows it: its name where it has one, "Set", "✓" for a protocol that is there.
void print_column_value(const Node& n, Text& out);

}  // namespace strato
