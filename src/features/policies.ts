/** Registers what users have of network policies: the YAML editor's part, the page, the commands. */
import * as vscode from 'vscode';
import { isCancelled, toProblem } from '../base/problem.ts';
import { Command, Setting } from '../contract/contributions.ts';
import type { PanelRequest, PolicyAnalysis } from '../contract/policy.ts';
import type { CaptureEditor } from './captureEditor.ts';
import type { Clusters } from './clusters.ts';
import { PolicyCaptures } from './policyCaptures.ts';
import { PolicyClient } from './policyClient.ts';
import { contextSetting, PolicyClusters } from './policyClusters.ts';
import { PolicyEditor } from './policyEditor.ts';
import { explainFlow } from './policyExplain.ts';
import { PolicyFiles } from './policyFiles.ts';
import { PolicyPages } from './policyPanel.ts';
import { notify } from './notify.ts';

export interface Policies {
  /** What is shown of a document now; undefined before its first analysis. */
  analysisOf(uri: vscode.Uri): PolicyAnalysis | undefined;
}

export function registerPolicies(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, captureEditor: CaptureEditor, clusterTree: Clusters): Policies {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'policyWorker.js').fsPath;
  const client = new PolicyClient(script, (line) => { log.info(line); });
  const files = new PolicyFiles(client, log);
  const editor = new PolicyEditor(client, files, log);
  const pages = new PolicyPages(context.extensionUri, client, files);
  const captures = new PolicyCaptures(client, captureEditor, log);
  const clusters = new PolicyClusters(client, clusterTree, log);
  const command = (id: string, run: (argument: unknown) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      try {
        await run(argument);
      } catch (thrown) {
        if (isCancelled(thrown)) return;
        const { cause, remedy } = toProblem(thrown, 'The command');
        void notify.error(remedy === '' ? cause : `${cause} ${remedy}`);
      }
    });
  context.subscriptions.push(
    client, files, editor, pages, captures, clusters,
    command(Command.verifyPolicy, async (argument) => {
      pages.show(panelRequest(argument), (argument as { readonly tab?: unknown } | undefined)?.tab === 'matrix' ? 'matrix' : undefined);
      return Promise.resolve();
    }),
    command(Command.explainFlow, async () => {
      await files.load();
      await clusters.ready();
      await explainFlow(client, activeUri());
    }),
    command(Command.showPolicyPods, (argument) => showPods(client, argument)),
    command(Command.chooseState, async () => chooseState(await clusterTree.contexts())),
    command(Command.showWhatIf, (argument) => captures.show(argument, activeUri())),
    command(Command.showRuleFlows, (argument) => captures.showRule(argument)),
    editor.onDidAnalyse(() => {
      void pages.refresh();
      captures.begin();
    }),
    captures.onDidChange(() => { editor.analyseAgain(); }),
    clusters.onDidChange(() => { editor.analyseAgain(); }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(Setting.clusterState)) void files.reload();
    }),
  );
  return { analysisOf: (uri) => editor.analysisOf(uri) };
}

const activeUri = (): vscode.Uri | undefined => vscode.window.activeTextEditor?.document.uri;

/** From a lens: that policy; from the palette: all, with the document in front first. */
function panelRequest(argument: unknown): PanelRequest {
  const given = argument as Partial<Record<keyof PanelRequest, unknown>> | undefined;
  return {
    uri: typeof given?.uri === 'string' ? given.uri : (activeUri()?.toString() ?? ''),
    policy: typeof given?.policy === 'string' ? given.policy : '',
  };
}

/** The pods behind a count; choosing one asks who may reach it. */
async function showPods(client: PolicyClient, argument: unknown): Promise<void> {
  const { title, pods } = (argument ?? {}) as { readonly title?: unknown; readonly pods?: unknown };
  if (typeof title !== 'string' || !Array.isArray(pods)) return;
  const names = pods.filter((name): name is string => typeof name === 'string');
  if (names.length === 0) {
    void notify.information(`${title}: no pod known has the labels asked for.`);
    return;
  }
  const picked = await vscode.window.showQuickPick(names, { title, placeHolder: 'Choose a pod to explain a flow to it' });
  if (picked !== undefined) await explainFlow(client, activeUri(), picked);
}

/** A cluster is among the choices where a kubeconfig has one. */
async function chooseState(contexts: readonly string[]): Promise<void> {
  const workspace = 'The files of the workspace';
  const file = 'A file…';
  const folder = 'A folder…';
  const cluster = 'A cluster…';
  const choice = await vscode.window.showQuickPick([
    { label: workspace, description: 'Pods, workloads, namespaces and Services in YAML and JSON' },
    { label: file, description: 'kubectl get ns,nodes,pods,svc,netpol -A -o yaml > cluster.yaml' },
    { label: folder, description: 'all YAML and JSON files in it' },
    ...(contexts.length === 0 ? [] : [{ label: cluster, description: 'as it is now, by a context of your kubeconfig; read only' }]),
  ], { title: 'What network policies are judged against' });
  if (choice === undefined) return;
  let path = '';
  if (choice.label === cluster) {
    const context = await vscode.window.showQuickPick([...contexts], { title: 'The cluster that network policies are judged against' });
    if (context === undefined) return;
    path = contextSetting(context);
  } else if (choice.label !== workspace) {
    const isFolder = choice.label === folder;
    const picked = await vscode.window.showOpenDialog({ canSelectFiles: !isFolder, canSelectFolders: isFolder, openLabel: 'Judge against this' });
    const uri = picked?.[0];
    if (uri === undefined) return;
    path = uri.fsPath;
  }
  const target = vscode.workspace.workspaceFolders === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await vscode.workspace.getConfiguration().update(Setting.clusterState, path === '' ? undefined : path, target);
}
