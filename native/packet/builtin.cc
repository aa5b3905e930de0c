#include "packet/builtin.h"

#include "packet/context.h"

namespace strato {
namespace {

uint32_t dissect_data(Buf b, Ctx& c, Item parent);

Protocol data_proto("data", "Data", "Data", dissect_data);
FieldDef data_data(data_proto, "data.data", "Data", FT::Bytes);
FieldDef data_text(data_proto, "data.text", "Text", FT::String);
FieldDef data_len(data_proto, "data.len", "Length", FT::Int32, Base::Dec);

Protocol malformed_proto("_ws.malformed", "Malformed Packet", "Malformed Packet", nullptr);
ExpertDef malformed_expert(malformed_proto, "_ws.malformed.expert", Severity::Error, Group::Malformed,
                           "Malformed Packet (Exception occurred)");
ExpertDef reassembly_expert(malformed_proto, "_ws.malformed.reassembly", Severity::Error, Group::Malformed,
                            "Reassembly error");
Protocol short_proto("_ws.short", "Short Frame", "Packet size limited during capture", nullptr);
Protocol unreassembled_proto("_ws.unreassembled", "Unreassembled", "Unreassembled Fragmented Packet", nullptr);
ExpertDef unreassembled_expert(unreassembled_proto, "_ws.unreassembled", Severity::Note, Group::Reassemble,
                               "Unreassembled fragment");

Protocol string_proto("_ws.string", "String Errors", "String Errors", nullptr);
ExpertDef stray_characters(string_proto, "_ws.string.trailing_stray_characters", Severity::Warn, Group::Undecoded,
                           "Trailing stray characters");

const ValueString kSeverities[] = {{0x100000, "Comment"}, {0x200000, "Chat"},  {0x400000, "Note"},
                                   {0x600000, "Warning"}, {0x800000, "Error"}};
const ValueString kGroups[] = {
    {0x01000000, "Checksum"},   {0x02000000, "Sequence"},  {0x03000000, "Response"},   {0x04000000, "Request"},
    {0x05000000, "Undecoded"},  {0x06000000, "Reassemble"}, {0x07000000, "Malformed"}, {0x08000000, "Debug"},
    {0x09000000, "Protocol"},   {0x0a000000, "Security"},  {0x0b000000, "Comment"},    {0x0c000000, "Decryption"},
    {0x0d000000, "Assumption"}, {0x0e000000, "Deprecated"}};
Protocol expert_proto("_ws.expert", "Expert", "Expert Info", nullptr);
FieldDef expert_message(expert_proto, "_ws.expert.message", "Message", FT::String);
FieldDef expert_severity(expert_proto, "_ws.expert.severity", "Severity level", FT::Uint32, Base::None,
                         vals(kSeverities));
FieldDef expert_group(expert_proto, "_ws.expert.group", "Group", FT::Uint32, Base::None, vals(kGroups));

uint32_t dissect_data(Buf b, Ctx&, Item parent) {
  Item it = parent.proto(data_proto, b, 0, b.size());
  it.label("Data (%u byte%s)", b.size(), b.size() == 1 ? "" : "s");
  uint32_t n = b.captured();
  it.add(data_data, b, 0, n);
  it.i(data_len, b, 0, n, b.size()).gen();
  return b.size() ? b.size() : 1;
}

}  // namespace

const Builtin& builtin() {
  static const Builtin b{data_proto, data_data, data_len, malformed_proto, short_proto, expert_proto,
                         unreassembled_proto};
  return b;
}

void register_builtin(Registry& r) {
  (void)data_text;
  (void)reassembly_expert;
  for (Protocol* p : {&data_proto, &malformed_proto, &short_proto, &unreassembled_proto, &expert_proto, &string_proto}) r.add(*p);
}

Item add_expert(const Item& at, const ExpertDef& e, std::string_view text) {
  Buf none;
  uint32_t sev = static_cast<uint32_t>(e.severity), group = static_cast<uint32_t>(e.group);
  Item x = at.add(*expert_proto.self, none, 0, 0);
  x.gen();
  Ctx* c = at.ctx();
  if (x && c->tree.full()) {
    c->tree.at(x.node()).severity = sev;
    x.label("Expert Info (%s/%s): %.*s", name_of(expert_severity.strings, sev), name_of(expert_group.strings, group),
            static_cast<int>(text.size()), text.data());
  }
  x.add(e, none, 0, 0).gen().label("%.*s", static_cast<int>(text.size()), text.data());
  x.s(expert_message, none, 0, 0, text).gen().hide();
  x.u(expert_severity, none, 0, 0, sev).gen();
  x.u(expert_group, none, 0, 0, group).gen();
  // whatever is called malformed is found by the filter `_ws.malformed`
  if (e.group == Group::Malformed) x.add(*malformed_proto.self, none, 0, 0).gen().hide();
  return x;
}

void expert_stray_characters(const Item& at, std::string_view text) {
  size_t zero = text.find('\0');
  if (zero != std::string_view::npos && text.find_first_not_of('\0', zero) != std::string_view::npos)
    at.expert(stray_characters);
}

void add_read_failure(Ctx& c, Item parent, const Protocol* p, ReadFailure kind) {
  const char* name = p ? p->short_name : "Frame";
  Buf none;
  if (kind == ReadFailure::Short) {
    if (c.col.writable()) c.col.add_info("[Packet size limited during capture]");
    Item it = parent.proto(short_proto, none, 0, 0);
    it.label_text(c.fmt("[Packet size limited during capture: %s truncated]", name));
    return;
  }
  if (kind == ReadFailure::Fragment) {
    if (c.col.writable()) c.col.add_info("[Unreassembled Packet]");
    Item it = parent.proto(unreassembled_proto, none, 0, 0);
    it.label_text(c.fmt("[Unreassembled Packet: %s]", name));
    it.expert(unreassembled_expert);
    return;
  }
  if (c.col.writable()) c.col.add_info("[Malformed Packet]");
  Item it = parent.proto(malformed_proto, none, 0, 0);
  it.label_text(c.fmt("[Malformed Packet: %s]", name));
  it.expert(malformed_expert);
}

}  // namespace strato
