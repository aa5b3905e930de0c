/** Registers the cluster tree's view and commands; what reads clusters is loaded when the view is first looked at. */
import * as vscode from 'vscode';
import type { ClusterObjects } from '../cluster/policyObjects.ts';
import { Command, ContextKey, Setting, View } from '../contract/contributions.ts';
import type { ClusterTree } from './clusterTree.ts';
import type { Shown } from './clusterTree/shown.ts';
import { connectExplorer } from './kubernetesExplorer/connect.ts';
import type { LocalCaptures } from './localCaptures.ts';
import { notify } from './notify.ts';

const treeCommands = [
  Command.reconnect, Command.filterTree, Command.clearTreeFilter, Command.pinNamespace, Command.unpinNamespace, Command.typeNamespace, Command.forgetNamespace,
  Command.copyName, Command.copyIp, Command.openObject, Command.openSaved,
  Command.agentStatus, Command.deployAgent, Command.upgradeAgent, Command.removeAgent,
  Command.startCapture, Command.captureWithOptions, Command.repeatSaved, Command.renameSaved, Command.revealSaved, Command.deleteSaved,
  Command.fetchFromNode, Command.deleteFromNode, Command.listOnNode,
] as const;

/** Stands for the tree until it is loaded. */
class LazyTree implements vscode.TreeDataProvider<Shown>, vscode.Disposable {
  private readonly make: () => Promise<ClusterTree>;
  private readonly changed = new vscode.EventEmitter<Shown | Shown[] | undefined>();
  private loading: Promise<ClusterTree> | undefined;
  private tree: ClusterTree | undefined;
  public readonly onDidChangeTreeData = this.changed.event;

  public constructor(make: () => Promise<ClusterTree>) {
    this.make = make;
  }

  public load(): Promise<ClusterTree> {
    this.loading ??= this.make().then((tree) => {
      this.tree = tree;
      tree.onDidChangeTreeData((rows) => { this.changed.fire(rows); });
      return tree;
    });
    return this.loading;
  }

  public refresh(): void {
    this.changed.fire(undefined);
  }

  public async getChildren(row?: Shown): Promise<Shown[]> {
    // A kubeconfig may name programs to run: not before the workspace is trusted. The welcome text says so.
    if (!vscode.workspace.isTrusted) return [];
    return (await this.load()).getChildren(row);
  }

  public async getTreeItem(row: Shown): Promise<vscode.TreeItem> {
    return (await this.load()).getTreeItem(row);
  }

  public dispose(): void {
    this.tree?.dispose();
    this.changed.dispose();
  }
}

/** What other features ask of clusters. */
export interface Clusters {
  /** Something the tree watches is another now. */
  readonly onDidChange: vscode.Event<unknown>;
  /** Everything policies of a context are judged by. Rejects with one sentence. */
  policyObjects(context: string): Promise<ClusterObjects>;
  /** Contexts of the kubeconfig; none where there is none, or before the workspace is trusted. Nothing is connected. */
  contexts(): Promise<readonly string[]>;
}

export function registerClusters(context: vscode.ExtensionContext, captures: LocalCaptures, log: vscode.LogOutputChannel): Clusters {
  const tree = new LazyTree(async () => {
    const { ClusterTree: Tree } = await import('./clusterTree.js');
    const { version } = context.extension.packageJSON as { readonly version: string };
    return new Tree({ memory: context.globalState, captures, log, version, home: context.extensionPath });
  });
  if (vscode.workspace.isTrusted) void contributeToExplorer(log);
  const command = (id: string, run: (argument: unknown) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      try {
        await run(argument);
      } catch (thrown) {
        // What the tree's bundle throws are sentences with their remedy; called off is no fault.
        if (thrown instanceof Error && thrown.name === 'AbortError') return;
        const text = thrown instanceof Error ? thrown.message : String(thrown);
        log.error(text);
        void notify.error(text);
      }
    });
  const view = vscode.window.createTreeView(View.clusters, { treeDataProvider: tree, showCollapseAll: true });
  let selected = '';
  // The palette offers what can be done to the selected row, which may be another thing now: pinned, for one.
  const tellSelection = (): void => {
    const menu = view.selection[0]?.node.menu ?? '';
    if (menu === selected) return;
    selected = menu;
    void vscode.commands.executeCommand('setContext', ContextKey.treeSelection, menu);
  };
  context.subscriptions.push(
    tree,
    view,
    view.onDidChangeSelection(tellSelection),
    tree.onDidChangeTreeData(tellSelection),
    vscode.workspace.onDidGrantWorkspaceTrust(() => { tree.refresh(); }),
    command(Command.chooseKubeconfig, chooseKubeconfig),
    ...treeCommands.map((id) => command(id, async (argument) => {
      if (!vscode.workspace.isTrusted && id !== Command.openSaved) {
        await askForTrust();
        return;
      }
      // By a key or the palette: what is selected, where that can be seen.
      await (await tree.load()).run(id, argument ?? (view.visible ? view.selection[0] : undefined));
    })),
  );
  return {
    onDidChange: tree.onDidChangeTreeData,
    policyObjects: async (name) => {
      if (!vscode.workspace.isTrusted) throw new Error('Clusters are connected once this workspace is trusted.');
      return (await tree.load()).policyObjects(name);
    },
    contexts: async () => vscode.workspace.isTrusted ? (await tree.load()).contexts() : [],
  };
}

async function askForTrust(): Promise<void> {
  const manage = 'Manage Workspace Trust';
  const answer = await notify.warning('Clusters are connected once you trust this workspace: a kubeconfig may run programs.', manage);
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}

/** A folder of network policies in the Kubernetes extension's tree. Nothing is asked of that extension where it is not there. */
async function contributeToExplorer(log: vscode.LogOutputChannel): Promise<void> {
  try {
    (await connectExplorer())?.contribute();
  } catch (error) {
    log.warn(`The Kubernetes extension: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function chooseKubeconfig(): Promise<void> {
  const [picked] = await vscode.window.showOpenDialog({ canSelectFiles: true, canSelectFolders: false, openLabel: 'Use this kubeconfig', title: 'Kubeconfig whose contexts are shown' }) ?? [];
  if (picked === undefined) return;
  await vscode.workspace.getConfiguration().update(Setting.kubeconfig, picked.fsPath, vscode.ConfigurationTarget.Global);
  await vscode.commands.executeCommand(`${View.clusters}.focus`);
}
