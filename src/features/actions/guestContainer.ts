/** Where a cluster has no agent: asks to capture from inside of the pod, by an ephemeral container. */
import * as vscode from 'vscode';
import { kDaemonSet } from '../../capture/deployment/rollout.ts';
import { hasAgents, planGuest, startGuest } from '../../capture/guest.ts';
import { ApiClient } from '../../cluster/apiClient.ts';
import { Command } from '../../contract/contributions.ts';
import { agentOptions, shippedManifests } from '../agentSettings.ts';
import type { CaptureTarget } from '../clusterTree/captureTarget.ts';
import type { TreeNode } from '../clusterTree/node.ts';
import type { ActionContext } from './action.ts';
import { notify, notifyProgress } from '../notify.ts';

/** The image that agents have, by the settings. */
function agentImage(home: string): string {
  const daemonSet = shippedManifests(home, false).objects.find(({ kind, metadata }) => kind === 'DaemonSet' && metadata.name === kDaemonSet);
  const { spec } = daemonSet as unknown as { readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } } } };
  return spec.template.spec.containers[0]?.image ?? '';
}

/** Words to add to the capture's: none where agents capture. Undefined: called off. Rejects with one sentence. */
export async function guestOf(node: TreeNode | undefined, { context, label }: CaptureTarget, { model, home, log }: ActionContext): Promise<readonly string[] | undefined> {
  const pod = node?.pod ?? node?.ref;
  const client = ApiClient.open(context, model.kubeconfig);
  // What is no pod is refused by the capture itself, which says what to do.
  if (pod?.resource !== 'pods' || (await hasAgents(client, agentOptions().namespace))) return [];
  const plan = await planGuest(client, pod.namespace, pod.name, agentImage(home));
  if (plan.add !== undefined) {
    const [add, deploy] = ['Add Container', 'Deploy Agent…'];
    const detail = `An ephemeral container (${plan.add.image}) joins ${pod.namespace}/${pod.name} and captures on its interfaces. It stays in the pod's spec until the pod goes, and ends 10 minutes after the last capture. Processes are not told apart.`;
    const answer = await notify.warning(`${context} has no agent. Capture ${label} from inside of the pod?`, { modal: true, detail }, add, deploy);
    if (answer === deploy) await vscode.commands.executeCommand(Command.deployAgent, node);
    if (answer !== add) return undefined;
    log.info(`Adding the ephemeral container ${plan.container} to ${pod.namespace}/${pod.name} of ${context}`);
  }
  await notifyProgress(`Starting a container in ${pod.name}`, async (_progress, token) => {
    const ended = new AbortController();
    token.onCancellationRequested(() => { ended.abort(); });
    await startGuest(client, plan, ended.signal);
  });
  return ['--guest', `${plan.pod}/${plan.container}`];
}
