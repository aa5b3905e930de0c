/** Takes the agents out of a cluster. */
import { planRemoval, removeObjects } from '../../capture/deployment/apply.ts';
import { rightsFor } from '../../capture/deployment/kinds.ts';
import { isGone, RolloutWatch, type Rollout } from '../../capture/deployment/rollout.ts';
import { reviewAccess, rightsText } from '../../cluster/access.ts';
import { ApiClient } from '../../cluster/apiClient.ts';
import { Command } from '../../contract/contributions.ts';
import { agentOptions, shippedManifests } from '../agentSettings.ts';
import type { TreeAction } from './action.ts';
import { pickContext } from './pickContext.ts';
import { notify, notifyProgress } from '../notify.ts';

export const removeAgent: TreeAction = {
  command: Command.removeAgent,
  async run(node, { model, home, log }) {
    const context = await pickContext(node, model, 'Remove agent');
    if (context === undefined) return;
    const client = ApiClient.open(context, model.kubeconfig);
    const { namespace } = agentOptions();
    const found = await planRemoval(client, shippedManifests(home, true).objects);
    if (found.length === 0) {
      void notify.information(`There is no agent in namespace ${namespace} of ${context}.`);
      return;
    }
    const lacks = (await reviewAccess(client, rightsFor(found, ['delete']))).filter(({ allowed }) => !allowed);
    if (lacks.length > 0) {
      void notify.error(`Your account may not remove the agent from ${context}: it lacks the right to ${rightsText(lacks)}. Ask for it, or ask who has it.`);
      return;
    }
    const detail = [
      ...found.map(({ kind, metadata: { name } }) => `Delete ${kind} ${name}`),
      `\nCaptures that run end. The namespace ${namespace}, its ConfigMaps and the captures kept on nodes stay.`,
    ].join('\n');
    if ((await notify.warning(`Remove the agent from ${context}?`, { modal: true, detail }, 'Remove')) !== 'Remove') return;
    const left = await notifyProgress(`Removing the agent from ${context}`, async (progress, token) => {
      const ended = new AbortController();
      token.onCancellationRequested(() => { ended.abort(); });
      await removeObjects(client, found, ({ kind, metadata: { name } }) => {
        log.info(`Deleting ${kind} ${name} of ${context}`);
        progress.report({ message: `${kind} ${name}` });
      });
      const left = ({ nodes, leaving }: Rollout): number => leaving + nodes.filter((one) => one.state !== 'none').length;
      return left(await new RolloutWatch(client, namespace).follow(isGone, (state) => { progress.report({ message: `${left(state)} agents are ending` }); }, ended.signal));
    });
    void notify.information(left === 0 ? `The agent is removed from ${context}.` : `The agent is removed from ${context}; ${left} of its pods are still ending.`);
  },
};
