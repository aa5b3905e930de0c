/**
 * Packets of a pod whose flow is another container's than the filter asks for, which is known when the owner of its socket
 * is: they are left out from then on. What both ends of are in the pod is left out only where neither end is wanted.
 */
import { dropOldest } from '../base/oldest.ts';
import type { FlowOfSocket, FlowsLeftOut } from '../contract/live.ts';
import type { OwnerEvent } from '../contract/owner.ts';
import type { AgentFilter } from './agentFilter.ts';
import type { SocketOwner } from './flowEnds.ts';

/** Flows inside of pods that are remembered: of one end only it cannot be said yet. */
const kMostInside = 4096;

/** A flow's ends in the order of their texts, so that both sockets give the same. */
const keyOf = (uid: string, { protocol, local, localPort, remote, remotePort }: FlowOfSocket): string =>
  [uid, protocol, ...[`${local}#${localPort}`, `${remote}#${remotePort}`].sort()].join(' ');

function addresses(local: string, own: readonly string[]): readonly string[] {
  if (local !== '0.0.0.0' && local !== '::') return [local];
  return local === '::' ? [...own, '127.0.0.1', '::1'] : [...own.filter((one) => !one.includes(':')), '127.0.0.1'];
}

export class ContainerFlows {
  private readonly filter: AgentFilter;
  /** By flow inside of a pod: whether its ends are wanted, of those that are known. */
  private readonly inside = new Map<string, Map<string, boolean>>();

  public constructor(filter: AgentFilter) {
    this.filter = filter;
  }

  /** What the capture is to do about a socket's packets; undefined: nothing. */
  public take({ protocol, local, localPort, remote, remotePort, role, time }: OwnerEvent, { facts, container }: SocketOwner): Omit<FlowsLeftOut, 'key'> | undefined {
    const { pod } = facts;
    if (!this.filter.asksContainers || container === undefined || pod.containers.length < 2 || localPort === 0) return undefined;
    // Connections that are accepted have ends of their own.
    if (remotePort === 0 && (protocol !== 17 || role === 'listen')) return undefined;
    const wanted = this.filter.of({ ...facts, pod: { ...pod, containers: pod.containers.filter(({ name }) => name === container) } }) !== undefined;
    const flows = addresses(local, pod.addresses).map((address) => ({ protocol, local: address, localPort, remote, remotePort, time }));
    const own = (address: string): boolean => pod.addresses.includes(address) || address === '127.0.0.1' || address === '::1';
    if (remotePort === 0 || !own(remote)) return { out: !wanted, flows };
    return this.within(pod.uid, flows, wanted);
  }

  private within(uid: string, flows: readonly FlowOfSocket[], wanted: boolean): Omit<FlowsLeftOut, 'key'> | undefined {
    const decided = flows.flatMap((flow) => {
      const key = keyOf(uid, flow);
      const ends = this.inside.get(key) ?? new Map<string, boolean>();
      this.inside.delete(key);
      this.inside.set(key, ends.set(`${flow.local}#${flow.localPort}`, wanted));
      return ends.size === 2 || wanted ? [{ flow, out: ![...ends.values()].some((one) => one) }] : [];
    });
    dropOldest(this.inside, kMostInside);
    const [first] = decided;
    return first === undefined ? undefined : { out: first.out, flows: decided.filter(({ out }) => out === first.out).map(({ flow }) => flow) };
  }
}
