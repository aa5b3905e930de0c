/**
 * Cluster state from loose shapes: the case format of the truth tables (`ns`, `ip`, `containers`)
 * and Kubernetes objects (Pod, Namespace, Node, Service) as `kubectl get -o yaml` writes them.
 */
import { asArray, asInteger, asLabels, asObject, asString, get } from './read.ts';
import { sameLabels, samePorts } from './same.ts';
import { PROTOCOLS, type ClusterState, type ContainerPort, type Namespace, type Node, type Pod, type Protocol, type Service, type ServicePort } from './types.ts';

function readProtocol(value: unknown): Protocol {
  return PROTOCOLS.find((protocol) => protocol === value) ?? 'TCP';
}

function readPorts(containers: unknown): ContainerPort[] {
  return (asArray(containers) ?? []).flatMap((container) =>
    (asArray(get(container, 'ports')) ?? []).flatMap((port) => {
      const containerPort = asInteger(get(port, 'containerPort'));
      if (containerPort === undefined) return [];
      const name = asString(get(port, 'name'));
      return [{ containerPort, protocol: readProtocol(get(port, 'protocol')), ...(name === undefined ? {} : { name }) }];
    }),
  );
}

/** The name label is set by the API server on every namespace. */
function namespaceOf(name: string, labels: unknown): Namespace {
  return { name, labels: { ...asLabels(labels), 'kubernetes.io/metadata.name': name } };
}

function casePod(item: unknown): Pod {
  const ip = asString(get(item, 'ip'));
  const node = asString(get(item, 'node'));
  return {
    ns: asString(get(item, 'ns')) ?? 'default',
    name: asString(get(item, 'name')) ?? '',
    labels: asLabels(get(item, 'labels')),
    ips: ip === undefined || ip === '' ? [] : [ip],
    hostNetwork: get(item, 'hostNetwork') === true,
    ports: readPorts(get(item, 'containers')),
    ...(node === undefined ? {} : { node }),
  };
}

function readService(item: unknown): Service {
  const metadata = get(item, 'metadata');
  const spec = get(item, 'spec');
  const ports = (asArray(get(spec, 'ports')) ?? []).flatMap((port): ServicePort[] => {
    const number = asInteger(get(port, 'port'));
    if (number === undefined) return [];
    const target = get(port, 'targetPort');
    const name = asString(get(port, 'name'));
    return [{
      port: number,
      protocol: readProtocol(get(port, 'protocol')),
      targetPort: typeof target === 'number' || typeof target === 'string' ? target : number,
      ...(name === undefined ? {} : { name }),
    }];
  });
  const clusterIP = asString(get(spec, 'clusterIP'));
  const selector = asObject(get(spec, 'selector'));
  return {
    ns: asString(get(metadata, 'namespace')) ?? 'default',
    name: asString(get(metadata, 'name')) ?? '',
    clusterIPs: clusterIP === undefined ? [] : [clusterIP],
    ports,
    ...(selector === undefined ? {} : { selector: asLabels(selector) }),
  };
}

/** The cluster of one truth-table case. */
export function readCaseState(value: unknown): ClusterState {
  return {
    namespaces: (asArray(get(value, 'namespaces')) ?? []).map((item) =>
      namespaceOf(asString(get(item, 'name')) ?? '', get(item, 'labels')),
    ),
    pods: (asArray(get(value, 'pods')) ?? []).map(casePod),
    nodes: (asArray(get(value, 'nodes')) ?? []).map((item) => {
      const ip = asString(get(item, 'ip'));
      return {
        name: asString(get(item, 'name')) ?? '',
        ips: ip === undefined ? [] : [ip],
        labels: asLabels(get(item, 'labels')),
      };
    }),
    services: (asArray(get(value, 'services')) ?? []).map(readService),
  };
}

function objectPod(object: unknown): Pod {
  const metadata = get(object, 'metadata');
  const spec = get(object, 'spec');
  const status = get(object, 'status');
  const listed = (asArray(get(status, 'podIPs')) ?? []).map((item) => asString(get(item, 'ip')));
  const ips = listed.length > 0 ? listed : [asString(get(status, 'podIP'))];
  const node = asString(get(spec, 'nodeName'));
  // Sidecars are init containers with restartPolicy Always: they run, and listen, beside the others.
  const sidecars = (asArray(get(spec, 'initContainers')) ?? []).filter((item) => get(item, 'restartPolicy') === 'Always');
  return {
    ns: asString(get(metadata, 'namespace')) ?? 'default',
    name: asString(get(metadata, 'name')) ?? '',
    labels: asLabels(get(metadata, 'labels')),
    ips: ips.filter((ip): ip is string => ip !== undefined && ip !== ''),
    hostNetwork: get(spec, 'hostNetwork') === true,
    ports: readPorts([...(asArray(get(spec, 'containers')) ?? []), ...sidecars]),
    ...(node === undefined ? {} : { node }),
  };
}

function objectNode(object: unknown): Node {
  const addresses = asArray(get(get(object, 'status'), 'addresses')) ?? [];
  return {
    name: asString(get(get(object, 'metadata'), 'name')) ?? '',
    ips: addresses
      .filter((item) => get(item, 'type') === 'InternalIP' || get(item, 'type') === 'ExternalIP')
      .map((item) => asString(get(item, 'address')))
      .filter((ip): ip is string => ip !== undefined),
    labels: asLabels(get(get(object, 'metadata'), 'labels')),
  };
}

/** The pod a workload would make, under the workload's name. */
function workloadPod(object: unknown): Pod {
  const metadata = get(object, 'metadata');
  const spec = get(object, 'spec');
  const template = get(spec, 'template') ?? get(get(get(spec, 'jobTemplate'), 'spec'), 'template');
  return objectPod({
    metadata: {
      namespace: asString(get(metadata, 'namespace')) ?? 'default',
      name: asString(get(metadata, 'name')) ?? '',
      labels: get(get(template, 'metadata'), 'labels'),
    },
    spec: get(template, 'spec'),
  });
}

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob']);

/** Owned by another workload (a ReplicaSet by its Deployment), or scaled to nothing. */
function hasNoPods(object: unknown): boolean {
  const owners = asArray(get(get(object, 'metadata'), 'ownerReferences')) ?? [];
  return owners.length > 0 || get(get(object, 'spec'), 'replicas') === 0;
}

/** Templates of which no pod is known: no pod of the namespace has all labels of the template. */
function withoutPods(templates: readonly Pod[], pods: readonly Pod[]): readonly Pod[] {
  const byNamespace = new Map<string, Pod[]>();
  for (const pod of pods) {
    const list = byNamespace.get(pod.ns);
    if (list === undefined) byNamespace.set(pod.ns, [pod]);
    else list.push(pod);
  }
  return templates.filter((template) => {
    const labels = Object.entries(template.labels);
    return !(byNamespace.get(template.ns) ?? []).some((pod) => labels.every(([key, value]) => pod.labels[key] === value));
  });
}

/**
 * Cluster state from Kubernetes objects, one after the other: of each only what policies can see is kept. Other kinds
 * are ignored, namespaces that only appear in other objects are added. A workload stands for its pods where none of
 * them is among the objects.
 */
export class StateBuilder {
  private readonly namespaces = new Map<string, Namespace>();
  private readonly pods: Pod[] = [];
  private readonly templates: Pod[] = [];
  private readonly nodes: Node[] = [];
  private readonly services: Service[] = [];

  add(object: unknown): void {
    const kind = get(object, 'kind');
    if (kind === 'Pod') this.pods.push(sharing(objectPod(object), this.pods.at(-1)));
    else if (kind === 'Node') this.nodes.push(objectNode(object));
    else if (kind === 'Service') this.services.push(readService(object));
    else if (typeof kind === 'string' && WORKLOADS.has(kind)) {
      if (!hasNoPods(object)) this.templates.push(workloadPod(object));
    } else if (kind === 'Namespace') {
      const metadata = get(object, 'metadata');
      const name = asString(get(metadata, 'name')) ?? '';
      this.namespaces.set(name, namespaceOf(name, get(metadata, 'labels')));
    }
  }

  state(): ClusterState {
    const all = this.templates.length === 0 ? this.pods : [...this.pods, ...withoutPods(this.templates, this.pods)];
    const namespaces = new Map(this.namespaces);
    for (const { ns } of all) if (!namespaces.has(ns)) namespaces.set(ns, namespaceOf(ns, undefined));
    return { namespaces: [...namespaces.values()], pods: all, nodes: this.nodes, services: this.services };
  }
}

/** Replicas come one after the other: equal labels and ports are kept once, which is less memory and quicker to compare. */
function sharing(pod: Pod, before: Pod | undefined): Pod {
  if (before === undefined) return pod;
  const labels = sameLabels(pod.labels, before.labels) ? before.labels : pod.labels;
  const ports = samePorts(pod.ports, before.ports) ? before.ports : pod.ports;
  return { ...pod, labels, ports };
}

/** The state that objects given all at once make. */
export function readObjects(objects: Iterable<unknown>): ClusterState {
  const builder = new StateBuilder();
  for (const object of objects) builder.add(object);
  return builder.state();
}
