/** What the agents of a cluster do, node by node, and what keeps one from running. */
import * as vscode from 'vscode';
import { captureRights } from '../../capture/deployment/kinds.ts';
import { RolloutWatch, type AgentOnNode } from '../../capture/deployment/rollout.ts';
import { versionTrouble } from '../../capture/deployment/version.ts';
import { reviewAccess, rightsText } from '../../cluster/access.ts';
import { ApiClient } from '../../cluster/apiClient.ts';
import { Command } from '../../contract/contributions.ts';
import { agentOptions } from '../agentSettings.ts';
import type { TreeAction } from './action.ts';
import { pickContext } from './pickContext.ts';

interface Item extends vscode.QuickPickItem {
  readonly command?: string;
}

const icons = { ready: '$(pass)', 'not ready': '$(warning)', none: '$(circle-slash)' } as const;

function itemOf({ node, state, version, pod, trouble }: AgentOnNode, own: string): Item {
  const detail = trouble ?? (state === 'none' ? undefined : versionTrouble(version, own));
  const said = state === 'none' ? 'no agent' : [state, version === '' ? '' : `version ${version}`, pod].filter((part) => part !== '').join(' · ');
  return { label: `${icons[state]} ${node}`, description: said, ...(detail === undefined ? {} : { detail }) };
}

export const agentStatus: TreeAction = {
  command: Command.agentStatus,
  async run(node, { model, version }) {
    const context = await pickContext(node, model, 'Agent status');
    if (context === undefined) return;
    const client = ApiClient.open(context, model.kubeconfig);
    const { namespace } = agentOptions();
    const [state, rights] = await Promise.all([new RolloutWatch(client, namespace).read(), reviewAccess(client, captureRights(namespace))]);
    const lacks = rights.filter(({ allowed }) => !allowed);
    const summary = state.deployed ? `${state.ready} of ${state.wanted} agents ready · ${state.image}` : `no agent in namespace ${namespace}`;
    const items: Item[] = [
      ...(state.trouble === undefined ? [] : [{ label: '$(error) All nodes', detail: state.trouble }]),
      ...(lacks.length === 0 ? [] : [{ label: '$(lock) You may not capture', detail: `Your account lacks the right to ${rightsText(lacks)}: ask for it.` }]),
      ...state.nodes.map((one) => itemOf(one, version)),
      { label: 'What to do', kind: vscode.QuickPickItemKind.Separator },
      state.deployed ? { label: 'Upgrade Agent…', command: Command.upgradeAgent } : { label: 'Deploy Agent…', command: Command.deployAgent },
      ...(state.deployed ? [{ label: 'Remove Agent…', command: Command.removeAgent }] : []),
    ];
    const picked = await vscode.window.showQuickPick(items, { title: `Agent in ${context}: ${summary}`, placeHolder: 'Nodes and what to do', matchOnDetail: true, ignoreFocusOut: true });
    if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command, { id: '', label: context, icon: '', menu: 'context', context });
  },
};
