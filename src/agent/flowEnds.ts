/** Who is at the ends of flows: one object for all that say the same, since thousands of flows a second are between few. */
import { dropOldest } from '../base/oldest.ts';
import { onceFor } from '../base/onceFor.ts';
import type { EndIdentity } from '../contract/captureBlocks.ts';
import type { OwnerEvent } from '../contract/owner.ts';
import type { PodFacts } from './agentFilter.ts';

/** Whose a socket is. */
export interface SocketOwner {
  readonly facts: PodFacts;
  /** Name of the container, where its id is one of the pod's. */
  readonly container: string | undefined;
  readonly containerId: string | undefined;
}

/** Of one pod, or of one end: processes come and go. */
const kMostOfOne = 1024;

type Ends<K> = Map<K, EndIdentity>;

/** The end that was made of an object for that key, where it is still right; else a new one. */
function remembered<T extends object, K>(all: WeakMap<T, Ends<K>>, of: T, key: K, make: () => EndIdentity, isRight: (end: EndIdentity) => boolean = () => true): EndIdentity {
  const some = onceFor(all, of, () => new Map<K, EndIdentity>());
  const known = some.get(key);
  if (known !== undefined && isRight(known)) return known;
  const end = make();
  some.delete(key);
  some.set(key, end);
  dropOldest(some, kMostOfOne);
  return end;
}

/** By how it was learned and how sure that is. */
const ofPods = {
  socket: { certain: new WeakMap<PodFacts, EndIdentity>(), likely: new WeakMap<PodFacts, EndIdentity>() },
  conntrack: { certain: new WeakMap<PodFacts, EndIdentity>(), likely: new WeakMap<PodFacts, EndIdentity>() },
};
/** Of each pid, as it was told of last. */
const ofProcesses = new WeakMap<PodFacts, Ends<number>>();
const ofServices = new WeakMap<EndIdentity, Ends<string>>();

/** What a pod's object says of it, for an end of a flow. */
export function endOfPod(facts: PodFacts, learned: 'socket' | 'conntrack', sure: 'certain' | 'likely'): EndIdentity {
  return onceFor(ofPods[learned][sure], facts, ({ pod, deployment, services }) => ({
    pod: pod.name, namespace: pod.namespace, node: pod.node, uid: pod.uid,
    ...(deployment === undefined ? {} : { deployment }), ...(services[0] === undefined ? {} : { service: services[0] }),
    ...(pod.owner === undefined ? {} : { workload: pod.owner }),
    learned, sure,
  }));
}

/** The process that an event tells of. */
export function endOfSocket({ facts, container, containerId }: SocketOwner, { role, pid, containerPid, command }: OwnerEvent): EndIdentity {
  const sure = role === 'existing' ? 'likely' : 'certain';
  return remembered(ofProcesses, facts, pid, () => ({
    ...endOfPod(facts, 'socket', sure),
    ...(container === undefined ? {} : { container }), ...(containerId === undefined ? {} : { containerId }),
    process: { pid, containerPid, comm: command },
  }), (end) => end.process?.containerPid === containerPid && end.process.comm === command && end.sure === sure && end.containerId === containerId && end.container === container);
}

/** The same end, called by that Service's address. */
export function calledAs(end: EndIdentity, service: string): EndIdentity {
  return end.service === service ? end : remembered(ofServices, end, service, () => ({ ...end, service }));
}

/** Whether they say the same: most that do are one object, and most others differ in their process. */
export function sameEnd(one: EndIdentity | undefined, other: EndIdentity | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined || one.process?.pid !== other.process?.pid) return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
