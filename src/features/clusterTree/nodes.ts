/** Nodes of the cluster, and whether the agent runs on each. */
import { versionTrouble } from '../../capture/deployment/version.ts';
import { whyStuck } from '../../capture/deployment/stuck.ts';
import { kVersionLabel } from '../../capture/deployment/manifests.ts';
import type { Known } from '../../cluster/clusterView.ts';
import type { NodeObject, PodObject } from '../../cluster/objects.ts';
import { errorColor, matches, message, refOf, rows, tooltip, warningColor, type AgentFacts, type FolderKind } from './node.ts';
import { networkOf } from './nodeNetwork.ts';
import { nodeFiles } from './nodeFiles.ts';
import { podNode, podState } from './pods.ts';

export const isAgent = ({ labels }: PodObject): boolean => labels.app === 'stratoshark';

/** One phrase about the agent of a node. */
function agentState(agent: PodObject | undefined, pods: Known<PodObject>, { namespace }: AgentFacts): string {
  if (pods.forbidden) return `agent unknown: you may not list pods of ${namespace}`;
  if (pods.loading || pods.problem !== undefined) return 'agent unknown';
  if (agent === undefined) return 'no agent';
  const state = podState(agent);
  const ready = agent.containers.some(({ role, ready: is }) => role === 'container' && is);
  return state === 'Running' ? `agent ${ready ? 'ready' : 'not ready'}` : `agent ${state}`;
}

/** What stands in the way of an agent, in a sentence. */
function agentTrouble(agent: PodObject | undefined, { version }: AgentFacts): string | undefined {
  if (agent === undefined) return undefined;
  return whyStuck(agent) ?? (version === '' ? undefined : versionTrouble(agent.labels[kVersionLabel] ?? '', version));
}

const stateOf = ({ ready, unschedulable }: NodeObject): string => `${ready ? 'Ready' : 'Not ready'}${unschedulable ? ', no new pods' : ''}`;

export const nodes: FolderKind = {
  id: 'nodes',
  label: 'Nodes',
  icon: 'server',
  menu: 'nodes',
  children(scope) {
    const pods = scope.view.use('pods', scope.agents.namespace);
    const agents = new Map(pods.items.filter((pod) => isAgent(pod) && !pod.leaving).map((pod) => [pod.node === '' ? pod.meantFor : pod.node, pod]));
    return rows(scope, 'nodes', scope.view.use('nodes', ''), 'nodes', (node) => {
      if (!matches(scope, node, node.ips)) return undefined;
      const agent = agents.get(node.name);
      const said = agentState(agent, pods, scope.agents);
      const trouble = agentTrouble(agent, scope.agents);
      const id = `${scope.view.context}/nodes/${node.uid}`;
      return {
        id,
        label: node.name,
        description: [stateOf(node), ...node.ips.slice(0, 1), said].join(' · '),
        icon: 'server',
        ...(node.ready ? {} : { color: errorColor }),
        ...(node.ready && (trouble !== undefined || (said !== 'agent ready' && said !== 'no agent')) ? { color: warningColor } : {}),
        tooltip: tooltip(`Node ${node.name}`, [stateOf(node), `IP: ${node.ips.join(', ')}`, `Kubelet ${node.version}, ${node.runtime}`, said, trouble], node.labels),
        menu: 'node',
        context: scope.view.context,
        ref: refOf(scope, 'nodes', node),
        ips: node.ips,
        children: () => [
          ...(trouble === undefined ? [] : [message(scope, `${id}/trouble`, trouble, { icon: 'warning', color: warningColor })]),
          ...networkOf(scope, node, id, said === 'agent ready' ? agent : undefined),
          ...(agent === undefined ? [] : [podNode(scope, agent, id)]),
          ...(agent === undefined || said !== 'agent ready' ? [] : [nodeFiles(scope, node, id, agent)]),
        ],
      };
    });
  },
};
