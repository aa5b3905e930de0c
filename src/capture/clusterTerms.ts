/** Values of filters for agents, from the objects of a cluster as they are known now. */
import type { KubeObject, NamespaceObject, NodeObject, PodObject, ServiceObject } from '../cluster/objects.ts';
import type { KnownTerms, KnownValue } from './filterSuggestions.ts';

export interface ClusterTermsFrom {
  readonly pods: readonly PodObject[];
  readonly services: readonly ServiceObject[];
  readonly deployments: readonly KubeObject[];
  readonly namespaces: readonly NamespaceObject[];
  readonly nodes: readonly NodeObject[];
}

/** Kubernetes has names, labels and addresses of these signs only; what has others is no value to offer. */
const plain = /^[A-Za-z0-9._/:-]+$/;

type Values = (from: ClusterTermsFrom) => readonly KnownValue[];

const named = (objects: readonly KubeObject[], kind: string): readonly KnownValue[] => objects.map(({ name, namespace }) => ({ text: name, detail: namespace === '' ? kind : `${kind} of ${namespace}` }));
const ofPods = (valuesOf: (pod: PodObject) => readonly string[]): Values => ({ pods }) => pods.flatMap((pod) => valuesOf(pod).map((text) => ({ text, detail: `pod ${pod.name}` })));
const ownerOf = ({ owner }: PodObject, kind?: string): readonly string[] =>
  owner === undefined || (kind !== undefined && owner.kind !== kind) ? [] : [kind === undefined ? `${owner.kind}/${owner.name}` : owner.name];

const podNames: Values = ({ pods }) => named(pods, 'pod');
/** An address of a pod that shares its node's is the node's. */
const podAddresses = ofPods(({ ips, hostNetwork }) => (hostNetwork ? [] : ips));
const addresses = (isSix: boolean): Values => (from) => [
  ...podAddresses(from),
  ...from.services.flatMap(({ name, ips }) => ips.map((text) => ({ text, detail: `service ${name}` }))),
  ...from.nodes.flatMap(({ name, ips }) => ips.map((text) => ({ text, detail: `node ${name}` }))),
].filter(({ text }) => text !== 'None' && text.includes(':') === isSix);
const ports = (protocol: string): Values => ({ services }) => services.flatMap(({ name, ports: list }) =>
  list.filter((port) => port.protocol === protocol).flatMap(({ port, target }) => [...new Set([String(port), ...(/^\d+$/.test(target) ? [target] : [])])].map((text) => ({ text, detail: `service ${name}` }))));

/** A row per field: with `*` for all fields that begin so. */
const rows: Readonly<Record<string, Values>> = {
  'k8s.pod.name': podNames,
  'ebpf.k8s.pod': podNames,
  'k8s.pod.uid': ofPods(({ uid }) => [uid]),
  'k8s.pod.ip': podAddresses,
  'k8s.namespace': ({ namespaces, pods }) => [...named(namespaces, 'namespace'), ...pods.map(({ namespace }) => ({ text: namespace, detail: 'namespace' }))],
  'k8s.node.name': ({ nodes, pods }) => [...named(nodes, 'node'), ...pods.map(({ node }) => ({ text: node, detail: 'node' }))],
  'k8s.service.name': ({ services }) => named(services, 'service'),
  'k8s.container.name': ofPods(({ containers }) => containers.map(({ name }) => name)),
  'k8s.deployment': ({ deployments }) => named(deployments, 'deployment'),
  'k8s.replicaset': ofPods((pod) => ownerOf(pod, 'ReplicaSet')),
  'k8s.workload': ofPods((pod) => ownerOf(pod)),
  'k8s.label': ofPods(({ labels }) => Object.entries(labels).map(([key, value]) => `${key}=${value}`)),
  'ip.*': addresses(false),
  'ipv6.*': addresses(true),
  'tcp.*': ports('TCP'),
  'udp.*': ports('UDP'),
};

/** Each once, in order; many of one text are told by their number. */
function once(values: readonly KnownValue[]): readonly KnownValue[] {
  const found = new Map<string, KnownValue[]>();
  for (const value of values) {
    const list = found.get(value.text);
    if (list === undefined) found.set(value.text, [value]);
    else list.push(value);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([text, [first, ...more]]) => {
    const detail = first?.detail ?? '';
    return { text, detail: detail === '' || more.every((other) => other.detail === detail) ? detail : `${detail} and ${more.length} more` };
  });
}

/** Reads `from` anew with each question. */
export function clusterTerms(from: ClusterTermsFrom): KnownTerms {
  return {
    get labelKeys() {
      return once(from.pods.flatMap(({ labels }) => Object.keys(labels).filter((key) => plain.test(key)).map((text) => ({ text, detail: 'label of pods' }))));
    },
    valuesOf: (field, key) => {
      const make = rows[field] ?? rows[field.replace(/\..*$/, '.*')];
      const values = key === undefined ? make?.(from) ?? [] : from.pods.flatMap(({ name, labels }) => (Object.hasOwn(labels, key) ? [{ text: labels[key] ?? '', detail: `pod ${name}` }] : []));
      return once(values.filter(({ text }) => plain.test(field === 'k8s.label' && key === undefined ? text.replace('=', '') : text)));
    },
  };
}
