#include "packet/context.h"

#include "packet/builtin.h"

namespace strato {

void Columns::fmt_info(const char* f, ...) {
  if (!on || !writable_) return;
  va_list ap;
  va_start(ap, f);
  info_.vfmt(f, ap);
  va_end(ap);
}

void Ctx::note_met(const Protocol& p) {
  if (p.place <= Protocol::Place::Beside) return;
  met |= ProtocolMask{1} << p.bit;
  if (p.speaks) met |= ProtocolMask{1} << p.speaks->bit;
}

uint32_t Ctx::call(const Protocol& p, Buf b, Item parent) {
  if (depth_ >= kMaxDepth) {
    show_data(b, parent);
    return b.size() ? b.size() : 1;
  }
  const Protocol* saved = current;
  size_t n = layers.size();
  current = &p;
  layers.push_back(&p);
  depth_++;
  struct Leave {
    int& d;
    ~Leave() { d--; }
  } leave{depth_};
  ProtocolMask before = met;
  note_met(p);
  uint32_t took = p.fn(b, *this, parent);
  if (took == 0) {
    layers.resize(n);
    met = before;
  }
  current = saved;
  return took;
}

void Ctx::call_or_data(const Protocol* p, Buf b, Item parent) {
  if (!p || call(*p, b, parent) == 0) show_data(b, parent);
}

bool Ctx::try_heuristics(const std::vector<Heuristic>& list, Buf b, Item parent, const Protocol** took) {
  for (const Heuristic& h : list) {
    if (h.extra && session.settings.wireshark_defaults) continue;
    if (depth_ >= kMaxDepth) return false;
    const Protocol* saved = current;
    size_t n = layers.size();
    current = h.proto;
    layers.push_back(h.proto);
    depth_++;
    struct Leave {
      int& d;
      ~Leave() { d--; }
    } leave{depth_};
    ProtocolMask before = met;
    note_met(*h.proto);
    bool ok = h.fn(b, *this, parent);
    if (!ok) {
      layers.resize(n);
      met = before;
    }
    current = saved;
    if (ok) {
      if (took) *took = h.proto;
      return true;
    }
  }
  return false;
}

void Ctx::show_data(Buf b, Item parent) {
  if (b.empty()) return;
  const Protocol* saved = current;
  current = &builtin().data;
  layers.push_back(current);
  builtin().data.fn(b, *this, parent);
  current = saved;
}

void Ctx::report_current_error(Item parent, const Protocol* p) {
  if (!p) p = current;
  try {
    throw;
  } catch (const ShortRead&) {
    add_read_failure(*this, parent, p, ReadFailure::Short);
  } catch (const FragmentRead&) {
    add_read_failure(*this, parent, p, ReadFailure::Fragment);
  } catch (const ReadError&) {
    // what an error message quotes ends somewhere; the packet that is shown is whole
    if (in_error) return;
    add_read_failure(*this, parent, p, ReadFailure::Malformed);
  }
  damaged = true;
}

Buf Ctx::add_source(const char* name, std::string_view bytes) {
  std::string_view k = arena.copy(bytes);
  // at most kMaxSources views per packet: hostile input could make one per byte
  constexpr size_t kMaxSources = 1000;
  const uint8_t* p = reinterpret_cast<const uint8_t*>(k.data());
  uint32_t n = static_cast<uint32_t>(k.size());
  if (sources.size() < kMaxSources) sources.push_back({keep_z(name), p, n});
  return Buf(p, n, n, static_cast<uint16_t>(sources.size() - 1), 0);
}

const char* Ctx::keep_z(std::string_view s) {
  char* p = static_cast<char*>(arena.alloc(s.size() + 1, 1));
  if (!s.empty()) memcpy(p, s.data(), s.size());
  p[s.size()] = 0;
  return p;
}

std::string_view Ctx::fmt(const char* f, ...) {
  va_list ap;
  va_start(ap, f);
  Text t;
  t.vfmt(f, ap);
  va_end(ap);
  return arena.copy(t.view());
}

void Ctx::begin(const FrameMeta& m, Buf bytes, Pass p, bool want_tree, bool want_columns, const FieldSet* wanted) {
  frame = m;
  pass = p;
  first_pass = p == Pass::First || p == Pass::Transport;
  carries = damaged = false;
  met = 0;
  tcp_flags = kNoFlags;
  has_tree = want_tree;
  tree.reset(wanted);
  col.reset(want_columns);
  arena.reset();
  sources.clear();
  sources.push_back({"Frame", bytes.data(), bytes.captured()});
  layers.clear();
  dl_src = dl_dst = net_src = net_dst = src = dst = Address();
  sport = dport = 0;
  ports = PortKind::None;
  flow = nullptr;
  fragmented = in_error = false;
  inner_streams = 0;
  can_desegment = 0;
  desegment_offset = desegment_len = 0;
  data = nullptr;
  current = nullptr;
  depth_ = 0;
}

void Ctx::begin_straight(const FrameMeta& m) {
  frame = m;
  pass = Pass::Transport;
  first_pass = true;
  carries = damaged = has_tree = fragmented = in_error = col.on = false;
  met = 0;
  tcp_flags = kNoFlags;
  flow = nullptr;
}

void dissect_frame(Ctx& c, const FrameMeta& m, Buf bytes, Pass pass, bool want_tree, bool want_columns,
                   const FieldSet* wanted) {
  static const Protocol* const kFrame = Registry::get().protocol("frame");
  if (pass == Pass::Transport && !want_tree && !want_columns && c.reg.straight) {
    c.begin_straight(m);
    if (c.reg.straight(c, bytes)) return;
  }
  c.begin(m, bytes, pass, want_tree, want_columns, wanted);
  c.guard([&] { c.call(*kFrame, bytes, c.root()); }, c.root());
}

}  // namespace strato
