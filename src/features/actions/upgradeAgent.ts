/** Brings a cluster's agents to this extension's version and settings. */
import * as vscode from 'vscode';
import { kDaemonSet } from '../../capture/deployment/rollout.ts';
import { ApiClient, ClusterError } from '../../cluster/apiClient.ts';
import { apiPath } from '../../cluster/resources.ts';
import { Command } from '../../contract/contributions.ts';
import { agentOptions, shippedManifests } from '../agentSettings.ts';
import { pathOf } from '../../capture/deployment/kinds.ts';
import type { TreeAction } from './action.ts';
import { deploy } from './agentDeployment.ts';
import { pickContext } from './pickContext.ts';
import { notify } from '../notify.ts';

async function exists(client: ApiClient, path: string): Promise<boolean> {
  try {
    await client.read(path);
    return true;
  } catch (error) {
    // Who may not look is told so when the rights are checked.
    if (error instanceof ClusterError && error.status === 404) return false;
    if (error instanceof ClusterError && error.status === 403) return true;
    throw error;
  }
}

export const upgradeAgent: TreeAction = {
  command: Command.upgradeAgent,
  async run(node, parts) {
    const context = await pickContext(node, parts.model, 'Upgrade agent');
    if (context === undefined) return;
    const client = ApiClient.open(context, parts.model.kubeconfig);
    const { namespace } = agentOptions();
    if (!(await exists(client, apiPath('daemonSets', namespace, kDaemonSet)))) {
      const answer = await notify.warning(`There is no agent in namespace ${namespace} of ${context}: deploy it, or name its namespace in the setting stratoshark.agent.namespace.`, 'Deploy Agent…');
      if (answer !== undefined) await vscode.commands.executeCommand(Command.deployAgent, node);
      return;
    }
    // The policy stays where it is, and is not brought in by an upgrade.
    const policy = shippedManifests(parts.home, true).objects.find(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');
    await deploy({ context, held: policy !== undefined && (await exists(client, pathOf(policy))) }, parts);
  },
};
