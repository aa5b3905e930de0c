/** Laws that hold for any policies, tried on generated clusters and random policies. */
import { describe, expect, test } from 'vitest';
import { compilePolicies } from '../../src/policy/compile.ts';
import { ClusterIndex, type Flow } from '../../src/policy/endpoint.ts';
import { Evaluator } from '../../src/policy/evaluate.ts';
import { readObjects } from '../../src/policy/state.ts';
import { PROTOCOLS } from '../../src/policy/types.ts';
import { generateCluster, randomFrom } from '../bench/policyCluster.ts';

const SEEDS = [11, 12, 13, 14];

function setup(seed: number) {
  const objects = generateCluster({ namespaces: 6, podsPerNamespace: 15, policiesPerNamespace: 5, nodes: 4 }, seed, seed % 2 === 0);
  const cluster = new ClusterIndex(readObjects(objects));
  const random = randomFrom(seed * 31);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const ends = [...cluster.podEndpoints, ...['192.0.2.7', '8.8.8.8'].map((ip) => cluster.address(ip))];
  const flows: Flow[] = Array.from({ length: 1500 }, () => ({
    from: pick(ends),
    to: pick(ends),
    port: pick([53, 80, 443, 8000, 8002, 9050, 9100]),
    protocol: pick(PROTOCOLS),
  }));
  const documents = objects.filter((object) => String(object['kind']).endsWith('NetworkPolicy'));
  return { cluster, random, pick, flows, documents };
}

function verdicts(cluster: ClusterIndex, documents: readonly unknown[], flows: readonly Flow[]): readonly boolean[] {
  const evaluator = new Evaluator(cluster, compilePolicies(documents));
  return flows.map((flow) => evaluator.allows(flow));
}

/** The place of the first flow where the two differ in the forbidden way. */
function firstWhere(a: readonly boolean[], b: readonly boolean[], forbidden: (x: boolean, y: boolean) => boolean): number {
  return a.findIndex((value, at) => forbidden(value, b[at] ?? false));
}

describe.each(SEEDS)('seed %i', (seed) => {
  const { cluster, random, pick, flows, documents } = setup(seed);
  const before = verdicts(cluster, documents, flows);

  test('the sample holds both verdicts', () => {
    expect(before.filter(Boolean).length).toBeGreaterThan(50);
    expect(before.filter((allowed) => !allowed).length).toBeGreaterThan(50);
  });

  test('the order of policies does not matter', () => {
    for (let round = 0; round < 5; round++) {
      const shuffled = documents.map((document) => ({ document, key: random() })).sort((a, b) => a.key - b.key).map(({ document }) => document);
      expect(verdicts(cluster, shuffled, flows)).toEqual(before);
    }
  });

  test('the order of rules in a NetworkPolicy does not matter', () => {
    const turned = documents.map((document) => {
      const spec = document['spec'] as Readonly<Record<string, unknown>>;
      if (document['kind'] !== 'NetworkPolicy') return document;
      const reverse = (key: string) => (Array.isArray(spec[key]) ? { [key]: [...(spec[key] as unknown[])].reverse() } : {});
      return { ...document, spec: { ...spec, ...reverse('ingress'), ...reverse('egress') } };
    });
    expect(verdicts(cluster, turned, flows)).toEqual(before);
  });

  test('an added rule of a NetworkPolicy never denies more', () => {
    const rules = [{}, { ports: [{ port: 80 }] }, { ports: [{ port: 'http' }] }];
    let opened = 0;
    for (let round = 0; round < 20; round++) {
      const at = Math.floor(random() * documents.length);
      const chosen = documents[at];
      if (chosen?.['kind'] !== 'NetworkPolicy') continue;
      const spec = chosen['spec'] as Readonly<Record<string, unknown>>;
      const key = (spec['policyTypes'] as readonly string[] | undefined)?.includes('Egress') === true ? pick(['ingress', 'egress']) : 'ingress';
      const changed = { ...chosen, spec: { ...spec, [key]: [...((spec[key] as unknown[] | undefined) ?? []), pick(rules)] } };
      const after = verdicts(cluster, documents.with(at, changed), flows);
      expect(firstWhere(before, after, (old, now) => old && !now)).toBe(-1);
      opened += after.filter((allowed, place) => allowed && before[place] === false).length;
    }
    expect(opened).toBeGreaterThan(0);
  });

  test('a policy without rules only closes', () => {
    const deny = ['ns-1', 'ns-3', 'ns-5'].map((namespace) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'closed', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }));
    const after = verdicts(cluster, [...documents, ...deny], flows);
    expect(firstWhere(before, after, (old, now) => !old && now)).toBe(-1);
    expect(firstWhere(before, after, (old, now) => old && !now)).not.toBe(-1);
  });

  test('a pod always reaches itself', () => {
    const closed = cluster.state.namespaces.map(({ name }) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny', namespace: name },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }));
    const evaluator = new Evaluator(cluster, compilePolicies(closed));
    for (const pod of cluster.podEndpoints) expect(evaluator.allows({ from: pod, to: pod, port: 80, protocol: 'TCP' })).toBe(true);
    expect(flows.some((flow) => flow.from !== flow.to && !evaluator.allows(flow))).toBe(true);
  });

  test('without policies everything passes', () => {
    expect(verdicts(cluster, [], flows).every(Boolean)).toBe(true);
  });

  test('an admin policy that passes everything changes nothing', () => {
    const pass = {
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: { name: 'pass' },
      spec: {
        priority: 900,
        subject: { namespaces: {} },
        ingress: [{ action: 'Pass', from: [{ namespaces: {} }] }],
        egress: [{ action: 'Pass', to: [{ namespaces: {} }, { networks: ['0.0.0.0/0'] }] }],
      },
    };
    expect(verdicts(cluster, [...documents, pass], flows)).toEqual(before);
  });
});
