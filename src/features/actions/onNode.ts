/** Captures on nodes: fetched into the folder of captures and opened, deleted after asking, listed anew. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../../base/problem.ts';
import { deleteAgentFile, fetchAgentFile, type AgentFile, type AgentPlace } from '../../capture/agentFiles.ts';
import { Command } from '../../contract/contributions.ts';
import { sizeText } from '../clusterTree/captures.ts';
import type { ClusterTreeModel } from '../clusterTree/model.ts';
import type { OnNode, TreeNode } from '../clusterTree/node.ts';
import type { TreeAction } from './action.ts';
import { notify, notifyProgress } from '../notify.ts';

interface Chosen {
  readonly place: AgentPlace;
  readonly where: OnNode;
  readonly file: AgentFile;
}

function chosen(node: TreeNode | undefined, { kubeconfig }: ClusterTreeModel): Chosen {
  const where = node?.onNode;
  if (node === undefined || where?.file === undefined) throw new ProblemError('invalid', 'No capture on a node is chosen.', 'Choose one below a node in the cluster tree.');
  return { where, file: where.file, place: { kubeconfig, context: node.context, namespace: where.namespace, pod: where.pod } };
}

/** A free name here for a name from elsewhere: which may hold anything. */
function freeName(folder: string, node: string, path: string): string {
  const name = `${node}_${basename(path)}`.replaceAll(/[^\w.-]/g, '_');
  const [, stem = name, ending = ''] = /^(.*?)(\.(?:pcapng|pcap|cap)(?:\.\w+)?)$/.exec(name) ?? [];
  for (let n = 1; ; n++) {
    const free = `${stem.slice(0, 200)}${n === 1 ? '' : `-${n}`}${ending}`;
    if (!existsSync(join(folder, free))) return free;
  }
}

export const fetchFromNode: TreeAction = {
  command: Command.fetchFromNode,
  async run(node, { model, captures, refresh }) {
    const { place, where, file } = chosen(node, model);
    const { folder } = captures;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = freeName(folder, where.node, file.path);
    const path = await notifyProgress(`Fetching ${basename(file.path)} from ${where.node}`, async (progress, token) => {
      const ended = new AbortController();
      token.onCancellationRequested(() => { ended.abort(); });
      let told = 0;
      return fetchAgentFile(place, file, {
        folder, name, signal: ended.signal,
        onBytes: (bytes) => {
          const percent = file.size === 0 ? 100 : Math.min(100, Math.floor((bytes * 100) / file.size));
          if (percent === told) return;
          progress.report({ message: `${sizeText(bytes)} of ${sizeText(file.size)}`, increment: percent - told });
          told = percent;
        },
      });
    });
    refresh();
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path));
  },
};

export const deleteFromNode: TreeAction = {
  command: Command.deleteFromNode,
  async run(node, { model }) {
    const { place, where, file } = chosen(node, model);
    const yes = 'Delete';
    const answer = await notify.warning(`Delete ${basename(file.path)} from ${where.node}?`, { modal: true, detail: `${file.path}, ${sizeText(file.size)}. A capture that still writes it goes on without a name.` }, yes);
    if (answer !== yes) return;
    await deleteAgentFile(place, file.path);
    model.viewOf(place.context).forget(where.key);
  },
};

export const listOnNode: TreeAction = {
  command: Command.listOnNode,
  run(node, { model }) {
    if (node?.onNode !== undefined) model.viewOf(node.context).forget(node.onNode.key);
    return Promise.resolve();
  },
};
