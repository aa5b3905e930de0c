/**
 * Shapes of the policy room: what a cluster looks like to the evaluator, and policies as they are applied.
 * Everything here is plain data; nothing is fetched, nothing is written.
 */

export type Protocol = 'TCP' | 'UDP' | 'SCTP';
export const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

export type Direction = 'ingress' | 'egress';

export type Labels = Readonly<Record<string, string>>;

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol: Protocol;
}

/** A pod as far as policies can see it. */
export interface Pod {
  readonly ns: string;
  readonly name: string;
  readonly labels: Labels;
  /** Addresses of the pod (one, or two in a dual-stack cluster); empty while none is assigned. */
  readonly ips: readonly string[];
  readonly node?: string;
  readonly hostNetwork: boolean;
  /** Ports of all containers, in the order they are declared. */
  readonly ports: readonly ContainerPort[];
}

export interface Namespace {
  readonly name: string;
  /** Always holds `kubernetes.io/metadata.name`: the API server sets it. */
  readonly labels: Labels;
}

export interface Node {
  readonly name: string;
  readonly ips: readonly string[];
  readonly labels: Labels;
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly targetPort: number | string;
}

export interface Service {
  readonly ns: string;
  readonly name: string;
  readonly clusterIPs: readonly string[];
  /** Absent: the Service has no selector, its backends are unknown here. */
  readonly selector?: Labels;
  readonly ports: readonly ServicePort[];
}

/** Everything the evaluator knows besides the policies. */
export interface ClusterState {
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly services: readonly Service[];
}

export type PolicyKind =
  | 'NetworkPolicy'
  | 'AdminNetworkPolicy'
  | 'BaselineAdminNetworkPolicy'
  | 'ClusterNetworkPolicy';

/** Names one policy object; `namespace` only for a NetworkPolicy. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A position inside a document: keys and list indexes from its root. */
export type YamlPath = readonly (string | number)[];

/** A policy as it was applied: parsed JSON or YAML of unknown quality. */
export type PolicyDocument = unknown;

/** One end of a question: a pod, an address, a node, or (destination only) a Service. */
export type EndpointSpec =
  | { readonly ns: string; readonly pod: string }
  | { readonly ip: string }
  | { readonly node: string }
  | { readonly ns: string; readonly service: string };

/** One question: may this traffic pass? `port` is a number or the name of a container port of the destination. */
export interface Probe {
  readonly from: EndpointSpec;
  readonly to: EndpointSpec;
  readonly port: number | string;
  readonly protocol: Protocol;
}

export type Verdict = 'allow' | 'deny';
export type DeniedBy = 'ingress' | 'egress' | 'both';

/** `NetworkPolicy/shop/web`, `AdminNetworkPolicy/lockdown`: one policy in one word. */
export function refText(ref: ObjectRef): string {
  return ref.namespace === undefined ? `${ref.kind}/${ref.name}` : `${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** `spec.ingress[0].from[1].podSelector`: a path as Kubernetes writes it. */
export function pathText(path: YamlPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${String(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}
