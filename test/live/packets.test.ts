/** What is captured is what was sent: counts from the sender, contents and filters as tcpdump beside it has them. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Network, endTcpdump, obstacle, optionsOf, tshark, type Running } from './network.ts';

const why = obstacle();
if (why !== undefined) console.log(`skipped: ${why}`);

describe.skipIf(why !== undefined)('live capture', { timeout: 60_000 }, () => {
  let net: Network;
  beforeAll(() => { net = new Network('ss-packets'); });
  afterAll(() => { net.dispose(); });

  test('keeps every packet, byte for byte and in order', async () => {
    const theirs = await net.tcpdump('-i', 'v0', '-w', net.path('theirs.pcap'), '-B', '65536', 'udp port 7001');
    const ours = await net.capture('-i', 'v0', '-f', 'udp port 7001', '-w', net.path('ours.pcapng'));
    const sent = net.udp('10.9.0.2', 7001, 10_000, 200, 10_000);
    const ended = await ours.end();
    await endTcpdump(theirs);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toContain(`${String(sent)} packets captured, 0 dropped`);
    const fields = ['-T', 'fields', '-e', 'frame.len', '-e', 'ip.src', '-e', 'udp.srcport', '-e', 'udp.payload'];
    const [a, b] = [tshark(net.path('ours.pcapng'), ...fields), tshark(net.path('theirs.pcap'), ...fields)];
    expect(a.complaint).toBe('');
    expect(a.rows.length).toBe(sent);
    expect(b.rows.length).toBe(sent);
    expect(a.rows.filter((row, at) => row !== b.rows[at])).toEqual([]);
  });

  test('says which way a packet went, at nanoseconds, with the interface by name', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'icmp or udp port 7002', '-w', net.path('ways.pcapng'));
    net.udp('10.9.0.2', 7002, 1); // nobody listens: an ICMP error goes back
    await ours.end();
    const { rows } = tshark(net.path('ways.pcapng'), '-T', 'fields', '-e', 'frame.interface_name', '-e', 'frame.packet_flags_direction', '-e', 'frame.protocols');
    expect(rows).toEqual(['v0\t0x00000001\teth:ethertype:ip:udp:data', 'v0\t0x00000002\teth:ethertype:ip:icmp:ip:udp:data']);
  });

  test.each([
    'udp port 7001', 'udp dst port 7001', 'ip6', 'icmp or icmp6', 'not arp', 'vlan', 'vlan 5', 'vlan 6', 'vlan 5 and udp port 7003', 'not vlan', 'vlan and less 100',
    'less 150', 'greater 150', 'udp[8:4] < 10', 'ether[0] & 1 = 1', 'host 10.9.5.2', 'net 10.9.0.0/24 and not icmp', 'ip6 and udp port 7004', 'ether proto 0x86dd',
  ])('the filter "%s" takes what tcpdump takes', async (filter) => {
    const slug = filter.replaceAll(/\W+/g, '-');
    const files = { ours: net.path(`f${slug}.pcapng`), theirs: net.path(`f${slug}.pcap`) };
    const theirs = await net.tcpdump('-i', 'v0', '-U', '-w', files.theirs, filter);
    const ours = await net.capture('-i', 'v0', '-f', filter, '-w', files.ours);
    mixedTraffic(net);
    await Promise.all([ours.end(), endTcpdump(theirs)]);
    const fields = ['-T', 'fields', '-e', 'frame.len', '-e', 'frame.protocols', '-e', 'vlan.id', '-e', 'udp.payload'];
    // Neighbour discovery goes on by itself, and one of the two listens a little earlier.
    const only = ['-Y', 'not icmpv6 and not arp', ...fields];
    const [a, b] = [tshark(files.ours, ...only), tshark(files.theirs, ...only)];
    expect(a.complaint).toBe('');
    expect(a.rows.length).toBe(b.rows.length);
    expect(a.rows.filter((row, at) => row !== b.rows[at])).toEqual([]);
    // The kernel limits its ICMP errors, nothing has the tag 6, and the last is for multicast.
    if (!['icmp or icmp6', 'vlan 6', 'ether[0] & 1 = 1'].includes(filter)) expect(a.rows.length).toBeGreaterThan(5);
  });

  // tcpdump loses packets here: libpcap filters the first ones itself, where it does not know their direction.
  test('the filters "inbound" and "outbound" go by direction', async () => {
    const inbound = await net.capture('-i', 'v0', '-f', 'inbound and udp', '-w', net.path('in.pcapng'));
    const outbound = await net.capture('-i', 'v0', '-f', 'outbound', '-w', net.path('out.pcapng'));
    mixedTraffic(net);
    await Promise.all([inbound.end(), outbound.end()]);
    expect(tshark(net.path('in.pcapng'), '-T', 'fields', '-e', 'frame.packet_flags_direction').rows).toEqual(Array.from({ length: 90 }, () => '0x00000001'));
    const out = tshark(net.path('out.pcapng'), '-T', 'fields', '-e', 'frame.packet_flags_direction', '-e', 'icmp.type').rows;
    expect(out).toContain('0x00000002\t3'); // port unreachable
    expect(out.filter((row) => !row.startsWith('0x00000002'))).toEqual([]);
  });

  test('puts VLAN tags back where they were', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'vlan 5 and udp', '-w', net.path('tags.pcapng'), '-c', '20');
    net.vlan(5, 7003, 20, 50);
    expect((await ours.ended).status).toBe(0);
    const { rows } = tshark(net.path('tags.pcapng'), '-T', 'fields', '-e', 'vlan.id', '-e', 'frame.len', '-e', 'ip.dst');
    expect(rows).toEqual(Array.from({ length: 20 }, () => '5\t96\t10.9.5.2')); // 14 + 4 + 20 + 8 + 50
  });

  test('cuts at the snap length and keeps the true length', async () => {
    const ours = await net.capture('-i', 'v0', '-s', '60', '-f', 'udp', '-w', net.path('cut.pcapng'));
    net.udp('10.9.0.2', 7001, 5, 400);
    net.vlan(5, 7003, 5, 400);
    await ours.end();
    const { rows } = tshark(net.path('cut.pcapng'), '-T', 'fields', '-e', 'frame.cap_len', '-e', 'frame.len');
    expect(rows).toEqual([...Array.from({ length: 5 }, () => '60\t442'), ...Array.from({ length: 5 }, () => '60\t446')]);
  });

  test('takes segments of offloaded TCP whole', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'tcp port 7005', '-w', net.path('gso.pcapng'));
    const bytes = await net.tcp(7005, 8_000_000);
    await ours.end();
    const { rows, complaint } = tshark(net.path('gso.pcapng'), '-Y', 'tcp.dstport == 7005', '-T', 'fields', '-e', 'tcp.nxtseq', '-e', 'frame.len', '-e', 'frame.cap_len');
    const lost = tshark(net.path('gso.pcapng'), '-Y', 'tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment');
    const packets = rows.map((row) => row.split('\t').map(Number));
    expect(complaint).toBe('');
    expect(Math.max(...packets.map(([, length = 0]) => length))).toBeGreaterThan(10_000);
    expect(packets.filter(([, length, captured]) => length !== captured)).toEqual([]);
    expect(lost.rows).toEqual([]);
    expect(Math.max(...packets.map(([next = 0]) => next))).toBe(bytes + 2); // SYN and FIN count one each
  });

  test('on all interfaces: every sighting, under its interface, loopback once', async () => {
    const ours = await net.capture('-i', 'any', '-f', 'udp', '-w', net.path('any.pcapng'));
    net.vlan(5, 7003, 10);
    net.udp('10.9.1.2', 7003, 10);
    net.udp('fd09::2', 7004, 10);
    net.in(net.right, process.execPath, '-e', "const s = require('dgram').createSocket('udp4'); let n = 0; for (let i = 0; i < 10; i++) s.send('x', 7006, '127.0.0.1', () => { if (++n === 10) s.close(); });");
    await ours.end();
    const { rows, complaint } = tshark(net.path('any.pcapng'), '-T', 'fields', '-e', 'frame.interface_name', '-e', 'udp.dstport', '-e', 'vlan.id');
    const count = (row: string): number => rows.filter((other) => other === row).length;
    expect(complaint).toBe('');
    expect([count('v0\t7003\t5'), count('v1\t7003\t'), count('v0\t7004\t'), count('lo\t7006\t'), rows.length]).toEqual([10, 10, 10, 10, 40]);
  });

  test('two interfaces by name, in the order of their times', async () => {
    const ours = await net.capture('-i', 'v0', '-i', 'v1', '-f', 'udp', '-w', net.path('two.pcapng'));
    await net.udpTwice(['10.9.0.2', '10.9.1.2'], 7003, 2000);
    await ours.end();
    const { rows } = tshark(net.path('two.pcapng'), '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'frame.interface_name');
    expect(rows.length).toBe(4000);
    expect(rows.filter((row) => row.endsWith('v0')).length).toBe(2000);
    const times = rows.map((row) => row.split('\t')[0] ?? '');
    // Rings are read in turn and packets held for a while: on a machine that stalls longer a few come late.
    expect(times.filter((time, at) => time < (times[at - 1] ?? '')).length).toBeLessThan(times.length / 100);
  });

  test('counts what the kernel had no room for, in total, in the file and before which packet', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'udp port 7001', '-B', '1', '-w', net.path('loss.pcapng'));
    const child = childOf(ours);
    process.kill(child, 'SIGSTOP');
    let sent = net.udp('10.9.0.2', 7001, 20_000, 1000, 0);
    process.kill(child, 'SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 500));
    sent += net.udp('10.9.0.2', 7001, 100, 1000);
    const ended = await ours.end();
    const [, kept, lost] = /(\d+) packets captured, (\d+) dropped/.exec(ended.stderr) ?? [];
    const bytes = readFileSync(net.path('loss.pcapng'));
    const isb = optionsOf(bytes, 5).at(-1);
    const epbs = optionsOf(bytes, 6);
    expect(Number(lost)).toBeGreaterThan(1000);
    expect(Number(kept) + Number(lost)).toBe(sent);
    expect(epbs.length).toBe(Number(kept));
    expect([isb?.get(4), isb?.get(5)]).toEqual([BigInt(sent), BigInt(Number(lost))]); // isb_ifrecv, isb_ifdrop
    expect(epbs.reduce((sum, options) => sum + (options.get(4) ?? 0n), 0n)).toBe(BigInt(Number(lost))); // epb_dropcount
  });

  test('loses nothing of little traffic while it is kept waiting for seconds', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'udp port 7001', '-w', net.path('waits.pcapng'));
    ours.process.kill('SIGSTOP');
    // The last of the tests: the kernel sends no further ICMP errors for a while after so many. Each is alone in the time after which the kernel hands over what it has.
    let sent = 0;
    while (sent < 45) {
      sent += net.udp('10.9.0.2', 7001, 1);
      await sleep(40);
    }
    ours.process.kill('SIGCONT');
    expect((await ours.end()).stderr).toContain(`${String(sent)} packets captured, 0 dropped`);
  });
});

/** `ip netns exec` replaces itself by the program. */
const childOf = ({ process: { pid } }: Running): number => pid ?? 0;

function mixedTraffic(net: Network): void {
  net.udp('10.9.0.2', 7001, 20, 30);
  net.udp('10.9.0.2', 7002, 10, 300);
  net.vlan(5, 7003, 20, 40);
  net.vlan(5, 7003, 10, 400);
  net.vlan(7, 7003, 10, 40);
  net.udp('fd09::2', 7004, 20, 60);
}
