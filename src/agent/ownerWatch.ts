/** Processes behind the packets of a running capture: what the kernel tells by eBPF, written into the file as it comes. */
import { identitiesBlock } from '../capture/captureBlocks.ts';
import type { OwnerBatch, OwnerEvent } from '../contract/owner.ts';
import type { Native, NativeLiveCapture, NativeOwners } from '../engine/native.d.ts';
import type { PodFacts } from './agentFilter.ts';
import { ContainerGroups } from './containerGroups.ts';
import { FlowOwners, type SocketOwner } from './flowOwners.ts';

/** Between two looks at what the kernel has told, milliseconds. */
const kPoll = 200;
/** The latest entries are repeated in each further file: those of so many looks. */
const kKept = 256;
/** Looks in a row at most: a flood must not keep everything else waiting. */
const kMostLooks = 8;

export interface WatchedPod {
  /** Inode of its network namespace. */
  readonly inode: number;
  readonly facts: PodFacts;
}

export class OwnerWatch {
  private readonly owners: NativeOwners;
  private readonly capture: NativeLiveCapture;
  private readonly source: string;
  private readonly say: (line: string) => void;
  private readonly flows = new FlowOwners();
  private readonly groups: ContainerGroups;
  private readonly timer: NodeJS.Timeout;
  private pods: ReadonlyMap<number, PodFacts> = new Map();
  private allowed = '';
  private looks = 0;
  private lost = 0;
  private closed = false;

  private constructor(owners: NativeOwners, capture: NativeLiveCapture, source: string, cgroups: string, say: (line: string) => void) {
    this.say = say;
    this.owners = owners;
    this.capture = capture;
    this.source = source;
    this.groups = new ContainerGroups(cgroups);
    this.timer = setInterval(() => { this.look(); }, kPoll);
  }

  /** undefined where this engine or this machine cannot: `say` gets the reason. */
  public static open(native: Native, capture: NativeLiveCapture, source: string, say: (line: string) => void): OwnerWatch | undefined {
    try {
      const owners = native.openOwners(JSON.stringify({ namespaces: [] }));
      return new OwnerWatch(owners, capture, source, process.env['STRATOSHARK_CGROUPS'] ?? '/host/cgroup', say);
    } catch (thrown) {
      say(`Processes are not known, pods are: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return undefined;
    }
  }

  /** Which pods are captured now. */
  public watch(pods: readonly WatchedPod[]): void {
    if (this.closed) return;
    this.pods = new Map([...this.pods, ...pods.map(({ inode, facts }) => [inode, facts] as const)]);
    const allowed = JSON.stringify(pods.map(({ inode }) => inode).sort());
    if (allowed === this.allowed) return;
    this.allowed = allowed;
    this.owners.allow(allowed);
    this.owners.scan();
  }

  private look(): void {
    for (let n = 0; n < kMostLooks; n++) {
      const { events, lost } = JSON.parse(this.owners.poll()) as OwnerBatch;
      this.lost = lost;
      if (events.length === 0) return;
      const flows = events.flatMap((event) => {
        const owner = this.ownerOf(event);
        return owner === undefined ? [] : this.flows.take(event, owner);
      });
      if (flows.length === 0) continue;
      const block = identitiesBlock({ source: this.source, flows });
      this.capture.note(block);
      this.capture.keep(`flows ${String(this.looks++ % kKept).padStart(3, '0')}`, block);
    }
  }

  private ownerOf(event: OwnerEvent): SocketOwner | undefined {
    const facts = this.pods.get(event.netns);
    if (facts === undefined) return undefined;
    const id = this.groups.containerOf(event.cgroup);
    const { containers } = facts.pod;
    const own = id === undefined && containers.length === 1 ? containers[0] : containers.find((one) => one.id === id);
    return { facts, container: own?.name, containerId: own?.id ?? id };
  }

  /** Takes what is still there. */
  public close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    this.look();
    if (this.lost > 0) {
      this.say(`${String(this.lost)} events of sockets were lost, the kernel had no room for them: the processes of some flows are missing, their pods are not.`);
    }
    this.owners.close();
  }
}
