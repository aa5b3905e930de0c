// TCP options (RFC 9293, 7323, 2018, 2883, 7413, 2385, 5925, 5482, 4782).
#include <algorithm>

#include "protocols/tcp_internal.h"

namespace strato::protocols {
namespace {

const ValueString kKinds[] = {
    {0, "End of Option List"}, {1, "No-Operation"}, {2, "Maximum Segment Size"}, {3, "Window Scale"},
    {4, "SACK Permitted"}, {5, "SACK"}, {6, "Echo"}, {7, "Echo Reply"}, {8, "Time Stamp Option"},
    {11, "CC"}, {12, "CC.NEW"}, {13, "CC.ECHO"}, {19, "MD5 Signature Option"},
    {27, "Quick-Start Response"}, {28, "User Timeout Option"}, {29, "The TCP Authentication Option"},
    {30, "Multipath TCP"}, {34, "TCP Fast Open Cookie"}, {172, "Accurate ECN Order 0"},
    {174, "Accurate ECN Order 1"}, {253, "RFC3692-style Experiment 1"}, {254, "RFC3692-style Experiment 2"}};

FieldDef options(tcp_proto, "tcp.options", "TCP Options", FT::Bytes);
FieldDef kind(tcp_proto, "tcp.option_kind", "Kind", FT::Uint8, Base::Dec, vals(kKinds));
FieldDef opt_len(tcp_proto, "tcp.option_len", "Length", FT::Uint8, Base::Dec);
FieldDef mss_val(tcp_proto, "tcp.options.mss_val", "MSS Value", FT::Uint16, Base::Dec);
FieldDef wscale_shift(tcp_proto, "tcp.options.wscale.shift", "Shift count", FT::Uint8, Base::Dec);
FieldDef wscale_multiplier(tcp_proto, "tcp.options.wscale.multiplier", "Multiplier", FT::Uint16, Base::Dec);
FieldDef sack_le(tcp_proto, "tcp.options.sack_le", "TCP SACK Left Edge", FT::Uint32, Base::Dec);
FieldDef sack_re(tcp_proto, "tcp.options.sack_re", "TCP SACK Right Edge", FT::Uint32, Base::Dec);
FieldDef sack_count(tcp_proto, "tcp.options.sack.count", "TCP SACK Count", FT::Uint8, Base::Dec);
FieldDef dsack_le(tcp_proto, "tcp.options.sack.dsack_le", "TCP D-SACK Left Edge", FT::Uint32, Base::Dec);
FieldDef dsack_re(tcp_proto, "tcp.options.sack.dsack_re", "TCP D-SACK Right Edge", FT::Uint32, Base::Dec);
FieldDef tsval(tcp_proto, "tcp.options.timestamp.tsval", "Timestamp value", FT::Uint32, Base::Dec);
FieldDef tsecr(tcp_proto, "tcp.options.timestamp.tsecr", "Timestamp echo reply", FT::Uint32, Base::Dec);
FieldDef echo_value(tcp_proto, "tcp.options.echo_value", "TCP Echo Option", FT::Uint32, Base::Dec);
FieldDef md5_digest(tcp_proto, "tcp.options.md5.digest", "MD5 digest", FT::Bytes);
FieldDef ao_keyid(tcp_proto, "tcp.options.ao.keyid", "AO KeyID", FT::Uint8, Base::Dec);
FieldDef ao_rnext(tcp_proto, "tcp.options.ao.rnextkeyid", "AO RNextKeyID", FT::Uint8, Base::Dec);
FieldDef ao_mac(tcp_proto, "tcp.options.ao.mac", "AO MAC", FT::Bytes);
FieldDef tfo_request(tcp_proto, "tcp.options.tfo.request", "Fast Open Cookie Request", FT::None);
FieldDef tfo_cookie(tcp_proto, "tcp.options.tfo.cookie", "Fast Open Cookie", FT::Bytes);
FieldDef exid(tcp_proto, "tcp.options.experimental.exid", "Experiment Identifier", FT::Uint16, Base::Hex);
FieldDef exp_data(tcp_proto, "tcp.options.experimental.data", "Data", FT::Bytes);
FieldDef unknown_payload(tcp_proto, "tcp.options.unknown.payload", "Payload", FT::Bytes);
FieldDef user_to_granularity(tcp_proto, "tcp.options.user_to_granularity", "Granularity", FT::Boolean, Base::None, {},
                             0x8000);
FieldDef user_to_val(tcp_proto, "tcp.options.user_to_val", "User Timeout", FT::Uint16, Base::Dec, {}, 0x7fff);
FieldDef qs_rate(tcp_proto, "tcp.options.qs.rate", "QS Rate", FT::Uint8, Base::Dec, {}, 0x0f);

ExpertDef len_invalid(tcp_proto, "tcp.option.len.invalid", Severity::Note, Group::Sequence,
                      "Invalid length for option");
ExpertDef nops(tcp_proto, "tcp.nop", Severity::Warn, Group::Protocol,
               "4 NOP in a row - a router may have removed some options");
ExpertDef mss_present(tcp_proto, "tcp.options.mss.present", Severity::Warn, Group::Protocol,
                      "The non-SYN packet does contain a MSS option");
ExpertDef mss_absent(tcp_proto, "tcp.options.mss.absent", Severity::Warn, Group::Protocol,
                     "The SYN packet does not contain a MSS option");
ExpertDef shift_invalid(tcp_proto, "tcp.options.wscale.shift.invalid", Severity::Warn, Group::Protocol,
                        "Window scale shift exceeds 14");
ExpertDef dsack(tcp_proto, "tcp.options.sack.dsack", Severity::Warn, Group::Sequence, "D-SACK Sequence");

// Options are nodes of their own in the filter language, with their bytes as value.
#define STRATO_TCP_OPTION(id, filter, name) Protocol id("tcp.options." filter, filter, "TCP Option - " name, nullptr)
STRATO_TCP_OPTION(o_nop, "nop", "No-Operation (NOP)");
STRATO_TCP_OPTION(o_eol, "eol", "End of Option List (EOL)");
STRATO_TCP_OPTION(o_ts, "timestamp", "Timestamps");
STRATO_TCP_OPTION(o_mss, "mss", "Maximum segment size");
STRATO_TCP_OPTION(o_wscale, "wscale", "Window scale");
STRATO_TCP_OPTION(o_sack_perm, "sack_perm", "SACK permitted");
STRATO_TCP_OPTION(o_sack, "sack", "SACK");
STRATO_TCP_OPTION(o_echo, "echo", "Echo");
STRATO_TCP_OPTION(o_echo_reply, "echoreply", "Echo reply");
STRATO_TCP_OPTION(o_md5, "md5", "TCP MD5 signature");
STRATO_TCP_OPTION(o_ao, "ao", "TCP AO");
STRATO_TCP_OPTION(o_user_to, "user_to", "User Timeout");
STRATO_TCP_OPTION(o_qs, "qs", "Quick-Start");
STRATO_TCP_OPTION(o_tfo, "tfo", "TCP Fast Open");
STRATO_TCP_OPTION(o_exp, "experimental", "Experimental");
STRATO_TCP_OPTION(o_unknown, "unknown", "Unknown");
#undef STRATO_TCP_OPTION
Protocol* const kOptionProtocols[] = {&o_nop, &o_eol, &o_ts, &o_mss, &o_wscale, &o_sack_perm, &o_sack, &o_echo,
                                      &o_echo_reply, &o_md5, &o_ao, &o_user_to, &o_qs, &o_tfo, &o_exp, &o_unknown};

void note_scale(TcpView& v, uint8_t shift) { v.fwd().scale = std::min<uint8_t>(shift, 14); }  // RFC 7323: at most 14

// After the options of a SYN: no option means that neither side scales.
void settle_scale(TcpView& v) {
  TcpSide &fwd = v.fwd(), &rev = v.rev();
  bool synack = v.has(tcp_flag::kAck);
  if (fwd.scale == TcpSide::kScaleUnknown) fwd.scale = rev.scale = TcpSide::kScaleNone;
  else if (synack && rev.scale == TcpSide::kScaleNone) fwd.scale = TcpSide::kScaleNone;
}

void note_sack(TcpView& v, uint32_t left, uint32_t right) {
  TcpSide& s = v.fwd();
  if (s.sacks < TcpSide::kMaxSack) s.sack[s.sacks++] = {left, right};
}

struct Option {
  Ctx& c;
  TcpView& v;
  Item all;        // "Options: …"
  Buf b;           // the whole TCP segment
  uint32_t off;    // of the option
  uint8_t kind_no;
  uint32_t len;    // of the whole option
  Text& names;     // in the label of `all`

  Item start(const Protocol& p, const char* name) {
    Item it = all.s(*p.self, b, off, len, all.live() ? b.str(off, len) : std::string_view());
    if (all) names << ", " << name;
    it.add(kind, b, off, 1);
    if (kind_no > 1) it.add(opt_len, b, off + 1, 1);
    return it;
  }
  void info(const char* name, uint32_t value) {
    if (c.col.writable()) c.col.info_text() << ' ' << name << '=' << value;
  }
  bool length_is(Item it, uint32_t want) {
    if (len == want) return true;
    if (it.live()) it.expert(len_invalid, c.fmt("option length should be %u", want));
    return false;
  }

  void mss() {
    Item it = start(o_mss, "Maximum segment size");
    if (!length_is(it, 4)) return;
    uint32_t n = b.u16(off + 2);
    if (it) it.append(": %u bytes", n);
    if (!v.has(tcp_flag::kSyn)) it.expert(mss_present);
    it.add(mss_val, b, off + 2, 2);
    info("MSS", n);
  }
  void wscale() {
    Item it = start(o_wscale, "Window scale");
    if (!length_is(it, 3)) return;
    uint8_t raw = b.u8(off + 2), shift = std::min<uint8_t>(raw, 14);
    Item s = it.add(wscale_shift, b, off + 2, 1);
    if (raw > 14) s.expert(shift_invalid);
    it.u(wscale_multiplier, b, off + 2, 1, 1u << shift).gen();
    if (it) it.append(": %u (multiply by %u)", shift, 1u << shift);
    info("WS", 1u << shift);
  }
  void timestamps() {
    Item it = start(o_ts, "Timestamps");
    if (!length_is(it, 10)) return;
    uint32_t val = b.u32(off + 2), ecr = b.u32(off + 6);
    if (it) it.append(": TSval %u, TSecr %u", val, ecr);
    it.add(tsval, b, off + 2, 4);
    it.add(tsecr, b, off + 6, 4);
    info("TSval", val);
    info("TSecr", ecr);
  }
  void sack() {
    Item it = start(o_sack, "SACK");
    uint32_t base = v.relative() ? v.rev().base_seq : 0, n = 0, at = off + 2;
    bool rel = v.relative();
    uint32_t first_left = 0, first_right = 0, left2 = 0, right2 = 0;
    for (; at + 8 <= off + len; at += 8, n++) {
      uint32_t l = b.u32(at), r = b.u32(at + 4);
      if (n == 0) first_left = l, first_right = r;
      if (n == 1) left2 = l, right2 = r;
      const char* note = rel ? " (relative)" : "";
      if (it.live()) {
        it.u(sack_le, b, at, 4, l - base).label("left edge = %u%s", l - base, note);
        it.u(sack_re, b, at + 4, 4, r - base).label("right edge = %u%s", r - base, note);
        if (it) it.append(" %u-%u", l - base, r - base);
      }
      info("SLE", l - base);
      info("SRE", r - base);
    }
    it.u(sack_count, b, off, len, n).gen();
    // RFC 2883: the first block repeats what the ACK or the second block covers already
    bool duplicate = n && (seq_le(first_right, v.ack) ||
                           (n > 1 && seq_ge(first_left, left2) && seq_le(first_right, right2)));
    if (!duplicate) return;
    it.u(dsack_le, b, off + 2, 4, first_left - base).gen();
    it.u(dsack_re, b, off + 6, 4, first_right - base).gen();
    it.expert(dsack);
  }
  void tfo() {
    Item it = start(o_tfo, "TCP Fast Open");
    if (len == 2) {
      it.add(tfo_request, b, off, 2);
      c.col.add_info(" TFO=R");
    } else {
      it.add(tfo_cookie, b, off + 2, len - 2);
      c.col.add_info(" TFO=C");
    }
  }
  void experimental() {
    Item it = start(o_exp, "Experimental");
    if (len < 4) {
      if (len > 2) it.add(exp_data, b, off + 2, len - 2);
      return;
    }
    // RFC 6994: an identifier comes first; 0xf989 is Fast Open's (RFC 7413 appendix)
    it.add(exid, b, off + 2, 2);
    if (b.u16(off + 2) == 0xf989) {
      c.col.add_info(len == 4 ? " TFO=R" : " TFO=C");
      if (len > 4) it.add(tfo_cookie, b, off + 4, len - 4);
      else it.add(tfo_request, b, off + 4, 0);
    } else if (len > 4) {
      it.add(exp_data, b, off + 4, len - 4);
    }
  }
  void user_timeout() {
    Item it = start(o_user_to, "User Timeout");
    if (!length_is(it, 4)) return;
    it.add(user_to_granularity, b, off + 2, 2);
    it.add(user_to_val, b, off + 2, 2);
    info("USER_TO", b.u16(off + 2) & 0x7fffu);
  }
  void quick_start() {
    Item it = start(o_qs, "Quick-Start");
    if (!length_is(it, 8)) return;
    uint32_t rate = b.u8(off + 2) & 15u;
    it.add(qs_rate, b, off + 2, 1);
    // RFC 4782: 40 kbit/s times a power of two
    if (c.col.writable()) c.col.info_text() << " QSresp=" << (rate ? uint64_t{40000} << rate : uint64_t{0}) << " bit/s";
  }
  void mptcp() {
    if (all) names << ", MPTCP";
    v.mptcp = true;
    c.col.protocol("MPTCP");
    c.layers.push_back(&mptcp_proto);
    Item it = all.proto(mptcp_proto, b, off, len);
    it.add(kind, b, off, 1);
    it.add(opt_len, b, off + 1, 1);
    tcp_mptcp(b.sub(off, len), it);
  }

  void show() {
    switch (kind_no) {
      case 2: mss(); break;
      case 3: wscale(); break;
      case 4:
        length_is(start(o_sack_perm, "SACK permitted"), 2);
        c.col.add_info(" SACK_PERM");
        break;
      case 5: sack(); break;
      case 6: case 7: {
        Item it = start(kind_no == 6 ? o_echo : o_echo_reply, kind_no == 6 ? "Echo" : "Echo reply");
        if (!length_is(it, 6)) break;
        it.add(echo_value, b, off + 2, 4);
        info(kind_no == 6 ? "ECHO" : "ECHOREPLY", b.u32(off + 2));
        break;
      }
      case 8: timestamps(); break;
      case 19: {
        Item it = start(o_md5, "TCP MD5 signature");
        if (!length_is(it, 18)) break;
        it.add(md5_digest, b, off + 2, 16);
        c.col.add_info(" MD5");
        break;
      }
      case 27: quick_start(); break;
      case 28: user_timeout(); break;
      case 29: {
        c.col.add_info("TCP AO");
        Item it = start(o_ao, "TCP AO");
        it.add(ao_keyid, b, off + 2, 1);
        it.add(ao_rnext, b, off + 3, 1);
        if (len > 4) it.add(ao_mac, b, off + 4, len - 4);
        break;
      }
      case 30: mptcp(); break;
      case 34: tfo(); break;
      case 253: case 254: experimental(); break;
      default: {
        Item it = start(o_unknown, "Unknown");
        if (len > 2) it.add(unknown_payload, b, off + 2, len - 2);
      }
    }
  }
};

struct NopRun {
  uint32_t count = 0;
  bool told = false;
};

}  // namespace

void tcp_options(Ctx& c, TcpView& v, Item tcp) {
  uint32_t end = v.hdr_len, off = 20;
  if (end > off && v.b.captured_left(off)) {
    uint32_t n = std::min(end - off, v.b.captured_left(off));
    Text names;
    Item all = tcp.s(options, v.b, off, n, v.b.str(off, n));
    NopRun run;
    while (off < end) {
      uint8_t k = v.b.u8(off);
      if (k <= 1) {
        Option o{c, v, all, v.b, off, k, 1, names};
        run.count = k ? run.count + 1 : 0;
        if (run.count == 4 && !run.told) {
          all.expert(nops);
          run.told = true;
        }
        o.start(k ? o_nop : o_eol, k ? "No-Operation (NOP)" : "End of Option List (EOL)");
        off++;
        // RFC 9293 3.1: what follows the end of the list is zero; tshark shows each as one more end
        if (!k && v.b.u8(off < end ? off : off - 1) != 0) break;
        continue;
      }
      run.count = 0;
      uint32_t len = off + 1 < end ? v.b.u8(off + 1) : 0;
      if (len < 2 || len > end - off) {
        Item bad = all.text(v.b, off, end - off, "Option %u (with option length = %u byte%s; %s)", k, len,
                            len == 1 ? "" : "s", len < 2 ? "should be >= 2" : "goes past end of options");
        bad.expert(len_invalid);
        break;
      }
      Option o{c, v, all, v.b, off, k, len, names};
      o.show();
      off += len;
    }
    if (all) all.label("Options: (%u bytes)%s", end - 20, names.str().c_str());
  }
}

void tcp_scan_options(TcpView& v) {
  bool syn = v.has(tcp_flag::kSyn);
  uint32_t end = std::min(v.hdr_len, v.b.captured());
  const uint8_t* p = v.b.data();
  // the usual case of data segments: two NOPs and timestamps
  bool only_ts = end == 32 && p[20] == 1 && p[21] == 1 && p[22] == 8;
  for (uint32_t off = 20; !only_ts && off < end;) {
    uint8_t k = p[off];
    if (k == 0) break;
    if (k == 1) {
      off++;
      continue;
    }
    uint32_t len = off + 1 < end ? p[off + 1] : 0;
    if (len < 2 || len > end - off) break;
    if (k == 3 && len == 3) {
      note_scale(v, p[off + 2]);
    }
    for (uint32_t at = off + 2; k == 5 && at + 8 <= off + len; at += 8) note_sack(v, v.b.u32(at), v.b.u32(at + 4));
    off += len;
  }
  if (syn) settle_scale(v);
}

void register_tcp_options(Registry& r) {
  for (Protocol* p : kOptionProtocols) {
    p->pseudo = true;
    r.add(*p);
  }
}

}  // namespace strato::protocols
