/** Who is at the ends of flows: one object for all that say the same, since thousands of flows a second are between few. */
import { dropOldest } from '../base/oldest.ts';
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

function remembered<T extends object>(all: WeakMap<T, Map<string, EndIdentity>>, of: T, key: string, make: () => EndIdentity): EndIdentity {
  let some = all.get(of);
  if (some === undefined) all.set(of, (some = new Map<string, EndIdentity>()));
  const known = some.get(key);
  if (known !== undefined) return known;
  const end = make();
  some.set(key, end);
  dropOldest(some, kMostOfOne);
  return end;
}

/** By how it was learned and how sure that is. */
const ofPods = {
  socket: { certain: new WeakMap<PodFacts, EndIdentity>(), likely: new WeakMap<PodFacts, EndIdentity>() },
  conntrack: { certain: new WeakMap<PodFacts, EndIdentity>(), likely: new WeakMap<PodFacts, EndIdentity>() },
};
const ofProcesses = new WeakMap<PodFacts, Map<string, EndIdentity>>();
/** The one that was asked for last, of each pid. */
const ofPids = new WeakMap<PodFacts, Map<number, EndIdentity>>();
const ofServices = new WeakMap<EndIdentity, Map<string, EndIdentity>>();

/** What a pod's object says of it, for an end of a flow. */
export function endOfPod(facts: PodFacts, learned: 'socket' | 'conntrack', sure: 'certain' | 'likely'): EndIdentity {
  const known = ofPods[learned][sure].get(facts);
  if (known !== undefined) return known;
  const { pod, deployment, services } = facts;
  const end = {
    pod: pod.name, namespace: pod.namespace, node: pod.node, uid: pod.uid,
    ...(deployment === undefined ? {} : { deployment }), ...(services[0] === undefined ? {} : { service: services[0] }),
    ...(pod.owner === undefined ? {} : { workload: pod.owner }),
    learned, sure,
  };
  ofPods[learned][sure].set(facts, end);
  return end;
}

/** The process that an event tells of. */
export function endOfSocket(owner: SocketOwner, event: OwnerEvent): EndIdentity {
  const { facts } = owner;
  let last = ofPids.get(facts);
  if (last === undefined) ofPids.set(facts, (last = new Map<number, EndIdentity>()));
  const known = last.get(event.pid);
  if (known !== undefined && isOf(known, owner, event)) return known;
  const end = processEnd(owner, event);
  last.delete(event.pid);
  last.set(event.pid, end);
  dropOldest(last, kMostOfOne);
  return end;
}

const surenessOf = ({ role }: OwnerEvent): 'certain' | 'likely' => (role === 'existing' ? 'likely' : 'certain');

const isOf = (end: EndIdentity, { container, containerId }: SocketOwner, event: OwnerEvent): boolean =>
  end.process?.containerPid === event.containerPid && end.process.comm === event.command && end.sure === surenessOf(event)
  && end.containerId === containerId && end.container === container;

function processEnd({ facts, container, containerId }: SocketOwner, event: OwnerEvent): EndIdentity {
  const { pid, containerPid, command } = event;
  const sure = surenessOf(event);
  return remembered(ofProcesses, facts, `${sure} ${String(pid)} ${String(containerPid)} ${container ?? ''} ${containerId ?? ''} ${command}`, () => ({
    ...endOfPod(facts, 'socket', sure),
    ...(container === undefined ? {} : { container }), ...(containerId === undefined ? {} : { containerId }),
    process: { pid, containerPid, comm: command },
  }));
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
