/** Which cluster an action is for, where it was not asked for on one. */
import * as vscode from 'vscode';
import type { ClusterTreeModel } from '../clusterTree/model.ts';
import type { TreeNode } from '../clusterTree/node.ts';
import { notify } from '../notify.ts';

/** The node's cluster, the only one, or the one that is picked; undefined: called off. */
export async function pickContext(node: TreeNode | undefined, model: ClusterTreeModel, title: string): Promise<string | undefined> {
  if (node !== undefined && node.context !== '') return node.context;
  const contexts = model.roots().filter(({ menu }) => menu === 'context');
  if (contexts.length === 0) {
    void notify.warning('The kubeconfig has no cluster: choose another with "StratoShark: Connect Cluster…".');
    return undefined;
  }
  if (contexts.length === 1) return contexts[0]?.context;
  const items = contexts.map(({ label, description = '' }) => ({ label, description }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'In which cluster?' }))?.label;
}
