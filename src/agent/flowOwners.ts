/** Flows and the processes at their ends, from what the kernel tells of sockets: late, and bound by addresses and ports. */
import type { EndIdentity, FlowEndpoint, FlowIdentity } from '../contract/captureBlocks.ts';
import type { OwnerEvent } from '../contract/owner.ts';
import type { PodFacts } from './agentFilter.ts';

/** Flows that are remembered; beyond them the oldest are forgotten (what was written stays written). */
const kMostFlows = 65_536;
/** The first packet may have its time before the event that tells of its socket. */
const kGraceNs = 5_000_000n;

/** Whose a socket is. */
export interface SocketOwner {
  readonly facts: PodFacts;
  /** Name of the container, where its id is one of the pod's. */
  readonly container: string | undefined;
  readonly containerId: string | undefined;
}

interface Flow {
  identity: FlowIdentity;
  /** The end that opened it was seen to do so. */
  opened: boolean;
}

const keyOf = (protocol: number, ...ends: readonly FlowEndpoint[]): string =>
  `${String(protocol)} ${ends.map(({ ip, port }) => `${ip}#${String(port)}`).sort().join(' ')}`;
const same = (a: FlowEndpoint, b: FlowEndpoint): boolean => a.ip === b.ip && a.port === b.port;

function endOf({ facts: { pod, deployment, services }, container, containerId }: SocketOwner, event: OwnerEvent): EndIdentity {
  return {
    pod: pod.name, namespace: pod.namespace, node: pod.node, uid: pod.uid,
    ...(container === undefined ? {} : { container }), ...(containerId === undefined ? {} : { containerId }),
    process: { pid: event.pid, containerPid: event.containerPid, comm: event.command },
    ...(deployment === undefined ? {} : { deployment }), ...(services[0] === undefined ? {} : { service: services[0] }),
    ...(pod.owner === undefined ? {} : { workload: pod.owner }),
    learned: 'socket', sure: event.role === 'existing' ? 'likely' : 'certain',
  };
}

export class FlowOwners {
  private readonly flows = new Map<string, Flow>();
  private last = 0;

  /** What is new in the file's table: entries that were not there, or that say more than before. */
  public take(event: OwnerEvent, owner: SocketOwner): readonly FlowIdentity[] {
    // Listening sockets are nobody's flow.
    if (event.remotePort === 0 || event.localPort === 0 || event.role === 'listen') return [];
    const local = { ip: event.local, port: event.localPort };
    const remote = { ip: event.remote, port: event.remotePort };
    const key = keyOf(event.protocol, local, remote);
    const end = endOf(owner, event);
    const before = this.flows.get(key);
    const out: FlowIdentity[] = [];
    let from: bigint | undefined;
    if (before !== undefined && event.role === 'connect' && before.opened) {
      // The same addresses and ports again: the flow before has ended by then.
      from = BigInt(event.time) - kGraceNs;
      out.push({ ...before.identity, until: from });
      this.flows.delete(key);
    }
    const flow = this.flows.get(key) ?? this.begin(key, event, local, remote, from);
    const side = same(flow.identity.tuple.a, local) ? 'a' : 'b';
    // Both ends of a connection of a pod with itself are one address: the first owner stays.
    if (JSON.stringify(flow.identity[side]) === JSON.stringify(end) && out.length === 0) return [];
    if (flow.identity[side]?.sure === 'certain' && end.sure === 'likely') return out;
    flow.identity = { ...flow.identity, [side]: end };
    flow.opened ||= event.role === 'connect';
    out.push(flow.identity);
    return out;
  }

  private begin(key: string, { protocol, role }: OwnerEvent, local: FlowEndpoint, remote: FlowEndpoint, from: bigint | undefined): Flow {
    if (this.flows.size >= kMostFlows) {
      const [oldest] = this.flows.keys();
      if (oldest !== undefined) this.flows.delete(oldest);
    }
    // Whoever connects has opened it; of others the higher port is more likely the one that was chosen at random.
    const opens = role === 'connect' || (role !== 'close' && local.port > remote.port);
    const tuple = opens ? { a: local, b: remote } : { a: remote, b: local };
    const flow: Flow = { identity: { flow: ++this.last, protocol, tuple, ...(from === undefined ? {} : { from }) }, opened: false };
    this.flows.set(key, flow);
    return flow;
  }
}
