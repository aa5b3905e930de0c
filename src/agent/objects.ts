/** Pods, Services and the node as a capture keeps them (src/contract/captureBlocks.ts), written when they change. */
import { namesBlock, namesOf, objectsBlock } from '../capture/captureBlocks.ts';
import type { ObjectVersion, OtherVersion, PodVersion, ServiceVersion } from '../contract/captureBlocks.ts';
import type { NativeLiveCapture } from '../engine/native.d.ts';
import type { PodFacts } from './agentFilter.ts';
import type { Namespace, Service, WatchedPolicy } from './pods.ts';

const kMillisecond = 1_000_000n;
export const nowNs = (): bigint => BigInt(Date.now()) * kMillisecond;
const since = (created: number): bigint => (created > 0 ? BigInt(created) * kMillisecond : nowNs());

/** `from` is its creation: of a pod that changes, its next version says from when that holds. */
export function podVersion({ pod, deployment }: PodFacts): PodVersion {
  const { owner } = pod;
  return {
    kind: 'Pod', name: pod.name, namespace: pod.namespace, uid: pod.uid, labels: pod.labels, from: since(pod.created), ready: pod.ready,
    ...(pod.node === '' ? {} : { node: pod.node }),
    ...(pod.hostNetwork ? { hostNetwork: true } : { addresses: pod.addresses }),
    ...(owner === undefined ? {} : { owners: [owner] }),
    ...(deployment === undefined ? {} : { deployment }),
    containers: pod.containers.map(({ name, id }) => (id === '' ? { name } : { name, id })),
    ports: pod.ports,
  };
}

/** Policies ask for labels of namespaces. */
export function namespaceVersion({ name, uid, labels, created }: Namespace): OtherVersion {
  return { kind: 'Namespace', name, uid, labels, from: since(created) };
}

/** `from` is its creation: what it said before the capture began makes no difference to what is in it. */
export function policyVersion({ kind, name, namespace, uid, labels, created, spec }: WatchedPolicy): OtherVersion {
  return { kind, name, uid, labels, spec, from: since(created), ...(namespace === '' ? {} : { namespace }) };
}

export function serviceVersion(service: Service): ServiceVersion {
  return {
    kind: 'Service', name: service.name, namespace: service.namespace, uid: service.uid, labels: service.labels, from: since(service.created),
    addresses: service.addresses, ports: service.ports, ...(service.selector === undefined ? {} : { selector: service.selector }),
  };
}

/** What a file knows of the cluster, kept up to date: each object is written again when it differs from what was written. */
export class ObjectNotes {
  private readonly capture: NativeLiveCapture;
  private readonly source: string;
  private readonly written = new Map<string, { readonly object: ObjectVersion; readonly text: string }>();
  private names = '';

  public constructor(capture: NativeLiveCapture, source: string) {
    this.capture = capture;
    this.source = source;
  }

  /**
   * `objects` are all there are now: one that was there and is not any more has gone. `since`: from when a pod's packets are
   * captured; its address is told of later.
   */
  public update(objects: readonly ObjectVersion[], since: (uid: string) => bigint | undefined = () => undefined): void {
    const present = new Set(objects.map(({ uid }) => uid));
    const changed: ObjectVersion[] = [];
    for (const object of objects) {
      const text = textOf(object);
      const before = this.written.get(object.uid);
      if (before?.text === text) continue;
      const version = before === undefined ? object : { ...object, from: (hasAddress(before.object) ? undefined : since(object.uid)) ?? nowNs() };
      this.written.set(object.uid, { object: version, text });
      changed.push(version);
    }
    for (const [uid, { object }] of this.written) {
      if (present.has(uid)) continue;
      this.written.delete(uid);
      changed.push({ ...object, until: nowNs() });
    }
    this.write(changed);
    this.writeNames(objects);
  }

  /** In few blocks: Wireshark shows each as a row of its own. */
  private write(changed: readonly ObjectVersion[]): void {
    if (changed.length === 0) return;
    this.capture.note(objectsBlock({ source: this.source, objects: changed }));
    this.capture.keep('objects', objectsBlock({ source: this.source, objects: [...this.written.values()].map(({ object }) => object) }));
  }

  /** For programs that know names of addresses and nothing of pods. */
  private writeNames(objects: readonly ObjectVersion[]): void {
    const names = namesOf(objects);
    const text = JSON.stringify(names);
    if (names.length === 0 || text === this.names) return;
    this.names = text;
    const block = namesBlock(names);
    this.capture.note(block);
    this.capture.keep('names', block);
  }
}

const hasAddress = (object: ObjectVersion): boolean => 'addresses' in object && object.addresses.length > 0;

/** Without the time from which it holds, which is not a change. */
const textOf = (object: ObjectVersion): string => JSON.stringify({ ...object, from: '' });
