// The shapes of tshark's output: rows, fields, details, bytes, JSON.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "engine/columns.h"
#include "packet/context.h"

namespace strato {

/// One row as `tshark -r` prints it, with newline.
void print_row(const Ctx& c, TimeFormat time, Text& out);
/// All nodes as `-V` prints them, with an empty line after.
void print_details(const Ctx& c, Text& out);
/// Every byte view as `-x` prints it, with an empty line after.
void print_bytes(const Ctx& c, Text& out);
/// One packet as an element of the array of `-T json` (no comma, no newline after).
void print_json(const Ctx& c, Text& out);

/// `-T fields -e …`
class FieldPrinter {
 public:
  char separator = '\t', occurrence = 'a', quote = 0;
  std::string aggregator = ",";
  TimeFormat time = TimeFormat::Relative;

  /// Adds a column; false when no field, protocol or column of that name is known.
  bool add(const std::string& name);
  /// Fields the tree must have.
  const FieldSet& wanted() const { return wanted_; }
  bool wants_columns() const { return wants_columns_; }
  void header(Text& out) const;
  void print(const Ctx& c, Text& out);
  /// One packet of `-T json -e …`.
  void print_json(const Ctx& c, Text& out);

 private:
  struct Slot {
    std::string name;
    bool column = false;
    Column col = Column::Info;
    Text text;
    uint32_t count = 0;
    std::vector<std::string> values;  // only for JSON
  };
  void collect(const Ctx& c, bool keep_values);
  void visit(const Ctx& c, uint32_t node, bool keep_values);
  std::vector<Slot> slots_;
  std::vector<uint32_t> order_;              // printed column → slot
  std::vector<uint16_t> slot_of_;            // field id → slot + 1
  FieldSet wanted_;
  bool wants_columns_ = false;
};

/// Value of a node as `-T fields` has it: the value, "1" for FT_NONE, label or name for a protocol.
void print_field_text(const Node& n, Text& out);

}  // namespace strato
