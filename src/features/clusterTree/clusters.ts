/** A context of the kubeconfig → nodes and namespaces → folders. */
import { Command } from '../../contract/contributions.ts';
import { ingresses } from './ingresses.ts';
import { networkPolicies } from './networkPolicies.ts';
import { errorColor, message, trouble, type FolderKind, type Scope, type TreeNode } from './node.ts';
import { nodes } from './nodes.ts';
import { services } from './services.ts';
import { workloads } from './workloads.ts';

/** Folders of a namespace, in order. A new kind is a file and a name here. */
const folders: readonly FolderKind[] = [workloads, services, ingresses, networkPolicies];

export interface ContextFacts {
  readonly name: string;
  readonly server: string;
  readonly current: boolean;
}

export function contextNode(scope: Scope, { name, server, current }: ContextFacts): TreeNode {
  const { isOpen, hindrance } = scope.view;
  const connected = isOpen && hindrance === undefined;
  return {
    id: `context/${name}`,
    label: name,
    description: [...(current ? ['current'] : []), ...(connected ? [] : ['not connected'])].join(' · '),
    icon: connected ? 'vm-active' : 'vm-outline',
    ...(hindrance === undefined ? {} : { color: errorColor }),
    tooltip: [`Context ${name}`, `Server: ${server}`, ...(hindrance === undefined ? [] : [hindrance])],
    menu: 'context',
    context: name,
    children: () => contextChildren(scope),
  };
}

function contextChildren(scope: Scope): readonly TreeNode[] {
  const known = scope.view.use('namespaces', '');
  if (known.forbidden) {
    const type = message(scope, 'type', 'You may not list namespaces here: type the name of one…', {
      icon: 'add', command: { id: Command.typeNamespace, title: 'Type a namespace', argument: scope.view.context },
    });
    return [...scope.typed.map((name) => ({ ...namespaceNode(scope, name, []), menu: 'namespace.typed' })), type];
  }
  const hindered = trouble(scope, 'namespaces', known);
  if (hindered.length > 0 && known.items.length === 0) return hindered;
  const order = (name: string): string => `${scope.pinned.has(name) ? 0 : 1}${name}`;
  const sorted = [...known.items].sort((a, b) => (order(a.name) < order(b.name) ? -1 : 1));
  return [
    ...hindered,
    folderNode(scope, nodes, ''),
    ...sorted.map(({ name, labels, phase }) => namespaceNode(scope, name, [phase, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)])),
  ];
}

function namespaceNode(scope: Scope, name: string, lines: readonly string[]): TreeNode {
  const pinned = scope.pinned.has(name);
  return {
    id: `${scope.view.context}/namespace/${name}`,
    label: name,
    icon: pinned ? 'pinned' : 'symbol-namespace',
    tooltip: [`Namespace ${name}`, ...lines],
    menu: pinned ? 'namespace.pinned' : 'namespace',
    context: scope.view.context,
    ref: { context: scope.view.context, resource: 'namespaces', namespace: '', name },
    children: () => folders.map((kind) => folderNode(scope, kind, name)),
  };
}

function folderNode(scope: Scope, kind: FolderKind, namespace: string): TreeNode {
  return {
    id: `${scope.view.context}/${namespace}/folder/${kind.id}`,
    label: kind.label,
    icon: kind.icon,
    menu: kind.menu ?? 'folder',
    context: scope.view.context,
    ...(kind.id === 'workloads' ? { expanded: true } : {}),
    children: () => kind.children(scope, namespace),
  };
}
