// The engine's answers as JSON; shapes in src/contract/capture.ts (change both together).
#pragma once
#include <string>
#include <vector>

#include "engine/capture.h"
#include "engine/look.h"

namespace strato {

struct StatusInfo {
  const char* state = "indexing";
  std::string error;
  double index_seconds = 0;
};
void json_status(const Capture& c, const StatusInfo& s, Text& out);
/// One PacketRow of a frame dissected with columns, and with the tree its look asks for.
void json_row(const Ctx& c, Text& out, const Look* look = nullptr);
/// PacketDetail of a frame dissected with a full tree.
void json_detail(const Ctx& c, Text& out);
/// DecodeTables: what "Decode As" can choose, by table.
void json_decode_tables(Text& out);
/// FieldInfo[] of the whole registry.
void json_fields(Text& out);

}  // namespace strato
