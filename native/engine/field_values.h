// Counts the values of one field over many packets, as filter text. Bounded: a field may have a new value per packet.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/json_writer.h"
#include "packet/tree.h"

namespace strato {

class FieldValues {
 public:
  /// All definitions that share the field's name; empty: an unknown field, which has no values.
  explicit FieldValues(const std::vector<const FieldDef*>& definitions);
  /// There are values to be looked for: the field exists and is neither a protocol nor a mere label.
  bool known() const { return known_; }
  const FieldSet& fields() const { return fields_; }
  void add(const Tree& tree);
  /// [[text, count], …], the most frequent first (equally frequent ones by text), at most kMostWritten.
  void write(JsonWriter& j) const;

  static constexpr size_t kMostWritten = 200;
  /// Different values kept: later new ones are not counted, so memory stays below a few MB.
  static constexpr size_t kMostKept = 20000;
  /// Longer values are of no use to choose from.
  static constexpr size_t kLongest = 200;

 private:
  FieldSet fields_;
  bool known_ = false;
  std::unordered_map<std::string, uint32_t> counts_;
};

}  // namespace strato
