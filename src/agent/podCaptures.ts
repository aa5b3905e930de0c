/** The pods of a running capture: their interfaces come and go with them, their names go into the file. */
import { ledgerBlock } from '../capture/captureBlocks.ts';
import type { OtherVersion } from '../contract/captureBlocks.ts';
import type { LivePoint } from '../contract/live.ts';
import type { NativeLiveCapture } from '../engine/native.d.ts';
import type { AgentFilter, PodFacts } from './agentFilter.ts';
import type { NodeView } from './nodeView.ts';
import { ComingPods } from './comingPods.ts';
import { namespaceVersion, nowNs, ObjectNotes, podVersion, serviceVersion } from './objects.ts';
import { devicesOf, networkOf, nodeProcesses, type NodeProcesses, type PodNetwork } from './podProcesses.ts';
import { fullName, type Pod, type Service } from './pods.ts';
import type { WatchedPod } from './ownerWatch.ts';
import { RingBudget } from './ringBudget.ts';

export interface PodCaptureOptions {
  readonly filter: AgentFilter;
  /** Of the user, in pcap-filter syntax, for every pod. */
  readonly captureFilter: string;
  /** The capture is held to it. */
  readonly namespace?: string | undefined;
  /** Memory of all rings together. */
  readonly bufferBytes: number;
  /** Index of the device of this node at the other end of a pod's link, 0: there is none (Native.linkPeer). */
  readonly linkPeer?: (netns: string, device: string) => number;
  /** Pods with rings of their own, at most. */
  readonly mostRings?: number | undefined;
  /** One sentence for people. */
  readonly say: (line: string) => void;
  /** Takes memory for a ring, or gives it back (less than 0); answers why there is none. */
  readonly room?: (bytes: number) => string | undefined;
  /** The policies that may say something of pods in these namespaces. */
  readonly policies?: (namespaces: ReadonlySet<string>) => readonly OtherVersion[];
  /** Whom to tell which pods are captured now. */
  readonly onPods?: (pods: readonly WatchedPod[]) => void;
  /** Whom to tell which pods and Services the file knows now. */
  readonly onKnown?: (pods: readonly PodFacts[], services: readonly Service[]) => void;
}

interface Captured {
  readonly key: string;
  readonly facts: PodFacts;
  readonly pod: Pod;
  readonly inode: number;
  /** Since when, ns since 1970. */
  readonly since: bigint;
  readonly filter: string;
  /** Of its rings. */
  readonly bytes: number;
  /** Without a ring of its own: one at this node's ends of links serves all with that filter. */
  readonly shares: boolean;
}

/** A pod to be captured. */
interface Wanted {
  readonly facts: PodFacts;
  readonly filter: string;
  /** See AgentFilter. */
  readonly bystander: boolean;
}

/** Addresses of other namespaces that are looked up for one capture. */
const kMostStrangers = 128;

export class PodCaptures {
  private readonly capture: NativeLiveCapture;
  private readonly view: NodeView;
  private readonly options: PodCaptureOptions;
  private readonly budget: RingBudget;
  private readonly captured = new Map<string, Captured>();
  private readonly coming = new ComingPods(() => { void this.update(); });
  private readonly told = new Set<string>();
  private readonly notes: ObjectNotes;
  /** Of all pods so far: what the file says of them is kept up to date. */
  private readonly namespaces = new Set<string>();
  /** Addresses that captured pods talk to and that none of these namespaces has. */
  private readonly strangers = new Set<string>();
  private updating: Promise<void> | undefined;
  private again = false;
  private generation = 0;
  /** Pods of which lo is not captured. */
  private readonly withoutLoopback = new Set<string>();
  private toldWithout = 0;

  public constructor(capture: NativeLiveCapture, view: NodeView, options: PodCaptureOptions) {
    this.capture = capture;
    this.view = view;
    this.options = options;
    this.budget = new RingBudget(options.bufferBytes, options.mostRings);
    this.notes = new ObjectNotes(capture, `agent ${view.node}`);
    if (options.namespace !== undefined) this.namespaces.add(options.namespace);
  }

  public get pods(): readonly Pod[] {
    return [...this.captured.values()].map(({ pod }) => pod);
  }

  /** Pods are to be captured that have no network yet. */
  public get waits(): boolean {
    return this.coming.any;
  }

  public close(): void {
    this.coming.close();
  }

  /** Brings the capture to what the node has now; a change meanwhile is looked at afterwards. */
  public async update(): Promise<void> {
    this.again = true;
    this.updating ??= this.updateAll().finally(() => { this.updating = undefined; });
    await this.updating;
  }

  /** Somebody unknown has these addresses: asks the API server who, until it has answered, and writes it into the file. */
  public lookUp(addresses: readonly string[]): void {
    const before = this.strangers.size;
    for (const address of addresses) if (this.strangers.size < kMostStrangers) this.strangers.add(address);
    if (this.strangers.size > before || addresses.some((address) => this.strangers.has(address) && !this.view.hasAnswer(address))) void this.update();
  }

  private async updateAll(): Promise<void> {
    while (this.again) {
      this.again = false;
      await this.updateOnce();
    }
  }

  private async updateOnce(): Promise<void> {
    const pods = this.view.pods;
    const ended: Captured[] = [];
    for (const one of [...this.captured.values()]) {
      const now = pods.find(({ uid }) => uid === one.pod.uid);
      if (now?.over === false) continue;
      // Its address may have been told together with its end.
      ended.push(now === undefined ? one : { ...one, facts: { ...one.facts, pod: now } });
      this.end(one);
      this.options.say(`${fullName(one.pod)} has ended; its packets up to then are in the capture.`);
    }
    const wanted: Wanted[] = [];
    for (const pod of pods.filter(({ over }) => !over)) {
      const facts = await this.view.factsOf(pod);
      const filter = this.options.filter.of(facts);
      const before = this.captured.get(pod.uid);
      if (filter !== undefined) wanted.push({ facts, filter: joined(this.options.captureFilter, filter), bystander: this.options.filter.isBystander(facts) });
      else if (before !== undefined) this.end(before);
    }
    const processes = nodeProcesses();
    const withNetwork = wanted.filter(({ facts }) => !facts.pod.hostNetwork);
    const shares = sharing(withNetwork);
    const filters = (some: Iterable<Wanted>): number => new Set([...some].map(({ filter }) => filter)).size;
    this.budget.expect(withNetwork.length - shares.size + filters(shares), filters(wanted));
    const waiting = wanted.filter((one) => !this.include(one, shares.has(one), processes));
    this.coming.wait(waiting.map(({ facts }) => facts.pod));
    this.tellCoverage();
    this.tellPods(ended);
    // Whose packets are here for the other end's sake need no whole namespace beside them.
    await this.writeObjects(wanted.filter((one) => !shares.has(one)).map(({ facts }) => facts));
  }

  private tellPods(ended: readonly Captured[]): void {
    const known = [...this.captured.values()].filter(({ inode }) => inode !== 0);
    if (ended.length > 0) this.options.onPods?.([...known, ...ended]);
    this.options.onPods?.(known);
  }

  /** Whether it is settled what becomes of a pod's packets: not while it has no network. */
  private include({ facts, filter, bystander }: Wanted, shares: boolean, processes: NodeProcesses): boolean {
    const { pod } = facts;
    if (pod.hostNetwork) {
      // A node puts the pod behind a Service in place of its address before it sends.
      if (bystander) return true;
      this.sayOnce(`${fullName(pod)} shares the network of its node, where its packets cannot be told from others': it is left out; capture there with -i any and a filter of ports.`);
      return true;
    }
    const before = this.captured.get(pod.uid);
    const network = networkOf(pod, processes);
    if (network === undefined) return before !== undefined;
    if (before?.inode === network.inode && before.filter === filter) {
      // A container that was started anew, labels that changed.
      this.captured.set(pod.uid, { ...before, facts, pod });
      return true;
    }
    if (before !== undefined) this.end(before);
    this.begin(facts, filter, network, shares);
    return true;
  }

  private begin(facts: PodFacts, filter: string, network: PodNetwork, shares: boolean): void {
    const { pod, services, deployment } = facts;
    const key = `${pod.uid}#${String(this.generation++)}`;
    const description = [
      `pod ${fullName(pod)} on ${pod.node}`, ...(pod.containers.length === 0 ? [] : [`containers ${pod.containers.map(({ name }) => name).join(', ')}`]),
      ...(services.length === 0 ? [] : [`services ${services.join(', ')}`]), ...(deployment === undefined ? [] : [`deployment ${deployment}`]),
    ].join('; ');
    const since = nowNs();
    let taken = 0;
    for (const device of devicesOf(network)) {
      if (device === 'lo' && shares) continue;
      if (device === 'lo' && this.budget.isCrowded) {
        this.withoutLoopback.add(pod.uid);
        continue;
      }
      const hostIndex = shares || this.budget.isCrowded ? this.options.linkPeer?.(network.path, device) ?? 0 : 0;
      const bytes = hostIndex === 0 ? this.budget.take(device === 'lo') : this.budget.takeShared(filter);
      const point: LivePoint = { key, device, netns: network.path, name: `${device}@${fullName(pod)}`, description, filter, bytes, hostIndex };
      const refusal = this.options.room?.(point.bytes) ?? this.add(point);
      // A pod that has just ended, most often: the others are captured all the same.
      if (refusal !== undefined) this.options.say(`${point.name} is not captured: ${refusal}`);
      else if (hostIndex === 0) taken += bytes;
      else this.budget.hasShared(filter);
    }
    this.captured.set(pod.uid, { key, facts, pod, inode: network.inode, since, filter, bytes: taken, shares });
  }

  /** Says, to people and in the file, what is not looked at since there are too many pods for it. */
  private tellCoverage(): void {
    const count = this.withoutLoopback.size;
    if (count === this.toldWithout) return;
    this.toldWithout = count;
    const why = 'So many pods are captured at once that they share a buffer, at the other ends of their links: what they send to themselves on lo, as through a sidecar, is not in the file.';
    this.sayOnce(why);
    const block = ledgerBlock({ source: `agent ${this.view.node}`, entries: [{ what: 'coverage', where: `lo of ${String(count)} pods of ${this.view.node}`, why }] });
    this.capture.note(block);
    this.capture.keep('coverage', block);
  }

  private add(point: LivePoint): string | undefined {
    try {
      this.capture.add(JSON.stringify(point));
      return undefined;
    } catch (thrown) {
      this.options.room?.(-point.bytes);
      return thrown instanceof Error ? thrown.message : String(thrown);
    }
  }

  private end({ pod, key, bytes, shares }: Captured): void {
    this.capture.retire(key);
    this.captured.delete(pod.uid);
    if (!shares) this.budget.giveBack();
    this.options.room?.(-bytes);
  }

  /** This node's pods, those beside the captured ones, whom they talk to, and their Services. */
  private async writeObjects(wanted: readonly PodFacts[]): Promise<void> {
    for (const { pod } of wanted) this.namespaces.add(pod.namespace);
    const namespaces = [...this.namespaces];
    const [services, peers, strangers] = await Promise.all([
      Promise.all(namespaces.map((namespace) => this.view.servicesOf(namespace))), Promise.all(namespaces.map((namespace) => this.view.podsIn(namespace))),
      Promise.all([...this.strangers].map((address) => this.view.whoHas(address))),
    ]);
    const others = [...peers.flat(), ...strangers.flatMap(({ pods }) => pods)].filter(({ node }) => node !== this.view.node);
    const pods = unique([...this.view.pods, ...others]).filter(({ over }) => !over);
    const facts = await Promise.all(pods.map((pod) => this.view.factsOf(pod)));
    const allServices = unique([...services.flat(), ...strangers.flatMap((found) => found.services)]);
    const inFile = new Set(pods.map(({ namespace }) => namespace));
    const spaces = await Promise.all([...inFile].map((name) => this.view.namespace(name)));
    const known = spaces.filter((space) => space !== undefined);
    const policies = this.options.policies?.(inFile) ?? [];
    this.notes.update([...facts.map(podVersion), ...allServices.map(serviceVersion), ...known.map(namespaceVersion), ...policies], (uid) => this.captured.get(uid)?.since);
    this.options.onKnown?.(facts, allServices);
  }

  private sayOnce(line: string): void {
    if (this.told.has(line)) return;
    this.told.add(line);
    this.options.say(line);
  }
}

/** Bystanders, where there are several with one filter: they need no rings of their own. */
function sharing(wanted: readonly Wanted[]): ReadonlySet<Wanted> {
  const bystanders = wanted.filter(({ bystander }) => bystander);
  const counts = new Map<string, number>();
  for (const { filter } of bystanders) counts.set(filter, (counts.get(filter) ?? 0) + 1);
  return new Set(bystanders.filter(({ filter }) => (counts.get(filter) ?? 0) > 1));
}

const unique = <T extends { readonly uid: string }>(list: readonly T[]): readonly T[] => [...new Map(list.map((one) => [one.uid, one])).values()];

const joined = (first: string, second: string): string =>
  first.trim() === '' ? second : second === '' ? first : `(${first}) and (${second})`;
