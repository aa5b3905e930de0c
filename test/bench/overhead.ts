/**
 * What a capture costs the traffic that is captured: the demo's client asks the ingress proxy so many times through frontend,
 * backend and database, one request after the other, first as fast as it can (the cores have no time left then), then at half
 * of that rate. With both agents capturing namespace `production`, owners and all; with the programs that tell owners alone,
 * once for all pods, as the agent of a node has them; with a tcpdump on each of the pods' interfaces, which writes to
 * /dev/null; and without, in rounds whose order changes. Of each: the median time of a request as
 * the client has it, and the CPU time of the application's processes. Of pairs of a round: the mean slowdown and the upper end
 * of its 95 % confidence interval (one-sided, Student's t).
 *
 *   npm run lab up && STRATOSHARK_LAB=lab npm run exec -- node test/bench/overhead.ts [--pairs 20] [--requests 300] [--warm 300] [--sides on,off,programs,tcpdump]
 *
 * Before each measurement so many requests pass unmeasured (--warm; 0: the first seconds of a capture, in which its program is
 * compiled, count as those after do). A machine's own changes from second to second are the larger part of what pairs differ by: many short ones
 * (--pairs 200 --requests 60 --sides off,programs) tell more in the same time than few long ones.
 *
 * Exit status 1 where that upper end reaches 5 % at half of the rate, of the capture or of the programs. Not a test: it wants a
 * machine that does nothing else.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { DEMO_NAMESPACE } from '../lab/addons.ts';
import { inAgent, processOf, signalled } from '../lab/agentLab.ts';
import { until } from '../lab/exec.ts';
import { TestLab, type Told } from '../lab/testLab.ts';
import { cpu, whileTold } from './captureProcess.ts';
import { kBudget, kLeastPairs, median, percent, slowdown, type Slowdown } from './pairs.ts';

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '20' }, requests: { type: 'string', default: '300' }, warm: { type: 'string', default: '300' }, sides: { type: 'string', default: 'on,off,programs,tcpdump' } } });
const [pairs, requests, warm] = [Number(values.pairs), Number(values.requests), Number(values.warm)];
const kApps = ['ingress-proxy', 'frontend', 'backend', 'database'];
const kFile = '/tmp/overhead.pcapng';
/** More than can be had, a second. */
const kAsFastAsCan = 100_000;

const kLoads = ['saturated', 'paced'] as const;
const kSides = ['on', 'off', 'programs', 'tcpdump'] as const;
type Side = (typeof kSides)[number];
const asked = values.sides.split(',');
const sides = kSides.filter((side) => asked.includes(side));
/** Those that are held against `off`. */
const others = sides.filter((side) => side !== 'off');

interface Asked {
  /** Median of the requests, milliseconds. */
  readonly time: number;
  /** Of the application's processes for a request, milliseconds. */
  readonly cpu: number;
}

interface Measured extends Readonly<Record<(typeof kLoads)[number], Asked>> {
  readonly packets: number;
  readonly dropped: number;
}

/** CPU milliseconds of the processes of containers, all their threads. */
function cpuOf(containers: readonly number[]): number {
  // A process's container is that of its cgroups; a proxy has workers beside its first process.
  const cgroups = new Set(containers.map((pid) => readFileSync(`/proc/${String(pid)}/cgroup`, 'utf8')));
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!cgroups.has(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))) continue;
      sum += cpu(Number(pid)) / 1e6;
    } catch {
      // It has ended: none of those that serve.
    }
  }
  return sum;
}

interface Report extends Told {
  /** What each request took, microseconds. */
  readonly took: readonly number[];
}

class Bench {
  private readonly it: TestLab;
  private readonly containers: readonly number[];
  /** Processes of all pods of the namespace. */
  private readonly all: readonly number[];
  /** Requests a second where the cores are to have time left. */
  private rate = 0;

  public constructor(it: TestLab, containers: readonly number[], all: readonly number[]) {
    this.it = it;
    this.containers = containers;
    this.all = all;
  }

  /** Once before it counts: nothing is new then, and the rate is known. */
  public async warm(): Promise<void> {
    this.rate = 500 / (await this.ask(kAsFastAsCan)).time;
    console.log(`at half of the rate: ${this.rate.toFixed(0)} requests a second`);
    await this.measure('on');
  }

  public async measure(side: Side): Promise<Measured> {
    return { on: () => this.captured(), off: () => this.plain(), programs: () => this.traced(), tcpdump: () => this.dumped() }[side]();
  }

  private async ask(rate: number, count = requests): Promise<Asked> {
    const before = cpuOf(this.containers);
    const command = ['/demoapp', 'load', '-times', '-url', 'http://ingress-proxy/', '-host', 'app.example.com', '-count', String(count), '-rate', String(rate)];
    const text = await this.it.inPod('client', command);
    const spent = (cpuOf(this.containers) - before) / count;
    const report = JSON.parse(text.trim().split('\n').at(-1) ?? '') as Report;
    if (report.done !== true || report.failed !== 0 || report.took.length !== count) throw new Error(`requests have failed: ${JSON.stringify({ ...report, took: [] })}`);
    return { time: median(report.took) / 1000, cpu: spent };
  }

  private async both(): Promise<Readonly<Record<(typeof kLoads)[number], Asked>>> {
    if (warm > 0) await this.ask(kAsFastAsCan, warm);
    return { saturated: await this.ask(kAsFastAsCan), paced: await this.ask(this.rate) };
  }

  private async plain(): Promise<Measured> {
    return { ...(await this.both()), packets: 0, dropped: 0 };
  }

  private async traced(): Promise<Measured> {
    const namespaces = this.all.map((pid) => statSync(`/proc/${String(pid)}/ns/net`).ino);
    const { result, told } = await whileTold(namespaces, () => this.plain());
    const connections = told.split('"role":"connect"').length - 1;
    // Each request begins with a connection.
    if (connections < requests * kLoads.length) throw new Error(`${String(connections)} connections were told of ${String(requests * kLoads.length)} and more`);
    return result;
  }

  private async captured(): Promise<Measured> {
    const nodes = Object.keys(this.it.state.nodes);
    const captures = nodes.map((node) => signalled(this.it, node, 'overhead', ['capture', '--ebpf-filter', `k8s.namespace == ${DEMO_NAMESPACE}`, '--output', kFile]));
    await Promise.all(captures.map(({ started }) => started));
    const asked = await this.both();
    await Promise.all(captures.map(({ signal }) => signal('TERM')));
    const said = await Promise.all(captures.map(async ({ result }) => (await result).stderr));
    await Promise.all(nodes.map((node) => inAgent(this.it, node, ['rm', kFile])));
    return { ...asked, ...counted(said, /(\d+) packets? captured, (\d+) dropped/) };
  }

  private async dumped(): Promise<Measured> {
    const dumps = await Promise.all(this.all.map(tcpdump));
    const asked = await this.both();
    return { ...asked, ...counted(await Promise.all(dumps.map(async (end) => end())), /(\d+) packets? captured[^]*?(\d+) packets? dropped/) };
  }
}

/** Starts one in the network of a process; the function ends it and answers what it said. */
async function tcpdump(pid: number): Promise<() => Promise<string>> {
  const child = spawn('nsenter', ['-t', String(pid), '--net', '--', 'tcpdump', '-i', 'eth0', '-nn', '-B', '8192', '-w', '/dev/null'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => { resolve(); }));
  await until(20, () => (said.includes('listening on') ? true : undefined), () => `tcpdump did not start: ${said}`);
  return async () => {
    child.kill('SIGINT');
    await ended;
    return said;
  };
}

function counted(said: readonly string[], pattern: RegExp): Pick<Measured, 'packets' | 'dropped'> {
  const each = said.map((text) => {
    const [, packets, dropped] = pattern.exec(text) ?? [];
    if (packets === undefined) throw new Error(`a capture has failed: ${text}`);
    return { packets: Number(packets), dropped: Number(dropped) };
  });
  const [packets, dropped] = [each.reduce((sum, one) => sum + one.packets, 0), each.reduce((sum, one) => sum + one.dropped, 0)];
  // A request's first connection alone has eight packets (three to begin, request, answer, three to end), and both of its pods see them.
  if (packets < requests * 8 * 2 * kLoads.length) throw new Error(`${String(packets)} packets for ${String(requests * kLoads.length)} requests: not all of them were captured`);
  return { packets, dropped };
}

const shown = ({ saturated, paced }: Measured): string => `${saturated.time.toFixed(3)} / ${paced.time.toFixed(3)} ms`;
const it = new TestLab();
try {
  if (sides.length !== asked.length || others.length === sides.length) throw new Error(`--sides is a list of ${kSides.join(', ')}, with off among them`);
  if (pairs < kLeastPairs) throw new Error(`the factor of the confidence interval is for ${String(kLeastPairs)} pairs and more`);
  const containers = await Promise.all((await Promise.all(kApps.map((app) => it.podsOf(app)))).flat().map((pod) => processOf(it, pod)));
  const all = await Promise.all((await it.items(`/api/v1/namespaces/${DEMO_NAMESPACE}/pods`)).map((pod) => processOf(it, pod)));
  const bench = new Bench(it, containers, all);
  await bench.warm();
  const done: Readonly<Record<Side, Measured>>[] = [];
  const loads: number[] = [];
  for (let n = 0; n < pairs; n++) {
    const round: Partial<Record<Side, Measured>> = {};
    for (let at = 0; at < sides.length; at++) {
      const side = sides[(n + at) % sides.length] ?? 'off';
      round[side] = await bench.measure(side);
    }
    const whole = round as Readonly<Record<Side, Measured>>;
    done.push(whole);
    loads.push(loadavg()[0] ?? 0);
    console.log(`${String(n + 1).padStart(2)}  ${sides.map((side) => `${side} ${shown(whole[side])}`).join('  ')}${round.on === undefined ? '' : `  ${String(round.on.packets)} packets, ${String(round.on.dropped)} dropped`}`);
  }
  console.log(`${String(pairs)} pairs of ${String(requests)} requests, load ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`);
  for (const load of kLoads) {
    for (const side of others) {
      const of = (what: 'time' | 'cpu'): Slowdown => slowdown(done.map((round) => ({ on: round[side][load][what], off: round.off[load][what] })));
      const [time, cpu] = [of('time'), of('cpu')];
      const middle = (what: 'time' | 'cpu'): string => median(done.map(({ off }) => off[load][what])).toFixed(3);
      const between = median(done.map((round) => round[side][load].time / round.off[load].time - 1));
      console.log(`${load}, ${side}: time of a request ${middle('time')} ms, slower by ${percent(time.mean)} (median ${percent(between)}), at most ${percent(time.upper)} (95 %); CPU of the application ${middle('cpu')} ms, more by ${percent(cpu.mean)}, at most ${percent(cpu.upper)}`);
      if (load === 'paced' && side !== 'tcpdump' && time.upper >= kBudget) process.exitCode = 1;
    }
  }
} finally {
  it.kube.close();
}
