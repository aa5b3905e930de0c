/** The all-pairs engine against the plain evaluator, on generated clusters and on the shared cases. */
import { describe, expect, test } from 'vitest';
import { compilePolicies } from '../../src/policy/compile.ts';
import { ClusterIndex, type Endpoint } from '../../src/policy/endpoint.ts';
import { Evaluator } from '../../src/policy/evaluate.ts';
import { Reachability } from '../../src/policy/reach.ts';
import { readCaseState, readObjects } from '../../src/policy/state.ts';
import { PROTOCOLS } from '../../src/policy/types.ts';
import { generateCluster, randomFrom } from '../bench/policyCluster.ts';
import { readTable, reportMissing, sharedPresent, tableNames } from './shared.ts';

const PORTS = [1, 53, 80, 443, 8000, 8001, 8003, 9000, 9050, 9100, 9101, 9199, 9200, 65535];

describe.each([1, 2, 3])('a generated cluster, seed %i', (seed) => {
  const objects = generateCluster({ namespaces: 12, podsPerNamespace: 25, policiesPerNamespace: 6, nodes: 5 }, seed, seed > 1);
  const cluster = new ClusterIndex(readObjects(objects));
  const policies = compilePolicies(objects);
  const reach = new Reachability(cluster, policies);
  const evaluator = new Evaluator(cluster, policies);
  const ends: Endpoint[] = [
    ...cluster.podEndpoints,
    ...cluster.state.nodes.map(({ name }) => cluster.endpoint({ node: name })),
    ...['192.0.2.1', '192.0.2.17', '192.0.3.200', '8.8.8.8', '10.0.0.1', '2001:db8::1'].map((ip) => cluster.address(ip)),
  ];

  test('gives the same answer for every sampled pair, protocol and port', () => {
    const random = randomFrom(seed * 7919);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const wrong: string[] = [];
    let allowed = 0;
    for (let count = 0; count < 40_000; count++) {
      const flow = { from: pick(ends), to: pick(ends), port: pick(PORTS), protocol: pick(PROTOCOLS) };
      const expected = evaluator.allows(flow);
      if (expected) allowed++;
      const set = reach.between(flow.from, flow.to);
      if (reach.sets.has(set, flow.protocol, flow.port) !== expected) {
        wrong.push(`${flow.from.text} to ${flow.to.text} ${flow.protocol} ${flow.port}: ${reach.sets.text(set)}`);
      }
    }
    expect(allowed).toBeGreaterThan(1000);
    expect(allowed).toBeLessThan(39_000);
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('counts pairs as a count pod by pod does', () => {
    const counted = { all: 0, some: 0, none: 0 };
    const { length } = cluster.podEndpoints;
    for (let from = 0; from < length; from++) {
      for (let to = 0; to < length; to++) {
        if (from === to) continue;
        const text = reach.sets.text(reach.betweenPods(from, to));
        if (text === 'all ports') counted.all++;
        else if (text === 'no port') counted.none++;
        else counted.some++;
      }
    }
    expect(reach.summary()).toEqual({ pairs: length * (length - 1), ...counted });
  });

  // A port that some policy names keeps the classes and all that is not touched; a new one does not.
  test.each([443, 8080])('one changed policy gives what a fresh computation gives: port %i', (port) => {
    const changed = policies.map((policy) => (policy.ref.name === 'tiers' && policy.ref.namespace === 'ns-3' ? compilePolicies([{ ...(policy.document as object), spec: { podSelector: {}, ingress: [{ ports: [{ port }] }] } }])[0] ?? policy : policy));
    const updated = reach.withPolicies(changed);
    const fresh = new Reachability(cluster, changed);
    expect(updated.classes === reach.classes).toBe(port === 443);
    const { length } = cluster.podEndpoints;
    let different = 0;
    for (let from = 0; from < length; from++) {
      for (let to = 0; to < length; to++) {
        const text = updated.sets.text(updated.betweenPods(from, to));
        expect(text).toBe(fresh.sets.text(fresh.betweenPods(from, to)));
        if (text !== reach.sets.text(reach.betweenPods(from, to))) different++;
      }
    }
    expect(different).toBeGreaterThan(0);
  });
});

reportMissing('all-pairs reachability');

describe.skipIf(!sharedPresent)('truth tables by all pairs', () => {
  test.each(tableNames())('%s', (name) => {
    const wrong: string[] = [];
    for (const item of readTable(name)) {
      const cluster = new ClusterIndex(readCaseState(item));
      const reach = new Reachability(cluster, compilePolicies(item.policies));
      for (const probe of item.probes) {
        const [flow] = cluster.flows(probe.from, probe.to, probe.port, probe.protocol);
        if (flow === undefined) continue;
        const allowed = reach.sets.has(reach.between(flow.from, flow.to), flow.protocol, flow.port);
        if (allowed !== (probe.expected === 'allow')) wrong.push(`${item.name}: ${JSON.stringify(probe)}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
