/** Objects as the cluster tree keeps them: what it shows of each, and nothing else of the API's objects. */

import { cniOfAnnotations, type Cni } from './cni.ts';

type Json = Readonly<Record<string, unknown>>;
export type Labels = Readonly<Record<string, string>>;

/** What every object has. */
export interface KubeObject {
  readonly uid: string;
  readonly name: string;
  /** '' for objects of the cluster. */
  readonly namespace: string;
  readonly labels: Labels;
  /** The controller that made it. */
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string };
}

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly role: 'container' | 'init' | 'ephemeral';
  readonly ready: boolean;
  readonly restarts: number;
  /** Running, or why not: `CrashLoopBackOff`, `Completed` …; '' while nothing is known. */
  readonly state: string;
  /** The kubelet's own words on why it does not run. */
  readonly message?: string;
}

export interface PodObject extends KubeObject {
  readonly phase: string;
  readonly node: string;
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly leaving: boolean;
  readonly containers: readonly ContainerState[];
  /** The scheduler's words on why no node takes it. */
  readonly unscheduled?: string;
  /** Pods of DaemonSets: the node each is meant for, also before one has taken it. */
  readonly meantFor?: string;
}

export interface WorkloadObject extends KubeObject {
  readonly ready: number;
  readonly wanted: number;
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly target: string;
  readonly protocol: string;
  readonly nodePort?: number;
}

export interface ServiceObject extends KubeObject {
  readonly type: string;
  readonly ips: readonly string[];
  readonly ports: readonly ServicePort[];
  /** undefined: its endpoints are written by somebody else. */
  readonly selector?: Labels;
}

export interface Endpoint {
  readonly ips: readonly string[];
  readonly ready: boolean;
  readonly pod: string;
  readonly node: string;
}

/** Of an EndpointSlice: whose it is. */
export const kServiceLabel = 'kubernetes.io/service-name';

export interface EndpointSliceObject extends KubeObject {
  readonly service: string;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly string[];
}

export interface IngressRule {
  readonly host: string;
  readonly path: string;
  readonly backend: string;
}

export interface IngressObject extends KubeObject {
  readonly className: string;
  readonly addresses: readonly string[];
  readonly rules: readonly IngressRule[];
}

export interface NetworkPolicyObject extends KubeObject {
  /** spec.podSelector as it is written: src/policy reads it. */
  readonly podSelector: unknown;
  readonly types: readonly string[];
}

export interface NodeObject extends KubeObject {
  readonly ready: boolean;
  readonly ips: readonly string[];
  readonly version: string;
  readonly runtime: string;
  readonly unschedulable: boolean;
  readonly taints: readonly Taint[];
  /** What its annotations say of the network; they themselves are not kept. */
  readonly cni?: Cni;
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface NamespaceObject extends KubeObject {
  readonly phase: string;
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text).filter((one) => one !== '') : []);
const labelsOf = (value: unknown): Labels =>
  Object.fromEntries(Object.entries(object(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

interface Parts {
  readonly common: KubeObject;
  readonly meta: Json;
  readonly spec: Json;
  readonly status: Json;
}

function parts(from: unknown): Parts {
  const { metadata, spec, status } = object(from);
  const meta = object(metadata);
  const owner = list(meta.ownerReferences).find(({ controller }) => controller === true);
  return {
    meta,
    spec: object(spec),
    status: object(status),
    common: {
      uid: text(meta.uid),
      name: text(meta.name),
      namespace: text(meta.namespace),
      labels: labelsOf(meta.labels),
      ...(owner === undefined ? {} : { owner: { kind: text(owner.kind), name: text(owner.name), uid: text(owner.uid) } }),
    },
  };
}

/** `CrashLoopBackOff`, `Completed` … or `Running`; with what the kubelet says of it. */
function stateOf(status: Json): { readonly state: string; readonly message?: string } {
  const state = object(status.state);
  if (state.running !== undefined) return { state: 'Running' };
  const other = object(state.waiting ?? state.terminated);
  // Why it crashed stands with the run before.
  const message = text(other.message) || text(object(object(status.lastState).terminated).reason);
  return { state: text(other.reason) || (state.terminated === undefined ? '' : 'Terminated'), ...(message === '' ? {} : { message }) };
}

function containersOf(spec: Json, status: Json): readonly ContainerState[] {
  const roles = [['containers', 'containerStatuses', 'container'], ['initContainers', 'initContainerStatuses', 'init'], ['ephemeralContainers', 'ephemeralContainerStatuses', 'ephemeral']] as const;
  return roles.flatMap(([specKey, statusKey, role]) => {
    const known = new Map(list(status[statusKey]).map((one) => [text(one.name), one]));
    return list(spec[specKey]).map((one): ContainerState => {
      const seen = known.get(text(one.name)) ?? {};
      return { name: text(one.name), image: text(one.image), role, ready: seen.ready === true, restarts: number(seen.restartCount), ...stateOf(seen) };
    });
  });
}

/** Where a DaemonSet's controller wants a pod: by a term on the node's name. */
function meantFor(spec: Json): string {
  const wanted = object(object(object(spec.affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution);
  const terms = list(wanted.nodeSelectorTerms).flatMap((term) => list(term.matchFields));
  return strings(terms.find(({ key }) => key === 'metadata.name')?.values)[0] ?? '';
}

export function podObject(from: unknown): PodObject {
  const { common, meta, spec, status } = parts(from);
  const unscheduled = list(status.conditions).find(({ type, status: holds }) => type === 'PodScheduled' && holds === 'False');
  const node = meantFor(spec);
  return {
    ...common,
    phase: text(status.reason) || text(status.phase),
    node: text(spec.nodeName),
    ips: [...new Set([text(status.podIP), ...list(status.podIPs).map(({ ip }) => text(ip))])].filter((ip) => ip !== ''),
    hostNetwork: spec.hostNetwork === true,
    leaving: meta.deletionTimestamp !== undefined,
    containers: containersOf(spec, status),
    ...(unscheduled === undefined ? {} : { unscheduled: text(unscheduled.message) || text(unscheduled.reason) }),
    ...(node === '' ? {} : { meantFor: node }),
  };
}

/** Deployments, ReplicaSets, StatefulSets: what they want defaults to one. */
export function replicatedObject(from: unknown): WorkloadObject {
  const { common, spec, status } = parts(from);
  return { ...common, ready: number(status.readyReplicas), wanted: typeof spec.replicas === 'number' ? spec.replicas : 1 };
}

export function daemonSetObject(from: unknown): WorkloadObject {
  const { common, status } = parts(from);
  return { ...common, ready: number(status.numberReady), wanted: number(status.desiredNumberScheduled) };
}

export function jobObject(from: unknown): WorkloadObject {
  const { common, spec, status } = parts(from);
  return { ...common, ready: number(status.succeeded), wanted: typeof spec.completions === 'number' ? spec.completions : 1 };
}

export function serviceObject(from: unknown): ServiceObject {
  const { common, spec } = parts(from);
  const selector = labelsOf(spec.selector);
  return {
    ...common,
    type: text(spec.type) || 'ClusterIP',
    ips: [...new Set([text(spec.clusterIP), ...strings(spec.clusterIPs)])].filter((ip) => ip !== ''),
    ports: list(spec.ports).map((port) => ({
      name: text(port.name),
      port: number(port.port),
      target: String((port.targetPort ?? port.port) as string | number),
      protocol: text(port.protocol) || 'TCP',
      ...(typeof port.nodePort === 'number' ? { nodePort: port.nodePort } : {}),
    })),
    ...(Object.keys(selector).length === 0 ? {} : { selector }),
  };
}

export function endpointSliceObject(from: unknown): EndpointSliceObject {
  const { common } = parts(from);
  const { endpoints, ports } = object(from);
  return {
    ...common,
    service: common.labels[kServiceLabel] ?? '',
    endpoints: list(endpoints).map((one) => ({
      ips: strings(one.addresses),
      // Unknown is to be taken for ready (discovery.k8s.io/v1).
      ready: object(one.conditions).ready !== false,
      pod: object(one.targetRef).kind === 'Pod' ? text(object(one.targetRef).name) : '',
      node: text(one.nodeName),
    })),
    ports: list(ports).map((one) => `${number(one.port)}/${text(one.protocol) || 'TCP'}`),
  };
}

function backendText(value: unknown): string {
  const service = object(object(value).service);
  const port = object(service.port);
  const where = text(port.name) || (typeof port.number === 'number' ? String(port.number) : '');
  return where === '' ? text(service.name) : `${text(service.name)}:${where}`;
}

export function ingressObject(from: unknown): IngressObject {
  const { common, spec, status } = parts(from);
  const rules = list(spec.rules).flatMap((rule) =>
    list(object(rule.http).paths).map((path) => ({ host: text(rule.host) || '*', path: text(path.path) || '/', backend: backendText(path.backend) })));
  const fallback = spec.defaultBackend === undefined ? [] : [{ host: '*', path: '/', backend: backendText(spec.defaultBackend) }];
  return {
    ...common,
    className: text(spec.ingressClassName),
    addresses: list(object(status.loadBalancer).ingress).map((one) => text(one.ip) || text(one.hostname)).filter((one) => one !== ''),
    rules: [...rules, ...fallback],
  };
}

export function networkPolicyObject(from: unknown): NetworkPolicyObject {
  const { common, spec } = parts(from);
  return { ...common, podSelector: spec.podSelector, types: strings(spec.policyTypes) };
}

export function nodeObject(from: unknown): NodeObject {
  const { common, meta, spec, status } = parts(from);
  const info = object(status.nodeInfo);
  const cni = cniOfAnnotations(labelsOf(meta.annotations));
  return {
    ...common,
    ready: list(status.conditions).some(({ type, status: holds }) => type === 'Ready' && holds === 'True'),
    ips: list(status.addresses).filter(({ type }) => type !== 'Hostname').map(({ address }) => text(address)),
    version: text(info.kubeletVersion),
    runtime: text(info.containerRuntimeVersion),
    unschedulable: spec.unschedulable === true,
    taints: list(spec.taints).map(({ key, value, effect }) => ({ key: text(key), value: text(value), effect: text(effect) })),
    ...(cni === undefined ? {} : { cni }),
  };
}

export function namespaceObject(from: unknown): NamespaceObject {
  const { common, status } = parts(from);
  return { ...common, phase: text(status.phase) };
}
