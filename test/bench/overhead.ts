/**
 * What a capture costs the traffic that is captured: the demo's client asks the ingress proxy so many times, one request
 * after the other, through frontend, backend and database; with both agents capturing namespace `production`, owners and
 * all, and without, in pairs whose order changes. Of each side: the median time of a request as the client's own log has it,
 * and the CPU time of the application's processes. Of the pairs: the mean slowdown and the upper end of its 95 % confidence
 * interval (one-sided, Student's t).
 *
 *   npm run lab up && STRATOSHARK_LAB=lab npm run exec -- node test/bench/overhead.ts [--pairs 20] [--requests 300]
 *
 * Exit status 1 where that upper end reaches 5 % of the time of a request. Not a test: it wants a machine that does nothing else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { DEMO_NAMESPACE } from '../lab/addons.ts';
import { inAgent, processOf, signalled } from '../lab/agentLab.ts';
import { TestLab, type Told } from '../lab/testLab.ts';
import { kBudget, kLeastPairs, median, percent, slowdown, type Slowdown } from './pairs.ts';

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '20' }, requests: { type: 'string', default: '300' } } });
const [pairs, requests] = [Number(values.pairs), Number(values.requests)];
const kApps = ['ingress-proxy', 'frontend', 'backend', 'database'];
const kFile = '/tmp/overhead.pcapng';

interface Side {
  /** Median of the requests, milliseconds. */
  readonly time: number;
  /** Of the application's processes for a request, milliseconds. */
  readonly cpu: number;
  /** In the files of both agents. */
  readonly packets: number;
  readonly dropped: number;
}

/** Milliseconds since 1970 with fractions: Date ends at whole ones. */
function timeOf({ at }: Told): number {
  const [, second = '', fraction = '0'] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(String(at)) ?? [];
  return Date.parse(`${second}Z`) + 1000 * Number(`0.${fraction}`);
}

/** CPU milliseconds of the processes of containers, all their threads. */
function cpuOf(containers: readonly number[]): number {
  // A process's container is that of its cgroups; a proxy has workers beside its first process.
  const cgroups = new Set(containers.map((pid) => readFileSync(`/proc/${String(pid)}/cgroup`, 'utf8')));
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!cgroups.has(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))) continue;
      for (const task of readdirSync(`/proc/${pid}/task`)) sum += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    } catch {
      // It has ended: none of those that serve.
    }
  }
  return sum;
}

/** The requests, and what they took. */
async function ask(it: TestLab, containers: readonly number[]): Promise<Pick<Side, 'time' | 'cpu'>> {
  const before = cpuOf(containers);
  const text = await it.inPod('client', ['/demoapp', 'load', '-url', 'http://ingress-proxy/', '-host', 'app.example.com', '-count', String(requests), '-rate', '100000']);
  const cpu = (cpuOf(containers) - before) / requests;
  const told = text.trim().split('\n').map((line) => JSON.parse(line) as Told);
  const report = told.at(-1);
  if (report?.done !== true || report.failed !== 0 || report.sent !== requests) throw new Error(`requests have failed: ${JSON.stringify(report)}`);
  // Each has a connection of its own, which is told of when it stands: from one to the next is one request.
  const times = told.filter(({ event }) => event === 'connected').map(timeOf);
  if (times.length !== requests) throw new Error(`${String(times.length)} connections for ${String(requests)} requests`);
  return { time: median(times.slice(1).map((time, n) => time - (times[n] ?? NaN))), cpu };
}

async function plain(it: TestLab, containers: readonly number[]): Promise<Side> {
  return { ...(await ask(it, containers)), packets: 0, dropped: 0 };
}

async function captured(it: TestLab, containers: readonly number[]): Promise<Side> {
  const nodes = Object.keys(it.state.nodes);
  const captures = nodes.map((node) => signalled(it, node, 'overhead', ['capture', '--ebpf-filter', `k8s.namespace == ${DEMO_NAMESPACE}`, '--output', kFile]));
  await Promise.all(captures.map(({ started }) => started));
  const asked = await ask(it, containers);
  await Promise.all(captures.map(({ signal }) => signal('TERM')));
  const counts = await Promise.all(captures.map(async ({ result }) => {
    const { stderr } = await result;
    const [, packets, dropped] = /(\d+) packets? captured, (\d+) dropped/.exec(stderr) ?? [];
    if (packets === undefined) throw new Error(`a capture has failed: ${stderr}`);
    return { packets: Number(packets), dropped: Number(dropped) };
  }));
  await Promise.all(nodes.map((node) => inAgent(it, node, ['rm', kFile])));
  const side = { ...asked, packets: counts.reduce((sum, one) => sum + one.packets, 0), dropped: counts.reduce((sum, one) => sum + one.dropped, 0) };
  // A request's first connection alone has eight packets (three to begin, request, answer, three to end), and both of its pods see them.
  if (side.packets < requests * 8 * 2) throw new Error(`${String(side.packets)} packets for ${String(requests)} requests: not all of them were captured`);
  return side;
}

const it = new TestLab();
try {
  if (pairs < kLeastPairs) throw new Error(`the factor of the confidence interval is for ${String(kLeastPairs)} pairs and more`);
  const containers = await Promise.all((await Promise.all(kApps.map((app) => it.podsOf(app)))).flat().map((pod) => processOf(it, pod)));
  const done: { readonly on: Side; readonly off: Side }[] = [];
  const loads: number[] = [];
  // Once before it counts: nothing is new then.
  await captured(it, containers);
  for (let n = 0; n < pairs; n++) {
    const first = n % 2 === 0 ? await captured(it, containers) : await plain(it, containers);
    const second = n % 2 === 0 ? await plain(it, containers) : await captured(it, containers);
    const [on, off] = n % 2 === 0 ? [first, second] : [second, first];
    done.push({ on, off });
    loads.push(loadavg()[0] ?? 0);
    console.log(`${String(n + 1).padStart(2)}  on ${on.time.toFixed(3)} ms, CPU ${on.cpu.toFixed(3)} ms  off ${off.time.toFixed(3)} ms, CPU ${off.cpu.toFixed(3)} ms  ${String(on.packets)} packets, ${String(on.dropped)} dropped`);
  }
  const of = (what: 'time' | 'cpu'): Slowdown => slowdown(done.map(({ on, off }) => ({ on: on[what], off: off[what] })));
  const [time, cpu] = [of('time'), of('cpu')];
  console.log(`${String(pairs)} pairs of ${String(requests)} requests, load ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`);
  console.log(`time of a request ${median(done.map(({ off }) => off.time)).toFixed(3)} ms: slower by ${percent(time.mean)}, at most ${percent(time.upper)} (95 %)`);
  console.log(`CPU of the application ${median(done.map(({ off }) => off.cpu)).toFixed(3)} ms: more by ${percent(cpu.mean)}, at most ${percent(cpu.upper)} (95 %)`);
  if (time.upper >= kBudget) process.exitCode = 1;
} finally {
  it.kube.close();
}
