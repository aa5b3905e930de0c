/** How far the agent is rolled out, node by node; watched until it is on all of them. */
import type { ApiClient, ClusterError } from '../../cluster/apiClient.ts';
import { ListWatch } from '../../cluster/listWatch.ts';
import { nodeObject, podObject, type NodeObject, type PodObject } from '../../cluster/objects.ts';
import { apiPath } from '../../cluster/resources.ts';
import { agentPodsPath } from '../agentPods.ts';
import { kVersionLabel } from './manifests.ts';
import { keptOff, whyRefused, whyStuck, type EventObject, type RolloutObject } from './stuck.ts';

export interface AgentOnNode {
  readonly node: string;
  readonly state: 'ready' | 'not ready' | 'none';
  /** '' where its pod does not say. */
  readonly version: string;
  readonly pod: string;
  /** One sentence, where something is in its way. */
  readonly trouble?: string;
}

export interface Rollout {
  /** Whether there is a DaemonSet. */
  readonly deployed: boolean;
  readonly image: string;
  readonly ready: number;
  readonly wanted: number;
  /** Every node that should has the agent as it was last applied, and it is ready. */
  readonly done: boolean;
  readonly nodes: readonly AgentOnNode[];
  /** Pods that are ending. */
  readonly leaving: number;
  /** What keeps all nodes from it. */
  readonly trouble?: string;
}

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

export function rolloutObject(from: unknown): RolloutObject {
  const { metadata, spec, status: seen } = object(from);
  const [meta, status] = [object(metadata), object(seen)];
  const pod = object(object(object(spec).template).spec);
  return {
    uid: text(meta.uid),
    generation: number(meta.generation),
    observed: number(status.observedGeneration),
    desired: number(status.desiredNumberScheduled),
    updated: number(status.updatedNumberScheduled),
    available: number(status.numberAvailable),
    image: text(list(pod.containers)[0]?.image),
    tolerations: list(pod.tolerations).map(({ key, operator, value, effect }) => ({ key: text(key), operator: text(operator) || 'Equal', value: text(value), effect: text(effect) })),
    nodeSelector: Object.fromEntries(Object.entries(object(pod.nodeSelector)).map(([key, value]) => [key, text(value)])),
  };
}

export function eventObject(from: unknown): EventObject {
  const { metadata, involvedObject, reason, message, lastTimestamp, eventTime } = object(from);
  const about = object(involvedObject);
  return { uid: text(object(metadata).uid), about: text(about.name), kind: text(about.kind), reason: text(reason), message: text(message), last: Date.parse(text(lastTimestamp) || text(eventTime)) || 0 };
}

export interface RolloutFacts {
  readonly namespace: string;
  readonly set: RolloutObject | undefined;
  readonly pods: readonly PodObject[];
  /** Empty where the account may not list nodes: only those with a pod are told then. */
  readonly nodes: readonly NodeObject[];
  readonly events: readonly EventObject[];
}

const isReady = ({ containers }: PodObject): boolean => {
  const main = containers.filter(({ role }) => role === 'container');
  return main.length > 0 && main.every(({ ready }) => ready);
};

/** Whether the controller still cannot make pods: what it last said of that. Events outlive what they are about by an hour. */
function refusal({ set, pods, events, namespace }: RolloutFacts): string | undefined {
  if (set === undefined || pods.filter(({ leaving }) => !leaving).length >= Math.max(1, set.desired)) return undefined;
  const failed = events.filter(({ kind, reason }) => kind === 'DaemonSet' && reason === 'FailedCreate').sort((a, b) => b.last - a.last)[0];
  return failed === undefined ? undefined : whyRefused(failed, namespace);
}

/** The state of the rollout from what the cluster has. Pure. */
export function rolloutOf(facts: RolloutFacts): Rollout {
  const { set, pods, nodes } = facts;
  const byNode = new Map(pods.filter(({ leaving }) => !leaving).map((pod) => [pod.node === '' ? pod.meantFor ?? '' : pod.node, pod]));
  const refused = refusal(facts);
  const known = new Map(nodes.map((node) => [node.name, node]));
  const names = [...new Set([...known.keys(), ...byNode.keys()])].filter((name) => name !== '').sort();
  const told = names.map((name): AgentOnNode => {
    const [pod, node] = [byNode.get(name), known.get(name)];
    const trouble = pod === undefined ? (set === undefined || node === undefined ? undefined : keptOff(set, node)) : whyStuck(pod);
    return {
      node: name, pod: pod?.name ?? '', version: pod?.labels[kVersionLabel] ?? '',
      state: pod === undefined ? 'none' : isReady(pod) ? 'ready' : 'not ready',
      ...(trouble === undefined ? {} : { trouble }),
    };
  });
  const ready = told.filter(({ state }) => state === 'ready').length;
  const settled = set !== undefined && set.observed >= set.generation;
  return {
    deployed: set !== undefined, leaving: pods.filter(({ leaving }) => leaving).length, image: set?.image ?? '', ready, wanted: set?.desired ?? 0, nodes: told,
    // The controller's count may be of a pod that is ending by now: the pods must agree.
    done: settled && set.desired > 0 && set.updated >= set.desired && set.available >= set.desired && ready >= set.desired,
    ...(refused === undefined ? {} : { trouble: refused }),
  };
}

/** Every sentence about what stands in the way, each once. */
export function troubles({ trouble, nodes }: Rollout): readonly string[] {
  return [...new Set([trouble, ...nodes.map((node) => node.trouble)].filter((one): one is string => one !== undefined))];
}

/** Whether nothing of the agent is left, not even a pod that is ending. */
export const isGone = ({ deployed, nodes, leaving }: Rollout): boolean => !deployed && leaving === 0 && nodes.every(({ state }) => state === 'none');

export const kDaemonSet = 'stratoshark';

/** Watches the rollout until `close`; `onChange` with each new state. */
export class RolloutWatch {
  private readonly namespace: string;
  private readonly lists: { readonly set: ListWatch<RolloutObject>; readonly pods: ListWatch<PodObject>; readonly nodes: ListWatch<NodeObject>; readonly events: ListWatch<EventObject> };

  public constructor(client: ApiClient, namespace: string) {
    this.namespace = namespace;
    const events = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events?fieldSelector=${encodeURIComponent('type=Warning,involvedObject.kind=DaemonSet')}`;
    this.lists = {
      set: new ListWatch(client, `${apiPath('daemonSets', namespace)}?fieldSelector=${encodeURIComponent(`metadata.name=${kDaemonSet}`)}`, rolloutObject),
      pods: new ListWatch(client, agentPodsPath(namespace), podObject),
      nodes: new ListWatch(client, apiPath('nodes', ''), nodeObject),
      events: new ListWatch(client, events, eventObject),
    };
  }

  /** What is known now; undefined while DaemonSet and pods have not been listed. */
  public get state(): Rollout | undefined {
    const { set, pods, nodes, events } = this.lists;
    if (!set.listed || !pods.listed) return undefined;
    return rolloutOf({ namespace: this.namespace, set: set.items[0], pods: pods.items, nodes: nodes.items, events: events.items });
  }

  /** Reads everything once. Throws a ClusterError where DaemonSet or pods may not be read; nodes and events may be left out. */
  public async read(): Promise<Rollout> {
    const { set, pods, nodes, events } = this.lists;
    const optional = [nodes, events].map((one) => one.list().catch((error: unknown) => { if ((error as ClusterError).status !== 403) throw error; }));
    await Promise.all([set.list(), pods.list(), ...optional]);
    const { state } = this;
    if (state === undefined) throw new Error('The rollout has not been read.');
    return state;
  }

  /** Follows until `until` answers true, or the signal ends it. Answers the last state. Throws ClusterError. */
  public async follow(until: (state: Rollout) => boolean, onChange: (state: Rollout) => void, signal: AbortSignal): Promise<Rollout> {
    const first = await this.read();
    return new Promise((resolve) => {
      let last = first;
      const all = Object.values(this.lists);
      const end = (): void => {
        for (const one of all) one.close();
        signal.removeEventListener('abort', end);
        resolve(last);
      };
      const look = (): void => {
        last = this.state ?? last;
        onChange(last);
        if (until(last)) end();
      };
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) { end(); return; }
      look();
      for (const one of all) void one.follow(look);
    });
  }
}
