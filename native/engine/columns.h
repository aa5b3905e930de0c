// The cells of the packet list, from a dissected frame.
#pragma once
#include <string_view>
#include <vector>

#include "base/text.h"
#include "packet/context.h"

namespace strato {

enum class Column : uint8_t { Number, Time, Source, Destination, Protocol, Length, Info };
/// Column of a name as `-e _ws.col.NAME` has it ("Info", "info", "No."); false when there is none.
bool column_by_name(std::string_view name, Column* out);

/// Local is the time zone of the machine the engine runs on.
enum class TimeFormat : uint8_t {
  Relative, AbsoluteUtc, AbsoluteDateUtc, AbsoluteLocal, AbsoluteDateLocal, Delta, DeltaDisplayed, Epoch
};

/// Appends one cell.
void print_cell(const Ctx& c, Column col, TimeFormat time, Text& out);

}  // namespace strato
