/**
 * Flows and who is at their ends: processes by what the kernel tells of sockets (late, and bound by addresses and ports),
 * the pod behind a Service's address by the kernel's table of translated connections.
 */
import { dropOldest } from '../base/oldest.ts';
import type { EndIdentity, FlowEndpoint, FlowIdentity, FlowTuple } from '../contract/captureBlocks.ts';
import type { NatEntry } from '../contract/nat.ts';
import type { OwnerEvent } from '../contract/owner.ts';
import { calledAs, endOfSocket, sameEnd, type SocketOwner } from './flowEnds.ts';
import { PortOwners } from './portOwners.ts';

/** Forms of flows that are remembered; beyond them the oldest are forgotten (what was written stays written). */
const kMostKeys = 131_072;
/** The first packet may have its time before the event that tells of its socket. */
const kGraceNs = 5_000_000n;
/** The same of its translation, of which is heard later: what has come is read every 10 ms (kGatherMs of native/live/conntrack.cc). */
const kNatGraceNs = 15_000_000n;
const kUdp = 17;

/** Tens of thousands are remembered: no more than it takes, and all fields from the beginning. */
class Flow {
  public also: FlowTuple | undefined = undefined;
  public a: EndIdentity | undefined = undefined;
  public b: EndIdentity | undefined = undefined;
  /** The end that opened it was seen to do so. */
  public opened = false;
  /** When its translation was told of, ns since 1970, decimal: who connects after that connects anew. */
  public translated: string | undefined = undefined;
  /** What had these addresses until it began. */
  public before: readonly FlowIdentity[] = kNone;
  /** Its translation has ended: what comes with these addresses next is translated anew. */
  public over = false;
  /** Of `also`, as `key` of its tuple. */
  public alsoKey: string | undefined = undefined;

  public readonly id: number;
  public readonly protocol: number;
  public tuple: FlowTuple;
  public key: string;
  public from: bigint | undefined;

  public constructor(id: number, protocol: number, tuple: FlowTuple, key: string, from: bigint | undefined) {
    this.id = id;
    this.protocol = protocol;
    this.tuple = tuple;
    this.key = key;
    this.from = from;
  }

  /** As it is to be said now. */
  public identity(): FlowIdentity {
    const { also, a, b, from } = this;
    return {
      flow: this.id, protocol: this.protocol, tuple: this.tuple, ...(also === undefined ? undefined : { also: [also] }),
      ...(a === undefined ? undefined : { a }), ...(b === undefined ? undefined : { b }), ...(from === undefined ? undefined : { from }),
    };
  }

  /** Which end has this address; undefined: neither. */
  public sideOf(end: FlowEndpoint): 'a' | 'b' | undefined {
    const { tuple, also } = this;
    if (same(tuple.a, end) || (also !== undefined && same(also.a, end))) return 'a';
    return same(tuple.b, end) || (also !== undefined && same(also.b, end)) ? 'b' : undefined;
  }

  /** Who has that address. */
  public endAt(end: FlowEndpoint): EndIdentity | undefined {
    const side = this.sideOf(end);
    return side === undefined ? undefined : this[side];
  }
}
const kNone: readonly FlowIdentity[] = [];

/** The same from either side: the end whose address (or port, of one address) is less stands first. */
function keyOf(protocol: number, { a, b }: FlowTuple): string {
  const turned = a.ip === b.ip ? a.port > b.port : a.ip > b.ip;
  const [one, other] = turned ? [b, a] : [a, b];
  return `${protocol} ${one.ip} ${one.port} ${other.ip} ${other.port}`;
}
const same = (a: FlowEndpoint, b: FlowEndpoint): boolean => a.port === b.port && a.ip === b.ip;

/** Of two that speak of one end: what was measured at its socket, else what is there; the Service that was called is kept. */
function joined(known: EndIdentity | undefined, other: EndIdentity | undefined, called?: string): EndIdentity | undefined {
  const best = known?.process !== undefined || other === undefined ? known : other.process !== undefined || known?.pod === undefined ? other : known;
  return best === undefined || called === undefined ? best : calledAs(best, called);
}

const connectsAnew = ({ opened, translated }: Flow, { role, time }: OwnerEvent): boolean =>
  role === 'connect' && (opened || (translated !== undefined && BigInt(time) > BigInt(translated)));

/** A UDP port has no end of its own: it is the next process's from when that one uses it. */
function isTakenOver(flow: Flow, { protocol, pid, role }: OwnerEvent, local: FlowEndpoint): boolean {
  const before = flow.endAt(local)?.process;
  return protocol === kUdp && role !== 'existing' && before !== undefined && before.pid !== pid;
}

/** Texts of addresses that are remembered: one for all flows. */
const kMostTexts = 4096;

export class FlowOwners {
  private readonly texts = new Map<string, string>();
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
    const local = { ip: this.textOf(event.local), port: event.localPort };
    const remote = { ip: this.textOf(event.remote), port: event.remotePort };
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
    } else if (flow !== undefined && event.role === 'connect') out.push(...this.began(flow, BigInt(event.time) - kGraceNs));
    // Whoever connects has opened it; of others the higher port is more likely the one that was chosen at random.
    const opens = event.role === 'connect' || (event.role !== 'close' && local.port > remote.port);
    flow ??= this.begin(event.protocol, opens ? { a: local, b: remote } : { a: remote, b: local }, key, from);
    const side = flow.sideOf(local) ?? 'b';
    const known = flow[side];
    const translated = flow.also !== undefined && side === 'b';
    const end = joined(undefined, endOfSocket(owner, event), translated ? known?.service : undefined);
    // Both ends of a connection of a pod with itself are one address: the first owner stays.
    if (out.length === 0 && sameEnd(known, end)) return [];
    if (known?.process !== undefined && known.sure === 'certain' && end?.sure === 'likely') return out;
    flow[side] = end;
    flow.opened ||= event.role === 'connect';
    out.push(flow.identity());
    return out;
  }

  /**
   * A connection is translated: both its forms are one flow from now on. `ends`: who they are by their addresses, `b` with
   * the Service that was called. What is new in the file's table, as of take().
   */
  public translate({ change, protocol, original, translated, time }: NatEntry, ends: { readonly a?: EndIdentity | undefined; readonly b?: EndIdentity | undefined }): readonly FlowIdentity[] {
    const [key, alsoKey] = [keyOf(protocol, original), keyOf(protocol, translated)];
    const [before, behind] = [this.flows.get(key), this.flows.get(alsoKey)];
    if (change === 'gone') {
      if (before?.also !== undefined && same(before.also.b, translated.b)) before.over = true;
      return [];
    }
    if (before !== undefined && before === behind && (!before.over || change === 'existing')) return this.name(before, ends);
    const out: FlowIdentity[] = [];
    let from: bigint | undefined;
    for (const flow of new Set([before, behind])) {
      // It was translated to something else, or that has ended: the ports are used again.
      if (flow?.also === undefined) continue;
      from = BigInt(time) - kNatGraceNs;
      out.push(this.end(flow, from));
    }
    const ended = out.length === 0 ? kNone : [...out];
    const asked = before?.also === undefined ? before : undefined;
    const answered = behind?.also === undefined ? behind : undefined;
    const flow = asked ?? answered ?? this.begin(protocol, original, key, from);
    const known = (side: 'a' | 'b'): EndIdentity | undefined => joined(asked?.endAt(original[side]), answered?.endAt(translated[side]));
    // A socket that is not connected anew (UDP) goes on under the next translation.
    const goesOn = protocol === kUdp && asked === undefined && before?.a?.process !== undefined ? { ...before.a, sure: 'likely' as const } : undefined;
    const a = joined(known('a') ?? goesOn, ends.a);
    const b = joined(known('b'), ends.b, ends.b?.service);
    if (asked !== undefined && answered !== undefined && asked !== answered) out.push(this.end(answered, 0n));
    this.forget(flow);
    flow.from ??= from;
    flow.tuple = this.kept(original);
    flow.also = this.kept(translated);
    flow.a = a;
    flow.b = b;
    flow.key = key;
    flow.alsoKey = alsoKey;
    flow.translated = time;
    flow.before = ended;
    this.remember(flow);
    out.push(flow.identity());
    return out;
  }

  /** A pod has ended: what its ports are from now on is not said by them. As of take(). */
  public leave(uid: string, until: bigint): readonly FlowIdentity[] {
    return this.ports.leave(uid, until);
  }

  /** Says who the ends are where that was not known when the flow was first told of. */
  private name(flow: Flow, ends: { readonly a?: EndIdentity | undefined; readonly b?: EndIdentity | undefined }): readonly FlowIdentity[] {
    const [a, b] = [joined(flow.a, ends.a), joined(flow.b, ends.b, ends.b?.service)];
    if (sameEnd(a, flow.a) && sameEnd(b, flow.b)) return [];
    flow.a = a;
    flow.b = b;
    return [flow.identity()];
  }

  private begin(protocol: number, tuple: FlowTuple, key: string, from: bigint | undefined): Flow {
    const flow = new Flow(++this.last, protocol, tuple, key, from);
    this.remember(flow);
    return flow;
  }

  /** When it really began: of its translation is heard later, on a busy node much later. What is to be said of those before. */
  private began(flow: Flow, from: bigint): readonly FlowIdentity[] {
    if (flow.from === undefined || flow.from === from) return [];
    flow.from = from;
    flow.before = flow.before.map((identity) => ({ ...identity, until: from }));
    return flow.before;
  }

  private again({ protocol, tuple, key, also, alsoKey, a, b }: Flow, from: bigint): Flow {
    const flow = new Flow(++this.last, protocol, tuple, key, from);
    flow.also = also;
    flow.alsoKey = alsoKey;
    flow.a = a;
    flow.b = b;
    this.remember(flow);
    return flow;
  }

  /** It is no more; what the file is to say of it. */
  private end(flow: Flow, until: bigint): FlowIdentity {
    this.forget(flow);
    return { ...flow.identity(), until };
  }

  /** One text for all that are equal. */
  private textOf(ip: string): string {
    const known = this.texts.get(ip);
    if (known !== undefined) return known;
    this.texts.set(ip, ip);
    dropOldest(this.texts, kMostTexts);
    return ip;
  }

  private kept({ a, b }: FlowTuple): FlowTuple {
    return { a: { ip: this.textOf(a.ip), port: a.port }, b: { ip: this.textOf(b.ip), port: b.port } };
  }

  private remember(flow: Flow): void {
    while (this.flows.size >= kMostKeys) {
      const [oldest] = this.flows.values();
      if (oldest === undefined) break;
      this.forget(oldest);
    }
    this.flows.set(flow.key, flow);
    if (flow.alsoKey !== undefined) this.flows.set(flow.alsoKey, flow);
  }

  private forget(flow: Flow): void {
    if (this.flows.get(flow.key) === flow) this.flows.delete(flow.key);
    if (flow.alsoKey !== undefined && this.flows.get(flow.alsoKey) === flow) this.flows.delete(flow.alsoKey);
  }
}
