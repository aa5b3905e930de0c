/** What the cluster tree shows, free of VS Code: nodes that make their children when they are asked for. */
import type { ClusterView, Known } from '../../cluster/clusterView.ts';
import type { KubeObject, Labels } from '../../cluster/objects.ts';
import type { ResourceName } from '../../cluster/resources.ts';

/** Which object a node stands for: commands go by it. */
export interface ObjectRef {
  readonly context: string;
  readonly resource: ResourceName;
  readonly namespace: string;
  readonly name: string;
}

/** Where a capture lies in a cluster. */
export interface OnNode {
  readonly node: string;
  readonly namespace: string;
  /** The agent's. */
  readonly pod: string;
  /** What the view remembers the list by. */
  readonly key: string;
  readonly file?: { readonly path: string; readonly size: number; readonly changed: number };
}

export interface TreeNode {
  /** The same for the same thing as long as it lives: keeps it expanded. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Codicon, and a theme color for it. */
  readonly icon: string;
  readonly color?: string;
  /** Lines; plain text, from objects that anybody may have named. */
  readonly tooltip?: readonly string[];
  /** `viewItem` of menus. */
  readonly menu: string;
  readonly context: string;
  readonly ref?: ObjectRef;
  /** The pod a container is of. */
  readonly pod?: ObjectRef;
  readonly ips?: readonly string[];
  /** A capture on a node, or (without path) those of a node. */
  readonly onNode?: OnNode;
  readonly expanded?: boolean;
  /** Run by a click. */
  readonly command?: { readonly id: string; readonly title: string; readonly argument: unknown };
  readonly children?: () => readonly TreeNode[];
}

/** What nodes are made from. */
export interface Scope {
  readonly view: ClusterView;
  /** '' shows everything. */
  readonly filter: string;
  readonly pinned: ReadonlySet<string>;
  /** Namespaces typed by who may not list them. */
  readonly typed: readonly string[];
  readonly agents: AgentFacts;
}

export interface AgentFacts {
  /** Where the agents are. */
  readonly namespace: string;
  /** Version of this extension, which theirs should be; '' is not compared. */
  readonly version: string;
}

/** One kind of folder below a namespace (or a cluster): one file each. */
export interface FolderKind {
  readonly id: string;
  readonly label: string;
  readonly icon: string;
  /** `viewItem` of the folder, where it has a menu. */
  readonly menu?: string;
  children(scope: Scope, namespace: string): readonly TreeNode[];
}

/** More rows than that are of no use to anybody; the rest is reached by the filter. */
export const kMostShown = 1000;

export const warningColor = 'list.warningForeground';
export const errorColor = 'list.errorForeground';

/** A sentence in the tree. */
export function message(scope: Scope, id: string, text: string, parts: Partial<TreeNode> = {}): TreeNode {
  return { id: `${scope.view.context}/${id}`, label: text, icon: 'info', menu: 'message', context: scope.view.context, tooltip: [text], ...parts };
}

const numbered = new Intl.Collator('en', { numeric: true });
/** Longer lists are sorted as kubectl does, by code unit: telling 2 from 10 would take most of the time until they are shown. */
const kNumbered = 2000;

function byName<T extends { readonly name: string }>(objects: readonly T[]): readonly T[] {
  return [...objects].sort(objects.length > kNumbered ? (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) : (a, b) => numbered.compare(a.name, b.name));
}

/** Whether the filter is in its name, a label, an address. */
export function matches({ filter }: Scope, { name, labels }: { readonly name: string; readonly labels: Labels }, more: readonly string[] = []): boolean {
  if (filter === '') return true;
  const wanted = filter.toLowerCase();
  const has = (text: string): boolean => text.toLowerCase().includes(wanted);
  return has(name) || more.some(has) || Object.entries(labels).some(([key, value]) => has(`${key}=${value}`));
}

/** Sorted nodes of a list, at most `kMostShown`, or what stands in the way of them. */
export function rows<T extends KubeObject>(
  scope: Scope, id: string, known: Known<T>, what: string, show: (object: T) => TreeNode | undefined,
): readonly TreeNode[] {
  const problem = trouble(scope, id, known);
  if (problem.length > 0 && known.items.length === 0) return problem;
  const shown: TreeNode[] = [];
  let left = 0;
  for (const object of byName(known.items)) {
    if (shown.length === kMostShown) {
      left += 1;
      continue;
    }
    const node = show(object);
    if (node !== undefined) shown.push(node);
  }
  if (left > 0) shown.push(message(scope, `${id}/more`, `${left.toLocaleString('en')} more ${what}: narrow them with Filter.`, { icon: 'ellipsis' }));
  if (shown.length > 0) return [...problem, ...shown];
  return [...problem, message(scope, `${id}/none`, known.items.length === 0 ? `No ${what}` : `No ${what} match the filter`)];
}

/** Why a list is not there, or not up to date. */
export function trouble(scope: Scope, id: string, known: Known<unknown>): readonly TreeNode[] {
  if (known.problem !== undefined) {
    return [message(scope, `${id}/problem`, known.problem, { icon: 'warning', color: errorColor, menu: 'problem' })];
  }
  return known.loading ? [message(scope, `${id}/loading`, 'Loading…', { icon: 'loading~spin' })] : [];
}

export const labelLines = (labels: Labels): readonly string[] => Object.entries(labels).map(([key, value]) => `  ${key}=${value}`);

/** Name, more lines, labels. */
export function tooltip(title: string, lines: readonly (string | undefined)[], labels: Labels): readonly string[] {
  const named = labelLines(labels);
  return [title, ...lines.filter((line): line is string => line !== undefined && line !== ''), ...(named.length === 0 ? [] : ['Labels:', ...named])];
}

export function refOf(scope: Scope, resource: ResourceName, { namespace, name }: KubeObject): ObjectRef {
  return { context: scope.view.context, resource, namespace, name };
}
