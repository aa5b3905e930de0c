/** Every pair of pods tried for real, beside what src/policy says of the same objects as the API server has them. */
import { compilePolicies } from '../../src/policy/compile.ts';
import { createEvaluator } from '../../src/policy/evaluate.ts';
import { readObjects } from '../../src/policy/state.ts';
import type { Verdict } from '../../src/policy/types.ts';
import { until } from './exec.ts';
import type { Kube } from './kube.ts';
import { inside, onNode } from './namespaces.ts';
import type { ProcessId } from './processes.ts';

interface ApiPod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly name: string }[] };
  readonly status: { readonly podIP?: string; readonly phase: string };
}

/** One attempt: what really happened, and what the policies say. */
export interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  /** `connected`, `refused` (arrived, nobody listens), `timeout`; else an error in words. */
  readonly outcome: string;
  readonly verdict: Verdict;
}

/** Lists of the API leave out what their items are. */
async function listed(kube: Kube, path: string, kind: string, apiVersion = 'v1'): Promise<readonly unknown[]> {
  const list = (await kube.get(path)) as { readonly items: readonly object[] } | undefined;
  if (list === undefined) throw new Error(`the API server does not answer ${path}`);
  return list.items.map((item) => ({ ...item, kind, apiVersion }));
}

/** What an outcome means for the policies; undefined where it says nothing of them. */
export function meaning(outcome: string): Verdict | undefined {
  if (outcome === 'connected' || outcome === 'refused') return 'allow';
  return outcome === 'timeout' ? 'deny' : undefined;
}

/** Waits until every node enforces the policies as the API server has them now (see cmd/enforcer). */
export async function policiesInForce(kube: Kube, nodes: Readonly<Record<string, ProcessId>>, seconds = 30): Promise<void> {
  const policies = (await listed(kube, '/apis/networking.k8s.io/v1/networkpolicies', 'NetworkPolicy')) as readonly { readonly metadata: { readonly resourceVersion: string } }[];
  const newest = Math.max(0, ...policies.map(({ metadata }) => Number(metadata.resourceVersion)));
  for (const [name, node] of Object.entries(nodes)) {
    await until(seconds, async () => {
      const listing = await inside(onNode(node), ['nft', 'list', 'chain', 'inet', 'lab_policy', `policies_${newest}`]);
      return listing.status === 0 ? true : undefined;
    }, () => `${name} did not enforce the policies of version ${newest} within ${seconds} s`);
  }
}

/** Pods of the given namespaces that run and have an address. */
async function runningPods(kube: Kube, namespaces: readonly string[]): Promise<readonly ApiPod[]> {
  const pods = (await listed(kube, '/api/v1/pods', 'Pod')) as readonly ApiPod[];
  return pods.filter(({ metadata, status }) => namespaces.includes(metadata.namespace) && status.phase === 'Running' && status.podIP !== undefined);
}

/** Tries `ports` of every pod of the namespaces from every pod of them, a pod with itself excepted. */
export async function tryAllPairs(kube: Kube, namespaces: readonly string[], ports: readonly number[]): Promise<readonly Attempt[]> {
  const objects = (await Promise.all([
    listed(kube, '/api/v1/namespaces', 'Namespace'), listed(kube, '/api/v1/nodes', 'Node'), listed(kube, '/api/v1/pods', 'Pod'), listed(kube, '/api/v1/services', 'Service'),
  ])).flat();
  const policies = await listed(kube, '/apis/networking.k8s.io/v1/networkpolicies', 'NetworkPolicy', 'networking.k8s.io/v1');
  const evaluator = createEvaluator(readObjects(objects), compilePolicies(policies));
  const pods = await runningPods(kube, namespaces);
  const of = ({ metadata }: ApiPod): string => `${metadata.namespace}/${metadata.name}`;
  const attempts = pods.map(async (from): Promise<readonly Attempt[]> => {
    const targets = pods.filter((to) => to !== from).flatMap((to) => ports.map((port) => ({ to, port, address: `${to.status.podIP ?? ''}:${port}` })));
    const outcomes = JSON.parse(await kube.must(`try connections from ${of(from)}`, [
      'exec', '-n', from.metadata.namespace, from.metadata.name, '-c', from.spec.containers[0]?.name ?? '', '--',
      '/demoapp', 'probe', '-timeout', '3s', ...targets.map(({ address }) => address),
    ], { timeout: 60 })) as Readonly<Record<string, string>>;
    return targets.map(({ to, port, address }) => {
      const [answer] = evaluator.probe({ from: { ns: from.metadata.namespace, pod: from.metadata.name }, to: { ns: to.metadata.namespace, pod: to.metadata.name }, port, protocol: 'TCP' });
      if (answer === undefined) throw new Error(`the evaluator has no verdict on ${of(from)} to ${of(to)}`);
      return { from: of(from), to: of(to), port, outcome: outcomes[address] ?? 'not tried', verdict: answer.verdict };
    });
  });
  return (await Promise.all(attempts)).flat();
}
