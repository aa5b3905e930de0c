/** Pods as the agent knows them: what DESIGN's allow-list names, and nothing else of the API's objects. */

import type { ServicePort } from '../contract/captureBlocks.ts';

export interface Container {
  readonly name: string;
  /** 64 hex digits; '' while it has not been made. */
  readonly id: string;
}

export interface Pod {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly addresses: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  /** That its containers declare; sidecars that are init containers listen beside them. */
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[];
  /** Shares the node's network: its packets are among the node's own. */
  readonly hostNetwork: boolean;
  readonly ready: boolean;
  /** When it was made, ms since 1970; 0 unknown. */
  readonly created: number;
  /** Succeeded or failed: it has no network any more. */
  readonly over: boolean;
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string };
}

export interface Namespace {
  readonly uid: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly created: number;
}

export interface Service {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly created: number;
  readonly ports: readonly ServicePort[];
  readonly addresses: readonly string[];
  /** undefined: without one; `endpoints` say who is behind it. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  /** Without a selector: the addresses in its EndpointSlices. */
  readonly endpoints?: readonly string[];
}

export type PolicyKind = 'NetworkPolicy' | 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy' | 'ClusterNetworkPolicy';

export interface WatchedPolicy {
  readonly kind: PolicyKind;
  readonly uid: string;
  readonly name: string;
  /** '' for kinds of the whole cluster. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly created: number;
  readonly spec: unknown;
}

type Json = Readonly<Record<string, unknown>>;

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(object(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

const timeOf = (value: unknown): number => Date.parse(text(value)) || 0;

function portOf({ name, protocol, port, targetPort }: Json): ServicePort {
  return {
    ...(typeof name === 'string' ? { name } : {}), protocol: text(protocol) || 'TCP', port: typeof port === 'number' ? port : 0,
    ...(typeof targetPort === 'number' || typeof targetPort === 'string' ? { targetPort } : {}),
  };
}

function declared({ containers, initContainers }: Json): Pod['ports'] {
  const listening = [...list(containers), ...list(initContainers).filter(({ restartPolicy }) => restartPolicy === 'Always')];
  return listening.flatMap(({ ports }) => list(ports)).flatMap(({ name, containerPort, protocol }) =>
    (typeof containerPort === 'number' ? [{ port: containerPort, protocol: text(protocol) || 'TCP', ...(typeof name === 'string' ? { name } : {}) }] : []));
}

/** `containerd://…`, `cri-o://…`, `docker://…`. */
const containerId = (value: unknown): string => /^[a-z0-9-]+:\/\/([0-9a-f]{64})$/.exec(text(value))?.[1] ?? '';

export function podOf(from: unknown): Pod {
  const { metadata, spec, status } = object(from);
  const [meta, wanted, state] = [object(metadata), object(spec), object(status)];
  const owner = list(meta.ownerReferences).find(({ controller }) => controller === true);
  const containers = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap((key) =>
    list(state[key]).filter((one) => object(one.state).running !== undefined || key === 'containerStatuses').map((one) => ({ name: text(one.name), id: containerId(one.containerID) })));
  return {
    uid: text(meta.uid),
    name: text(meta.name),
    namespace: text(meta.namespace),
    node: text(wanted.nodeName),
    addresses: [...new Set([text(state.podIP), ...list(state.podIPs).map(({ ip }) => text(ip))])].filter((ip) => ip !== ''),
    labels: texts(meta.labels),
    containers,
    ports: declared(wanted),
    hostNetwork: wanted.hostNetwork === true,
    ready: list(state.conditions).some(({ type, status: yes }) => type === 'Ready' && yes === 'True'),
    created: timeOf(meta.creationTimestamp),
    over: state.phase === 'Succeeded' || state.phase === 'Failed',
    ...(owner === undefined ? {} : { owner: { kind: text(owner.kind), name: text(owner.name), uid: text(owner.uid) } }),
  };
}

export function namespaceOf(from: unknown): Namespace {
  const meta = object(object(from).metadata);
  return { uid: text(meta.uid), name: text(meta.name), labels: texts(meta.labels), created: timeOf(meta.creationTimestamp) };
}

export function policyOf(kind: PolicyKind, from: unknown): WatchedPolicy {
  const { metadata, spec } = object(from);
  const meta = object(metadata);
  return { kind, uid: text(meta.uid), name: text(meta.name), namespace: text(meta.namespace), labels: texts(meta.labels), created: timeOf(meta.creationTimestamp), spec };
}

export function serviceOf(from: unknown): Service {
  const { metadata, spec } = object(from);
  const [meta, wanted] = [object(metadata), object(spec)];
  const selector = texts(wanted.selector);
  const addresses = [text(wanted.clusterIP), ...(Array.isArray(wanted.clusterIPs) ? wanted.clusterIPs.map(text) : [])];
  return {
    uid: text(meta.uid),
    name: text(meta.name),
    namespace: text(meta.namespace),
    labels: texts(meta.labels),
    created: timeOf(meta.creationTimestamp),
    ports: list(wanted.ports).map(portOf),
    addresses: [...new Set(addresses)].filter((ip) => ip !== '' && ip !== 'None'),
    selector: Object.keys(selector).length === 0 ? undefined : selector,
  };
}

/** Whether a Service leads to a pod: by its labels, as the API server matches them; without a selector by its address, which must be its own. */
export function serves({ namespace, selector, endpoints = [] }: Service, pod: Pod): boolean {
  if (namespace !== pod.namespace) return false;
  if (selector === undefined) return !pod.hostNetwork && pod.addresses.some((address) => endpoints.includes(address));
  return Object.entries(selector).every(([key, value]) => pod.labels[key] === value);
}

/** `production/nginx-7d9…`. */
export const fullName = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string => `${namespace}/${name}`;
