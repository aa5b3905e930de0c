// The frame itself: what the file says of the packet, and the hand-over to its link layer.
#include "packet/context.h"
#include "packet/registry.h"

namespace strato::protocols {
namespace {

uint32_t dissect_frame(Buf b, Ctx& c, Item root);

Protocol proto("frame", "Frame", "Frame", dissect_frame);
FieldDef interface_id(proto, "frame.interface_id", "Interface id", FT::Uint32, Base::Dec);
FieldDef interface_name(proto, "frame.interface_name", "Interface name", FT::String);
FieldDef interface_description(proto, "frame.interface_description", "Interface description", FT::String);
FieldDef encap_type(proto, "frame.encap_type", "Encapsulation type", FT::Int16, Base::Dec);
FieldDef time_abs(proto, "frame.time", "Arrival Time", FT::AbsTime, Base::Utc);
FieldDef time_shift(proto, "frame.offset_shift", "Time shift for this packet", FT::RelTime);
FieldDef time_epoch(proto, "frame.time_epoch", "Epoch Time", FT::RelTime);
FieldDef time_delta(proto, "frame.time_delta", "Time delta from previous captured frame", FT::RelTime);
FieldDef time_delta_displayed(proto, "frame.time_delta_displayed", "Time delta from previous displayed frame",
                              FT::RelTime);
FieldDef time_relative(proto, "frame.time_relative", "Time since reference or first frame", FT::RelTime);
FieldDef number(proto, "frame.number", "Frame Number", FT::Uint32, Base::Dec);
FieldDef length(proto, "frame.len", "Frame length on the wire", FT::Uint32, Base::Dec);
FieldDef cap_length(proto, "frame.cap_len", "Frame length stored into the capture file", FT::Uint32, Base::Dec);
FieldDef marked(proto, "frame.marked", "Frame is marked", FT::Boolean);
FieldDef ignored(proto, "frame.ignored", "Frame is ignored", FT::Boolean);
FieldDef protocols(proto, "frame.protocols", "Protocols in frame", FT::String);
FieldDef comment(proto, "frame.comment", "Comment", FT::String);
ExpertDef comment_expert(proto, "frame.comment.expert", Severity::Comment, Group::Comments, "Formatted comment");

Protocol comments_proto("pkt_comment", "Pkt_Comment", "Packet comments", nullptr);

DissectorTable* linktype_table;

void add_comments(Ctx& c, Item root) {
  for (const std::string& text : c.session.frames.comments(c.frame.number)) {
    Buf none;
    Item p = root.add(*comments_proto.self, none, 0, 0);
    std::string_view kept = c.keep(text);
    Item it = p.s(comment, none, 0, 0, kept);
    it.expert(comment_expert, kept);
  }
}

void add_times(Ctx& c, Item it, const Buf& b) {
  const FrameMeta& m = c.frame;
  it.i(time_abs, b, 0, 0, m.ts_ns);
  it.i(time_shift, b, 0, 0, 0).gen();
  Item e = it.i(time_epoch, b, 0, 0, m.ts_ns);
  if (e) e.label("Epoch Time: %lld.%09lld seconds", static_cast<long long>(m.ts_ns / 1000000000),
                 static_cast<long long>(m.ts_ns % 1000000000));
  it.i(time_delta, b, 0, 0, m.ts_ns - m.prev_ts).gen();
  it.i(time_delta_displayed, b, 0, 0, m.ts_ns - m.prev_displayed_ts).gen();
  it.i(time_relative, b, 0, 0, m.ts_ns - m.first_ts).gen();
}

Item add_frame(Ctx& c, Item root, const Buf& b) {
  const FrameMeta& m = c.frame;
  Item it = root.proto(proto, b, 0, b.captured());
  it.label("Frame %u: %u byte%s on wire (%u bits), %u byte%s captured (%u bits)", m.number, m.len,
           m.len == 1 ? "" : "s", m.len * 8, m.caplen, m.caplen == 1 ? "" : "s", m.caplen * 8);
  if (m.has_iface) {
    Item i = it.u(interface_id, b, 0, 0, m.iface);
    std::string_view name = c.session.frames.interface_name(m.number);
    std::string_view desc = c.session.frames.interface_description(m.number);
    if (!name.empty()) {
      i.append(" (%.*s)", static_cast<int>(name.size()), name.data());
      i.s(interface_name, b, 0, 0, c.keep(name));
    }
    if (!desc.empty()) i.s(interface_description, b, 0, 0, c.keep(desc));
  }
  it.i(encap_type, b, 0, 0, m.encap);
  if (m.has_ts) add_times(c, it, b);
  it.u(number, b, 0, 0, m.number);
  it.u(length, b, 0, 0, m.len).label("Frame Length: %u byte%s (%u bits)", m.len, m.len == 1 ? "" : "s", m.len * 8);
  it.u(cap_length, b, 0, 0, m.caplen)
      .label("Capture Length: %u byte%s (%u bits)", m.caplen, m.caplen == 1 ? "" : "s", m.caplen * 8);
  it.u(marked, b, 0, 0, 0).gen();
  it.u(ignored, b, 0, 0, 0).gen();
  return it;
}

uint32_t dissect_frame(Buf b, Ctx& c, Item root) {
  c.layers.clear();  // the frame itself does not stand in frame.protocols
  Item it;
  if (root.live()) {
    if (c.frame.has_comments) add_comments(c, root);
    it = add_frame(c, root, b);
  }
  const Protocol* link = linktype_table->find(c.frame.linktype);
  c.guard([&] {
    if (link) {
      c.call_or_data(link, b, root);
      return;
    }
    // a link type nobody knows: the bytes, and a word why
    c.col.protocol("UNKNOWN");
    c.col.fmt_info("WTAP_ENCAP = %d", c.frame.encap);
    c.show_data(b, root);
  }, root);
  if (it.live()) {
    Text t;
    for (const Protocol* p : c.layers) {
      if (!t.empty()) t << ':';
      t << p->filter;
    }
    it.s(protocols, b, 0, 0, c.keep(t.view())).gen();
  }
  return b.size() ? b.size() : 1;
}

}  // namespace

void register_frame(Registry& r) {
  proto.place = Protocol::Place::Transport;
  protocols.above = true;
  r.add(proto);
  r.add(comments_proto);
  linktype_table = &r.table("linktype");
}

}  // namespace strato::protocols
