/** Registers the cluster tree's view and commands; what reads clusters is loaded when the view is first looked at. */
import * as vscode from 'vscode';
import { toProblem } from '../base/problem.ts';
import { Command, Setting, View } from '../contract/contributions.ts';
import type { ClusterTree } from './clusterTree.ts';
import type { TreeNode } from './clusterTree/node.ts';
import type { LocalCaptures } from './localCaptures.ts';

const treeCommands = [
  Command.reconnect, Command.filterTree, Command.clearTreeFilter, Command.pinNamespace, Command.unpinNamespace, Command.typeNamespace,
  Command.copyName, Command.copyIp, Command.openObject, Command.openSaved,
] as const;

/** Stands for the tree until it is loaded. */
class LazyTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly make: () => Promise<ClusterTree>;
  private readonly changed = new vscode.EventEmitter<TreeNode | undefined>();
  private loading: Promise<ClusterTree> | undefined;
  private tree: ClusterTree | undefined;
  public readonly onDidChangeTreeData = this.changed.event;

  public constructor(make: () => Promise<ClusterTree>) {
    this.make = make;
  }

  public load(): Promise<ClusterTree> {
    this.loading ??= this.make().then((tree) => {
      this.tree = tree;
      tree.onDidChangeTreeData(() => { this.refresh(); });
      return tree;
    });
    return this.loading;
  }

  public refresh(): void {
    this.changed.fire(undefined);
  }

  public async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    // A kubeconfig may name programs to run: not before the workspace is trusted. The welcome text says so.
    if (!vscode.workspace.isTrusted) return [];
    return (await this.load()).getChildren(node);
  }

  public async getTreeItem(node: TreeNode): Promise<vscode.TreeItem> {
    return (await this.load()).getTreeItem(node);
  }

  public dispose(): void {
    this.tree?.dispose();
    this.changed.dispose();
  }
}

export function registerClusters(context: vscode.ExtensionContext, captures: LocalCaptures): void {
  const tree = new LazyTree(async () => {
    const { ClusterTree: Tree } = await import('./clusterTree.js');
    return new Tree({ memory: context.globalState, captureFolder: () => captures.folder });
  });
  const command = (id: string, run: (argument: unknown) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      try {
        await run(argument);
      } catch (thrown) {
        const { cause, remedy } = toProblem(thrown, 'The command');
        void vscode.window.showErrorMessage(remedy === '' ? cause : `${cause} ${remedy}`);
      }
    });
  context.subscriptions.push(
    tree,
    vscode.window.createTreeView(View.clusters, { treeDataProvider: tree, showCollapseAll: true }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => { tree.refresh(); }),
    command(Command.chooseKubeconfig, chooseKubeconfig),
    ...treeCommands.map((id) => command(id, async (argument) => {
      if (vscode.workspace.isTrusted || id === Command.openSaved) await (await tree.load()).run(id, argument);
    })),
  );
}

async function chooseKubeconfig(): Promise<void> {
  const [picked] = await vscode.window.showOpenDialog({ canSelectFiles: true, canSelectFolders: false, openLabel: 'Use this kubeconfig', title: 'Kubeconfig whose contexts are shown' }) ?? [];
  if (picked === undefined) return;
  await vscode.workspace.getConfiguration().update(Setting.kubeconfig, picked.fsPath, vscode.ConfigurationTarget.Global);
  await vscode.commands.executeCommand(`${View.clusters}.focus`);
}
