/**
 * Bench of all-pairs reachability: 10,000 pods, 200 namespaces, 1,000 policies.
 * `node test/bench/policyReach.ts [--yaml]` prints one JSON object; exit status 1 where a budget is exceeded.
 * Parsing ends with typed pods and policies; compute is the index, classes, rows and the summary over all pairs.
 * With --yaml the reading is measured in fresh processes that have not made the cluster themselves: their times are
 * those of code that runs for the first time, their memory is the largest they ever had.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { compilePolicies, compilePolicy } from '../../src/policy/compile.ts';
import { ClusterIndex } from '../../src/policy/endpoint.ts';
import { Evaluator } from '../../src/policy/evaluate.ts';
import type { Policy } from '../../src/policy/model.ts';
import { Reachability, type ReachSummary } from '../../src/policy/reach.ts';
import { readObjects } from '../../src/policy/state.ts';
import { PROTOCOLS, type ClusterState } from '../../src/policy/types.ts';
import { median } from './pairs.ts';
import type { Fresh } from './policyFresh.ts';
import { clusterYaml, generateCluster, LARGE, randomFrom } from './policyCluster.ts';

/** `firstComputeMs`: in a fresh process, where code runs for the first time; what is aimed at is computeMs there too. */
const BUDGET = { computeMs: 100, firstComputeMs: 300, megabytes: 150, endToEndMs: 3000, updateMs: 5 };

const started = performance.now();

function since(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10;
}

/** Random questions put to both engines; answers the number of differences. */
function differences(reach: Reachability, evaluator: Evaluator, samples: number): number {
  const random = randomFrom(42);
  const ends = reach.cluster.podEndpoints;
  const ports = [53, 80, 443, 8000, 8002, 9000, 9100, 9150];
  let wrong = 0;
  for (let count = 0; count < samples; count++) {
    const from = Math.floor(random() * ends.length);
    const to = Math.floor(random() * ends.length);
    const protocol = PROTOCOLS[Math.floor(random() * 2)] ?? 'TCP';
    const port = ports[Math.floor(random() * ports.length)] ?? 80;
    const source = ends[from];
    const target = ends[to];
    if (source === undefined || target === undefined) continue;
    const set = reach.betweenPods(from, to);
    if (reach.sets.has(set, protocol, port) !== evaluator.allows({ from: source, to: target, port, protocol })) wrong++;
  }
  return wrong;
}

interface Parsed {
  readonly state: ClusterState;
  readonly policies: readonly Policy[];
}

/** The end of parsing: typed pods and policies. */
function read(objects: readonly unknown[]): Parsed {
  return { state: readObjects(objects), policies: compilePolicies(objects) };
}

function compute({ state, policies }: Parsed): { readonly reach: Reachability; readonly summary: ReachSummary } {
  const reach = new Reachability(new ClusterIndex(state), policies);
  return { reach, summary: reach.summary() };
}

/** Processor time of this process in milliseconds: what other processes do shows less in it than in the clock. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Several fresh processes on the same file: the one of median processor time. They run bundled, as the product does. */
function measureFresh(): { readonly yamlMegabytes: number; readonly fresh: Fresh } {
  const folder = mkdtempSync(join(tmpdir(), 'policy-bench-'));
  try {
    const file = join(folder, 'cluster.yaml');
    const text = clusterYaml(generateCluster(LARGE));
    writeFileSync(file, text);
    const bundle = join(folder, 'fresh.cjs');
    buildSync({ entryPoints: [join(import.meta.dirname, 'policyFresh.ts')], outfile: bundle, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    const runs = Array.from({ length: 5 }, () => JSON.parse(execFileSync(process.execPath, [bundle, file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as Fresh);
    const sorted = runs.toSorted((a, b) => a.computeProcessorMs - b.computeProcessorMs);
    return { yamlMegabytes: Math.round(text.length / 1e5) / 10, fresh: sorted[sorted.length >> 1]! };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function main(): void {
  const yaml = process.argv.includes('--yaml') ? measureFresh() : undefined;
  const objects = generateCluster(LARGE);
  const before = performance.now();
  const parsed = read(objects);
  const readMs = since(before);
  const setupMs = since(started);
  const rssBefore = process.memoryUsage.rss();
  const first = performance.now();
  const firstProcessor = processorMs();
  const { reach, summary } = compute(parsed);
  const firstMs = since(first);
  const computeProcessorMs = Math.round(processorMs() - firstProcessor);
  const rss = process.memoryUsage.rss();
  const processor: number[] = [];
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    const startProcessor = processorMs();
    compute(parsed);
    processor.push(processorMs() - startProcessor);
    return since(start);
  });
  const updates = [10, 250, 500, 700, 900].map((at) => {
    const start = processorMs();
    const policies = reach.policies.map((policy, place) => (place === at ? (compilePolicy(policy.document, policy.position) ?? policy) : policy));
    reach.withPolicies(policies);
    return Math.round((processorMs() - start) * 10) / 10;
  });
  const evaluator = new Evaluator(reach.cluster, reach.policies);
  const result = {
    pods: reach.cluster.podEndpoints.length,
    policies: reach.policies.length,
    classes: reach.classes.all.length,
    portAtoms: reach.sets.atoms.count,
    portSets: reach.sets.count,
    summary,
    setupMs,
    ...(yaml === undefined ? {} : { ...yaml, endToEndMs: Math.round(yaml.fresh.parseMs + yaml.fresh.computeMs), load: loadavg().map((one) => Math.round(one * 10) / 10) }),
    readMs,
    computeFirstMs: firstMs,
    computeFirstProcessorMs: computeProcessorMs,
    computeMedianMs: median(times),
    computeBestMs: Math.min(...times),
    computeMedianProcessorMs: Math.round(median(processor)),
    updateProcessorMs: median(updates),
    rssMegabytes: Math.round(rss / 1e6),
    rssOfComputeMegabytes: Math.round((rss - rssBefore) / 1e6),
    samplesDifferent: differences(reach, evaluator, 20_000),
  };
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  const over = [
    result.computeMedianProcessorMs > BUDGET.computeMs && 'compute',
    result.updateProcessorMs > BUDGET.updateMs && 'update',
    result.rssOfComputeMegabytes > BUDGET.megabytes && 'memory of computing',
    (result.fresh?.largestMegabytes ?? 0) > BUDGET.megabytes && 'memory end to end',
    (result.fresh?.computeProcessorMs ?? 0) > BUDGET.firstComputeMs && 'the first computing of a process',
    (result.endToEndMs ?? 0) > BUDGET.endToEndMs && 'end to end',
    result.samplesDifferent > 0 && 'answers',
  ].filter((what) => what !== false);
  if (over.length === 0) return;
  process.stderr.write(`Over budget: ${over.join(', ')}.\n`);
  process.exitCode = 1;
}

main();
