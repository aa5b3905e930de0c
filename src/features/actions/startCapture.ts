/** "Start Capture": all packets of what was chosen, whole, until it is stopped. */
import { Command } from '../../contract/contributions.ts';
import { captureTarget, type CaptureTarget } from '../clusterTree/captureTarget.ts';
import type { ClusterTreeModel } from '../clusterTree/model.ts';
import type { TreeNode } from '../clusterTree/node.ts';
import { notify } from '../notify.ts';
import type { CaptureRequest } from '../savedCaptures.ts';
import { ProblemError } from '../../base/problem.ts';
import type { ActionContext, TreeAction } from './action.ts';
import { guestOf } from './guestContainer.ts';

/** What may be chosen beside the target. */
export interface CaptureOptions {
  /** In place of the target's own. */
  readonly filter: string;
  /** As the command line takes them, '' for none: `60s`, `100M`, `96`. */
  readonly duration: string;
  readonly size: string;
  readonly snaplen: string;
}

/** What a node stands for. Rejects with one sentence. */
export async function targetOf(node: TreeNode | undefined, { model }: ActionContext): Promise<CaptureTarget> {
  if (node === undefined) throw new ProblemError('invalid', 'Nothing is chosen in the cluster tree.', 'Choose a pod, workload, Service, NetworkPolicy, Ingress, namespace or node there.');
  return captureTarget(node, model.viewOf(node.context));
}

/** Begins it, by the agents or from inside of the pod, and shows it. */
export async function beginCapture(node: TreeNode | undefined, target: CaptureTarget, options: CaptureOptions, context: ActionContext): Promise<void> {
  const guest = await guestOf(node, target, context);
  if (guest === undefined) return;
  if (target.note !== undefined) {
    context.log.warn(target.note);
    void notify.warning(target.note);
  }
  const request = requestOf(target, options, context.model);
  await context.captures.start({ ...request, words: [...request.words, ...guest] });
  context.refresh();
}

/** The words of `stratoshark capture` for it. */
export function requestOf({ context, label, stem, namespace }: CaptureTarget, { filter, duration, size, snaplen }: CaptureOptions, { kubeconfig, agents: { namespace: agentNamespace } }: ClusterTreeModel): CaptureRequest {
  const option = (name: string, value: string | undefined): readonly string[] => (value === undefined || value === '' ? [] : [name, value]);
  return {
    source: label, filter, target: stem,
    words: [
      'capture', '--context', context, ...option('--kubeconfig', kubeconfig), ...option('--agent-namespace', agentNamespace), ...option('--namespace', namespace), ...option('--ebpf-filter', filter),
      ...option('--duration', duration), ...option('--size', size), ...option('--snaplen', snaplen),
    ],
  };
}

export const startCapture: TreeAction = {
  command: Command.startCapture,
  async run(node, context) {
    const target = await targetOf(node, context);
    await beginCapture(node, target, { filter: target.filter, duration: '', size: '', snaplen: '' }, context);
  },
};
