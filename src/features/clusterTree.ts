/** The cluster tree in VS Code, a bundle of its own (dist/clusterTree.js): a capture that is opened must not wait for the cluster client. */
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { ApiClient } from '../cluster/apiClient.ts';
import { readPolicyObjects, type ClusterObjects } from '../cluster/policyObjects.ts';
import { Command, kObjectScheme, Setting } from '../contract/contributions.ts';
import type { ActionContext } from './actions/action.ts';
import { treeActions } from './actions/all.ts';
import { agentOptions } from './agentSettings.ts';
import { capturesNode } from './clusterTree/captures.ts';
import { ClusterTreeModel, type Choices } from './clusterTree/model.ts';
import type { ObjectRef, TreeNode } from './clusterTree/node.ts';
import { ObjectText, objectUri } from './clusterTree/objectText.ts';
import { Shown, ShownTree } from './clusterTree/shown.ts';
import { connectExplorer } from './kubernetesExplorer/connect.ts';
import type { LocalCaptures } from './localCaptures.ts';
import { ReviewText } from './reviewText.ts';
import { notify } from './notify.ts';

const kPinned = 'clusters.pinned';
const kTyped = 'clusters.typed';
/** Following a cluster takes a fifth of the host's time at most, however large it is. */
const kRest = 4;
/** RFC 1123 label, as the API server demands of namespaces. */
const namespaceName = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

export interface ClusterTreeParts {
  readonly memory: vscode.Memento;
  readonly captures: LocalCaptures;
  readonly log: vscode.LogOutputChannel;
  /** Of the extension, and where it is installed. */
  readonly version: string;
  readonly home: string;
}

const isNode = (argument: unknown): argument is TreeNode =>
  typeof argument === 'object' && argument !== null && typeof (argument as Partial<TreeNode>).id === 'string' && typeof (argument as Partial<TreeNode>).menu === 'string';

export class ClusterTree implements vscode.TreeDataProvider<Shown>, Disposable {
  private readonly model = new ClusterTreeModel();
  private readonly parts: ClusterTreeParts;
  private readonly shown = new ShownTree(() => this.roots());
  private readonly changed = new vscode.EventEmitter<Shown[] | undefined>();
  private readonly owned: readonly Disposable[];
  private readonly forActions: ActionContext;
  private resting: NodeJS.Timeout | undefined;
  private behind = false;
  public readonly onDidChangeTreeData = this.changed.event;

  public constructor(parts: ClusterTreeParts) {
    this.parts = parts;
    this.takeSettings();
    this.model.onChanged(() => { this.follow(); });
    const review = new ReviewText();
    this.forActions = { ...parts, model: this.model, review, refresh: () => { this.update(); } };
    this.owned = [
      this.model,
      this.changed,
      review.register(),
      // What has ended stands among the saved ones with its size and length.
      parts.captures.onChanged(({ state }) => { if (!state.running) this.update(); }),
      vscode.workspace.registerTextDocumentContentProvider(kObjectScheme, new ObjectText(this.model)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(Setting.kubeconfig) && !event.affectsConfiguration(Setting.agentNamespace)) return;
        this.takeSettings();
        this.model.reconnect('');
      }),
    ];
  }

  public getChildren(parent?: Shown): Shown[] {
    return [...this.shown.childrenOf(parent)];
  }

  public getTreeItem({ node }: Shown): vscode.TreeItem {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(node.label, node.children === undefined ? None : node.expanded === true ? Expanded : Collapsed);
    item.id = node.id;
    item.contextValue = node.menu;
    item.iconPath = new vscode.ThemeIcon(node.icon, node.color === undefined ? undefined : new vscode.ThemeColor(node.color));
    if (node.description !== undefined) item.description = node.description;
    // Plain text: names and labels are anybody's.
    if (node.tooltip !== undefined) item.tooltip = node.tooltip.join('\n');
    if (node.command !== undefined) item.command = { command: node.command.id, title: node.command.title, arguments: [node.command.argument] };
    return item;
  }

  /** The cluster has changed: what looks different is drawn anew, now or when there is time. */
  private follow(): void {
    if (this.resting !== undefined) {
      this.behind = true;
      return;
    }
    const from = performance.now();
    this.update();
    this.resting = setTimeout(() => {
      this.resting = undefined;
      if (!this.behind) return;
      this.behind = false;
      this.follow();
    }, kRest * (performance.now() - from));
  }

  /** Draws anew what looks different by now. */
  private update(): void {
    const rows = this.shown.changed();
    if (rows === 'all') this.changed.fire(undefined);
    else if (rows.length > 0) this.changed.fire([...rows]);
  }

  private roots(): readonly TreeNode[] {
    const contexts = this.model.roots();
    const { folder, saved } = this.parts.captures;
    const captures = capturesNode(folder, Command.openSaved, (name) => saved.factsOf(name));
    return captures === undefined ? contexts : [...contexts, captures];
  }

  /** Runs one of the tree's commands on what it was asked for: a row, or a node as commands pass it on. */
  public async run(command: string, argument: unknown): Promise<void> {
    const node = argument instanceof Shown ? argument.node : isNode(argument) ? argument : await this.ofExplorer(argument);
    switch (command) {
      case Command.reconnect:
        this.model.reconnect(node?.context ?? '');
        return;
      case Command.filterTree:
        await this.filter();
        return;
      case Command.clearTreeFilter:
        this.setFilter('');
        return;
      case Command.pinNamespace:
      case Command.unpinNamespace:
        if (node?.ref !== undefined) await this.pin(node.ref, command === Command.pinNamespace);
        return;
      case Command.typeNamespace:
        await this.typeNamespace(typeof argument === 'string' ? argument : (node?.context ?? ''));
        return;
      case Command.forgetNamespace:
        if (node?.ref !== undefined) await this.forgetNamespace(node.ref);
        return;
      case Command.copyName:
        if (node !== undefined) await vscode.env.clipboard.writeText(node.ref?.name ?? node.label);
        return;
      case Command.copyIp:
        if (node?.ips?.[0] !== undefined) await vscode.env.clipboard.writeText(node.ips[0]);
        else void notify.information(`${node?.label ?? 'This'} has no IP address now.`);
        return;
      case Command.openObject:
        if (node?.ref !== undefined) await openObject(node.ref);
        return;
      case Command.openSaved:
        if (typeof argument === 'string') await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(argument));
        return;
      default:
        await treeActions.find((action) => action.command === command)?.run(node, this.forActions);
    }
  }

  /** A row of the Kubernetes extension's tree, where that extension is there. */
  private async ofExplorer(argument: unknown): Promise<TreeNode | undefined> {
    if (argument === undefined || typeof argument === 'string') return undefined;
    return (await connectExplorer())?.resolve(argument, this.model.here());
  }

  /** Everything policies are judged by, read now. Throws ClusterError. */
  public policyObjects(context: string): Promise<ClusterObjects> {
    return readPolicyObjects(ApiClient.open(context, this.model.kubeconfig));
  }

  /** Contexts of the kubeconfig as it is now. */
  public contexts(): readonly string[] {
    return this.model.roots().filter(({ menu }) => menu === 'context').map(({ context }) => context);
  }

  public dispose(): void {
    clearTimeout(this.resting);
    for (const one of this.owned) one.dispose();
  }

  private takeSettings(): void {
    // Machine-scoped: a folder that is opened cannot set it.
    this.model.kubeconfig = vscode.workspace.getConfiguration().get<string>(Setting.kubeconfig, '');
    this.model.agents = { namespace: agentOptions().namespace, version: this.parts.version };
    const { memory } = this.parts;
    this.model.choices = { pinned: memory.get<Choices['pinned']>(kPinned, {}), typed: memory.get<Choices['typed']>(kTyped, {}) };
  }

  private async filter(): Promise<void> {
    const text = await vscode.window.showInputBox({
      title: 'Filter the cluster tree', value: this.model.filter, prompt: 'Part of a name, an IP address, a node or a label such as app=web. Empty shows everything.',
    });
    if (text !== undefined) this.setFilter(text.trim());
  }

  private setFilter(text: string): void {
    this.model.filter = text;
    void vscode.commands.executeCommand('setContext', 'stratoshark.treeFiltered', text !== '');
    this.update();
  }

  private async pin({ context, name }: ObjectRef, pinned: boolean): Promise<void> {
    const all = this.model.choices.pinned;
    const others = (all[context] ?? []).filter((one) => one !== name);
    await this.choose({ ...this.model.choices, pinned: { ...all, [context]: pinned ? [...others, name] : others } });
  }

  private async typeNamespace(context: string): Promise<void> {
    const name = await vscode.window.showInputBox({
      title: `Namespace of ${context}`, prompt: 'The name of a namespace you may look into.',
      validateInput: (text) => (namespaceName.test(text.trim()) ? undefined : 'Lower-case letters, digits and "-", at most 63.'),
    });
    if (name === undefined) return;
    const all = this.model.choices.typed;
    await this.choose({ ...this.model.choices, typed: { ...all, [context]: [...new Set([...(all[context] ?? []), name.trim()])] } });
  }

  private async forgetNamespace({ context, name }: ObjectRef): Promise<void> {
    const all = this.model.choices.typed;
    await this.choose({ ...this.model.choices, typed: { ...all, [context]: (all[context] ?? []).filter((one) => one !== name) } });
  }

  private async choose(choices: Choices): Promise<void> {
    this.model.choices = choices;
    this.update();
    await this.parts.memory.update(kPinned, choices.pinned);
    await this.parts.memory.update(kTyped, choices.typed);
  }
}

async function openObject(ref: ObjectRef): Promise<void> {
  const document = await vscode.workspace.openTextDocument(objectUri(ref));
  await vscode.languages.setTextDocumentLanguage(document, 'yaml');
  await vscode.window.showTextDocument(document, { preview: true });
}
