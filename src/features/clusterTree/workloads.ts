/** Workloads → pods → containers; pods that nobody made stand beside the workloads. */
import type { PodObject, WorkloadObject } from '../../cluster/objects.ts';
import type { ResourceName } from '../../cluster/resources.ts';
import { matches, refOf, rows, tooltip, trouble, warningColor, type FolderKind, type Scope, type TreeNode } from './node.ts';
import { podNode, podWords } from './pods.ts';

const kinds = [
  { kind: 'Deployment', resource: 'deployments', icon: 'layers' },
  { kind: 'StatefulSet', resource: 'statefulSets', icon: 'database' },
  { kind: 'DaemonSet', resource: 'daemonSets', icon: 'server-process' },
  { kind: 'Job', resource: 'jobs', icon: 'tasklist' },
  { kind: 'ReplicaSet', resource: 'replicaSets', icon: 'copy' },
] as const;

interface Row extends WorkloadObject {
  /** Made for those that are shown: there may be ten thousand. */
  readonly node: () => TreeNode;
}

export const workloads: FolderKind = {
  id: 'workloads',
  label: 'Workloads',
  icon: 'layers',
  children(scope, namespace) {
    const folder = `${scope.view.context}/${namespace}/workloads`;
    const pods = scope.view.use('pods', namespace);
    const replicaSets = scope.view.use('replicaSets', namespace);
    const owned = podsByOwner(pods.items, replicaSets.items);
    const known = kinds.map((one) => ({ ...one, known: scope.view.use(one.resource as 'deployments', namespace) }));
    const all = known.flatMap(({ kind, resource, icon, known: { items } }) =>
      items.filter(({ owner }) => owner === undefined || (kind === 'Job' && owner.kind === 'CronJob'))
        .flatMap((item) => workloadNode(scope, item, { kind, resource, icon, folder, pods: owned.get(item.uid) ?? [] })));
    const shown = new Set(known.flatMap(({ known: { items } }) => items.map(({ uid }) => uid)));
    const alone = pods.items.filter((pod) => (pod.owner === undefined || !shown.has(pod.owner.uid)) && matches(scope, pod, podWords(pod)))
      .map((pod): Row => ({ ...pod, ready: 0, wanted: 0, node: () => podNode(scope, pod, folder) }));
    const hindered = known.find((one) => one.known.problem !== undefined);
    const loading = pods.loading || known.some((one) => one.known.loading);
    const state = { items: [...all, ...alone], loading, forbidden: false };
    const problems = hindered === undefined ? [] : trouble(scope, `${namespace}/workloads`, hindered.known);
    if (pods.problem !== undefined) return [...trouble(scope, `${namespace}/pods`, pods), ...all.map(({ node }) => node())];
    // Half a list would look like a whole one.
    if (loading) return trouble(scope, `${namespace}/workloads`, { ...state, items: [], loading: true });
    return [...problems, ...rows(scope, `${namespace}/workloads`, state, 'workloads', ({ node }) => node())];
  },
};

/** Pods by the uid of what the tree shows them under: a ReplicaSet's go to its Deployment. */
function podsByOwner(pods: readonly PodObject[], replicaSets: readonly WorkloadObject[]): ReadonlyMap<string, readonly PodObject[]> {
  const above = new Map(replicaSets.map(({ uid, owner }) => [uid, owner?.uid ?? uid]));
  const owned = new Map<string, PodObject[]>();
  for (const pod of pods) {
    if (pod.owner === undefined) continue;
    const owner = above.get(pod.owner.uid) ?? pod.owner.uid;
    const list = owned.get(owner);
    if (list === undefined) owned.set(owner, [pod]);
    else list.push(pod);
  }
  return owned;
}

interface Workload {
  readonly kind: string;
  readonly resource: ResourceName;
  readonly icon: string;
  readonly folder: string;
  readonly pods: readonly PodObject[];
}

function workloadNode(scope: Scope, item: WorkloadObject, { kind, resource, icon, folder, pods }: Workload): readonly Row[] {
  const self = matches(scope, item);
  const shown = self ? pods : pods.filter((pod) => matches(scope, pod, podWords(pod)));
  if (!self && shown.length === 0) return [];
  const id = `${folder}/${item.uid}`;
  return [{
    ...item,
    node: () => ({
      id,
      label: item.name,
      description: `${kind} · ${item.ready}/${item.wanted} ${kind === 'Job' ? 'done' : 'ready'}`,
      icon,
      ...(item.ready < item.wanted ? { color: warningColor } : {}),
      tooltip: tooltip(`${kind} ${item.namespace}/${item.name}`, [`${item.ready} of ${item.wanted} ${kind === 'Job' ? 'done' : 'ready'}`, `${pods.length} pods`], item.labels),
      menu: 'workload',
      context: scope.view.context,
      ref: refOf(scope, resource, item),
      children: () => rows(scope, `${id}/pods`, { items: shown, loading: false, forbidden: false }, 'pods', (pod) => podNode(scope, pod, id)),
    }),
  }];
}
