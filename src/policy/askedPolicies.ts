/** Policies as a capture's flows are tried on them: those in force at a time, and those that are edited laid over them. */
import type { CapturedPolicy } from '../contract/conversations.ts';
import type { CapturedFlows, FlowClass } from './capturedFlows.ts';
import { compilePolicy } from './compile.ts';
import { ClusterIndex, type Flow } from './endpoint.ts';
import { Evaluator, type FlowVerdict } from './evaluate.ts';
import type { NamespaceMatch, Policy, Rule } from './model.ts';
import { refText } from './types.ts';

const VERSIONS: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networking.k8s.io/v1', AdminNetworkPolicy: 'policy.networking.k8s.io/v1alpha1',
  BaselineAdminNetworkPolicy: 'policy.networking.k8s.io/v1alpha1', ClusterNetworkPolicy: 'policy.networking.k8s.io/v1alpha2',
};

/** Policies of a capture's blocks; kinds that are none of ours are left out. */
function compileCaptured({ kind, namespace, name, spec }: CapturedPolicy, position: number): Policy | undefined {
  return compilePolicy({ apiVersion: VERSIONS[kind], kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) }, spec }, position);
}

/** The policies in force in each period of a capture. */
class PolicyTimes {
  private readonly versions: readonly { readonly policy: Policy; readonly first: number; readonly end: number }[];

  constructor(captured: CapturedFlows, firstPosition: number) {
    this.versions = captured.conversations.policies.flatMap((version, at) => {
      const policy = compileCaptured(version, firstPosition + at);
      return policy === undefined ? [] : [{ policy, first: captured.periodOf(BigInt(version.from)), end: captured.periodOf(BigInt(version.until)) }];
    });
  }

  get isEmpty(): boolean {
    return this.versions.length === 0;
  }

  at(period: number): readonly Policy[] {
    return this.versions.filter(({ first, end }) => first <= period && period < end).map(({ policy }) => policy);
  }
}

/** `first`, and of the others those of another name. */
function laidOver(first: readonly Policy[], others: readonly Policy[]): readonly Policy[] {
  const named = new Set(first.map(({ ref }) => refText(ref)));
  return [...first, ...others.filter(({ ref }) => !named.has(refText(ref)))];
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

function asksNamespace(match: NamespaceMatch): boolean {
  return 'selector' in match && match.selector.requirements.some(({ key }) => key !== NAME_LABEL);
}

const rulesOf = ({ ingress = [], egress = [] }: Policy): readonly Rule[] => [...ingress, ...egress];

/** One set of policies with what it asks for that a capture may lack. */
export class Asked {
  readonly evaluator: Evaluator;
  readonly asksNamespaces: boolean;
  readonly asksNodes: boolean;
  readonly portNames: readonly string[];

  constructor(policies: readonly Policy[]) {
    this.evaluator = new Evaluator(EMPTY, policies);
    const peers = policies.flatMap(rulesOf).flatMap((rule) => rule.peers ?? []);
    this.asksNamespaces = policies.some(({ subject }) => asksNamespace(subject.namespaces)) || peers.some((peer) => peer.kind === 'pods' && asksNamespace(peer.namespaces));
    this.asksNodes = peers.some(({ kind }) => kind === 'nodes');
    const ports = policies.flatMap(rulesOf).flatMap((rule) => rule.ports ?? []);
    this.portNames = [...new Set(ports.flatMap((port) => (port.kind === 'name' ? [port.name] : [])))];
  }

  /** undefined where it depends on how the receiver calls the port, which the file does not say. */
  allows({ flow, lacksPorts }: FlowClass): boolean | undefined {
    const allowed = this.evaluator.allows(flow);
    if (!lacksPorts || flow.from === flow.to) return allowed;
    return this.portNames.every((name) => this.evaluator.allows(withPortName(flow, name)) === allowed) ? allowed : undefined;
  }

  explained(flow: Flow): FlowVerdict {
    return this.evaluator.evaluate(flow);
  }
}

/** Present policies are the same with every edit: what they say is worked out once. */
const presents = new WeakMap<readonly Policy[], Asked>();
function askedOnce(policies: readonly Policy[] | undefined): Asked | undefined {
  if (policies === undefined) return undefined;
  const known = presents.get(policies) ?? new Asked(policies);
  presents.set(policies, known);
  return known;
}

const EMPTY = new ClusterIndex({ namespaces: [], pods: [], nodes: [], services: [] });

function withPortName(flow: Flow, name: string): Flow {
  const { to, port, protocol } = flow;
  if (to.pod === undefined) return flow;
  const pod = { ...to.pod, ports: [{ name, containerPort: port, protocol }] };
  return { ...flow, to: { ...to, pod, anyPod: pod } };
}

/** For each period of a capture the edited policies with those in force laid under them, and the present ones alone. */
export class AskedInTime {
  readonly knowsPresent: boolean;
  private readonly inFile: PolicyTimes;
  private readonly edited: readonly Policy[];
  private readonly known = new Map<number, { readonly edited: Asked; readonly present: Asked | undefined }>();
  private readonly always: { readonly edited: Asked; readonly present: Asked | undefined } | undefined;

  /** `present` counts only where the file holds no policies; undefined: nobody knows. */
  constructor(captured: CapturedFlows, edited: readonly Policy[], present: readonly Policy[] | undefined) {
    this.inFile = new PolicyTimes(captured, edited.length);
    this.edited = edited;
    this.always = this.inFile.isEmpty ? { edited: new Asked(edited), present: askedOnce(present) } : undefined;
    this.knowsPresent = !this.inFile.isEmpty || present !== undefined;
  }

  at(period: number): { readonly edited: Asked; readonly present: Asked | undefined } {
    let asked = this.always ?? this.known.get(period);
    if (asked === undefined) {
      const there = this.inFile.at(period);
      asked = { edited: new Asked(laidOver(this.edited, there)), present: new Asked(there) };
      this.known.set(period, asked);
    }
    return asked;
  }
}
