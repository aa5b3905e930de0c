// Display filters: Wireshark 4.0's language, compiled against the field registry and run over a dissection tree.
// Stages: lexer -> parser (never fails: a tree and messages) -> check (names, types, literals converted once)
// -> program (flat, with jumps) -> run. Nothing here knows a protocol; all names come from the registry.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "packet/tree.h"

namespace strato {
class Ctx;
class Registry;
}  // namespace strato

namespace strato::filter {

struct Program;

/// What is wrong (or worth knowing), where: byte offsets into the filter's text, end exclusive.
struct Message {
  uint32_t start = 0, end = 0;
  std::string text;
  const char* code = "";     // stable short name of the kind: "unknown-field", "syntax", "deprecated" …
  std::string replacement;   // text to put in place of [start, end), "" when there is no single remedy
};

/// A compiled display filter. Immutable and shareable between threads.
class Filter {
 public:
  /// nullptr and *error on an invalid filter; warnings come either way. Blank text matches everything.
  static std::unique_ptr<Filter> compile(std::string_view text, const Registry& registry, Message* error,
                                         std::vector<Message>* warnings);
  ~Filter();
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  /// Over c.tree and the bytes of c.sources. The tree may be pruned to fields().
  bool matches(const Ctx& c) const;
  /// Every field that must be in the tree for matches() to be right.
  const FieldSet& fields() const;
  /// The same, as definitions (several may share one name).
  const std::vector<const FieldDef*>& field_list() const;
  /// The filter is blank: it matches without any dissection.
  bool matches_all() const;
  /// All stages as text: tokens, syntax tree, fields, program, warnings.
  std::string explain() const;
  const std::string& text() const { return text_; }
  const Program& program() const { return *program_; }

 private:
  explicit Filter(std::string_view text);
  std::string text_;
  std::unique_ptr<Program> program_;
};

}  // namespace strato::filter
