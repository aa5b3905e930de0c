/** `--ebpf-filter` in a cluster: terms that name pods are decided once per pod, the rest is left to the kernel. */
import { checkAgentField, isAgentField, type AgentField } from '../capture/agentFields.ts';
import { filterText, neededAddresses, parseCaptureTerms, type CaptureTree, type IdentityTest } from '../capture/captureTerms.ts';
import type { Pod } from './pods.ts';

/** What is known of a pod beside its own object. */
export interface PodFacts {
  readonly pod: Pod;
  readonly services: readonly string[];
  readonly deployment: string | undefined;
}

type Values = (facts: PodFacts, key: string | undefined) => readonly string[];

const some = (value: string | undefined): readonly string[] => (value === undefined || value === '' ? [] : [value]);
const labels: Values = ({ pod }, key) =>
  key === undefined ? Object.entries(pod.labels).map(([name, value]) => `${name}=${value}`) : Object.hasOwn(pod.labels, key) ? [pod.labels[key] ?? ''] : [];

/** Fields and what they are for a pod. A new one is a row. */
const fields: Readonly<Record<AgentField, Values>> = {
  'k8s.pod.name': ({ pod }) => [pod.name],
  'ebpf.k8s.pod': ({ pod }) => [pod.name],
  'k8s.pod.uid': ({ pod }) => [pod.uid],
  'k8s.pod.ip': ({ pod }) => pod.addresses,
  'k8s.namespace': ({ pod }) => [pod.namespace],
  'k8s.node.name': ({ pod }) => [pod.node],
  'k8s.service.name': ({ services }) => services,
  'k8s.container.name': ({ pod }) => pod.containers.map(({ name }) => name),
  'k8s.container.id': ({ pod }) => pod.containers.map(({ id }) => id),
  'k8s.deployment': ({ deployment }) => some(deployment),
  'k8s.replicaset': ({ pod }) => some(pod.owner?.kind === 'ReplicaSet' ? pod.owner.name : undefined),
  // As the reader has it: "StatefulSet/db".
  'k8s.workload': ({ pod: { owner } }) => some(owner === undefined ? undefined : `${owner.kind}/${owner.name}`),
  'k8s.label': labels,
};

function holds({ field, key, operator, values }: IdentityTest, facts: PodFacts): boolean {
  const found = isAgentField(field) ? fields[field](facts, key) : [];
  switch (operator) {
    case 'present': return found.length > 0;
    case 'equal': return found.some((value) => values.includes(value));
    case 'different': return found.length > 0 && found.every((value) => !values.includes(value));
    case 'contains': return found.some((value) => values.some((part) => value.includes(part)));
  }
}

/** A pod that nothing is known of. */
const nobody: Pod = { uid: '', name: '', namespace: '', node: '', addresses: [], labels: {}, containers: [], ports: [], hostNetwork: false, ready: false, created: 0, over: false };
/** RFC 5952, 4: as the API server writes them. */
const usual = (address: string): string => (address.includes(':') ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address);
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** A filter of pods, addresses and ports. Throws Refusal with one sentence. */
export class AgentFilter {
  private readonly tree: CaptureTree | undefined;
  /** Names of pods it asks for: where none of them is here, that is worth a word. */
  public readonly podNames: readonly string[];
  /** Tests what only Services, or the owner's owner, tell. */
  public readonly asksServices: boolean;
  public readonly asksDeployment: boolean;
  public readonly asksContainers: boolean;

  public constructor(text: string) {
    this.tree = text.trim() === '' ? undefined : parseCaptureTerms(text, checkAgentField);
    const tests = this.tree === undefined ? [] : testsOf(this.tree, true);
    this.podNames = (this.tree === undefined ? [] : testsOf(this.tree, false)).filter(({ field, operator }) => operator === 'equal' && (field === 'k8s.pod.name' || field === 'ebpf.k8s.pod')).flatMap(({ values }) => values);
    this.asksServices = tests.some(({ field }) => field === 'k8s.service.name');
    this.asksContainers = tests.some(({ field }) => field === 'k8s.container.name' || field === 'k8s.container.id');
    this.asksDeployment = tests.some(({ field }) => field === 'k8s.deployment');
  }

  /** The capture filter of a pod's interfaces ('': all packets); undefined: none of its packets. */
  public of(facts: PodFacts): string | undefined {
    const left = this.tree === undefined ? true : filterText(this.tree, (test) => holds(test, facts));
    return left === false ? undefined : left === true ? '' : left;
  }

  /**
   * Whether a pod is chosen for nothing of its own but for packets of others' addresses, as every pod is by `k8s.service.name == web
   * or ip.addr == 10.96.0.9` that is not behind that Service: these pass its link, where either end shows them, and never its lo.
   */
  public isBystander(facts: PodFacts): boolean {
    const { pod } = facts;
    const addresses = this.tree === undefined ? undefined : neededAddresses(this.tree, (test) => holds(test, facts))?.map(usual);
    if (addresses === undefined || addresses.length === 0 || addresses.some((address) => pod.addresses.includes(address) || isLoopback(address))) return false;
    // One whose own addresses are not known yet may have one of them.
    return pod.addresses.length > 0 && this.of({ pod: { ...nobody, namespace: pod.namespace, node: pod.node }, services: [], deployment: undefined }) === this.of(facts);
  }
}

function testsOf(tree: CaptureTree, alsoDenied: boolean): readonly IdentityTest[] {
  switch (tree.kind) {
    case 'identity': return [tree.test];
    case 'group': return testsOf(tree.part, alsoDenied);
    case 'not': return alsoDenied ? testsOf(tree.part, true) : [];
    case 'and': case 'or': return tree.parts.flatMap((part) => testsOf(part, alsoDenied));
    case 'filter': return [];
  }
}
