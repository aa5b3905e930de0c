/** Options of reading, end to end: Decode As against what tshark 4.0.17 answers, and the limit of unpacking. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { stratoshark } from './compare.ts';

const capture = (name: string): string => path.join(import.meta.dirname, '../fixtures/captures', name);

/** How many frames have each list of protocols. */
async function protocols(name: string, ...args: readonly string[]): Promise<Record<string, number>> {
  const { stdout } = await stratoshark(['-n', '-r', capture(name), '-o', 'defaults:wireshark', '-T', 'fields', '-e', 'frame.protocols', ...args]);
  const counts: Record<string, number> = {};
  for (const line of stdout.split('\n').slice(0, -1)) counts[line] = (counts[line] ?? 0) + 1;
  return counts;
}

// tshark -n -r FILE -d RULE -T fields -e frame.protocols | sort | uniq -c
test('Decode As of a TCP port takes it from the protocol that is usual there', async () => {
  expect((await protocols('http-get.pcapng'))['eth:ethertype:ip:tcp:http']).toBeGreaterThan(0);
  expect(await protocols('http-get.pcapng', '-d', 'tcp.port==80,dns')).toEqual({ 'eth:ethertype:ip:tcp': 13 });
});

test('Decode As of a UDP port', async () => {
  expect(await protocols('udp.pcap', '-d', 'udp.port==4001,dns')).toEqual({ 'eth:ethertype:ip:udp': 3, 'eth:ethertype:ip:udp:dns': 8, 'eth:ethertype:ipv6:udp:dns': 2 });
});

// tshark: Protocol "http" isn't valid for layer type "udp.port"
test('a rule of Decode As that cannot be is named and left out', async () => {
  const asked = (rule: string) => stratoshark(['-r', capture('dns-common.pcapng'), '-d', rule, '-c', '1']);
  expect(await asked('udp.port==53,http')).toMatchObject({ exit: 0, stdout: expect.stringContaining('DNS') as string, stderr: expect.stringContaining('-d "udp.port==53,http" is left out') as string });
  expect((await asked('udp.port==4001,dns')).stderr).toBe('');
});

test('a compressed file that unpacks to more than the limit says so, with the remedy', async () => {
  const over = await stratoshark(['-r', capture('compressed.pcap.gz'), '-o', 'unpack.limit:100']);
  expect(over).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringMatching(/holds more than .* when unpacked.*unpack\.limit/) as string });
  const within = await stratoshark(['-r', capture('compressed.pcap.gz'), '-o', 'unpack.limit:1000000']);
  expect(within.exit).toBe(0);
  expect(await stratoshark(['-r', capture('compressed.pcap.gz'), '-o', 'unpack.limit:much'])).toMatchObject({ exit: 64 });
});

// filled by whoever paints rows; printed they are known and empty
test('fields of coloring rules are empty columns, as with tshark, and no unknown field is one', async () => {
  const args = ['-r', capture('dns-common.pcapng'), '-c', '3', '-T', 'fields', '-e', 'frame.number', '-e', 'frame.coloring_rule.name', '-e', 'frame.coloring_rule.string', '-E', 'quote=d'];
  const theirs = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  expect(theirs).toContain('"3"\t\t');
  expect(await stratoshark(args)).toMatchObject({ exit: 0, stdout: theirs, stderr: '' });
  expect(await stratoshark(['-r', capture('dns-common.pcapng'), '-T', 'fields', '-e', 'frame.coloring_rule'])).toMatchObject({ exit: 64 });
  // tshark -c 3 -Y FILTER: 0, 3 and 0 rows
  for (const [filter, rows] of [['frame.coloring_rule.name', 0], ['!frame.coloring_rule.string', 3], ['frame.coloring_rule.name == "TCP RST"', 0]] as const) {
    const { exit, stdout } = await stratoshark(['-r', capture('dns-common.pcapng'), '-c', '3', '-Y', filter]);
    expect([exit, stdout.split('\n').length]).toEqual([0, rows + 1]);
  }
});
