#include "protocols/ip_options.h"

#include <algorithm>

#include "packet/registry.h"

namespace strato::protocols {
namespace {

const TrueFalse kYes = {"Yes", "No"};
const ValueString kClasses[] = {{0, "Control"}, {1, "Reserved for future use"}, {2, "Debugging and measurement"},
                                {3, "Reserved for future use"}};
const ValueString kNumbers[] = {{0, "End of Option List (EOL)"}, {1, "No-Operation (NOP)"}, {2, "Security"},
                                {3, "Loose source route"}, {4, "Time stamp"}, {5, "Extended security"},
                                {6, "Commercial IP security option"}, {7, "Record route"}, {8, "Stream identifier"},
                                {9, "Strict source route"}, {11, "MTU probe"}, {12, "MTU Reply"}, {18, "Traceroute"},
                                {20, "Router Alert"}, {21, "Selective Directed Broadcast"}, {25, "Quick-Start"}};
const RangeString kAlerts[] = {{0, 0, "Router shall examine packet"}, {1, 65535, "Reserved"}};
const ValueString kStampFlags[] = {{0, "Time stamps only"}, {1, "Time stamp and address"},
                                   {3, "Time stamps for prespecified addresses"}};
// RFC 791, page 17
const ValueString kSecurity[] = {{0x0000, "Unclassified"}, {0xf135, "Confidential"}, {0x789a, "EFTO"}, {0xbc4d, "MMMM"},
                                 {0x5e26, "PROG"}, {0xaf13, "Restricted"}, {0xd788, "Secret"}, {0x6bc5, "Top secret"}};
// RFC 1108 2.3
const ValueString kLevels[] = {{0x01, "Reserved 4"}, {0x3d, "Top secret"}, {0x5a, "Secret"}, {0x96, "Confidential"},
                               {0x66, "Reserved 3"}, {0xcc, "Reserved 2"}, {0xab, "Unclassified"}, {0xf1, "Reserved 1"}};

FieldDef opt_type(ip_proto, "ip.opt.type", "Type", FT::Uint8, Base::Dec);
FieldDef opt_copy(ip_proto, "ip.opt.type.copy", "Copy on fragmentation", FT::Boolean, Base::None, tfs(kYes), 0x80);
FieldDef opt_class(ip_proto, "ip.opt.type.class", "Class", FT::Uint8, Base::Dec, vals(kClasses), 0x60);
FieldDef opt_number(ip_proto, "ip.opt.type.number", "Number", FT::Uint8, Base::Dec, vals(kNumbers), 0x1f);
FieldDef opt_len(ip_proto, "ip.opt.len", "Length", FT::Uint8, Base::Dec);
FieldDef opt_ptr(ip_proto, "ip.opt.ptr", "Pointer", FT::Uint8, Base::Dec);
FieldDef opt_sid(ip_proto, "ip.opt.sid", "Stream Identifier", FT::Uint16, Base::Dec);
FieldDef opt_mtu(ip_proto, "ip.opt.mtu", "MTU", FT::Uint16, Base::Dec);
FieldDef opt_id_number(ip_proto, "ip.opt.id_number", "ID Number", FT::Uint16, Base::Dec);
FieldDef opt_ohc(ip_proto, "ip.opt.ohc", "Outbound Hop Count", FT::Uint16, Base::Dec);
FieldDef opt_rhc(ip_proto, "ip.opt.rhc", "Return Hop Count", FT::Uint16, Base::Dec);
FieldDef opt_originator(ip_proto, "ip.opt.originator", "Originator IP Address", FT::IPv4);
FieldDef opt_alert(ip_proto, "ip.opt.ra", "Router Alert", FT::Uint16, Base::Dec, ranges(kAlerts));
FieldDef opt_addr(ip_proto, "ip.opt.addr", "IP Address", FT::IPv4);
FieldDef opt_padding(ip_proto, "ip.opt.padding", "Padding", FT::Bytes);
FieldDef opt_security(ip_proto, "ip.opt.sec_rfc791_sec", "Security", FT::Uint16, Base::Hex, vals(kSecurity));
FieldDef opt_compartments(ip_proto, "ip.opt.sec_rfc791_comp", "Compartments", FT::Uint16, Base::Dec);
FieldDef opt_handling(ip_proto, "ip.opt.sec_rfc791_hr", "Handling Restrictions", FT::String);
FieldDef opt_control(ip_proto, "ip.opt.sec_rfc791_tcc", "Transmission Control Code", FT::String);
FieldDef opt_level(ip_proto, "ip.opt.sec_cl", "Classification Level", FT::Uint8, Base::Hex, vals(kLevels));
FieldDef opt_authority(ip_proto, "ip.opt.sec_prot_auth_flags", "Protection Authority Flags", FT::Uint8, Base::Hex);
FieldDef opt_format(ip_proto, "ip.opt.ext_sec_add_sec_info_format_code", "Additional Security Info Format Code",
                    FT::Uint8, Base::Hex);
FieldDef opt_info(ip_proto, "ip.opt.ext_sec_add_sec_info", "Additional Security Info", FT::Bytes);
FieldDef opt_overflow(ip_proto, "ip.opt.overflow", "Overflow", FT::Uint8, Base::Dec, {}, 0xf0);
FieldDef opt_flag(ip_proto, "ip.opt.flag", "Flag", FT::Uint8, Base::Hex, vals(kStampFlags), 0x0f);
FieldDef opt_stamp(ip_proto, "ip.opt.time_stamp", "Time stamp", FT::Uint32, Base::Dec);
FieldDef opt_stamp_addr(ip_proto, "ip.opt.time_stamp_addr", "Address", FT::IPv4);
FieldDef recorded(ip_proto, "ip.rec_rt", "Recorded Route", FT::IPv4);
FieldDef recorded_host(ip_proto, "ip.rec_rt_host", "Recorded Route Host", FT::String);
FieldDef to_come(ip_proto, "ip.src_rt", "Source Route", FT::IPv4);
FieldDef to_come_host(ip_proto, "ip.src_rt_host", "Source Route Host", FT::String);
FieldDef empty(ip_proto, "ip.empty_rt", "Empty Route", FT::IPv4);
FieldDef empty_host(ip_proto, "ip.empty_rt_host", "Empty Route Host", FT::String);

// Options are nodes of their own in the filter language, with their bytes as value.
Protocol w_eol("ip.options.eol", "End of Options List (EOL)", "IP Option - End of Options List (EOL)", nullptr);
Protocol w_nop("ip.options.nop", "No Operation (NOP)", "IP Option - No-Operation (NOP)", nullptr);
Protocol w_security("ip.options.security", "Security", "IP Option - Security", nullptr);
Protocol w_loose("ip.options.route", "Loose Source Route", "IP Option - Loose Source Route", nullptr);
Protocol w_stamp("ip.options.timestamp", "Time Stamp", "IP Option - Time Stamp", nullptr);
Protocol w_extended("ip.options.ext_security", "Extended Security", "IP Option - Extended Security", nullptr);
Protocol w_cipso("ip.options.cipso", "Commercial Security", "IP Option - Commercial Security", nullptr);
Protocol w_record("ip.options.record_route", "Record Route", "IP Option - Record Route", nullptr);
Protocol w_sid("ip.options.sid", "Stream ID", "IP Option - Stream ID", nullptr);
Protocol w_strict("ip.options.source_route", "Strict Source Route", "IP Option - Strict Source Route", nullptr);
Protocol w_probe("ip.options.mtu_probe", "MTU Probe", "IP Option - MTU Probe", nullptr);
Protocol w_reply("ip.options.mtu_reply", "MTU Reply", "IP Option - MTU Reply", nullptr);
Protocol w_traceroute("ip.options.traceroute", "Traceroute", "IP Option - Traceroute", nullptr);
Protocol w_alert("ip.options.routeralert", "Router Alert", "IP Option - Router Alert", nullptr);
Protocol w_broadcast("ip.options.sdb", "Selective Directed Broadcast", "IP Option - Selective Directed Broadcast",
                     nullptr);
Protocol w_quick("ip.options.qs", "Quick-Start", "IP Option - Quick-Start", nullptr);

ExpertDef bad_length(ip_proto, "ip.opt.len.invalid", Severity::Warn, Group::Protocol, "Invalid length for option");
ExpertDef before_first(ip_proto, "ip.opt.ptr.before_address", Severity::Warn, Group::Protocol,
                       "Pointer points before first address");
ExpertDef in_the_middle(ip_proto, "ip.opt.ptr.middle_address", Severity::Warn, Group::Protocol,
                        "Pointer points to middle of address");
ExpertDef past_end(ip_proto, "ip.subopt_too_long", Severity::Warn, Group::Protocol,
                   "Suboption would go past end of option");

constexpr uint8_t kLoose = 131, kStrict = 137;
constexpr uint32_t kFixed = 20;      // bytes of the header before the options
constexpr uint32_t kFirstStop = 4;   // pointers count from 1: the first address follows type, length and pointer

// One option: o is all of it, type and length included.
struct Option {
  Ctx& c;
  const Buf& o;
  Item it;
  const IpAddressFields& destination;
};

void show_route(const Option& x, const IpAddressFields& ahead, bool source) {
  const Buf& o = x.o;
  uint32_t ptr = o.u8(2), size = o.size();
  Item p = x.it.add(opt_ptr, o, 2, 1);
  if (ptr < kFirstStop) {
    p.expert(before_first);
    return;
  }
  if (ptr % 4) {
    p.expert(in_the_middle);
    return;
  }
  bool routed = source && ptr < size;
  for (uint32_t at = 3; at < size; at += 4) {
    if (at + 4 > size) {
      p.expert(past_end);
      return;
    }
    bool last = routed && at + 4 == size;
    if (last) {
      add_ip_address(x.it, o, at, x.destination);
    } else if (at + 1 < ptr) {
      add_ip_address(x.it, o, at, {recorded, recorded_host});
    } else {
      Item a = add_ip_address(x.it, o, at, ahead);
      if (a && at + 1 == ptr) a.append_text(" <- (next)");
    }
  }
}

void show_source_route(const Option& x) { show_route(x, {to_come, to_come_host}, true); }
void show_record_route(const Option& x) { show_route(x, {empty, empty_host}, false); }

void show_stamps(const Option& x) {
  const Buf& o = x.o;
  x.it.add(opt_ptr, o, 2, 1);
  x.it.add(opt_overflow, o, 3, 1);
  x.it.add(opt_flag, o, 3, 1);
  uint8_t flag = o.u8(3) & 15;
  bool addresses = flag == 1 || flag == 3;
  uint32_t each = addresses ? 8 : 4;
  for (uint32_t at = 4; at < o.size(); at += each) {
    if (at + each > o.size()) {
      x.it.text(o, at, o.size() - at, "Suboption would go past end of option").expert(past_end);
      return;
    }
    if (addresses) x.it.add(opt_stamp_addr, o, at, 4);
    x.it.add(opt_stamp, o, at + each - 4, 4);
  }
}

void show_security(const Option& x) {
  const Buf& o = x.o;
  if (o.size() == 11 && name_of(vals(kSecurity), o.u16(2))) {  // RFC 791; RFC 1108 made it another one
    x.it.add(opt_security, o, 2, 2);
    x.it.add(opt_compartments, o, 4, 2);
    x.it.add(opt_handling, o, 6, 2);
    x.it.add(opt_control, o, 8, 3);
    return;
  }
  x.it.add(opt_level, o, 2, 1);
  for (uint32_t at = 3; at < o.size(); at++) x.it.add(opt_authority, o, at, 1);
}

void show_extended(const Option& x) {
  x.it.add(opt_format, x.o, 2, 1);
  if (x.o.size() > 3) x.it.add(opt_info, x.o, 3, x.o.size() - 3);
}

void show_sid(const Option& x) { x.it.add(opt_sid, x.o, 2, 2); }
void show_mtu(const Option& x) { x.it.add(opt_mtu, x.o, 2, 2); }

void show_traceroute(const Option& x) {
  x.it.add(opt_id_number, x.o, 2, 2);
  x.it.add(opt_ohc, x.o, 4, 2);
  x.it.add(opt_rhc, x.o, 6, 2);
  x.it.add(opt_originator, x.o, 8, 4);
}

void show_alert(const Option& x) {
  uint16_t v = x.o.u16(2);
  Item it = x.it;
  if (it) it.append(": %s (%u)", name_of(ranges(kAlerts), v), v);
  x.it.add(opt_alert, x.o, 2, 2);
}

void show_broadcast(const Option& x) {
  uint32_t at = 2;
  for (; at + 4 <= x.o.size(); at += 4) x.it.add(opt_addr, x.o, at, 4);
  if (at < x.o.size()) x.it.add(opt_padding, x.o, at, x.o.size() - at);
}

struct Known {
  uint8_t type, len;  // len: of the whole option, the least where `least` says so; 0: it has no length byte
  bool least;
  const char* name;
  Protocol* whole;
  void (*show)(const Option&);
};
const Known kKnown[] = {
    {0, 0, false, nullptr, &w_eol, nullptr},
    {1, 0, false, nullptr, &w_nop, nullptr},
    {130, 3, true, "Security", &w_security, show_security},
    {kLoose, 3, true, "Loose Source Route", &w_loose, show_source_route},
    {68, 4, true, "Time Stamp", &w_stamp, show_stamps},
    {133, 3, true, "Extended Security", &w_extended, show_extended},
    {134, 10, true, "Commercial Security", &w_cipso, nullptr},
    {7, 3, true, "Record Route", &w_record, show_record_route},
    {136, 4, false, "Stream ID", &w_sid, show_sid},
    {kStrict, 3, true, "Strict Source Route", &w_strict, show_source_route},
    {11, 4, false, "MTU Probe", &w_probe, show_mtu},
    {12, 4, false, "MTU Reply", &w_reply, show_mtu},
    {82, 12, false, "Traceroute", &w_traceroute, show_traceroute},
    {148, 4, false, "Router Alert", &w_alert, show_alert},
    {149, 6, true, "Selective Directed Broadcast", &w_broadcast, show_broadcast},
    {25, 8, false, "Quick-Start", &w_quick, nullptr},
};

const Known* known(uint8_t type) {
  auto k = std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& x) { return x.type == type; });
  return k == std::end(kKnown) ? nullptr : k;
}

void add_type(Item it, const Buf& o) {
  Item t = it.add(opt_type, o, 0, 1);
  t.add(opt_copy, o, 0, 1);
  t.add(opt_class, o, 0, 1);
  t.add(opt_number, o, 0, 1);
}

const char* plural(uint32_t n) { return n == 1 ? "" : "s"; }

// An option with a length byte of at least 2 that fits.
void show_option(Ctx& c, const Buf& o, const Known& k, Item list, const IpAddressFields& destination) {
  uint32_t n = o.size();
  bool wrong = k.least ? n < k.len : n != k.len;
  uint32_t said = k.least ? n : k.len;
  Item it = list.s(*k.whole->self, o, 0, n, list.live() ? o.str(0, n) : std::string_view());
  if (it) it.label("%s (%u byte%s)", k.whole->name, said, plural(said));
  add_type(it, o);
  Item l = it.add(opt_len, o, 1, 1);
  if (wrong && l.live())
    l.expert(bad_length, c.fmt("%s (with option length = %u byte%s; should be %s%u)", k.name, n, plural(n),
                               k.least ? ">= " : "", k.len));
  if (k.show) k.show({c, o, it, destination});
  if (!list) return;
  Item all = list;
  all.append(", %s", k.name);
}

// An option whose length cannot be: nothing behind it can be found.
void show_broken(Ctx& c, const Buf& options, uint32_t at, Item list, std::string_view text) {
  if (!list.live()) return;
  list.text(options, at, options.size() - at, "%s", c.keep_z(text)).expert(bad_length, text);
}

}  // namespace

Item add_ip_address(Item it, const Buf& b, uint32_t off, const IpAddressFields& f) {
  Item a = it.add(f.address, b, off, 4);
  if (f.either) it.add(*f.either, b, off, 4).hide();
  if (!it.live()) return a;
  Ctx& c = *it.ctx();
  if (!c.tree.wants(f.host) && !(f.either_host && c.tree.wants(*f.either_host))) return a;
  Text t;
  t.ipv4(b.u32(off));
  std::string_view s = c.keep(t.view());
  it.s(f.host, b, off, 4, s).gen().hide();
  if (f.either_host) it.s(*f.either_host, b, off, 4, s).gen().hide();
  return a;
}

uint32_t ip_final_destination(const Buf& b, uint32_t hdr_len) {
  // options that were cut off say nothing here; showing them says that they were
  if (!b.has(kFixed, hdr_len - kFixed)) return 0;
  for (uint32_t at = kFixed; at < hdr_len;) {
    uint8_t type = b.u8(at);
    if (type == 0) return 0;
    if (type == 1) {
      at++;
      continue;
    }
    if (at + 1 >= hdr_len) return 0;
    uint32_t len = b.u8(at + 1);
    if (len < 2 || len > hdr_len - at) return 0;
    if ((type == kLoose || type == kStrict) && len >= 7) {
      uint32_t ptr = b.u8(at + 2);
      return ptr >= kFirstStop && ptr % 4 == 0 && ptr < len ? at + len - 4 : 0;
    }
    at += len;
  }
  return 0;
}

void ip_options(Ctx& c, const Buf& b, uint32_t hdr_len, Item it, const IpAddressFields& destination) {
  Buf all = b.sub(kFixed, hdr_len - kFixed);
  Item list = it.text(all, 0, all.size(), "Options: (%u byte%s)", all.size(), plural(all.size()));
  for (uint32_t at = 0; at < all.size();) {
    uint8_t type = all.u8(at);
    const Known* k = known(type);
    if (k && !k->len) {
      Item one = list.s(*k->whole->self, all, at, 1, list.live() ? all.str(at, 1) : std::string_view());
      if (one) one.label("%s", k->whole->name);
      add_type(one, all.sub(at, 1));
      if (type == 0) return;  // what follows is padding
      at++;
      continue;
    }
    std::string_view name = k ? std::string_view(k->name) : c.fmt("Unknown (0x%02x)", type);
    const char* z = c.keep_z(name);
    if (at + 1 >= all.size()) return show_broken(c, all, at, list, c.fmt("%s (length byte past end of options)", z));
    uint32_t len = all.u8(at + 1);
    if (len < 2)
      return show_broken(c, all, at, list, c.fmt("%s (with too-short option length = %u byte%s)", z, len, plural(len)));
    if (len > all.size() - at)
      return show_broken(c, all, at, list,
                         c.fmt("%s (option length = %u byte%s says option goes past end of options)", z, len, plural(len)));
    Buf o = all.sub(at, len);
    if (k) show_option(c, o, *k, list, destination);
    else list.text(o, 0, len, "%s (%u byte%s)", z, len, plural(len));
    at += len;
  }
}

void register_ip_options(Registry& r) {
  for (const Known& k : kKnown) {
    k.whole->pseudo = true;
    r.add(*k.whole);
  }
}

}  // namespace strato::protocols
