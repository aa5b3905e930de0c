/** The YAML and JSON files the analysis is to know: those of the workspace, or the chosen state; and open documents. */
import { basename, isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { kObjectScheme, Setting } from '../contract/contributions.ts';
import type { PolicyFile, StateSource } from '../contract/policy.ts';
import type { PolicyClient } from './policyClient.ts';
import { notify } from './notify.ts';
import { chosenContext, contextOf } from './policyClusters.ts';

const kPattern = '**/*.{yaml,yml,json}';
const kExcluded = '{**/node_modules/**,**/.git/**,**/dist/**,**/build/**}';
/** Files looked at; a workspace with more wants a state to be chosen. */
const kMostFiles = 3000;
/** Larger files are no manifests. Bytes. */
const kLargestFile = 64_000_000;
const kBatch = 50;

/** Schemes of documents that are files of the user's, or objects of a cluster. */
const kSchemes = new Set(['file', 'untitled', 'vscode-userdata', kObjectScheme]);

export function isCandidate(document: vscode.TextDocument): boolean {
  if (!kSchemes.has(document.uri.scheme)) return false;
  return ['yaml', 'json', 'jsonc', 'helm'].includes(document.languageId) || /\.(?:ya?ml|json)$/i.test(document.uri.path);
}

export class PolicyFiles implements Disposable {
  private readonly client: PolicyClient;
  private readonly log: vscode.LogOutputChannel;
  private readonly owned = new DisposableStore();
  private readonly changed = new vscode.EventEmitter<void>();
  /** Something other than an open document changed: everything is to be judged again. */
  public readonly onDidChange = this.changed.event;
  private loading: Promise<void> | undefined;

  public constructor(client: PolicyClient, log: vscode.LogOutputChannel) {
    this.client = client;
    this.log = log;
    this.owned.add(this.changed);
  }

  /** Whether reading has begun: from then on changes of files matter. */
  public get isLoaded(): boolean {
    return this.loading !== undefined;
  }

  /** Reads everything once; later calls wait for the first. */
  public load(): Promise<void> {
    this.loading ??= this.read().catch((error: unknown) => {
      this.log.error(`Reading the files for network policies failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    return this.loading;
  }

  /** After the setting changed. */
  public async reload(): Promise<void> {
    if (!this.isLoaded) return;
    this.loading = undefined;
    await this.load();
    this.changed.fire();
  }

  public async setOpen(document: vscode.TextDocument): Promise<void> {
    await this.client.setFiles([openFile(document)]);
  }

  /** Back to what is on disk. */
  public async setClosed(uri: vscode.Uri): Promise<void> {
    await this.client.setFiles([await readFile(uri)]);
    this.changed.fire();
  }

  public dispose(): void {
    this.owned.dispose();
  }

  private async read(): Promise<void> {
    const { uris, source } = await chosenState() ?? { uris: await workspaceFiles(), source: undefined };
    this.log.info(`Network policies: ${String(uris.length)} YAML and JSON files${source === undefined ? '' : ` (${source.label})`}`);
    for (let at = 0; at < uris.length; at += kBatch) {
      await this.client.setFiles(await Promise.all(uris.slice(at, at + kBatch).map(readFile)));
    }
    await this.client.setSource(source ?? { kind: 'files', label: 'from files alone' });
    await this.client.setFiles(vscode.workspace.textDocuments.filter(isCandidate).map(openFile));
    if (uris.length >= kMostFiles) {
      void notify.information(`Only ${String(kMostFiles)} YAML and JSON files are looked at for network policies: choose the folder that counts with "Choose Cluster State for Policies".`);
    }
    this.watch();
  }

  private watching = false;

  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    const watcher = this.owned.add(vscode.workspace.createFileSystemWatcher(kPattern));
    const update = async (uri: vscode.Uri): Promise<void> => {
      // Open documents are followed by their edits.
      if (isOpen(uri) || /\/(?:node_modules|\.git)\//.test(uri.path)) return;
      await this.client.setFiles([await readFile(uri)]);
      this.changed.fire();
    };
    this.owned.add(watcher.onDidCreate((uri) => { void update(uri); }));
    this.owned.add(watcher.onDidChange((uri) => { void update(uri); }));
    this.owned.add(watcher.onDidDelete((uri) => { void update(uri); }));
  }
}

function openFile(document: vscode.TextDocument): PolicyFile {
  const cluster = contextOf(document.uri);
  return { uri: document.uri.toString(), text: document.getText(), open: true, ...(cluster === undefined ? {} : { cluster }) };
}

const isOpen = (uri: vscode.Uri): boolean => vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());

async function workspaceFiles(): Promise<readonly vscode.Uri[]> {
  return vscode.workspace.findFiles(kPattern, kExcluded, kMostFiles);
}

/** The cluster, file or folder that the setting names; undefined where it names none, or nothing that can be read. */
async function chosenState(): Promise<{ readonly uris: readonly vscode.Uri[]; readonly source: StateSource } | undefined> {
  const path = vscode.workspace.getConfiguration().get<string>(Setting.clusterState, '').trim();
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const context = chosenContext();
  if (context !== undefined) {
    return { uris: await workspaceFiles(), source: { kind: 'cluster', label: `from files alone, until cluster ${context} is read`, context } };
  }
  if (path === '') return undefined;
  const uri = isAbsolute(path) || folder === undefined ? vscode.Uri.file(path) : vscode.Uri.joinPath(folder, path);
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    const isFolder = (type & vscode.FileType.Directory) !== 0;
    const uris = isFolder ? await vscode.workspace.findFiles(new vscode.RelativePattern(uri, kPattern), kExcluded, kMostFiles) : [uri];
    const label = isFolder ? `from files in ${basename(uri.path)} alone` : `from ${basename(uri.path)} alone`;
    return { uris, source: { kind: 'chosen', label, uris: uris.map(String) } };
  } catch {
    void notify.warning(`The cluster state ${path} cannot be read: correct the setting ${Setting.clusterState}. Until then the workspace's files count.`);
    return undefined;
  }
}

/** A file as it is on disk; without text where it is gone, too large or can hold no manifest. */
async function readFile(uri: vscode.Uri): Promise<PolicyFile> {
  const name = uri.toString();
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > kLargestFile) return { uri: name, text: undefined, open: false };
    const bytes = Buffer.from(await vscode.workspace.fs.readFile(uri));
    if (!bytes.includes('kind') && !bytes.includes('must-')) return { uri: name, text: undefined, open: false };
    return { uri: name, text: bytes.toString('utf8'), open: false };
  } catch {
    return { uri: name, text: undefined, open: false };
  }
}
