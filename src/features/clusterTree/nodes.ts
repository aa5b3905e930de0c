/** Nodes of the cluster, and whether the agent runs on each. */
import type { Known } from '../../cluster/clusterView.ts';
import type { NodeObject, PodObject } from '../../cluster/objects.ts';
import { errorColor, matches, refOf, rows, tooltip, warningColor, type FolderKind } from './node.ts';
import { podNode, podState } from './pods.ts';

/** Where the agent's DaemonSet is, and what its pods are labelled. */
export const agentNamespace = 'monitoring';
export const isAgent = ({ labels }: PodObject): boolean => labels.app === 'stratoshark';

/** One phrase about the agent of a node. */
function agentState(agent: PodObject | undefined, pods: Known<PodObject>): string {
  if (pods.forbidden) return `agent unknown: you may not list pods of ${agentNamespace}`;
  if (pods.loading || pods.problem !== undefined) return 'agent unknown';
  if (agent === undefined) return 'no agent';
  const state = podState(agent);
  const ready = agent.containers.some(({ role, ready: is }) => role === 'container' && is);
  return state === 'Running' ? `agent ${ready ? 'ready' : 'not ready'}` : `agent ${state}`;
}

const stateOf = ({ ready, unschedulable }: NodeObject): string => `${ready ? 'Ready' : 'Not ready'}${unschedulable ? ', no new pods' : ''}`;

export const nodes: FolderKind = {
  id: 'nodes',
  label: 'Nodes',
  icon: 'server',
  children(scope) {
    const pods = scope.view.use('pods', agentNamespace);
    const agents = new Map(pods.items.filter((pod) => isAgent(pod) && !pod.leaving).map((pod) => [pod.node, pod]));
    return rows(scope, 'nodes', scope.view.use('nodes', ''), 'nodes', (node) => {
      if (!matches(scope, node, node.ips)) return undefined;
      const agent = agents.get(node.name);
      const said = agentState(agent, pods);
      const id = `${scope.view.context}/nodes/${node.uid}`;
      return {
        id,
        label: node.name,
        description: [stateOf(node), ...node.ips.slice(0, 1), said].join(' · '),
        icon: 'server',
        ...(node.ready ? {} : { color: errorColor }),
        ...(node.ready && said !== 'agent ready' && said !== 'no agent' ? { color: warningColor } : {}),
        tooltip: tooltip(`Node ${node.name}`, [stateOf(node), `IP: ${node.ips.join(', ')}`, `Kubelet ${node.version}, ${node.runtime}`, said], node.labels),
        menu: 'node',
        context: scope.view.context,
        ref: refOf(scope, 'nodes', node),
        ips: node.ips,
        ...(agent === undefined ? {} : { children: () => [podNode(scope, agent, id)] }),
      };
    });
  },
};
