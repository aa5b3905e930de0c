// The pseudo-protocols the core itself needs: data, malformed and short packets, expert information; and how nodes
// are printed.
#pragma once
#include "base/text.h"
#include "packet/field.h"
#include "packet/tree.h"

namespace strato {

struct Builtin {
  Protocol& data;
  FieldDef& data_data;
  FieldDef& data_len;
  Protocol& malformed;
  Protocol& short_frame;
  Protocol& expert;
  Protocol& unreassembled;
};
const Builtin& builtin();
void register_builtin(class Registry& r);

/// The nodes of one expert information below `at`.
Item add_expert(const Item& at, const ExpertDef& e, std::string_view text);

/// Says below `at` that a text of fixed length holds more behind its end (a zero byte).
void expert_stray_characters(const Item& at, std::string_view text);

/// "[Malformed Packet]" and kin below `parent`, in the Info column and as expert information.
/// p: the protocol to name.
enum class ReadFailure { Short, Malformed, Fragment };
void add_read_failure(class Ctx& c, Item parent, const Protocol* p, ReadFailure kind);

/// A node's label as the tree shows it, without brackets: "Source Port: 443", "Flags: 0x002 (SYN)", with a bit
/// picture for masked fields (".... ..1. = Syn: Set").
void print_label(const Node& n, Text& out);
/// A value as `-T fields`, string() and cells of columns show it.
void print_value(const FieldDef& f, const Value& v, Text& out);
/// A value as it stands in a display filter: quoted strings, names of addresses.
void print_filter_value(const FieldDef& f, const Value& v, Text& out);
/// "Nov 23, 2026 05:52:37.000000000 UTC" of ns since the epoch.
void print_abs_time(int64_t ns, Text& out);

}  // namespace strato
