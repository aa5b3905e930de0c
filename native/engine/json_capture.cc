#include "engine/json_capture.h"

#include "engine/columns.h"
#include "engine/json_writer.h"
#include "engine/link_encap.h"
#include "packet/builtin.h"

namespace strato {
namespace {

const char* severity_word(uint32_t s) {
  switch (static_cast<Severity>(s)) {
    case Severity::Comment: return "comment";
    case Severity::Chat: return "chat";
    case Severity::Note: return "note";
    case Severity::Warn: return "warn";
    case Severity::Error: return "error";
  }
  return nullptr;
}

constexpr uint32_t kMaxSliceBytes = 64;  // longer: nobody reads such a filter

// A display filter that selects this value: "tcp.srcport == 443", the bare name where a value makes no sense.
// A text-only node is known by its bytes where they are the frame's own.
void print_filter(const Ctx& c, const Node& n, Text& out) {
  if (!n.field) {
    const Source* frame = n.source == 0 && !c.sources.empty() ? &c.sources[0] : nullptr;
    if (!frame || !n.len || n.len > kMaxSliceBytes || n.off > frame->n || n.len > frame->n - n.off) return;
    out << "frame[" << n.off << ':' << n.len << "] == ";
    out.hex_bytes(frame->p + n.off, n.len, ':');
    return;
  }
  const FieldDef& f = *n.field;
  out << f.name;
  if (f.type == FT::None || f.type == FT::Protocol) return;
  Text v;
  print_filter_value(f, n.value, v);
  if (!v.empty()) out << " == " << v.view();
}

constexpr int kMaxTreeDepth = 200;  // deeper is cut: the page renders recursively

void json_node(const Ctx& c, uint32_t i, int depth, JsonWriter& j) {
  const Tree& t = c.tree;
  const Node& n = t.at(i);
  Text label, filter;
  if (n.flags & Node::kGenerated) label << '[';
  print_label(n, label);
  if (n.flags & Node::kGenerated) label << ']';
  print_filter(c, n, filter);
  j.open_object().key("label").string(label.view()).key("field").string(n.field ? n.field->name : "");
  j.key("source").number(n.source).key("offset").number(n.off).key("length").number(n.len);
  j.key("filter").string(filter.view());
  if (n.flags & Node::kGenerated) j.key("generated").boolean(true);
  if (n.flags & Node::kHidden) j.key("hidden").boolean(true);
  if (const char* s = severity_word(n.severity)) j.key("severity").string(s);
  if (n.first_child != kNoNode && depth < kMaxTreeDepth) {
    j.key("children").open_array();
    for (uint32_t k = n.first_child; k != kNoNode; k = t.at(k).next) json_node(c, k, depth + 1, j);
    j.close_array();
  }
  j.close_object();
}

}  // namespace

void json_status(const Capture& c, const StatusInfo& s, Text& out) {
  JsonWriter j(out);
  const pcap::CaptureFile& f = c.file();
  j.open_object().key("state").string(s.state).key("packets").number(c.scanned());
  j.key("analysed").number(c.applied());
  j.key("bytesRead").number(static_cast<int64_t>(f.position()));
  j.key("bytesTotal").number(static_cast<int64_t>(f.size())).key("fileKind").string(f.kind());
  j.key("interfaces").open_array();
  int64_t id = 0;
  for (const pcap::Interface& i : f.interfaces()) {
    if (id >= 1000) break;  // a status line is not the place for more
    const char* link = linktype_name(i.linktype);
    j.open_object().key("id").number(id++).key("name").string(i.name).key("description").string(i.description);
    j.key("linkType").number(i.linktype).key("linkTypeName").string(link ? link : "unknown").close_object();
  }
  j.close_array();
  if (const pcap::Damage* d = f.damage()) {
    Text at;
    at << d->offset;
    j.key("damage").open_object().key("offset").string(at.view()).key("message").string(d->message).close_object();
  }
  if (!s.error.empty()) j.key("error").string(s.error);
  j.key("growing").boolean(f.can_grow()).key("indexSeconds").real(s.index_seconds).close_object();
}

void json_row(const Ctx& c, Text& out, const Look* look) {
  JsonWriter j(out);
  Text t;
  auto cell = [&](Column col) {
    t.clear();
    print_cell(c, col, look ? look->time() : TimeFormat::Relative, t);
    return t.view();
  };
  j.open_object().key("n").number(c.frame.number).key("time").string(cell(Column::Time));
  j.key("source").string(cell(Column::Source)).key("destination").string(cell(Column::Destination));
  j.key("protocol").string(cell(Column::Protocol)).key("length").number(c.frame.len);
  j.key("info").string(cell(Column::Info));
  if (c.session.frames.marked(c.frame.number)) j.key("marked").boolean(true);
  if (c.frame.has_comments && !c.session.frames.comments(c.frame.number).empty()) j.key("commented").boolean(true);
  if (look) {
    if (int rule = look->rule_of(c); rule >= 0) j.key("rule").number(rule);
    if (look->field_count()) j.key("cells").open_array();
    for (size_t i = 0; i < look->field_count(); i++) {
      t.clear();
      look->print_field(c, i, t);
      j.string(t.view());
    }
    if (look->field_count()) j.close_array();
  }
  j.close_object();
}

void json_detail(const Ctx& c, Text& out) {
  JsonWriter j(out);
  j.open_object().key("n").number(c.frame.number).key("tree").open_array();
  for (uint32_t i = c.tree.first_root(); i != kNoNode; i = c.tree.at(i).next) json_node(c, i, 0, j);
  j.close_array().key("sources").open_array();
  for (const Source& s : c.sources)
    j.open_object().key("name").string(s.name).key("length").number(s.n).close_object();
  j.close_array();
  if (const auto comments = c.frame.has_comments ? c.session.frames.comments(c.frame.number) : std::vector<std::string>(); !comments.empty()) {
    j.key("comments").open_array();
    for (const std::string& text : comments) j.string(text);
    j.close_array();
  }
  j.close_object();
}

namespace {

// Value names of a field; ranges are pairs that name no single value, so they are apart.
void json_value_names(const Strings& s, JsonWriter& j) {
  constexpr uint64_t kExact = 1ull << 53;  // JavaScript's numbers are exact up to here
  if (s.kind == Strings::Kind::Values) {
    const auto* v = static_cast<const ValueString*>(s.table);
    j.key("values").open_array();
    for (size_t i = 0; i < s.count; i++)
      if (v[i].value < kExact) j.open_array().number(static_cast<int64_t>(v[i].value)).string(v[i].text).close_array();
    j.close_array();
  } else if (s.kind == Strings::Kind::Bool) {
    const auto* t = static_cast<const TrueFalse*>(s.table);
    j.key("values").open_array().open_array().number(1).string(t->on).close_array();
    j.open_array().number(0).string(t->off).close_array().close_array();
  } else if (s.kind == Strings::Kind::Ranges) {
    const auto* r = static_cast<const RangeString*>(s.table);
    j.key("ranges").open_array();
    for (size_t i = 0; i < s.count; i++)
      if (r[i].high < kExact)
        j.open_array().number(static_cast<int64_t>(r[i].low)).number(static_cast<int64_t>(r[i].high)).string(r[i].text).close_array();
    j.close_array();
  }
}

}  // namespace

void json_decode_tables(Text& out) {
  JsonWriter j(out);
  j.open_object();
  for (const char* name : DecodeAs::kTables) {
    j.key(name).open_array();
    const DissectorTable* table = Registry::get().find_table(name);
    for (const Protocol* p : Registry::get().protocols())
      if (table && p->fn && table->holds(*p)) j.string(p->filter);
    j.close_array();
  }
  j.close_object();
}

void json_fields(Text& out) {
  JsonWriter j(out);
  j.open_array();
  for (const FieldDef* f : Registry::get().fields()) {
    j.open_object().key("name").string(f->name).key("label").string(f->type == FT::Protocol ? f->proto->name : f->label);
    j.key("type").string(ft_name(f->type)).key("protocol").string(f->proto->filter);
    if (f->base == Base::Hex || f->base == Base::HexDec) j.key("hex").boolean(true);
    json_value_names(f->strings, j);
    j.close_object();
  }
  j.close_array();
}

}  // namespace strato
