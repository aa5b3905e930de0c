/**
 * Flows of a capture as questions to policies: ends as they were when the flow began, flows alike put together, and
 * apart what nobody can ask because the file does not say who an end was.
 */
import type { CapturedEnd, CapturedFlow, CapturedPod, Conversations } from '../contract/conversations.ts';
import { parseIp } from './ip.ts';
import type { Endpoint, Flow } from './endpoint.ts';
import { PROTOCOLS, type Labels, type Pod, type Protocol } from './types.ts';

/** Why a flow is not judged. */
export type Apart =
  /** The address of an end was a Service's, or not its own: what policies saw is not what the packet shows. */
  | 'rewritten'
  /** The labels of an end are not known for certain at that time. */
  | 'peer'
  /** An end is a node's address: whose traffic that is, the file does not say. */
  | 'node'
  /** Which end began it was not captured. */
  | 'beginning';

/** Flows that every policy treats alike: the same ends (as they were then), port, protocol and policies in force. */
export interface FlowClass {
  readonly flow: Flow;
  /** Index of the stretch of time in which the same policies of the file held. */
  readonly period: number;
  /** Places in `conversations.flows`, by what the packets show. */
  readonly flows: Readonly<Record<CapturedFlow['outcome'], number[]>>;
  /** An end's namespace labels are not in the file. */
  readonly lacksNamespace: boolean;
  /** The receiver's ports are not in the file. */
  readonly lacksPorts: boolean;
  /** An end is a node, whose labels are not in the file. */
  readonly lacksNode: boolean;
}

interface Side {
  readonly endpoint: Endpoint;
  readonly captured?: CapturedPod;
}

const NO_LABELS: Labels = {};

function portsOf({ ports }: CapturedPod): Pod['ports'] {
  return (ports ?? []).flatMap(({ name, port, protocol }) => {
    const known = PROTOCOLS.find((one) => one === protocol);
    return known === undefined ? [] : [{ containerPort: port, protocol: known, ...(name === undefined ? {} : { name }) }];
  });
}

function podSide(captured: CapturedPod): Side {
  const { namespace, name, labels, addresses, node, hostNetwork, namespaceLabels } = captured;
  const pod: Pod = { ns: namespace, name, labels, ips: addresses, hostNetwork, ports: portsOf(captured), ...(node === '' ? {} : { node }) };
  const base = {
    text: `${namespace}/${name}`,
    ips: addresses.flatMap((text) => parseIp(text) ?? []),
    anyPod: pod,
    namespaceLabels: { ...namespaceLabels, 'kubernetes.io/metadata.name': namespace },
  };
  return { captured, endpoint: hostNetwork ? { ...base, asNode: { name: node, labels: NO_LABELS } } : { ...base, pod } };
}

/** Built once for a capture; policies are asked again and again. */
export class CapturedFlows {
  readonly conversations: Conversations;
  readonly classes: readonly FlowClass[];
  readonly apart: Readonly<Record<Apart, number[]>> = { rewritten: [], peer: [], node: [], beginning: [] };
  /** Beginnings of periods, ascending: versions of the file's policies begin or end there. */
  readonly boundaries: readonly bigint[];
  private readonly pods: readonly Side[];
  private readonly nodes: readonly Side[];
  private readonly found = new Map<string, FlowClass>();

  constructor(conversations: Conversations) {
    this.conversations = conversations;
    this.pods = conversations.pods.map(podSide);
    this.nodes = conversations.nodes.map(({ name, labels }) => ({ endpoint: { text: `node ${name}`, ips: [], namespaceLabels: NO_LABELS, asNode: { name, labels } } }));
    const times = conversations.policies.flatMap(({ from, until }) => [BigInt(from), BigInt(until)]);
    this.boundaries = [...new Set(times)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    for (const [at, flow] of conversations.flows.entries()) {
      const why = this.file(at, flow);
      if (why !== undefined) this.apart[why].push(at);
    }
    this.classes = [...this.found.values()];
  }

  /** Periods there are: 0 is before the first boundary. */
  get periods(): number {
    return this.boundaries.length + 1;
  }

  periodOf(time: bigint): number {
    let low = 0;
    let high = this.boundaries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.boundaries[middle] ?? 0n) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private sideOf({ known, object = -1 }: CapturedEnd): Side | Apart {
    switch (known) {
      case 'pod':
        return this.pods[object] ?? 'peer';
      case 'node':
        return this.nodes[object] ?? 'peer';
      case 'service':
      case 'rewritten':
        return 'rewritten';
      case 'unlabelled':
      case 'guessed':
      case 'nothing':
        return 'peer';
    }
  }

  private file(at: number, { kind, opener, outcome, time, a, b }: CapturedFlow): Apart | undefined {
    const sides = [this.sideOf(a), this.sideOf(b)] as const;
    if (sides.includes('rewritten')) return 'rewritten';
    const [one, two] = sides;
    if (typeof one === 'string' || typeof two === 'string') return 'peer';
    if (opener === 'unknown') return 'beginning';
    const [from, to] = opener === 'a' ? [one, two] : [two, one];
    if (!isToldApart(from.endpoint, to.endpoint)) return 'node';
    const { port } = opener === 'a' ? b : a;
    this.classOf(from, to, port, kind === 'tcp' ? 'TCP' : 'UDP', this.periodOf(BigInt(time))).flows[outcome].push(at);
    return undefined;
  }

  private classOf(from: Side, to: Side, port: number, protocol: Protocol, period: number): FlowClass {
    const key = [this.numberOf(from), this.numberOf(to), port, protocol, period].join(' ');
    let known = this.found.get(key);
    if (known === undefined) {
      // One pod of two versions talks to itself all the same.
      const isSelf = from.captured !== undefined && from.captured.uid === to.captured?.uid;
      const both = [from, to];
      known = {
        flow: { from: isSelf ? to.endpoint : from.endpoint, to: to.endpoint, port, protocol },
        period,
        flows: { answered: [], unanswered: [], refused: [], unknown: [] },
        lacksNamespace: both.some(({ captured }) => captured !== undefined && captured.namespaceLabels === undefined),
        lacksPorts: to.captured !== undefined && to.captured.ports === undefined,
        lacksNode: both.some(({ captured }) => captured?.hostNetwork === true),
      };
      this.found.set(key, known);
    }
    return known;
  }

  private readonly numbers = new Map<Side, number>();
  private numberOf(side: Side): number {
    const number = this.numbers.get(side) ?? this.numbers.size;
    this.numbers.set(side, number);
    return number;
  }
}

/**
 * A node's address may stand for a node, for a pod behind it, or for somebody outside who came through it: only what
 * a pod's own node sends to it is sure, as that always enters.
 */
function isToldApart(from: Endpoint, to: Endpoint): boolean {
  const isBare = (end: Endpoint): boolean => end.anyPod === undefined;
  if (isBare(to)) return false;
  return !isBare(from) || (to.pod?.node !== undefined && to.pod.node === from.asNode?.name);
}
