/**
 * Flows and who is at their ends: processes by what the kernel tells of sockets (late, and bound by addresses and ports),
 * the pod behind a Service's address by the kernel's table of translated connections.
 */
import type { EndIdentity, FlowEndpoint, FlowIdentity, FlowTuple } from '../contract/captureBlocks.ts';
import type { NatEntry } from '../contract/nat.ts';
import type { OwnerEvent } from '../contract/owner.ts';
import { calledAs, endOfSocket, sameEnd, type SocketOwner } from './flowEnds.ts';
import { PortOwners } from './portOwners.ts';

/** Forms of flows that are remembered; beyond them the oldest are forgotten (what was written stays written). */
const kMostKeys = 131_072;
/** The first packet may have its time before the event that tells of its socket. */
const kGraceNs = 5_000_000n;
const kUdp = 17;

interface Flow {
  identity: FlowIdentity;
  /** The end that opened it was seen to do so. */
  opened: boolean;
  /** When its translation was told of, ns since 1970: who connects after that connects anew. */
  translated?: bigint;
  /** What had these addresses until it began. */
  before?: readonly FlowIdentity[];
  /** Its translation has ended: what comes with these addresses next is translated anew. */
  over: boolean;
}

const text = ({ ip, port }: FlowEndpoint): string => `${ip}#${String(port)}`;
/** The same from either side. */
function keyOf(protocol: number, { a, b }: FlowTuple): string {
  const [one, other] = [text(a), text(b)];
  return one < other ? `${String(protocol)} ${one} ${other}` : `${String(protocol)} ${other} ${one}`;
}
const same = (a: FlowEndpoint, b: FlowEndpoint): boolean => a.ip === b.ip && a.port === b.port;
const tuplesOf = ({ tuple, also = [] }: FlowIdentity): readonly FlowTuple[] => [tuple, ...also];
/** Which end of the flow has this address; undefined: neither. */
const sideOf = (identity: FlowIdentity, end: FlowEndpoint): 'a' | 'b' | undefined =>
  tuplesOf(identity).some(({ a }) => same(a, end)) ? 'a' : tuplesOf(identity).some(({ b }) => same(b, end)) ? 'b' : undefined;

/** Of two that speak of one end: what was measured at its socket, else what is there; the Service that was called is kept. */
function joined(known: EndIdentity | undefined, other: EndIdentity | undefined, called?: string): EndIdentity | undefined {
  const best = known?.process !== undefined || other === undefined ? known : other.process !== undefined || known?.pod === undefined ? other : known;
  return best === undefined || called === undefined ? best : calledAs(best, called);
}

const connectsAnew = ({ opened, translated }: Flow, { role, time }: OwnerEvent): boolean =>
  role === 'connect' && (opened || (translated !== undefined && BigInt(time) > translated));

/** A UDP port has no end of its own: it is the next process's from when that one uses it. */
function isTakenOver({ identity }: Flow, { protocol, pid, role }: OwnerEvent, local: FlowEndpoint): boolean {
  const side = sideOf(identity, local);
  const before = side === undefined ? undefined : identity[side]?.process;
  return protocol === kUdp && role !== 'existing' && before !== undefined && before.pid !== pid;
}

export class FlowOwners {
  private readonly flows = new Map<string, Flow>();
  private last = 0;
  private readonly ports: PortOwners;

  public constructor(isAlive?: (pid: number) => boolean) {
    this.ports = new PortOwners(() => ++this.last, isAlive);
  }

  /** What is new in the file's table: entries that were not there, or that say more than before. */
  public take(event: OwnerEvent, owner: SocketOwner): readonly FlowIdentity[] {
    if (event.protocol === kUdp && event.remotePort === 0 && event.localPort !== 0) {
      return this.ports.take(event, owner, endOfSocket(owner, event), BigInt(event.time) - kGraceNs);
    }
    // Listening sockets are nobody's flow.
    if (event.remotePort === 0 || event.localPort === 0 || event.role === 'listen') return [];
    const local = { ip: event.local, port: event.localPort };
    const remote = { ip: event.remote, port: event.remotePort };
    const key = keyOf(event.protocol, { a: local, b: remote });
    const out: FlowIdentity[] = [];
    let from: bigint | undefined;
    let flow = this.flows.get(key);
    const takenOver = flow !== undefined && isTakenOver(flow, event, local);
    if (flow !== undefined && (takenOver || connectsAnew(flow, event))) {
      // The same addresses and ports again: the flow before has ended by then.
      from = BigInt(event.time) - kGraceNs;
      out.push(this.end(flow, from));
      // Who is at the other end, and how it is translated, goes on where only a process came after another.
      flow = takenOver ? this.again(flow, from) : undefined;
    } else if (flow !== undefined && event.role === 'connect') out.push(...this.beganEarlier(flow, BigInt(event.time) - kGraceNs));
    // Whoever connects has opened it; of others the higher port is more likely the one that was chosen at random.
    const opens = event.role === 'connect' || (event.role !== 'close' && local.port > remote.port);
    flow ??= this.begin(event.protocol, opens ? { a: local, b: remote } : { a: remote, b: local }, from);
    const side = sideOf(flow.identity, local) ?? 'b';
    const known = flow.identity[side];
    const translated = flow.identity.also !== undefined && side === 'b';
    const end = joined(undefined, endOfSocket(owner, event), translated ? known?.service : undefined);
    // Both ends of a connection of a pod with itself are one address: the first owner stays.
    if (out.length === 0 && sameEnd(known, end)) return [];
    if (known?.process !== undefined && known.sure === 'certain' && end?.sure === 'likely') return out;
    flow.identity = { ...flow.identity, [side]: end };
    flow.opened ||= event.role === 'connect';
    out.push(flow.identity);
    return out;
  }

  /**
   * A connection is translated: both its forms are one flow from now on. `ends`: who they are by their addresses, `b` with
   * the Service that was called. What is new in the file's table, as of take().
   */
  public translate({ change, protocol, original, translated, time }: NatEntry, ends: { readonly a?: EndIdentity | undefined; readonly b?: EndIdentity | undefined }): readonly FlowIdentity[] {
    const before = this.flows.get(keyOf(protocol, original));
    if (change === 'gone') {
      if (before?.identity.also?.some((tuple) => same(tuple.b, translated.b)) === true) before.over = true;
      return [];
    }
    const behind = this.flows.get(keyOf(protocol, translated));
    if (before !== undefined && before === behind && (!before.over || change === 'existing')) return this.name(before, ends);
    const out: FlowIdentity[] = [];
    let from: bigint | undefined;
    for (const flow of new Set([before, behind])) {
      // It was translated to something else, or that has ended: the ports are used again.
      if (flow?.identity.also === undefined) continue;
      from = BigInt(time) - kGraceNs;
      out.push(this.end(flow, from));
    }
    const ended = [...out];
    const [asked, answered] = [before, behind].map((flow) => (flow?.identity.also === undefined ? flow : undefined));
    const flow = asked ?? answered ?? this.begin(protocol, original, from);
    const heard = [asked, answered].map((one) => one?.identity);
    const known = (side: 'a' | 'b'): EndIdentity | undefined => {
      const found = heard.map((one, n) => {
        const at = one === undefined ? undefined : sideOf(one, (n === 0 ? original : translated)[side]);
        return at === undefined ? undefined : one?.[at];
      });
      return joined(found[0], found[1]);
    };
    // A socket that is not connected anew (UDP) goes on under the next translation.
    const goesOn = protocol === kUdp && asked === undefined && before?.identity.a?.process !== undefined ? { ...before.identity.a, sure: 'likely' as const } : undefined;
    const a = joined(known('a') ?? goesOn, ends.a);
    const b = joined(known('b'), ends.b, ends.b?.service);
    if (asked !== undefined && answered !== undefined && asked !== answered) out.push(this.end(answered, 0n));
    this.forget(flow);
    const begins = flow.identity.from ?? from;
    flow.identity = {
      flow: flow.identity.flow, protocol, tuple: original, also: [translated], ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }),
      ...(begins === undefined ? {} : { from: begins }),
    };
    flow.translated = BigInt(time);
    flow.before = ended;
    this.remember(flow);
    out.push(flow.identity);
    return out;
  }

  /** A pod has ended: what its ports are from now on is not said by them. As of take(). */
  public leave(uid: string, until: bigint): readonly FlowIdentity[] {
    return this.ports.leave(uid, until);
  }

  /** Says who the ends are where that was not known when the flow was first told of. */
  private name(flow: Flow, ends: { readonly a?: EndIdentity | undefined; readonly b?: EndIdentity | undefined }): readonly FlowIdentity[] {
    const { a, b } = flow.identity;
    const [first, second] = [joined(a, ends.a), joined(b, ends.b, ends.b?.service)];
    if (sameEnd(first, a) && sameEnd(second, b)) return [];
    flow.identity = { ...flow.identity, ...(first === undefined ? {} : { a: first }), ...(second === undefined ? {} : { b: second }) };
    return [flow.identity];
  }

  private begin(protocol: number, tuple: FlowTuple, from: bigint | undefined): Flow {
    const flow: Flow = { identity: { flow: ++this.last, protocol, tuple, ...(from === undefined ? {} : { from }) }, opened: false, over: false };
    this.remember(flow);
    return flow;
  }

  /** Its translation was read late, on a busy node: who connects tells when it really began. What is to be said of those before. */
  private beganEarlier(flow: Flow, from: bigint): readonly FlowIdentity[] {
    if (flow.identity.from === undefined || flow.identity.from <= from) return [];
    flow.identity = { ...flow.identity, from };
    flow.before = flow.before?.map((identity) => ({ ...identity, until: from })) ?? [];
    return flow.before;
  }

  private again({ identity }: Flow, from: bigint): Flow {
    const flow: Flow = { identity: { ...identity, flow: ++this.last, from }, opened: false, over: false };
    this.remember(flow);
    return flow;
  }

  /** It is no more; what the file is to say of it. */
  private end(flow: Flow, until: bigint): FlowIdentity {
    this.forget(flow);
    return { ...flow.identity, until };
  }

  private remember(flow: Flow): void {
    while (this.flows.size >= kMostKeys) {
      const [oldest] = this.flows.values();
      if (oldest === undefined) break;
      this.forget(oldest);
    }
    for (const tuple of tuplesOf(flow.identity)) this.flows.set(keyOf(flow.identity.protocol, tuple), flow);
  }

  private forget(flow: Flow): void {
    for (const tuple of tuplesOf(flow.identity)) {
      const key = keyOf(flow.identity.protocol, tuple);
      if (this.flows.get(key) === flow) this.flows.delete(key);
    }
  }
}
