/**
 * What a captured packet costs its consumer, side by side with dumpcap and tcpdump: CPU nanoseconds of the capturing process
 * while a counted load passes over a veth pair (the kernel's own work for the packet is in neither), and packets kept. All
 * three write to memory (/dev/shm), rounds are interleaved, medians are shown.
 *
 *   npm run build && npm run exec -- node test/bench/live.ts [--rounds 5] [--packets 400000] [--rate 100000] [--size 700]
 *
 * Needs root, dumpcap and tcpdump. Not a test: these machines are noisy, and a figure is worth what the peer shows beside it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root } from '../../src/build/cache.mjs';
import { Network, Running } from '../live/network.ts';

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '5' }, packets: { type: 'string', default: '400000' },
  rate: { type: 'string', default: '100000' }, size: { type: 'string', default: '700' },
} });
const [rounds, packets, rate, size] = [values.rounds, values.packets, values.rate, values.size].map(Number) as [number, number, number, number];
const snaplens = [96, 262_144] as const;
const kBufferMiB = '16';

interface Tool {
  readonly name: string;
  readonly command: (snaplen: number, file: string) => readonly string[];
}
const tools: readonly Tool[] = [
  { name: 'ours', command: (snaplen, file) => [process.execPath, join(root, 'dist', 'cli.js'), '-i', 'v0', '-f', 'udp', '-s', String(snaplen), '-B', kBufferMiB, '-w', file] },
  { name: 'dumpcap', command: (snaplen, file) => ['dumpcap', '-q', '-i', 'v0', '-f', 'udp', '-s', String(snaplen), '-B', kBufferMiB, '-w', file] },
  { name: 'tcpdump', command: (snaplen, file) => ['tcpdump', '-Z', 'root', '-i', 'v0', '-s', String(snaplen), '-B', '16384', '-w', file, 'udp'] },
];

/** CPU nanoseconds of all threads of a process (/proc/PID/task/TID/schedstat). */
function cpu(pid: number): number {
  return readdirSync(`/proc/${String(pid)}/task`).reduce((sum, task) =>
    sum + Number(readFileSync(`/proc/${String(pid)}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0);
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
const packetsIn = (file: string): number => Number(/Number of packets:\s+(\d+)/.exec(execFileSync('capinfos', ['-M', '-c', file], { encoding: 'utf8' }))?.[1]);

async function measure(net: Network, tool: Tool, snaplen: number, file: string): Promise<{ readonly each: number; readonly kept: number }> {
  const running = new Running('ip', ['netns', 'exec', net.right, ...tool.command(snaplen, file)]);
  await sleep(1500);
  const pid = running.process.pid ?? 0;
  const before = cpu(pid);
  net.udp('10.9.0.2', 7001, packets, size, rate);
  await sleep(700);
  const spent = cpu(pid) - before;
  await running.end('SIGINT');
  const kept = packetsIn(file);
  rmSync(file);
  return { each: spent / Math.max(1, kept), kept };
}

const net = new Network('ss-bench');
const folder = mkdtempSync('/dev/shm/live-bench-');
const loads: number[] = [];
try {
  const results = new Map<string, { readonly each: number; readonly kept: number }[]>();
  for (let round = 0; round < rounds; round++) {
    for (const snaplen of snaplens) {
      for (const tool of tools) {
        const key = `${tool.name} ${String(snaplen)}`;
        results.set(key, [...(results.get(key) ?? []), await measure(net, tool, snaplen, join(folder, 'bench.pcapng'))]);
      }
    }
    loads.push(loadavg()[0] ?? 0);
  }
  console.log(`${String(packets)} packets of ${String(size)} bytes at ${String(rate)}/s, ${String(rounds)} rounds; load ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`);
  for (const snaplen of snaplens) {
    const ours = median((results.get(`ours ${String(snaplen)}`) ?? []).map(({ each }) => each));
    for (const { name } of tools) {
      const list = results.get(`${name} ${String(snaplen)}`) ?? [];
      const each = median(list.map((one) => one.each));
      const kept = (100 * median(list.map((one) => one.kept))) / packets;
      console.log(`snaplen ${String(snaplen).padStart(6)}  ${name.padEnd(8)} ${(each / 1000).toFixed(3)} µs a packet  kept ${kept.toFixed(2)} %  ours/theirs ${(ours / each).toFixed(2)}`);
    }
  }
} finally {
  net.dispose();
  rmSync(folder, { recursive: true, force: true });
}
