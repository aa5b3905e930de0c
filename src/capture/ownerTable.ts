/** Binds flows to the owners of their sockets: events come in any order with the packets, and are asked for later. */
import { dropOldest } from '../base/oldest.ts';
import type { OwnerEvent } from '../contract/owner.ts';

/** A flow as one end's socket sees it. */
export interface SocketEnds {
  readonly netns: number;
  readonly protocol: number;
  readonly local: string;
  readonly localPort: number;
  readonly remote: string;
  readonly remotePort: number;
}

export interface FlowOwner {
  readonly event: OwnerEvent;
  /**
   * `flow`: its socket has exactly these ends. `port`: a socket that is not connected has this port (UDP), so that it is the
   * owner unless sockets share the port. `listener`: the process that listens; another may have accepted the connection.
   */
  readonly sure: 'flow' | 'port' | 'listener';
}

/** Sockets remembered; beyond, those told of longest ago are forgotten. 65,536 take about 40 MB. */
const kMost = 65_536;
const isAny = (address: string): boolean => address === '0.0.0.0' || address === '::';
const keyOf = (e: SocketEnds): string => `${String(e.netns)} ${String(e.protocol)} ${e.local} ${String(e.localPort)} ${e.remote} ${String(e.remotePort)}`;

/** The ends of a socket as it was told: unbound addresses of both families are `*`. */
function socketKey(e: OwnerEvent): string {
  return keyOf({ ...e, local: isAny(e.local) ? '*' : e.local, remote: e.remotePort === 0 && isAny(e.remote) ? '*' : e.remote });
}

export class OwnerTable {
  private readonly sockets = new Map<string, OwnerEvent>();

  private readonly most: number;

  public constructor(most = kMost) {
    this.most = most;
  }

  public get size(): number {
    return this.sockets.size;
  }

  /** What is only found to exist does not replace what was seen to act. */
  public add(event: OwnerEvent): void {
    const key = socketKey(event);
    const before = this.sockets.get(key);
    if (before !== undefined && event.role === 'existing' && before.role !== 'existing') return;
    this.sockets.delete(key);
    this.sockets.set(key, event);
    dropOldest(this.sockets, this.most);
  }

  /** The owner of the socket with these ends. */
  public of(ends: SocketEnds): FlowOwner | undefined {
    const exact = this.sockets.get(keyOf(ends));
    if (exact !== undefined) return { event: exact, sure: 'flow' };
    const bound = this.sockets.get(keyOf({ ...ends, local: '*' }));
    if (bound !== undefined) return { event: bound, sure: 'flow' };
    for (const local of [ends.local, '*']) {
      const event = this.sockets.get(keyOf({ ...ends, local, remote: '*', remotePort: 0 }));
      // TCP without a peer listens (or did when it was found); anything else answers everyone.
      if (event !== undefined) return { event, sure: event.role === 'listen' || event.protocol === 6 ? 'listener' : 'port' };
    }
    return undefined;
  }
}
