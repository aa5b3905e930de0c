// Protocols that are not dissected, but known by their port, IP protocol number or first bytes: rows and trees say "SSH"
// where they would say "data", and a filter `ssh` finds them. Numbers are IANA's, with the ports that Wireshark 4.0 has
// by default beyond them; ports are asked last, when no dissector and no look at the bytes knows better. A dissector
// that comes to one of these takes its row's place.
#include <vector>

#include "packet/context.h"
#include "packet/registry.h"

namespace strato::protocols {
namespace {

void show(Buf b, Ctx& c, Item root) {
  const Protocol& p = *c.current;
  c.col.protocol(p.short_name);
  Item it = root.proto(p, b, 0, b.size());
  if (it) it.label("%s (%u byte%s, not dissected)", p.short_name, b.size(), b.size() == 1 ? "" : "s");
}

uint32_t of_port(Buf b, Ctx& c, Item root) {
  show(b, c, root);
  return b.size() ? b.size() : 1;
}

/// Refuses what does not begin with the byte that the protocol always has.
template <uint8_t kFirst>
uint32_t of_port_with(Buf b, Ctx& c, Item root) {
  return b.captured() && b.u8(0) == kFirst ? of_port(b, c, root) : 0;
}

/// Below TCP and UDP: the layer before has left words in Info, and what it told its child.
uint32_t of_number(Buf b, Ctx& c, Item root) {
  c.data = nullptr;
  c.col.clear_info();
  show(b, c, root);
  if (c.col.writable()) c.col.fmt_info("%s", c.current->name);
  return b.size() ? b.size() : 1;
}

struct Row {
  const char* filter;
  const char* short_name;  // of the Protocol column
  const char* name;
  std::vector<uint16_t> tcp, udp;
  DissectFn fn = of_port;
};

// Services of clusters first, then what else is met.
const std::vector<Row>& rows() {
  static const std::vector<Row> list = {
      {"ssh", "SSH", "SSH Protocol", {22}, {}},
      {"mysql", "MySQL", "MySQL Protocol", {3306}, {}},
      {"pgsql", "PGSQL", "PostgreSQL", {5432}, {}},
      {"resp", "RESP", "REdis Serialization Protocol", {6379}, {}},
      {"kafka", "Kafka", "Kafka", {9092}, {}},
      {"amqp", "AMQP", "Advanced Message Queuing Protocol", {5672}, {}},
      {"mqtt", "MQTT", "MQ Telemetry Transport Protocol", {1883}, {}},
      {"memcache", "MEMCACHE", "Memcache Protocol", {11211}, {11211}},
      {"mongo", "MONGO", "Mongo Wire Protocol", {27017}, {}},
      {"cql", "CQL", "Cassandra CQL Protocol", {9042}, {}},
      {"elasticsearch", "Elasticsearch", "Elasticsearch", {9300}, {}},
      {"couchbase", "Couchbase", "Couchbase Protocol", {11210}, {}},
      {"tds", "TDS", "Tabular Data Stream", {1433, 2433}, {}},
      {"tns", "TNS", "Transparent Network Substrate Protocol", {1521}, {}},
      {"ldap", "LDAP", "Lightweight Directory Access Protocol", {389, 3268}, {}},
      {"cldap", "CLDAP", "Connectionless Lightweight Directory Access Protocol", {}, {389}},
      {"kerberos", "KRB5", "Kerberos", {88}, {88}},
      {"smtp", "SMTP", "Simple Mail Transfer Protocol", {25, 587}, {}},
      {"pop", "POP", "Post Office Protocol", {110}, {}},
      {"imap", "IMAP", "Internet Message Access Protocol", {143}, {}},
      {"ftp", "FTP", "File Transfer Protocol (FTP)", {21}, {}},
      {"ftp-data", "FTP-DATA", "FTP Data", {20}, {}},
      {"tftp", "TFTP", "Trivial File Transfer Protocol", {}, {69}},
      {"telnet", "TELNET", "Telnet", {23}, {}},
      {"irc", "IRC", "Internet Relay Chat", {6667}, {}},
      {"xmpp", "XMPP", "XMPP Protocol", {5222, 5269}, {}},
      {"nntp", "NNTP", "Network News Transfer Protocol", {119}, {}},
      {"rsync", "RSYNC", "RSYNC File Synchroniser", {873}, {}},
      {"nbss", "NBSS", "NetBIOS Session Service", {139, 445}, {}},
      {"nbns", "NBNS", "NetBIOS Name Service", {}, {137}},
      {"nbdgm", "NBDS", "NetBIOS Datagram Service", {}, {138}},
      {"ntp", "NTP", "Network Time Protocol", {}, {123}},
      {"snmp", "SNMP", "Simple Network Management Protocol", {161}, {161, 162}, of_port_with<0x30>},  // a SEQUENCE (RFC 3416)
      {"syslog", "Syslog", "Syslog message", {}, {514}},
      {"ssdp", "SSDP", "Simple Service Discovery Protocol", {}, {1900}},
      {"dhcpv6", "DHCPv6", "DHCPv6", {}, {546, 547}},
      {"radius", "RADIUS", "RADIUS Protocol", {}, {1645, 1646, 1812, 1813}},
      {"tacplus", "TACACS+", "TACACS+", {49}, {}},
      {"diameter", "DIAMETER", "Diameter Protocol", {3868}, {}},
      {"isakmp", "ISAKMP", "Internet Security Association and Key Management Protocol", {500}, {500}},
      {"udpencap", "UDPENCAP", "UDP Encapsulation of IPsec Packets", {}, {4500}},
      {"openvpn", "OpenVPN", "OpenVPN Protocol", {1194}, {1194}},
      {"l2tp", "L2TP", "Layer 2 Tunneling Protocol", {}, {1701}},
      {"pptp", "PPTP", "Point-to-Point Tunnelling Protocol", {1723}, {}},
      {"teredo", "Teredo", "Teredo IPv6 over UDP tunneling", {}, {3544}},
      {"lisp", "LISP Control", "Locator/ID Separation Protocol", {}, {4342}},
      {"bgp", "BGP", "Border Gateway Protocol", {179}, {}},
      {"rip", "RIP", "Routing Information Protocol", {}, {520}},
      {"ripng", "RIPng", "RIPng", {}, {521}},
      {"ldp", "LDP", "Label Distribution Protocol", {646}, {646}},
      {"bfd", "BFD Control", "Bidirectional Forwarding Detection Control Message", {}, {3784}},
      {"bfd_echo", "BFD Echo", "Bidirectional Forwarding Detection Echo Packet", {}, {3785}},
      {"hsrp", "HSRP", "Cisco Hot Standby Router Protocol", {}, {1985}},
      {"ptp", "PTP", "Precision Time Protocol (IEEE1588)", {}, {319, 320}},
      {"sflow", "sFlow", "InMon sFlow", {}, {6343}},
      {"cflow", "CFLOW", "Cisco NetFlow/IPFIX", {}, {2055, 9996}},
      {"sip", "SIP", "Session Initiation Protocol", {5060}, {5060}},
      {"rtsp", "RTSP", "Real Time Streaming Protocol", {554, 8554}, {}},
      {"rtmpt", "RTMP", "Real Time Messaging Protocol", {1935}, {}},
      {"megaco", "MEGACO", "MEGACO", {}, {2944}},
      {"coap", "CoAP", "Constrained Application Protocol", {}, {5683}},
      {"socks", "Socks", "Socks Protocol", {1080}, {}},
      {"tpkt", "TPKT", "TPKT Heuristic (for RDP)", {102, 3389}, {}},
      {"rdpudp", "RDPUDP", "UDP Remote Desktop Protocol", {}, {3389}},
      {"vnc", "VNC", "Virtual Network Computing", {5900, 5901}, {}},
      {"x11", "X11", "X11", {6000, 6001, 6002}, {}},
      {"mbtcp", "Modbus/TCP", "Modbus/TCP", {502}, {}},
      {"dnp3", "DNP 3.0", "Distributed Network Protocol 3.0", {20000}, {20000}, of_port_with<0x05>},  // 05 64 (IEEE 1815)
      {"enip", "ENIP", "EtherNet/IP (Industrial Protocol)", {44818}, {44818}},
      {"iec60870_104", "IEC 60870-5-104", "IEC 60870-5-104", {2404}, {}},
      {"ams", "AMS", "AMS", {48898}, {}},
      {"hart_ip", "HART_IP", "HART_IP Protocol", {5094}, {5094}},
      {"doip", "DoIP", "DoIP (ISO13400) Protocol", {13400}, {13400}},
      {"db-lsp-disc", "DB-LSP-DISC", "Dropbox LAN sync Discovery Protocol", {}, {17500}},
      {"lnet", "LNET", "Lustre Network", {988}, {}},
      {"epmd", "EPMD", "Erlang Port Mapper Daemon", {4369}, {}},
      {"z3950", "Z39.50", "Z39.50 Protocol", {210}, {}},
      {"msnms", "MSNMS", "MSN Messenger Service", {1863}, {}},
      {"openwire", "OpenWire", "OpenWire", {61616}, {}},
      {"dcerpc", "DCERPC", "Distributed Computing Environment / Remote Procedure Call (DCE/RPC)", {135}, {}},
  };
  return list;
}

struct NumberRow {
  const char* table;
  uint32_t number;
  const char* filter;
  const char *short_name, *name;
};

constexpr NumberRow kNumberRows[] = {
    {"ip.proto", 2, "igmp", "IGMP", "Internet Group Management Protocol"},
    {"ip.proto", 46, "rsvp", "RSVP", "Resource ReserVation Protocol (RSVP)"},
    {"ip.proto", 50, "esp", "ESP", "Encapsulating Security Payload"},
    {"ip.proto", 88, "eigrp", "EIGRP", "Enhanced Interior Gateway Routing Protocol"},
    {"ip.proto", 89, "ospf", "OSPF", "Open Shortest Path First"},
    {"ip.proto", 108, "ipcomp", "IPComp", "IP Payload Compression"},
    {"ip.proto", 103, "pim", "PIM", "Protocol Independent Multicast"},
    {"ip.proto", 112, "vrrp", "VRRP", "Virtual Router Redundancy Protocol"},
    {"ip.proto", 132, "sctp", "SCTP", "Stream Control Transmission Protocol"},
    {"ethertype", 0x88cc, "lldp", "LLDP", "Link Layer Discovery Protocol"},
    {"ethertype", 0x888e, "eapol", "EAPOL", "802.1X Authentication"},
    {"llc.dsap", 0x42, "stp", "STP", "Spanning Tree Protocol"},
    {"llc.dsap", 0xfe, "isis", "ISIS", "ISO 10589 ISIS InTRA Domain Routeing Information Exchange Protocol"},
};

Protocol dtls("dtls", "DTLS", "Datagram Transport Layer Security", of_port);
Protocol stun("stun", "STUN", "Session Traversal Utilities for NAT", of_port);

/// A record (RFC 9147 section 4, RFC 6347 section 4.1): content type, a version counted downwards, a length that fits.
bool looks_like_dtls(Buf b, Ctx& c, Item root) {
  constexpr uint32_t kHeader = 13;
  if (b.captured() < kHeader || b.u8(0) < 20 || b.u8(0) > 25) return false;
  const uint16_t version = b.u16(1);
  if ((version != 0xfeff && version != 0xfefd) || b.u16(11) == 0 || b.u16(11) > b.size() - kHeader) return false;
  of_port(b, c, root);
  return true;
}

/// A message (RFC 8489 section 5): two zero bits, the magic cookie, a length in words that is the rest.
bool looks_like_stun(Buf b, Ctx& c, Item root) {
  constexpr uint32_t kHeader = 20, kCookie = 0x2112a442;
  if (b.captured() < kHeader || b.u8(0) >> 6 != 0 || b.u32(4) != kCookie) return false;
  if (b.u16(2) % 4 != 0 || b.u16(2) > b.size() - kHeader) return false;
  of_port(b, c, root);
  return true;
}

}  // namespace

void register_named(Registry& r) {
  // they live as long as the process, as the static ones of other dissectors do
  auto add = [&](const char* filter, const char* short_name, const char* name, DissectFn fn) -> const Protocol& {
    auto* p = new Protocol(filter, short_name, name, fn);
    r.add(*p);
    return *p;
  };
  for (const Row& row : rows()) {
    const Protocol& p = add(row.filter, row.short_name, row.name, row.fn);
    for (uint16_t port : row.tcp) r.attach("tcp.port.named", port, p);
    for (uint16_t port : row.udp) r.attach("udp.port.named", port, p);
  }
  for (const NumberRow& row : kNumberRows)
    r.attach(row.table, row.number, add(row.filter, row.short_name, row.name, of_number));
  for (Protocol* p : {&dtls, &stun}) r.add(*p);
  r.attach_heuristic("udp", dtls, looks_like_dtls);
  r.attach_heuristic("udp", stun, looks_like_stun);
}

}  // namespace strato::protocols
