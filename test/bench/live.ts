/**
 * What a captured packet costs its consumer, side by side with dumpcap and tcpdump: CPU time of the capturing process while a
 * counted load passes over a veth pair (the kernel's own work for the packet is in neither), and packets kept, also where
 * each may take a tenth of a processor only. Ours tells the owners of sockets meanwhile, as an agent does (ownedCapture.ts);
 * 250 connections are made beside the load, so that there are some: what they cost is in the figure of a packet. Told apart
 * are the start of the process, until it captures and has nothing more to do, and the first 250 connections, which are made
 * before the load: they find code that has never run. All three write to memory (/dev/shm), rounds are interleaved, medians
 * are shown.
 *
 *   npm run build && npm run exec -- node test/bench/live.ts [--rounds 5] [--packets 2000000] [--rate 100000] [--size 700]
 *
 * Needs root, dumpcap and tcpdump. Not a test: these machines are noisy, and a figure is worth what the peer shows beside it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Network, Running } from '../live/network.ts';
import { inodeOf, Peers } from '../live/ownerPeer.ts';
import { capturing, idle, ownedCapture } from './captureProcess.ts';
import { CpuQuota } from './cpuQuota.ts';
import { median } from './pairs.ts';

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '5' }, packets: { type: 'string', default: '2000000' },
  rate: { type: 'string', default: '100000' }, size: { type: 'string', default: '700' },
} });
const [rounds, packets, rate, size] = [values.rounds, values.packets, values.rate, values.size].map(Number) as [number, number, number, number];
const kBufferMiB = 16;
const kFlows = 250;
const kShare = 0.1;

interface Case {
  readonly name: string;
  readonly snaplen: number;
  readonly held: boolean;
}
const cases: readonly Case[] = [false, true].flatMap((held) => [
  { name: 'snap length 96', snaplen: 96, held },
  { name: 'whole packets', snaplen: 262_144, held },
]).map((one) => (one.held ? { ...one, name: `${one.name}, ${String(100 * kShare)} % of a processor` } : one));

interface Tool {
  readonly name: string;
  readonly command: (net: Network, snaplen: string, file: string) => readonly string[];
}
const tools: readonly Tool[] = [
  {
    name: 'ours',
    command: (net, snaplen, file) => ownedCapture(net, '-i', 'v0', '-f', 'udp', '-s', snaplen, '-B', String(kBufferMiB), '-w', file),
  },
  { name: 'dumpcap', command: (_net, snaplen, file) => ['dumpcap', '-q', '-i', 'v0', '-f', 'udp', '-s', snaplen, '-B', String(kBufferMiB), '-w', file] },
  { name: 'tcpdump', command: (_net, snaplen, file) => ['tcpdump', '-Z', 'root', '-i', 'v0', '-s', snaplen, '-B', String(1024 * kBufferMiB), '-w', file, 'udp'] },
];

const packetsIn = (file: string): number => Number(/Number of packets:\s+(\d+)/.exec(execFileSync('capinfos', ['-M', '-c', file], { encoding: 'utf8' }))?.[1]);

interface Measured {
  /** CPU nanoseconds from the beginning of the process until it captures. */
  readonly start: number;
  /** Of the first connections. */
  readonly first: number;
  /** Of a packet. */
  readonly each: number;
  readonly kept: number;
}

async function connect(peers: Peers): Promise<void> {
  const { length } = await peers.client('tcp', '10.9.0.2', '7100', String(kFlows));
  if (length !== kFlows) throw new Error(`${String(length)} connections were made`);
}

async function measure(net: Network, peers: Peers, tool: Tool, { snaplen, held }: Case, file: string): Promise<Measured> {
  // Not by "ip netns exec", which hides what eBPF needs to be attached.
  const running = new Running('nsenter', [`--net=/run/netns/${net.right}`, ...tool.command(net, String(snaplen), file)]);
  const pid = running.process.pid ?? 0;
  const quota = held ? new CpuQuota('stratoshark-bench', kShare) : undefined;
  try {
    await capturing(running, inodeOf(net.right));
    const start = await idle(pid);
    quota?.hold(pid);
    await connect(peers);
    const before = await idle(pid);
    const [sent] = await Promise.all([net.udpBeside('10.9.0.2', 7001, packets, size, rate), connect(peers)]);
    if (sent !== packets) throw new Error(`${String(sent)} packets were sent`);
    const spent = await idle(pid) - before;
    quota?.release(pid);
    const { stderr } = await running.end('SIGINT');
    const kept = packetsIn(file);
    if (tool.name === 'ours' && !readFileSync(file).includes('live-sender')) throw new Error(`the file does not tell who has sent: ${stderr}`);
    return { start, first: before - start, each: spent / Math.max(1, kept), kept };
  } finally {
    await running.end('SIGKILL');
    quota?.dispose();
    rmSync(file, { force: true });
  }
}

const net = new Network('ss-bench');
const peers = new Peers(net);
const folder = mkdtempSync('/dev/shm/live-bench-');
const loads: number[] = [];
try {
  await peers.serve(['serve', 'tcp', '4', '7100', '4']);
  const results = new Map<string, readonly Measured[]>();
  const keyOf = (one: Case, tool: Tool): string => `${one.name} ${tool.name}`;
  for (let round = 0; round < rounds; round++) {
    for (const one of cases) {
      for (const tool of tools) {
        const key = keyOf(one, tool);
        const measured = await measure(net, peers, tool, one, join(folder, 'bench.pcapng'));
        console.error(`round ${String(round + 1)}: ${key} ${(measured.each / 1000).toFixed(3)} µs a packet, ${String(measured.kept)} kept`);
        results.set(key, [...(results.get(key) ?? []), measured]);
      }
    }
    loads.push(loadavg()[0] ?? 0);
  }
  console.log(`${String(packets)} packets of ${String(size)} bytes at ${String(rate)}/s, ${String(rounds)} rounds; load ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`);
  for (const one of cases) {
    const [ours] = tools.map((tool) => median((results.get(keyOf(one, tool)) ?? []).map(({ each }) => each)));
    for (const tool of tools) {
      const list = results.get(keyOf(one, tool)) ?? [];
      const of = (what: keyof Measured): number => median(list.map((measured) => measured[what]));
      const kept = list.map((measured) => (100 * measured.kept) / packets);
      const costs = `${(of('each') / 1000).toFixed(3)} µs a packet  kept ${median(kept).toFixed(2)} % (least ${Math.min(...kept).toFixed(2)})  ours/theirs ${((ours ?? NaN) / of('each')).toFixed(2)}`;
      console.log(`${one.name.padEnd(36)} ${tool.name.padEnd(8)} ${costs}  start ${(of('start') / 1e6).toFixed(0)} ms, first connections ${(of('first') / 1e6).toFixed(0)} ms`);
    }
  }
} finally {
  peers.dispose();
  net.dispose();
  rmSync(folder, { recursive: true, force: true });
}
