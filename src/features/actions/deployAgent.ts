/** Puts an agent on every node of a cluster. */
import * as vscode from 'vscode';
import { Command } from '../../contract/contributions.ts';
import type { TreeAction } from './action.ts';
import { deploy } from './agentDeployment.ts';
import { pickContext } from './pickContext.ts';

const choices = [
  { held: false, label: 'Whoever may exec into the agents', detail: 'The agent alone. Who has that right sees the traffic of the nodes.' },
  {
    held: true, label: 'Held to namespaces by an admission policy',
    detail: 'Others than administrators capture only where they may create captures.stratoshark.dev, and run nothing else in the agents.',
  },
] as const;

export const deployAgent: TreeAction = {
  command: Command.deployAgent,
  async run(node, parts) {
    const context = await pickContext(node, parts.model, 'Deploy agent');
    if (context === undefined) return;
    const choice = await vscode.window.showQuickPick(choices, { title: `Deploy agent to ${context}`, placeHolder: 'Who may capture?' });
    if (choice !== undefined) await deploy({ context, held: choice.held }, parts);
  },
};
