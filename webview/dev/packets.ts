/** Generated packets for the development page: any number, each computed from its frame number alone. */
import type { PacketDetail, PacketRow, TreeNode } from '../../src/contract/capture.ts';

interface Kind {
  readonly protocol: string;
  /** Index of the standard coloring rule that matches. */
  readonly rule: number;
  readonly port: number;
  readonly info: (n: number) => string;
}

const kinds: readonly Kind[] = [
  { protocol: 'TCP', rule: 14, port: 443, info: (n) => `${String(40000 + (n % 9000))} → 443 [ACK] Seq=${String(n * 7)} Ack=${String(n * 3)} Win=64240 Len=0` },
  { protocol: 'TLSv1.3', rule: 12, port: 443, info: () => 'Application Data' },
  { protocol: 'HTTP', rule: 10, port: 80, info: (n) => `GET /api/v1/orders/${String(n % 1000)}?page=2 HTTP/1.1 ` },
  { protocol: 'DNS', rule: 11, port: 53, info: (n) => `Standard query 0x${(n % 65536).toString(16).padStart(4, '0')} A backend.production.svc.cluster.local` },
  { protocol: 'TCP', rule: 2, port: 8080, info: (n) => `[TCP Retransmission] 51234 → 8080 [PSH, ACK] Seq=${String(n)} Ack=1 Win=501 Len=536` },
  { protocol: 'UDP', rule: 15, port: 8472, info: () => '4789 → 8472 Len=1402' },
  { protocol: 'TCP', rule: 1, port: 8080, info: () => '8080 → 51234 [RST, ACK] Seq=1 Ack=1 Win=0 Len=0' },
  { protocol: 'ARP', rule: 8, port: 0, info: () => 'Who has 10.244.1.5? Tell 10.244.1.1' },
  { protocol: 'ICMP', rule: 9, port: 0, info: (n) => `Echo (ping) request  id=0x0001, seq=${String(n % 65536)}/256, ttl=64` },
  { protocol: 'HTTP', rule: 0, port: 80, info: () => 'HTTP/1.1 200 OK  <script>alert(1)</script> [Malformed Packet]' },
];

const kindOf = (n: number): Kind => kinds[n % kinds.length] ?? kinds[0] as Kind;

export const lengthOf = (n: number): number => 60 + ((n * 37) % 1400);

export function rowOf(n: number): PacketRow {
  const { protocol, rule, info } = kindOf(n);
  return {
    n,
    time: (n * 0.000137).toFixed(6),
    source: `10.244.${String(n % 4)}.${String(n % 250)}`,
    destination: n % 11 === 0 ? 'fe80::42:acff:fe11:2' : `10.96.0.${String((n * 7) % 250)}`,
    protocol,
    length: lengthOf(n),
    info: info(n),
    rule,
  };
}

/** What the generated packets can be filtered by: a protocol's name. Gives the matching frames among the first kindCount. */
export const classesOf = (filter: string): readonly number[] =>
  kinds
    .flatMap(({ protocol }, index) => (protocol.toLowerCase().startsWith(filter.toLowerCase()) ? [index === 0 ? kinds.length : index] : []))
    .toSorted((a, b) => a - b);

export const kindCount = kinds.length;

export function detailOf(n: number): PacketDetail {
  const length = lengthOf(n);
  const { protocol, port, rule } = kindOf(n);
  const tree: TreeNode[] = [
    node(`Frame ${String(n)}: ${String(length)} bytes on wire, ${String(length)} bytes captured`, 'frame', 0, length, [
      node(`Frame Number: ${String(n)}`, 'frame.number', 0, 0, [], { generated: true }),
      node(`Frame Length: ${String(length)} bytes`, 'frame.len', 0, 0, []),
    ]),
    node('Ethernet II, Src: 02:42:ac:11:00:02, Dst: 02:42:ac:11:00:03', 'eth', 0, 14, [
      node('Destination: 02:42:ac:11:00:03', 'eth.dst', 0, 6, []),
      node('Source: 02:42:ac:11:00:02', 'eth.src', 6, 6, []),
      node('Type: IPv4 (0x0800)', 'eth.type', 12, 2, []),
    ]),
    node(`Internet Protocol Version 4, Src: ${rowOf(n).source}, Dst: ${rowOf(n).destination}`, 'ip', 14, 20, [
      node('0100 .... = Version: 4', 'ip.version', 14, 1, []),
      node(`Total Length: ${String(length - 14)}`, 'ip.len', 16, 2, []),
      node('Flags: 0x40, Don\'t fragment', 'ip.flags', 20, 1, [
        node('.1.. .... = Don\'t fragment: Set', 'ip.flags.df', 20, 1, []),
      ]),
      node('Time to Live: 64', 'ip.ttl', 22, 1, []),
      node(`Source Address: ${rowOf(n).source}`, 'ip.src', 26, 4, []),
    ]),
    node(`${protocol}, Port: ${String(port)}`, protocol.toLowerCase(), 34, length - 34, [
      node(`Destination Port: ${String(port)}`, 'tcp.dstport', 36, 2, []),
      ...(rule === 2 ? [node('[This frame is a (suspected) retransmission]', 'tcp.analysis.retransmission', 0, 0, [], { generated: true, severity: 'note' })] : []),
      node(`Payload (${String(length - 54)} bytes)`, 'tcp.payload', 54, length - 54, []),
    ]),
  ];
  return { n, tree, sources: [{ name: 'Frame', length }, { name: 'Reassembled TCP', length: 100_000 }] };
}

/** The byte at a place of a source of a packet. */
export const byteOf = (n: number, source: number, offset: number): number => (n * 31 + source * 17 + offset * 7) % 256;

function node(
  label: string, field: string, offset: number, length: number, children: readonly TreeNode[],
  more: Partial<TreeNode> = {},
): TreeNode {
  return { label, field, source: 0, offset, length, filter: field, children, ...more };
}
