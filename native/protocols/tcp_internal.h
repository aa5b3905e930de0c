// What the files of the TCP dissector share among themselves.
#pragma once
#include "flow/tcp_state.h"
#include "packet/context.h"
#include "packet/registry.h"
#include "protocols/tcp.h"

namespace strato::protocols {

uint32_t dissect_tcp(Buf b, Ctx& c, Item root);

inline Protocol tcp_proto("tcp", "TCP", "Transmission Control Protocol", dissect_tcp);
inline Protocol mptcp_proto("mptcp", "MPTCP", "Multipath Transmission Control Protocol", nullptr);

/// One segment while it is dissected.
struct TcpView {
  Buf b;                 // from the TCP header on
  uint16_t sport = 0, dport = 0;
  uint32_t seq = 0, ack = 0;      // raw
  uint32_t hdr_len = 0;
  uint32_t seg_len = 0;
  bool have_seg_len = false;
  uint16_t flags = 0;             // 12 bits
  uint16_t window = 0, urgent = 0;
  int dir = 0;
  Flow* flow = nullptr;           // nullptr: quoted in an error and unknown
  TcpState* state = nullptr;
  TcpRecord record;               // of this segment, and
  const TcpRecord* rec = nullptr; // that, where there is one
  uint16_t nth = 0;
  bool analyse = false;           // first pass, not quoted in an error
  bool quoted = false;            // in an error message
  bool mptcp = false;             // the options say so

  TcpSide& fwd() const { return state->side[dir]; }
  TcpSide& rev() const { return state->side[1 - dir]; }
  bool has(uint16_t f) const { return flags & f; }
  bool relative() const { return state && !quoted; }
  uint32_t rel_seq() const { return relative() ? seq - fwd().base_seq : seq; }
  uint32_t rel_ack() const { return relative() && (flags & tcp_flag::kAck) ? ack - rev().base_seq : ack; }
};

/// Shows the options, from the header's fixed part to its end.
void tcp_options(Ctx& c, TcpView& v, Item tcp);
/// Shows one option of Multipath TCP (from its kind on) below its node.
void tcp_mptcp(const Buf& option, Item it);
/// Takes from the options what later segments need (scale, SACK blocks).
void tcp_scan_options(TcpView& v);
/// Times, SEQ/ACK analysis and its words in Info.
void tcp_show_times(Ctx& c, const TcpView& v, Item tcp);
void tcp_show_analysis(Ctx& c, const TcpView& v, Item tcp);
/// The payload: desegmentation and the protocols above.
void tcp_payload(Ctx& c, TcpView& v, Item root, Item tcp);
void tcp_payload_tables(Registry& r);

}  // namespace strato::protocols
