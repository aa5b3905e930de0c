/**
 * Who is behind the packets of a running capture, written into the file as it becomes known: processes, by what the kernel
 * tells of sockets (eBPF), and the pods behind Services, by its table of translated connections.
 */
import { identitiesBlock } from '../capture/captureBlocks.ts';
import type { FlowIdentity } from '../contract/captureBlocks.ts';
import type { FlowsLeftOut } from '../contract/live.ts';
import type { NatBatch, NatEntry } from '../contract/nat.ts';
import type { OwnerBatch, OwnerEvent } from '../contract/owner.ts';
import type { Native, NativeLiveCapture, NativeNat, NativeOwners } from '../engine/native.d.ts';
import { AddressBook } from './addressBook.ts';
import type { PodFacts } from './agentFilter.ts';
import { ContainerGroups } from './containerGroups.ts';
import type { ContainerFlows } from './containerFlows.ts';
import type { SocketOwner } from './flowEnds.ts';
import { FlowOwners } from './flowOwners.ts';
import { FlowRemarks } from './flowRemarks.ts';
import type { Service } from './pods.ts';

/** Between two looks at what the kernel has told, milliseconds. */
const kPoll = 200;
/** The latest entries are repeated in each further file: so many bytes, and no more than a share of a file. */
const kKeptBytes = 1 << 20;
const kKeptShare = 1 / 8;
/** Looks in a row at most: a flood must not keep everything else waiting. */
const kMostLooks = 8;
/** Translated connections to somebody not known yet are kept until he is: so many, for so many answers. */
const kMostWaiting = 1024;
const kMostTries = 3;
/** Sockets of pods whose addresses are not told yet are kept until they are: so many. */
const kMostEarly = 4096;
/** Who he is, is asked again after that time, milliseconds. */
const kAskAgain = 1000;

export interface WatchedPod {
  /** Inode of its network namespace. */
  readonly inode: number;
  readonly facts: PodFacts;
  /** Of its points (LivePoint). */
  readonly key: string;
}

export interface OwnerWatchOptions {
  /** Of the blocks: `agent node1`. */
  readonly source: string;
  readonly say: (line: string) => void;
  /** Size at which the file is followed by another, Infinity: by another limit; undefined: by no other. */
  readonly fileBytes?: number | undefined;
  /** Leaves out flows of containers that are not asked for. */
  readonly containers?: ContainerFlows;
  /** Nobody is known by these addresses, of Services or of pods: know() is called when that has changed. */
  readonly onUnknown?: (addresses: readonly string[]) => void;
}

/** Both are decimal; nanoseconds since 1970 have 19 digits from 2001 to 2286. */
function byTime({ time: one }: OwnerEvent | NatEntry, { time: other }: OwnerEvent | NatEntry): number {
  if (one === other) return 0;
  return one.length === other.length ? (one < other ? -1 : 1) : one.length - other.length;
}

interface Waiting {
  readonly entry: NatEntry;
  readonly tries: number;
}

interface Sources {
  readonly owners: NativeOwners | undefined;
  readonly nat: NativeNat | undefined;
}

export class OwnerWatch {
  private readonly sources: Sources;
  private readonly capture: NativeLiveCapture;
  private readonly options: OwnerWatchOptions;
  private readonly flows = new FlowOwners();
  private readonly remarks = new FlowRemarks();
  private readonly book = new AddressBook();
  private readonly groups = new ContainerGroups(process.env['STRATOSHARK_CGROUPS'] ?? '/host/cgroup');
  private readonly timer: NodeJS.Timeout;
  private pods: ReadonlyMap<number, WatchedPod> = new Map();
  private present: ReadonlySet<string> = new Set();
  private waiting: Waiting[] = [];
  private early: OwnerEvent[] = [];
  private askedAt = 0;
  private allowed = '';
  private concerned = '';
  /** The latest entry of each flow as a block of its own, those that were learned last behind. */
  private readonly kept = new Map<number, Uint8Array>();
  private keptBytes = 0;
  private lost = 0;
  private closed = false;

  private constructor(sources: Sources, capture: NativeLiveCapture, options: OwnerWatchOptions) {
    this.sources = sources;
    this.capture = capture;
    this.options = options;
    this.timer = setInterval(() => { this.look(); }, kPoll);
  }

  /** What this engine or this machine cannot tell is said with the reason; the rest is told. */
  public static open(native: Native, capture: NativeLiveCapture, options: OwnerWatchOptions): OwnerWatch {
    const tried = <T>(what: string, open: () => T): T | undefined => {
      try {
        return open();
      } catch (thrown) {
        options.say(`${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
        return undefined;
      }
    };
    return new OwnerWatch({
      owners: tried('Processes are not known, pods are', () => native.openOwners(JSON.stringify({ namespaces: [] }), capture)),
      nat: tried('Which pod a Service led to is not known', () => native.openNat('', capture)),
    }, capture, options);
  }

  /** Which pods are captured now. */
  public watch(pods: readonly WatchedPod[]): void {
    if (this.closed) return;
    this.pods = new Map([...this.pods, ...pods.map((pod) => [pod.inode, pod] as const)]);
    for (const { facts } of pods) this.book.capture(facts);
    const allowed = JSON.stringify(pods.map(({ inode }) => inode).sort());
    this.takeEarly();
    this.leave(new Set(pods.map(({ facts }) => facts.pod.uid)));
    if (allowed !== this.allowed) {
      this.allowed = allowed;
      this.sources.owners?.allow(allowed);
      this.sources.owners?.scan();
    }
    // A pod may be captured before its address is known: what was translated meanwhile was nobody's.
    const concerned = pods.map(({ inode, facts }) => [inode, ...facts.pod.addresses].join(' ')).sort().join();
    if (concerned === this.concerned) return;
    this.concerned = concerned;
    this.sources.nat?.scan();
  }

  private leave(present: ReadonlySet<string>): void {
    const until = BigInt(Date.now()) * 1_000_000n;
    this.write([...this.present].filter((uid) => !present.has(uid)).flatMap((uid) => this.flows.leave(uid, until)));
    this.present = present;
  }

  /** Who else there is: all of it, each time. */
  public know(pods: readonly PodFacts[], services: readonly Service[]): void {
    if (this.closed) return;
    this.book.know(pods, services);
    const again = this.waiting;
    this.waiting = [];
    this.write(again.flatMap(({ entry, tries }) => this.translated(entry, tries + 1)));
  }

  private look(): void {
    if (this.waiting.length > 0 && Date.now() - this.askedAt > kAskAgain) this.askWho();
    for (let n = 0; n < kMostLooks; n++) {
      const { owners, nat } = this.sources;
      const { events, lost } = owners === undefined ? { events: [], lost: 0 } : JSON.parse(owners.poll()) as OwnerBatch;
      const { entries } = nat === undefined ? { entries: [] } : JSON.parse(nat.poll()) as NatBatch;
      this.lost = lost;
      if (events.length === 0 && entries.length === 0) return;
      const waited = this.waiting.length;
      const all = [...events, ...entries.filter((entry) => this.concerns(entry))].sort(byTime);
      this.write(all.flatMap((one) => ('role' in one ? this.owned(one) : this.translated(one))));
      if (this.waiting.length > waited) this.askWho();
    }
  }

  private askWho(): void {
    if (this.closed) return;
    this.askedAt = Date.now();
    this.options.onUnknown?.([...new Set(this.waiting.flatMap(({ entry }) => this.unknownOf(entry)))]);
  }

  private write(entries: readonly FlowIdentity[]): void {
    if (entries.length === 0) return;
    // A later entry of a flow replaces the one before whole: of those that are written together the last says all.
    const flows = [...new Map(entries.map((entry) => [entry.flow, entry])).values()];
    // Kept first: the note may be what fills the file, and the next one begins with what is kept.
    if (this.options.fileBytes !== undefined) this.keep(flows, this.options.fileBytes);
    this.capture.note(identitiesBlock({ source: this.options.source, flows }));
    for (const flow of flows) {
      const remark = this.remarks.of(flow);
      if (remark !== undefined) this.capture.remark(remark.comment, remark.flows);
    }
  }

  private keep(flows: readonly FlowIdentity[], fileBytes: number): void {
    const room = Math.min(kKeptBytes, fileBytes * kKeptShare);
    for (const flow of flows) {
      this.forget(flow.flow);
      const block = identitiesBlock({ source: this.options.source, flows: [flow] });
      this.kept.set(flow.flow, block);
      this.keptBytes += block.length;
    }
    for (const oldest of this.kept.keys()) {
      if (this.keptBytes <= room) break;
      this.forget(oldest);
    }
    if (this.kept.size > 0) this.capture.keep('flows', Buffer.concat([...this.kept.values()]));
  }

  private forget(flow: number): void {
    this.keptBytes -= this.kept.get(flow)?.length ?? 0;
    this.kept.delete(flow);
  }

  /** Those of pods that have addresses now. */
  private takeEarly(): void {
    const early = this.early;
    this.early = [];
    this.write(early.flatMap((event) => this.owned(event)));
  }

  private owned(event: OwnerEvent): readonly FlowIdentity[] {
    const owner = this.ownerOf(event);
    if (owner === undefined) return [];
    if (owner.facts.pod.addresses.length === 0 && this.early.length < kMostEarly) {
      this.early.push(event);
      return [];
    }
    const { key } = this.pods.get(event.netns) ?? {};
    const leave = this.options.containers?.take(event, owner);
    if (key !== undefined && leave !== undefined) this.capture.leaveOut(JSON.stringify({ key, ...leave } satisfies FlowsLeftOut));
    return this.flows.take(event, owner);
  }

  private ownerOf(event: OwnerEvent): SocketOwner | undefined {
    const { facts } = this.pods.get(event.netns) ?? {};
    if (facts === undefined) return undefined;
    const id = this.groups.containerOf(event.cgroup);
    const { containers } = facts.pod;
    const own = id === undefined && containers.length === 1 ? containers[0] : containers.find((one) => one.id === id);
    return { facts, container: own?.name, containerId: own?.id ?? id };
  }

  /** Of all connections of the node, those of pods that are captured. */
  private concerns({ original, translated }: NatEntry): boolean {
    const { book } = this;
    return book.isCaptured(original.a.ip) || book.isCaptured(original.b.ip) || book.isCaptured(translated.a.ip) || book.isCaptured(translated.b.ip);
  }

  private translated(entry: NatEntry, tries = 0): readonly FlowIdentity[] {
    if (entry.change !== 'gone' && tries < kMostTries && this.waiting.length < kMostWaiting && this.unknownOf(entry).length > 0) this.waiting.push({ entry, tries });
    return this.flows.translate(entry, this.book.endsOf(entry.original, entry.translated));
  }

  /** Addresses of a Service and of the pod that it led to; what goes out of the cluster only changes its sender. */
  private unknownOf({ original, translated }: NatEntry): readonly string[] {
    return original.b.ip === translated.b.ip ? [] : [original.b.ip, translated.b.ip].filter((address) => !this.book.has(address));
  }

  /** Takes what is still there. */
  public close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    this.look();
    if (this.lost > 0) {
      this.options.say(`${String(this.lost)} events of sockets were lost, the kernel had no room for them: the processes of some flows are missing, their pods are not.`);
    }
    this.sources.owners?.close();
    this.sources.nat?.close();
  }
}
