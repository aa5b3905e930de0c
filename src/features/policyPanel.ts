/** The policy page beside the editor: one panel, about one policy, following the files. */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { isCancelled, toProblem } from '../base/problem.ts';
import { serve, type Server } from '../base/rpc.ts';
import { PanelType } from '../contract/contributions.ts';
import type { PanelRequest, PolicyPageApi, PolicyPageEvents, PolicyPanel, PolicyTab } from '../contract/policy.ts';
import { editorHtml, pageFolder } from './editorHtml.ts';
import type { PolicyClient } from './policyClient.ts';
import { applyFix, reveal } from './policyExplain.ts';
import type { PolicyFiles } from './policyFiles.ts';

export class PolicyPages implements Disposable {
  private readonly extension: vscode.Uri;
  private readonly client: PolicyClient;
  private readonly files: PolicyFiles;
  private panel: vscode.WebviewPanel | undefined;
  private server: Server<PolicyPageEvents> | undefined;
  private request: PanelRequest = { uri: '', policy: '' };
  private readonly owned = new DisposableStore();

  public constructor(extension: vscode.Uri, client: PolicyClient, files: PolicyFiles) {
    this.extension = extension;
    this.client = client;
    this.files = files;
  }

  /** Opens the page, or turns the open one to this policy and, where one is named, this part. */
  public show(request: PanelRequest, tab?: PolicyTab): void {
    this.request = request;
    if (this.panel !== undefined) {
      this.panel.reveal(undefined, true);
      if (tab !== undefined) this.server?.emit('tab', tab);
      void this.refresh();
      return;
    }
    const panel = vscode.window.createWebviewPanel(PanelType.policy, 'Network policies', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, {
      enableScripts: true, localResourceRoots: [pageFolder(this.extension)], retainContextWhenHidden: true,
    });
    this.panel = panel;
    let isClosed = false;
    this.server = serve<PolicyPageApi, PolicyPageEvents>({
      send: (message) => { if (!isClosed) void panel.webview.postMessage(message); },
      onMessage: (receive) => { this.owned.add(panel.webview.onDidReceiveMessage(receive)); },
    }, {
      start: () => this.made(),
      cells: async (request) => new Uint8Array(await this.client.call('cells', request)),
      cell: (request) => this.client.call('cell', request),
      reveal: (place) => reveal(place),
      applyFix: (fix) => applyFix(fix),
    });
    panel.onDidDispose(() => {
      isClosed = true;
      this.panel = undefined;
      this.server = undefined;
    });
    panel.webview.html = editorHtml(panel.webview, this.extension, { name: 'policy', title: 'Network policies' });
  }

  /** After files changed: the page shows what is true now. */
  public async refresh(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    try {
      server.emit('changed', await this.made());
    } catch (thrown) {
      if (!isCancelled(thrown)) server.emit('problem', toProblem(thrown, 'Verifying the policies'));
    }
  }

  public dispose(): void {
    this.panel?.dispose();
    this.owned.dispose();
  }

  private async made(): Promise<PolicyPanel> {
    await this.files.load();
    return this.client.call('panel', this.request);
  }
}
