/** Clusters whose policies are open as documents: their state goes to the analysis, and again when it may be another. */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { isCancelled, toProblem } from '../base/problem.ts';
import { kObjectScheme, Setting } from '../contract/contributions.ts';
import { mentionsPolicy } from '../policy/editor/files.ts';
import type { Clusters } from './clusters.ts';
import type { PolicyClient } from './policyClient.ts';

/** A cluster is read again no sooner than after this, and after as many times what reading took. Milliseconds. */
const kFresh = 15_000;
const kFreshFactor = 30;

/** What the setting for the state begins with where it names a context. */
const kContextPrefix = 'context:';

/** The context that workspace files are judged by, where the setting names one. */
export function chosenContext(): string | undefined {
  const text = vscode.workspace.getConfiguration().get<string>(Setting.clusterState, '').trim();
  return text.startsWith(kContextPrefix) ? text.slice(kContextPrefix.length).trim() : undefined;
}

/** What the setting says for a context. */
export function contextSetting(context: string): string {
  return `${kContextPrefix}${context}`;
}

/** The context whose object a document is; undefined for files. */
export function contextOf({ scheme, query }: vscode.Uri): string | undefined {
  if (scheme !== kObjectScheme) return undefined;
  try {
    const { context } = JSON.parse(query) as { readonly context?: unknown };
    return typeof context === 'string' ? context : undefined;
  } catch {
    return undefined;
  }
}

interface Read {
  /** When it is worth reading again, of performance.now(). */
  staleAt: number;
  timer: NodeJS.Timeout | undefined;
  reading: Promise<void> | undefined;
  known: boolean;
}

export class PolicyClusters implements Disposable {
  private readonly client: PolicyClient;
  private readonly clusters: Clusters;
  private readonly log: vscode.LogOutputChannel;
  private readonly owned = new DisposableStore();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly reads = new Map<string, Read>();

  /** The analysis knows a cluster, or knows it anew. */
  public readonly onDidChange = this.changed.event;

  public constructor(client: PolicyClient, clusters: Clusters, log: vscode.LogOutputChannel) {
    this.client = client;
    this.clusters = clusters;
    this.log = log;
    this.owned.add(this.changed);
    const look = (): void => { for (const document of vscode.workspace.textDocuments) this.follow(document); };
    this.owned.add(vscode.workspace.onDidChangeConfiguration((event) => { if (event.affectsConfiguration(Setting.clusterState)) look(); }));
    this.owned.add(vscode.workspace.onDidOpenTextDocument((document) => { this.follow(document); }));
    this.owned.add(vscode.window.onDidChangeActiveTextEditor((editor) => { if (editor !== undefined) this.follow(editor.document); }));
    this.owned.add(clusters.onDidChange(look));
    look();
  }

  public dispose(): void {
    for (const { timer } of this.reads.values()) clearTimeout(timer);
    this.owned.dispose();
  }

  /** Waits until the chosen cluster has been read once, or could not be. */
  public async ready(): Promise<void> {
    const context = chosenContext();
    if (context === undefined) return;
    const read = this.readOf(context);
    if (read.known || performance.now() < read.staleAt) return;
    read.reading ??= this.read(context, read);
    const { reading } = read;
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: `Reading cluster ${context} for network policies` }, () => reading);
  }

  private readOf(context: string): Read {
    const read = this.reads.get(context) ?? { staleAt: 0, timer: undefined, reading: undefined, known: false };
    this.reads.set(context, read);
    return read;
  }

  private follow(document: vscode.TextDocument): void {
    const context = contextOf(document.uri) ?? chosenContext();
    if (context === undefined || document.isClosed || !mentionsPolicy(document.getText())) return;
    const read = this.readOf(context);
    if (read.reading !== undefined || read.timer !== undefined) return;
    read.timer = setTimeout(() => {
      read.timer = undefined;
      read.reading ??= this.read(context, read);
    }, Math.max(0, read.staleAt - performance.now()));
  }

  /** Until it is read, and where it cannot be, files alone count, and the label says so. */
  private async read(context: string, read: Read): Promise<void> {
    const started = performance.now();
    try {
      if (read.staleAt === 0) await this.client.setCluster({ context, label: `from files alone, until cluster ${context} is read` });
      const { objects, notes } = await this.clusters.policyObjects(context);
      for (const note of notes) this.log.warn(`Network policies of ${context}: ${note}`);
      await this.client.setCluster({ context, label: `from cluster ${context}`, objects });
      read.known = true;
    } catch (thrown) {
      if (isCancelled(thrown)) return;
      this.log.warn(`Network policies of ${context}: ${toProblem(thrown, 'Reading the cluster').cause}`);
      read.known = false;
      await this.client.setCluster({ context, label: `from files alone: cluster ${context} cannot be read` }).catch(() => undefined);
    } finally {
      read.reading = undefined;
      read.staleAt = performance.now() + Math.max(kFresh, kFreshFactor * (performance.now() - started));
    }
    this.changed.fire();
  }
}
