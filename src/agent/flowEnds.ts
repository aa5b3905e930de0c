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

const ofPods = new WeakMap<PodFacts, Map<string, EndIdentity>>();
const ofServices = new WeakMap<EndIdentity, Map<string, EndIdentity>>();

/** What a pod's object says of it, for an end of a flow. */
export function endOfPod(facts: PodFacts, learned: 'socket' | 'conntrack', sure: 'certain' | 'likely'): EndIdentity {
  return remembered(ofPods, facts, `${learned} ${sure}`, () => {
    const { pod, deployment, services } = facts;
    return {
      pod: pod.name, namespace: pod.namespace, node: pod.node, uid: pod.uid,
      ...(deployment === undefined ? {} : { deployment }), ...(services[0] === undefined ? {} : { service: services[0] }),
      ...(pod.owner === undefined ? {} : { workload: pod.owner }),
      learned, sure,
    };
  });
}

/** The process that an event tells of. */
export function endOfSocket({ facts, container, containerId }: SocketOwner, { role, pid, containerPid, command }: OwnerEvent): EndIdentity {
  const sure = role === 'existing' ? 'likely' : 'certain';
  return remembered(ofPods, facts, `${sure} ${String(pid)} ${String(containerPid)} ${container ?? ''} ${containerId ?? ''} ${command}`, () => ({
    ...endOfPod(facts, 'socket', sure),
    ...(container === undefined ? {} : { container }), ...(containerId === undefined ? {} : { containerId }),
    process: { pid, containerPid, comm: command },
  }));
}

/** The same end, called by that Service's address. */
export function calledAs(end: EndIdentity, service: string): EndIdentity {
  return end.service === service ? end : remembered(ofServices, end, service, () => ({ ...end, service }));
}

export const sameEnd = (one: EndIdentity | undefined, other: EndIdentity | undefined): boolean => one === other || JSON.stringify(one) === JSON.stringify(other);
