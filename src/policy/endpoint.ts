/** The two ends of a question, looked up in the cluster: what policies can see of each. */
import { parseCidr, parseIp, type IpAddress } from './ip.ts';
import { selectorMatches } from './selector.ts';
import type { ClusterState, ContainerPort, EndpointSpec, Labels, Node, Pod, Protocol, Service } from './types.ts';

const NO_LABELS: Labels = {};

export interface Endpoint {
  /** `shop/web-1`, `10.0.0.7`, `node worker-1`: for people. */
  readonly text: string;
  readonly ips: readonly IpAddress[];
  /** A pod that policies apply to; absent for addresses, nodes and hostNetwork pods. */
  readonly pod?: Pod;
  /** The pod, even where it is a hostNetwork pod. */
  readonly anyPod?: Pod;
  readonly namespaceLabels: Labels;
  /** Set where the traffic is a node's own: a node, or a hostNetwork pod (it counts as its node). */
  readonly asNode?: { readonly name: string; readonly labels: Labels };
}

/** A question with both ends known and the port a number. */
export interface Flow {
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** 1–65535; -1 where a port name is not declared by the destination. */
  readonly port: number;
  readonly protocol: Protocol;
}

/** What the question asks for does not exist in the cluster given. */
export class UnknownEndpointError extends Error {}

/** The number of the container port called `name` for that protocol; undefined where the pod has none. */
export function namedPortNumber(ports: readonly ContainerPort[], name: string, protocol: Protocol): number | undefined {
  return ports.find((port) => port.name === name && port.protocol === protocol)?.containerPort;
}

/** Looks pods, nodes, Services and addresses up; built once per cluster state. */
export class ClusterIndex {
  /** Made when a pod or an address is first looked up: all pairs ask for neither. */
  private podsByName: ReadonlyMap<string, Endpoint> | undefined;
  private endsByIp: ReadonlyMap<string, Endpoint> | undefined;
  private readonly nodes = new Map<string, Endpoint>();
  private readonly services = new Map<string, Service>();
  private readonly namespaceLabels = new Map<string, Labels>();
  readonly state: ClusterState;
  readonly podEndpoints: readonly Endpoint[];

  constructor(state: ClusterState) {
    this.state = state;
    for (const namespace of state.namespaces) this.namespaceLabels.set(namespace.name, namespace.labels);
    const nodesByName = new Map(state.nodes.map((node) => [node.name, node]));
    for (const node of state.nodes) this.addNode(node);
    this.podEndpoints = state.pods.map((pod) => this.podEndpoint(pod, nodesByName));
    for (const service of state.services) this.services.set(`${service.ns}/${service.name}`, service);
  }

  /** The labels of a namespace; one that is not in the state has only its name label. */
  labelsOfNamespace(name: string): Labels {
    return this.namespaceLabels.get(name) ?? { 'kubernetes.io/metadata.name': name };
  }

  private addNode(node: Node): void {
    const endpoint: Endpoint = {
      text: `node ${node.name}`,
      ips: addresses(node.ips),
      namespaceLabels: NO_LABELS,
      asNode: { name: node.name, labels: node.labels },
    };
    this.nodes.set(node.name, endpoint);
  }

  private podEndpoint(pod: Pod, nodes: ReadonlyMap<string, Node>): Endpoint {
    const text = `${pod.ns}/${pod.name}`;
    const ips = addresses(pod.ips);
    const namespaceLabels = this.labelsOfNamespace(pod.ns);
    if (!pod.hostNetwork) return { text, ips, anyPod: pod, namespaceLabels, pod };
    const node = pod.node === undefined ? undefined : nodes.get(pod.node);
    return { text, ips, anyPod: pod, namespaceLabels, asNode: { name: pod.node ?? '', labels: node?.labels ?? NO_LABELS } };
  }

  /** Nodes first; of pods that have the same address the first, hostNetwork pods left out. */
  private byIp(): ReadonlyMap<string, Endpoint> {
    if (this.endsByIp !== undefined) return this.endsByIp;
    const ends = new Map<string, Endpoint>();
    for (const { name, ips } of this.state.nodes) for (const ip of ips) ends.set(ip, this.nodes.get(name)!);
    for (const endpoint of this.podEndpoints) for (const ip of endpoint.pod?.ips ?? []) if (!ends.has(ip)) ends.set(ip, endpoint);
    this.endsByIp = ends;
    return ends;
  }

  pod(ns: string, name: string): Endpoint {
    this.podsByName ??= new Map(this.podEndpoints.map((end) => [end.text, end]));
    const endpoint = this.podsByName.get(`${ns}/${name}`);
    if (endpoint === undefined) throw new UnknownEndpointError(`There is no pod ${ns}/${name}: check the name, or add the pod to the files given.`);
    return endpoint;
  }

  /**
   * An address: the pod or node that has it, or else a place outside the cluster.
   * A range (0.0.0.0/0) stands for its first address: the way some tools write "somewhere outside".
   */
  address(ip: string): Endpoint {
    const known = this.byIp().get(ip);
    if (known !== undefined) return known;
    const parsed = ip.includes('/') ? parseCidr(ip)?.first : parseIp(ip);
    if (parsed === undefined) throw new UnknownEndpointError(`"${ip}" is not an IP address: write it as 10.0.0.7 or 2001:db8::7.`);
    return { text: ip, ips: [parsed], namespaceLabels: NO_LABELS };
  }

  /** One end of a question. A Service is not an end by itself: see `flows`. */
  endpoint(spec: EndpointSpec): Endpoint {
    if ('pod' in spec) return this.pod(spec.ns, spec.pod);
    if ('ip' in spec) return this.address(spec.ip);
    if ('service' in spec) throw new UnknownEndpointError('A Service can only be the destination: name the pod that sends.');
    const node = this.nodes.get(spec.node);
    if (node === undefined) throw new UnknownEndpointError(`There is no node ${spec.node}: check the name, or add the node to the files given.`);
    return node;
  }

  /**
   * The flows a question stands for: one, or one per backend of a Service (after its port became the target port).
   * Policies are applied after the Service's address was rewritten, so they see backend and target port.
   */
  flows(from: EndpointSpec, to: EndpointSpec, port: number | string, protocol: Protocol): readonly Flow[] {
    const source = this.endpoint(from);
    if (!('service' in to)) {
      const target = this.endpoint(to);
      return [{ from: source, to: target, port: portNumber(target, port, protocol), protocol }];
    }
    const service = this.services.get(`${to.ns}/${to.service}`);
    if (service === undefined) {
      throw new UnknownEndpointError(`There is no Service ${to.ns}/${to.service}: check the name, or add it to the files given.`);
    }
    const match = service.ports.find((p) => p.protocol === protocol && (p.port === port || p.name === port));
    if (match === undefined) {
      throw new UnknownEndpointError(`Service ${to.ns}/${to.service} has no port ${String(port)}/${protocol}: use one of its ports.`);
    }
    return this.backends(service).map((target) => ({
      from: source,
      to: target,
      port: portNumber(target, match.targetPort, protocol),
      protocol,
    }));
  }

  private backends(service: Service): readonly Endpoint[] {
    const { selector } = service;
    if (selector === undefined) return [];
    const requirements = Object.entries(selector).map(([key, value]) => ({ key, operator: 'In' as const, values: [value] }));
    return this.podEndpoints.filter(
      ({ anyPod }) => anyPod?.ns === service.ns && selectorMatches({ requirements }, anyPod.labels),
    );
  }
}

function addresses(ips: readonly string[]): readonly IpAddress[] {
  const parsed: IpAddress[] = [];
  for (const text of ips) {
    const ip = parseIp(text);
    if (ip !== undefined) parsed.push(ip);
  }
  return parsed;
}

function portNumber(target: Endpoint, port: number | string, protocol: Protocol): number {
  if (typeof port === 'number') return port;
  return namedPortNumber(target.anyPod?.ports ?? [], port, protocol) ?? -1;
}
