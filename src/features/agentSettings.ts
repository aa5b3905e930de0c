/** The user's choices for agents, and the manifests they make of what the extension ships. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { agentManifests, type AgentOptions, type AgentResources, type Manifests } from '../capture/deployment/manifests.ts';
import { Setting } from '../contract/contributions.ts';

/** Machine-scoped, all of them: a folder that is opened cannot set them. */
export function agentOptions(): AgentOptions {
  const settings = vscode.workspace.getConfiguration();
  return {
    namespace: settings.get<string>(Setting.agentNamespace, 'monitoring').trim() || 'monitoring',
    image: settings.get<string>(Setting.agentImage, '').trim(),
    resources: settings.get<AgentResources>(Setting.agentResources, {}),
  };
}

/** `held`: with the admission policy that holds users to namespaces. Throws an Error with one sentence where a setting cannot be right. */
export function shippedManifests(home: string, held: boolean): Manifests {
  const files = ['stratoshark.yaml', ...(held ? ['admission.yaml'] : [])];
  return agentManifests(files.map((file) => readFileSync(join(home, 'bpf', 'deploy', file), 'utf8')), agentOptions());
}
