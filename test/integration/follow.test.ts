/** `-z follow`: the bytes of streams in order, in the very shape tshark prints them. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';

const captures = join(root, 'test/fixtures/captures');
const corpus = join(root, '..', 'shared/corpus/pcaps');

const run = (program: string, ...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
  spawnSync(program, args, { encoding: 'latin1', maxBuffer: 64 << 20 });
const theirs = (file: string, tap: string): string => run('tshark', '-n', '-q', '-r', file, '-z', tap).stdout;
const ours = (file: string, ...taps: string[]) =>
  run(process.execPath, join(root, 'dist/cli.js'), '-o', 'defaults:wireshark', '-q', '-r', file, ...taps.flatMap((tap) => ['-z', tap]));

test.each([
  ['tcp-out-of-order.pcapng', 'follow,tcp,hex,0'], ['tcp-retransmission.pcapng', 'follow,tcp,ascii,0'],
  ['tcp-lost-segment.pcapng', 'follow,tcp,ascii,0'], ['tcp-ack-lost.pcapng', 'follow,tcp,raw,0'],
  ['tcp-wrap.pcapng', 'follow,tcp,hex,0'], ['tcp-keep-alive.pcapng', 'follow,tcp,ascii,0'], ['tcp-midway.pcapng', 'follow,tcp,ascii,0'],
  ['tcp-snaplen.pcap', 'follow,tcp,ascii,0'], ['tcp-port-reuse.pcapng', 'follow,tcp,ascii,1'], ['http-pipelined.pcapng', 'follow,tcp,ascii,0,2-3'],
  ['http-chunked.pcapng', 'follow,http,ascii,0'], ['http-compressed.pcapng', 'follow,http,hex,0'], ['http-compressed.pcapng', 'follow,http,ascii,1'],
  ['dns-common.pcapng', 'follow,udp,hex,0'], ['dns-common.pcapng', 'follow,udp,raw,1'], ['tcp-handshake.pcapng', 'follow,tcp,ascii,7'],
])('%s, %s as tshark', (name, tap) => {
  const want = theirs(join(captures, name), tap);
  expect(want).toContain(`Follow: ${tap.split(',').slice(1, 3).join(',')}`);
  expect(ours(join(captures, name), tap).stdout).toBe(want);
});

test.skipIf(!existsSync(corpus)).each([
  ['zeek/http__entity_gap2.pcap', 'tcp'], ['tcpdump/bgp-role.pcapng', 'tcp'], ['deepflow/client-keep-alive.pcap', 'tcp'],
  ['suricata-verify/tcp-fastopen-10-syn-data-ignore__input.pcap', 'tcp'], ['derived/ng-comments.pcapng', 'http'],
  ['arkime/http-100-continue.pcap', 'http'], ['arkime/wireshark-retrans.pcap', 'http'], ['zeek/http__http-lower-case.pcap', 'http'], ['suricata-verify/http-async__input.pcap', 'http'],
])('gaps and evasions of real captures: %s', (name, layer) => {
  const tap = `follow,${layer},hex,0`;
  expect(ours(join(corpus, name), tap).stdout).toBe(theirs(join(corpus, name), tap));
});

test('several at once are printed from the last one asked for', () => {
  const { stdout } = ours(join(captures, 'http-get.pcapng'), 'follow,tcp,ascii,0', 'follow,http,raw,0');
  expect([...stdout.matchAll(/^Follow: (.*)$/gm)].map(([, what]) => what)).toEqual(['http,raw', 'tcp,ascii']);
});

test('what is not understood is said', () => {
  const { status, stderr } = ours(join(captures, 'tcp-handshake.pcapng'), 'follow,tcp,gothic,0');
  expect([status, stderr]).toEqual([64, expect.stringContaining('use follow,tcp|udp|http|tls,ascii|hex|raw|ebcdic,STREAM')]);
});
