/** Pods and their containers. */
import type { ContainerState, PodObject } from '../../cluster/objects.ts';
import { errorColor, refOf, tooltip, warningColor, type Scope, type TreeNode } from './node.ts';

/** What kubectl's STATUS column says: the first container that does not run, else the phase. */
export function podState({ phase, leaving, containers }: PodObject): string {
  if (leaving) return 'Terminating';
  return containers.find(({ role, state }) => role !== 'ephemeral' && !['', 'Running', 'Completed'].includes(state))?.state ?? phase;
}

export function podNode(scope: Scope, pod: PodObject, parent: string): TreeNode {
  const id = `${parent}/pod/${pod.uid}`;
  const state = podState(pod);
  const main = pod.containers.filter(({ role }) => role === 'container');
  const ready = main.filter((one) => one.ready).length;
  const well = state === 'Succeeded' || (state === 'Running' && ready === main.length);
  const trouble = ['Running', 'Pending', 'Succeeded', 'Terminating', 'ContainerCreating'].includes(state) ? warningColor : errorColor;
  const restarts = main.reduce((sum, one) => sum + one.restarts, 0);
  return {
    id,
    label: pod.name,
    description: [`${ready}/${main.length}`, state, ...pod.ips.slice(0, 1)].join(' · '),
    icon: 'symbol-method',
    ...(well ? {} : { color: trouble }),
    tooltip: tooltip(`Pod ${pod.namespace}/${pod.name}`, [
      `State: ${state}, ${ready} of ${main.length} containers ready${restarts === 0 ? '' : `, ${restarts} restarts`}`,
      pod.ips.length === 0 ? undefined : `IP: ${pod.ips.join(', ')}${pod.hostNetwork ? " (the node's network)" : ''}`,
      pod.node === '' ? undefined : `Node: ${pod.node}`,
    ], pod.labels),
    menu: 'pod',
    context: scope.view.context,
    ref: refOf(scope, 'pods', pod),
    ips: pod.ips,
    children: () => pod.containers.map((one) => containerNode(scope, pod, one, id)),
  };
}

function containerNode(scope: Scope, pod: PodObject, { name, image, role, ready, state, restarts }: ContainerState, parent: string): TreeNode {
  const over = state === 'Completed' && role === 'init';
  return {
    id: `${parent}/${role}/${name}`,
    label: name,
    description: [...(role === 'container' ? [] : [role]), state || 'waiting', ...(restarts === 0 ? [] : [`${restarts} restarts`])].join(' · '),
    icon: 'package',
    ...(ready || over || role === 'ephemeral' ? {} : { color: warningColor }),
    tooltip: [`Container ${name} of ${pod.name}`, `Image: ${image}`, `State: ${state || 'waiting'}`],
    menu: 'container',
    context: scope.view.context,
    pod: refOf(scope, 'pods', pod),
  };
}

/** Words a pod is found by, beside name and labels. */
export const podWords = (pod: PodObject): readonly string[] => [...pod.ips, pod.node];
