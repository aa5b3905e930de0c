/** Captures that were left on a node: the files its agent has. Asked for when they are looked at. */
import { basename } from 'node:path';
import { listAgentFiles } from '../../capture/agentFiles.ts';
import type { NodeObject, PodObject } from '../../cluster/objects.ts';
import { sizeText } from './captures.ts';
import { errorColor, kMostShown, message, type OnNode, type Scope, type TreeNode } from './node.ts';

/** The folder below a node; `agent` is the one of this node. */
export function nodeFiles(scope: Scope, node: NodeObject, id: string, agent: PodObject): TreeNode {
  const folder = `${id}/files`;
  const { context } = scope.view;
  const where: OnNode = { node: node.name, namespace: agent.namespace, pod: agent.name, key: `files/${agent.uid}` };
  return {
    id: folder, label: 'Captures on This Node', icon: 'archive', menu: 'onNode', context, onNode: where,
    tooltip: [`Captures that were written on ${node.name}, in its agent's /tmp and in /var/log/captures`],
    children: () => {
      const { value, problem } = scope.view.once(where.key, (kubeconfig) => listAgentFiles({ kubeconfig, context, namespace: where.namespace, pod: where.pod }));
      if (problem !== undefined) return [message(scope, `${folder}/problem`, problem, { icon: 'warning', color: errorColor })];
      if (value === undefined) return [message(scope, `${folder}/loading`, 'Loading…', { icon: 'loading~spin' })];
      if (value.length === 0) return [message(scope, `${folder}/none`, 'No captures on this node')];
      return value.slice(0, kMostShown).map((file): TreeNode => ({
        id: `${folder}/${file.path}`, label: basename(file.path), description: `${sizeText(file.size)} · ${new Date(file.changed).toLocaleString()}`, icon: 'pulse', menu: 'onNode.capture', context,
        tooltip: [file.path, `On ${node.name}`, sizeText(file.size), `Last written ${new Date(file.changed).toLocaleString()}`], onNode: { ...where, file },
      }));
    },
  };
}
