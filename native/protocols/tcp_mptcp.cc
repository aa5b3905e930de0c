// Options of Multipath TCP (RFC 8684; version 0: RFC 6824), subtype by subtype. What would have to be computed over
// subflows (tokens, relative numbers) is not.
#include "protocols/tcp_internal.h"

namespace strato::protocols {
namespace {

const ValueString kSubtypes[] = {{0, "Multipath Capable"}, {1, "Join Connection"}, {2, "Data Sequence Signal"},
                                 {3, "Add Address"}, {4, "Remove Address"}, {5, "Change Subflow Priority"},
                                 {6, "TCP Fallback"}, {7, "Fast Close"}, {8, "TCP Reset"}};

FieldDef subtype(tcp_proto, "tcp.options.mptcp.subtype", "Multipath TCP subtype", FT::Uint8, Base::Dec, vals(kSubtypes),
                 0xf0);
FieldDef version(tcp_proto, "tcp.options.mptcp.version", "Multipath TCP version", FT::Uint8, Base::Dec, {}, 0x0f);
FieldDef reserved(tcp_proto, "tcp.options.mptcp.reserved", "Reserved", FT::Uint16, Base::Hex, {}, 0x0fff);
FieldDef flags(tcp_proto, "tcp.options.mptcp.flags", "Multipath TCP flags", FT::Uint8, Base::Hex);
FieldDef backup(tcp_proto, "tcp.options.mptcp.backup.flag", "Backup flag", FT::Uint8, Base::Dec, {}, 0x01);
FieldDef checksum_required(tcp_proto, "tcp.options.mptcp.checksumreq.flags", "Checksum required", FT::Uint8, Base::Dec,
                           {}, 0x80);
FieldDef extensibility(tcp_proto, "tcp.options.mptcp.extensibility.flag", "Extensibility", FT::Uint8, Base::Dec, {},
                       0x40);
FieldDef no_more_subflows(tcp_proto, "tcp.options.mptcp.nomoresubflows.flag",
                          "Do not attempt to establish new subflows to this address and port", FT::Uint8, Base::Dec, {},
                          0x20);
FieldDef sha1(tcp_proto, "tcp.options.mptcp.sha1.flag", "Use HMAC-SHA1", FT::Uint8, Base::Dec, {}, 0x01);
FieldDef sha256(tcp_proto, "tcp.options.mptcp.sha256.flag", "Use HMAC-SHA256", FT::Uint8, Base::Dec, {}, 0x01);
FieldDef reserved_v0(tcp_proto, "tcp.options.mptcp.reserved.flag", "Reserved", FT::Uint8, Base::Hex, {}, 0x3e);
FieldDef reserved_v1(tcp_proto, "tcp.options.mptcp.reserved.flag", "Reserved", FT::Uint8, Base::Hex, {}, 0x1e);
FieldDef data_fin(tcp_proto, "tcp.options.mptcp.datafin.flag", "DATA_FIN", FT::Uint8, Base::Dec, {}, 0x10);
FieldDef long_number(tcp_proto, "tcp.options.mptcp.dseqn8.flag", "Data Sequence Number is 8 octets", FT::Uint8,
                     Base::Dec, {}, 0x08);
FieldDef has_number(tcp_proto, "tcp.options.mptcp.dseqnpresent.flag",
                    "Data Sequence Number, Subflow Sequence Number, Data-level Length, Checksum present", FT::Uint8,
                    Base::Dec, {}, 0x04);
FieldDef long_ack(tcp_proto, "tcp.options.mptcp.dataack8.flag", "Data ACK is 8 octets", FT::Uint8, Base::Dec, {}, 0x02);
FieldDef has_ack(tcp_proto, "tcp.options.mptcp.dataackpresent.flag", "Data ACK is present", FT::Uint8, Base::Dec, {},
                 0x01);
FieldDef address_id(tcp_proto, "tcp.options.mptcp.addrid", "Address ID", FT::Uint8, Base::Dec);
FieldDef sender_key(tcp_proto, "tcp.options.mptcp.sendkey", "Sender's Key", FT::Uint64, Base::Dec);
FieldDef receiver_key(tcp_proto, "tcp.options.mptcp.recvkey", "Receiver's Key", FT::Uint64, Base::Dec);
FieldDef receiver_token(tcp_proto, "tcp.options.mptcp.recvtok", "Receiver's Token", FT::Uint32, Base::Dec);
FieldDef sender_random(tcp_proto, "tcp.options.mptcp.sendrand", "Sender's Random Number", FT::Uint32, Base::Dec);
FieldDef short_hmac(tcp_proto, "tcp.options.mptcp.sendtrunchmac", "Sender's Truncated HMAC", FT::Uint64, Base::Dec);
FieldDef hmac(tcp_proto, "tcp.options.mptcp.sendhmac", "Sender's HMAC", FT::Bytes);
FieldDef data_ack(tcp_proto, "tcp.options.mptcp.rawdataack", "Original MPTCP Data ACK", FT::Uint64, Base::Dec);
FieldDef data_number(tcp_proto, "tcp.options.mptcp.rawdataseqno", "Data Sequence Number", FT::Uint64, Base::Dec);
FieldDef subflow_number(tcp_proto, "tcp.options.mptcp.subflowseqno", "Subflow Sequence Number", FT::Uint32, Base::Dec);
FieldDef data_length(tcp_proto, "tcp.options.mptcp.datalvllen", "Data-level Length", FT::Uint16, Base::Dec);
FieldDef checksum(tcp_proto, "tcp.options.mptcp.checksum", "Checksum", FT::Uint16, Base::Hex);
FieldDef ip_version(tcp_proto, "tcp.options.mptcp.ipver", "IP version", FT::Uint8, Base::Dec, {}, 0x0f);
FieldDef echo(tcp_proto, "tcp.options.mptcp.echo", "Echo", FT::Uint8, Base::Dec, {}, 0x01);
FieldDef ipv4(tcp_proto, "tcp.options.mptcp.ipv4", "Advertised IPv4 Address", FT::IPv4);
FieldDef ipv6(tcp_proto, "tcp.options.mptcp.ipv6", "Advertised IPv6 Address", FT::IPv6);
FieldDef port(tcp_proto, "tcp.options.mptcp.port", "Advertised port", FT::Uint16, Base::Dec);
FieldDef add_hmac(tcp_proto, "tcp.options.mptcp.addaddrtrunchmac", "Truncated HMAC", FT::Uint64, Base::Dec);

// The parts of an option one after the other, as far as its length reaches.
struct Parts {
  const Buf& o;
  Item it;
  uint32_t at;
  uint32_t left() const { return o.size() - at; }
  Item add(const FieldDef& f, uint32_t n) {
    if (left() < n) return {};
    Item i = it.add(f, o, at, n);
    at += n;
    return i;
  }
};

void capable(Parts p, uint8_t ver) {
  p.it.add(version, p.o, 2, 1);
  Item f = p.add(flags, 1);
  f.add(checksum_required, p.o, 3, 1);
  f.add(extensibility, p.o, 3, 1);
  if (ver) f.add(no_more_subflows, p.o, 3, 1);
  f.add(ver ? sha256 : sha1, p.o, 3, 1);
  f.add(ver ? reserved_v1 : reserved_v0, p.o, 3, 1);
  p.add(sender_key, 8);
  p.add(receiver_key, 8);
  p.add(data_length, 2);
  p.add(checksum, 2);
}

// SYN, SYN+ACK and the ACK after them are told apart by their lengths (RFC 8684 3.2).
void join(Parts p) {
  if (p.o.size() == 24) {
    p.it.add(reserved, p.o, 2, 2);
    p.at = 4;
    p.add(hmac, 20);
    return;
  }
  p.it.add(flags, p.o, 2, 1).add(backup, p.o, 2, 1);
  p.add(address_id, 1);
  if (p.o.size() == 16) p.add(short_hmac, 8);
  else p.add(receiver_token, 4);
  p.add(sender_random, 4);
}

void signal(Parts p) {
  if (p.left() < 1) return;
  uint8_t v = p.o.u8(3);
  Item f = p.add(flags, 1);
  for (const FieldDef* d : {&data_fin, &long_number, &has_number, &long_ack, &has_ack}) f.add(*d, p.o, 3, 1);
  if (v & has_ack.mask) {
    bool wide = v & long_ack.mask;
    Item a = p.add(data_ack, wide ? 8 : 4);
    if (a) a.append_text(wide ? " (64bits)" : " (32bits)");
  }
  if (!(v & has_number.mask)) return;
  bool wide = v & long_number.mask;
  Item n = p.add(data_number, wide ? 8 : 4);
  if (n) n.append_text(wide ? "  (64bits version)" : "  (32bits version)");
  p.add(subflow_number, 4);
  p.add(data_length, 2);
  p.add(checksum, 2);
}

// Version 1 has an echo bit where version 0 told the IP version; its lengths say the same (RFC 8684 3.4.1).
void add_address(Parts p) {
  uint8_t low = p.o.u8(2) & 15;
  bool told = low == 4 || low == 6;
  p.it.add(told ? ip_version : echo, p.o, 2, 1);
  p.add(address_id, 1);
  bool six = told ? low == 6 : p.left() >= 16 && p.left() != 10;
  p.add(six ? ipv6 : ipv4, six ? 16 : 4);
  if (p.left() == 2 || p.left() == 10) p.add(port, 2);
  p.add(add_hmac, 8);
}

}  // namespace

void tcp_mptcp(const Buf& option, Item it) {
  if (option.size() < 3) return;
  uint8_t first = option.u8(2);
  it.add(subtype, option, 2, 1);
  const char* name = name_of(vals(kSubtypes), first >> 4);
  if (it && name) it.label("Multipath Transmission Control Protocol: %s", name);
  Parts p{option, it, 3};
  switch (first >> 4) {
    case 0: capable(p, first & 15); break;
    case 1: join(p); break;
    case 2: signal(p); break;
    case 3: add_address(p); break;
    case 4:
      while (p.left()) p.add(address_id, 1);
      break;
    case 5:
      p.it.add(flags, option, 2, 1).add(backup, option, 2, 1);
      p.add(address_id, 1);
      break;
    case 6:
      p.at = 4;
      if (option.size() >= 12) p.add(data_number, 8);
      break;
    case 7:
      p.at = 4;
      if (option.size() >= 12) p.add(receiver_key, 8);
      break;
    default: break;
  }
}

}  // namespace strato::protocols
