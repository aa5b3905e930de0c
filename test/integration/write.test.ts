/** `-w`: what is written reads in tshark as what tshark itself writes of the same frames. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { fixtures } from '../golden/captures.ts';

const cli = join(root, 'dist', 'cli.js');
const shop = join(root, 'test/fixtures/demo/shop.pcapng');
const blocks = join(root, 'test/fixtures/captures/pcapng-blocks.pcapng');
const options = join(root, 'test/fixtures/captures/pcapng-options.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'write-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

interface Reply { readonly status: number | null; readonly stdout: string; readonly stderr: string }

const run = (program: string, args: readonly string[]): Reply =>
  spawnSync(program, args, { encoding: 'utf8', maxBuffer: 256 << 20 });
/** Our command line. */
const ours = (...args: string[]): Reply => run(process.execPath, [cli, ...args]);

/** What a capture holds as tshark sees it: of the frames that the filter leaves, and every byte where that is asked. */
function read(file: string, filter: string, bytes: boolean): string {
  const fields = [
    'frame.time_epoch', 'frame.len', 'frame.cap_len', 'frame.encap_type', 'frame.interface_name', 'frame.interface_description',
    'frame.comment', 'frame.packet_flags', 'frame.packet_id', 'ip.src', 'ip.id', 'tcp.seq_raw', 'tcp.payload', 'udp.payload', 'data',
  ].flatMap((name) => ['-e', name]);
  // Fragments may go apart: each is looked at alone.
  const args = ['-n', '-r', file, '-o', 'ip.defragment:FALSE', ...(filter === '' ? [] : ['-Y', filter])];
  const { stdout } = run('tshark', [...args, ...(bytes ? ['-x'] : ['-T', 'fields', ...fields])]);
  expect(stdout).not.toBe('');
  // A pcap has no interface; Wireshark calls the nameless one of a pcapng "unknown".
  return stdout.replaceAll('\tunknown\t', '\t\t').replace(/[0-9a-f]{65,}/g, (long) => createHash('sha256').update(long).digest('hex'));
}

const captures = fixtures.map(({ file }) => file);
const named = (name: string): string => captures.find((file) => basename(file) === name) ?? name;

describe('what tshark reads of the new file is what it reads of the same frames in the old one', () => {
  test.each([
    ['pcapng-options.pcapng', '', false], ['pcapng-options.pcapng', 'frame.number in {2, 4}', false],
    ['pcapng-interfaces.pcapng', '', true], ['pcapng-interfaces.pcapng', 'frame.number > 2', false],
    ['pcapng-be.pcapng', '', false], ['pcap-ns-be.pcap', 'frame.number == 2', false], ['pcap-us-le.pcap', '', true],
    ['compressed.pcapng.zst', 'ip', false], ['ipv4-fragments.pcap', 'ip.flags.mf == 1', false], ['tcp-snaplen.pcap', '', true],
    ['http-real.pcap', 'tcp.len > 0', false], ['cut-in-block.pcapng', '', false],
    ['pcapng-sections.pcapng', '', true], ['pcapng-sections.pcapng', '', false],
  ] as const)('%s, packets of "%s"', (name, filter, bytes) => {
    const written = join(folder, `${name}.out`);
    const { status } = ours('-r', named(name), ...(filter === '' ? [] : ['-Y', filter]), '-w', written);
    expect(status).toBe(name.startsWith('cut-') ? 2 : 0);
    expect(read(written, '', bytes)).toBe(read(named(name), filter, bytes));
  });
});

test('sections stay sections, whatever of their packets is written', () => {
  const file = named('pcapng-sections.pcapng');
  const written = join(folder, 'sections.pcapng');
  const sections = (of: string, ...more: string[]): string => run('tshark', ['-n', '-r', of, ...more, '-T', 'fields', ...['frame.section_number', 'frame.interface_id', 'frame.time_epoch'].flatMap((name) => ['-e', name])]).stdout;
  const comments = (of: string): readonly string[] => run('capinfos', ['-k', of]).stdout.split('\n').filter((line) => line.startsWith('Capture comment'));
  expect(comments(file)).toHaveLength(3);
  for (const filter of ['frame', 'frame.number in {2, 5, 6}']) {
    expect(ours('-r', file, '-Y', filter, '-w', written).stderr).toBe('');
    expect(comments(written)).toEqual(comments(file));
    expect(sections(written)).toBe(sections(file, '-Y', filter));
  }
});

test('a pcap keeps nanoseconds and bytes, and what it cannot hold is said', () => {
  const written = join(folder, 'options.pcap');
  const { status, stderr } = ours('-r', options, '-F', 'pcap', '-Y', 'frame.encap_type == 1', '-w', written);
  expect(status).toBe(0);
  // From the recipe of the fixture: three Ethernet packets, each with options, and two interfaces.
  expect(stderr).toContain('3 packets lost comments and other options');
  expect(stderr).toContain('2 interfaces became one');
  expect(readFileSync(written).readUInt32LE(0)).toBe(0xa1b23c4d);
  const times = (file: string, ...filter: string[]): string =>
    run('tshark', ['-n', '-r', file, ...filter, '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'udp.payload']).stdout;
  expect(times(written)).toBe(times(options, '-Y', 'frame.encap_type == 1'));
});

test('names go along, secrets only when asked', () => {
  const [without, kept] = [join(folder, 'without.pcapng'), join(folder, 'kept.pcapng')];
  expect(ours('-r', blocks, '-w', without).stderr).toContain('of decryption secrets left out');
  expect(ours('-r', blocks, '--keep-secrets', '-w', kept).stderr).not.toContain('secrets');
  // Block types of the pcapng specification: 4 names, 10 decryption secrets.
  const types = (file: string): readonly number[] => {
    const bytes = readFileSync(file);
    const found: number[] = [];
    for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) found.push(bytes.readUInt32LE(at));
    return found;
  };
  expect(types(blocks)).toEqual(expect.arrayContaining([4, 10]));
  expect(types(without)).toContain(4);
  expect(types(without)).not.toContain(10);
  expect(types(kept)).toEqual(expect.arrayContaining([4, 10]));
});

test('only the owner may read the new file, and nothing stays beside it', () => {
  const alone = mkdtempSync(join(folder, 'alone-'));
  expect(ours('-r', shop, '-w', join(alone, 'a.pcapng')).status).toBe(0);
  expect(statSync(join(alone, 'a.pcapng')).mode & 0o777).toBe(0o600);
  expect(readdirSync(alone)).toEqual(['a.pcapng']);
});

test('the capture that is read is never overwritten, under whatever name', () => {
  const [copy, link] = [join(folder, 'copy.pcapng'), join(folder, 'link.pcapng')];
  writeFileSync(copy, readFileSync(shop));
  symlinkSync(copy, link);
  for (const name of [copy, link]) {
    const { status, stderr } = ours('-r', copy, '-Y', 'dns', '-w', name);
    expect([status, stderr]).toEqual([1, expect.stringContaining('it is never overwritten')]);
  }
  expect(readFileSync(copy).equals(readFileSync(shop))).toBe(true);
});

test('a full disk is said, and the file that was there stays', () => {
  const alone = mkdtempSync(join(folder, 'full-'));
  const target = join(alone, 'a.pcapng');
  writeFileSync(target, 'before');
  // A limit of the file size, 40 KB, stands for the disk: the shell ignores the signal, so that the write fails.
  const { status, stderr } = run('bash', ['-c', `ulimit -f 40; trap '' XFSZ; exec "$@"`, 'bash', process.execPath, cli, '-r', shop, '-w', target]);
  expect([status, stderr]).toEqual([1, expect.stringContaining('could not be written: the file would be larger than is allowed here.')]);
  expect(readdirSync(alone)).toEqual(['a.pcapng']);
  expect(readFileSync(target, 'utf8')).toBe('before');
  expect(ours('-r', shop, '-w', '/dev/full').stderr).toContain('could not be written: the disk is full.');
  expect(ours('-r', shop, '-w', join(alone, 'no', 'a.pcapng')).stderr).toContain('the folder does not exist');
});

test('to standard output, for whoever reads on', () => {
  const piped = run('bash', ['-c', '"$@" | tshark -n -r - -T fields -e frame.len', 'bash', process.execPath, cli, '-r', shop, '-Y', 'dns', '-w', '-']);
  expect(piped.stdout).toBe(run('tshark', ['-n', '-r', shop, '-Y', 'dns', '-T', 'fields', '-e', 'frame.len']).stdout);
});

test('nothing is printed beside -w unless -P asks for it', () => {
  expect(ours('-r', shop, '-Y', 'dns', '-w', join(folder, 'q.pcapng')).stdout).toBe('');
  expect(ours('-r', shop, '-Y', 'dns', '-P', '-w', join(folder, 'q.pcapng')).stdout).toBe(ours('-r', shop, '-Y', 'dns').stdout);
  expect(ours('-r', shop, '-F', 'pcap').status).toBe(64);
});
