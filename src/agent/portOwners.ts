/**
 * Who has a UDP port, whomever it talks to: sockets that are not connected, such as a name server's. In the file each is a
 * flow from the pod's address and port to anybody (0.0.0.0 or ::, port 0).
 */
import { existsSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { dropOldest } from '../base/oldest.ts';
import type { EndIdentity, FlowIdentity } from '../contract/captureBlocks.ts';
import type { OwnerEvent } from '../contract/owner.ts';
import type { SocketOwner } from './flowEnds.ts';

/** Ports that are remembered; beyond them those that were used longest ago are forgotten (what was written stays written). */
const kMostPorts = 16_384;

interface PortOwner {
  identity: FlowIdentity;
  readonly uid: string;
  /** Processes that were seen to use it. */
  readonly pids: Set<number>;
  /** Its pod has ended: said already. */
  over: boolean;
}

const anyOf = (ip: string): string => (isIPv4(ip) ? '0.0.0.0' : '::');

/** Addresses that a socket answers on: its own, or all of the pod's. */
function addressesOf({ local }: OwnerEvent, { facts }: SocketOwner): readonly string[] {
  if (local === '::') return facts.pod.addresses;
  return local === '0.0.0.0' ? facts.pod.addresses.filter((address) => isIPv4(address)) : [local];
}

/** Of a port that several processes use at once: their container, where it is one, and no process. */
function common(one: EndIdentity, other: EndIdentity): EndIdentity {
  const together = one.containerId !== undefined && one.containerId === other.containerId;
  const unknown = ['process', ...(together ? [] : ['container', 'containerId'])];
  return Object.fromEntries(Object.entries(one).filter(([key]) => !unknown.includes(key)));
}

export class PortOwners {
  private readonly ports = new Map<string, PortOwner>();
  private readonly next: () => number;
  private readonly isAlive: (pid: number) => boolean;

  /** `next`: a number for a flow. */
  public constructor(next: () => number, isAlive = (pid: number): boolean => existsSync(`/proc/${String(pid)}`)) {
    this.next = next;
    this.isAlive = isAlive;
  }

  /** What is new in the file's table. `since`: when a port that was another's before is this one's, ns since 1970. */
  public take(event: OwnerEvent, owner: SocketOwner, end: EndIdentity, since: bigint): readonly FlowIdentity[] {
    return addressesOf(event, owner).flatMap((ip) => this.takeOne(ip, event, owner.facts.pod.uid, end, since));
  }

  private takeOne(ip: string, { localPort: port, protocol, pid }: OwnerEvent, uid: string, end: EndIdentity, since: bigint): readonly FlowIdentity[] {
    const key = `${ip}#${String(port)}`;
    const before = this.ports.get(key);
    const known = before?.over === true ? undefined : before;
    if (known?.pids.has(pid) === true && known.uid === uid) {
      // Seen to act, where it was only found before.
      if (known.pids.size > 1 || known.identity.a?.sure !== 'likely' || end.sure === 'likely') return [];
      known.identity = { ...known.identity, a: end };
      return [known.identity];
    }
    if (known !== undefined && known.uid === uid && end.sure === 'likely' && known.identity.a?.sure === 'certain') return [];
    if (known !== undefined && known.uid === uid && [...known.pids].some(this.isAlive)) {
      // Inherited, or bound by several (SO_REUSEPORT): which of them a packet was for cannot be told.
      known.pids.add(pid);
      const shared = common(known.identity.a ?? end, end);
      if (JSON.stringify(shared) === JSON.stringify(known.identity.a)) return [];
      known.identity = { ...known.identity, a: shared };
      return [known.identity];
    }
    const ended = known === undefined ? [] : [{ ...known.identity, until: since }];
    const identity: FlowIdentity = {
      flow: this.next(), protocol, tuple: { a: { ip, port }, b: { ip: anyOf(ip), port: 0 } }, a: end, ...(before === undefined ? {} : { from: since }),
    };
    this.ports.delete(key);
    this.ports.set(key, { identity, uid, pids: new Set([pid]), over: false });
    dropOldest(this.ports, kMostPorts);
    return [...ended, identity];
  }

  /** The pod has ended: its address may be another's from now on. */
  public leave(uid: string, until: bigint): readonly FlowIdentity[] {
    const left = [...this.ports.values()].filter((owner) => owner.uid === uid && !owner.over);
    for (const owner of left) owner.over = true;
    return left.map(({ identity }) => ({ ...identity, until }));
  }
}
