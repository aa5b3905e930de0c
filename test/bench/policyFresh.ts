/**
 * The fresh process of policyReach.ts: reads a cluster's YAML document by document and asks once for all pairs.
 * Bundled and started by it; prints one JSON object.
 */
import { readFileSync } from 'node:fs';
import { compilePolicy } from '../../src/policy/compile.ts';
import { ClusterIndex } from '../../src/policy/endpoint.ts';
import type { Policy } from '../../src/policy/model.ts';
import { Reachability, type ReachSummary } from '../../src/policy/reach.ts';
import { StateBuilder } from '../../src/policy/state.ts';
import { eachObject } from '../../src/policy/yaml.ts';

/** What it needed from the file to the summary. */
export interface Fresh {
  readonly parseMs: number;
  readonly parseProcessorMs: number;
  readonly computeMs: number;
  readonly computeProcessorMs: number;
  /** The largest memory the process ever had, and what it had before it read anything; resident megabytes. */
  readonly largestMegabytes: number;
  readonly idleMegabytes: number;
  readonly summary: ReachSummary;
}

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function parse(file: string): { readonly state: StateBuilder; readonly policies: readonly Policy[] } {
  const state = new StateBuilder();
  const policies: Policy[] = [];
  for (const { value } of eachObject(readFileSync(file, 'utf8'))) {
    const policy = compilePolicy(value, policies.length);
    if (policy === undefined) state.add(value);
    else policies.push(policy);
  }
  return { state, policies };
}

function measure(file: string): Fresh {
  const idle = process.memoryUsage.rss();
  const [start, startProcessor] = [performance.now(), processorMs()];
  const { state, policies } = parse(file);
  const [parsed, parsedProcessor] = [performance.now(), processorMs()];
  const summary = new Reachability(new ClusterIndex(state.state()), policies).summary();
  return {
    parseMs: Math.round(parsed - start), parseProcessorMs: Math.round(parsedProcessor - startProcessor),
    computeMs: Math.round(performance.now() - parsed), computeProcessorMs: Math.round(processorMs() - parsedProcessor),
    largestMegabytes: Math.round(process.resourceUsage().maxRSS / 1000), idleMegabytes: Math.round(idle / 1e6), summary,
  };
}

process.stdout.write(JSON.stringify(measure(process.argv[2] ?? '')));
