/** The custom editor for capture files, its commands, and the engines behind it. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../base/problem.ts';
import type { EngineSettings } from '../contract/capture.ts';
import { Command, Setting, ViewType } from '../contract/contributions.ts';
import { EnginePool, type EngineLease } from '../engine/client.ts';
import { forkEngine } from '../engine/forked.ts';
import { CaptureDocument, readBackup, type RecoveredNotes } from './captureDocument.ts';
import { CaptureTab } from './captureTab.ts';
import { editorCommands } from './editorCommands.ts';
import { editorHtml, pageFolder } from './editorHtml.ts';
import type { FilterHelp } from './filterHelp.ts';
import type { LocalCaptures } from './localCaptures.ts';
import { openFollowPanel } from './followPanel.ts';
import { NotesStore, type FoundNotes } from './notesStore.ts';
import { registerOpenInWireshark } from './openInWireshark.ts';
import type { PreferenceStore } from './preferenceStore.ts';
import { VsCodePreferences } from './preferences.ts';
import { NotesSaver } from './saveNotes.ts';
import { savePackets } from './savePackets.ts';
import { TlsKeys } from './tlsKeys.ts';
import { notify } from './notify.ts';

/** Settings that change what dissection says: every open file is read anew under changed ones. */
const kDissection = [Setting.decodeAs, Setting.keylogFile, Setting.unpackLimit];

/** What the editor can tell of itself. */
export interface CaptureEditor {
  readonly engines: EnginePool;
  /** The time from a file's being asked for to its first painted rows, milliseconds, by path. */
  readonly firstRows: ReadonlyMap<string, number>;
  /** Opens a capture, or goes to its tab, and shows the packets of a filter with this one selected. */
  showFlow(uri: vscode.Uri, flow: { readonly filter: string; readonly frame: number }): Promise<void>;
}

/** Registers the editor. */
export function registerCaptureEditor(
  context: vscode.ExtensionContext, log: vscode.LogOutputChannel, help: FilterHelp, captures: LocalCaptures,
): CaptureEditor {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath;
  const engines = new EnginePool(forkEngine(script, (line) => { log.info(line); }), (path) => readSettings(keys, path));
  const keys = new TlsKeys((capture) => {
    engines.sessions.filter(({ path }) => capture === undefined || path === capture).forEach((session) => { session.restart(); });
  });
  const preferences = new VsCodePreferences(context);
  const notes = new NotesStore(context.workspaceState);
  const provider = new CaptureEditorProvider(context.extensionUri, engines, preferences, log, help, captures, keys, notes);
  context.subscriptions.push(
    engines,
    keys,
    preferences,
    vscode.window.registerCustomEditorProvider(ViewType.capture, provider, {
      supportsMultipleEditorsPerDocument: true,
      webviewOptions: { retainContextWhenHidden: true },
    }),
    ...[...editorCommands].map(([id, act]) => vscode.commands.registerCommand(id, () => { provider.activeTab?.send(act); })),
    vscode.commands.registerCommand(Command.reopen, () => provider.activeTab?.reopen()),
    vscode.commands.registerCommand(Command.save, () => provider.saveActive()),
    registerOpenInWireshark(() => provider.activeFile),
    vscode.commands.registerCommand(Command.savePackets, async () => {
      const lease = await provider.activeTab?.lease;
      await (lease === undefined ? undefined : savePackets(lease));
    }),
    vscode.commands.registerCommand(Command.addKeys, () => {
      const capture = provider.activeFile;
      return capture === undefined ? undefined : keys.choose(capture);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(Setting.keylogFile)) {
        keys.watchSetting();
      }
      if (kDissection.some((name) => event.affectsConfiguration(name))) {
        engines.sessions.forEach((session) => { session.restart(); });
      }
    }),
  );
  return { engines, firstRows: provider.firstRows, showFlow: (uri, flow) => provider.showFlow(uri, flow) };
}

const GIB = 2 ** 30;

function readSettings(keys: TlsKeys, capture: string): EngineSettings {
  const settings = vscode.workspace.getConfiguration();
  const keylogFile = keys.settingsFile;
  return {
    decodeAs: settings.get<readonly string[]>(Setting.decodeAs, []),
    ...(keylogFile === '' ? {} : { keylogFile }),
    keyLogs: keys.textsOf(capture),
    unpackLimit: settings.get<number>(Setting.unpackLimit, 0) * GIB,
  };
}

class CaptureEditorProvider implements vscode.CustomEditorProvider<CaptureDocument> {
  private readonly extension: vscode.Uri;
  private readonly engines: EnginePool;
  private readonly preferences: PreferenceStore;
  private readonly log: vscode.LogOutputChannel;
  private readonly help: FilterHelp;
  private readonly captures: LocalCaptures;
  private readonly changed = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<CaptureDocument>>();
  private readonly keys: TlsKeys;
  private readonly notes: NotesStore;
  private readonly saver: NotesSaver;
  private readonly tabs = new Map<vscode.WebviewPanel, CaptureTab>();
  private readonly documents = new Map<CaptureTab, CaptureDocument>();

  public readonly firstRows = new Map<string, number>();
  public readonly onDidChangeCustomDocument = this.changed.event;

  public constructor(
    extension: vscode.Uri, engines: EnginePool, preferences: PreferenceStore, log: vscode.LogOutputChannel,
    help: FilterHelp, captures: LocalCaptures, keys: TlsKeys, notes: NotesStore,
  ) {
    this.notes = notes;
    this.saver = new NotesSaver(notes, (path) => captures.stateOf(path)?.running === true);
    this.captures = captures;
    this.keys = keys;
    this.extension = extension;
    this.engines = engines;
    this.preferences = preferences;
    this.log = log;
    this.help = help;
  }

  /** The tab the user is in, if it is one of ours. */
  public get activeTab(): CaptureTab | undefined {
    return [...this.tabs].find(([panel]) => panel.active)?.[1];
  }

  /** The capture of the tab the user is in. */
  public get activeFile(): string | undefined {
    const tab = this.activeTab;
    return tab === undefined ? undefined : this.documents.get(tab)?.uri.fsPath;
  }

  /** The user's wish to save what is said of packets in the capture of the tab the user is in. */
  public async saveActive(): Promise<void> {
    const tab = this.activeTab;
    const document = tab === undefined ? undefined : this.documents.get(tab);
    await (document === undefined ? undefined : this.saveAsked(document));
  }

  public async showFlow(uri: vscode.Uri, { filter, frame }: { readonly filter: string; readonly frame: number }): Promise<void> {
    await vscode.commands.executeCommand('vscode.openWith', uri, ViewType.capture);
    const tab = [...this.documents].find(([, document]) => document.uri.fsPath === uri.fsPath)?.[0];
    await tab?.whenPainted;
    tab?.send({ kind: 'showFlow', filter, frame });
  }

  public async openCustomDocument(
    uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext,
  ): Promise<CaptureDocument> {
    const openedAt = performance.now();
    // The engine starts while VS Code still makes the page; a failure is shown by the page.
    const lease = await this.acquire(uri).catch(() => undefined);
    const document = new CaptureDocument(uri, openedAt, lease, this.notes, await this.recover(uri, backupId));
    document.onDidChange((event) => { this.changed.fire(event); });
    document.onDisposed(() => { void this.captures.onClosed(uri.fsPath); });
    return document;
  }

  /** Must return before the page runs: waiting for a message from the page here would wait for ever. */
  public resolveCustomEditor(document: CaptureDocument, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [pageFolder(this.extension)] };
    const tab = new CaptureTab(
      webview, this.acquire(document.uri), this.preferences, this.help, () => { this.reportPainted(document); },
      (log) => { this.keys.addText(document.uri.fsPath, log); }, this.captures, {
        followStream: (request) => openFollowPanel(this.extension, this.engines, document.uri.fsPath, () => this.tabs.get(panel), request),
        notes: () => Promise.resolve(document.notes ?? Promise.reject(notOnDisk(document.uri))),
        leftPlace: () => document.takeLeftPlace(),
        keepPlace: (place) => { document.keepPlace(place); },
        saveNotes: () => this.saveAsked(document),
        saveCopy: savePackets,
      },
    );
    this.documents.set(tab, document);
    this.tabs.set(panel, tab);
    panel.onDidDispose(() => {
      this.tabs.delete(panel);
      this.documents.delete(tab);
      tab.dispose();
    });
    webview.html = editorHtml(webview, this.extension);
  }

  public saveCustomDocument(document: CaptureDocument): Promise<void> {
    return this.saver.save(document);
  }

  public saveCustomDocumentAs(document: CaptureDocument, destination: vscode.Uri): Promise<void> {
    return this.saver.saveAs(document, destination);
  }

  public revertCustomDocument(document: CaptureDocument): Promise<void> {
    return document.revert();
  }

  public async backupCustomDocument(
    document: CaptureDocument, { destination }: vscode.CustomDocumentBackupContext,
  ): Promise<vscode.CustomDocumentBackup> {
    await vscode.workspace.fs.writeFile(destination, Buffer.from(await document.backup()));
    return { id: destination.toString(), delete: () => { void vscode.workspace.fs.delete(destination); } };
  }

  /** The page's wish to save: VS Code's own command, so that it knows what became of the document. */
  private async saveAsked(document: CaptureDocument): Promise<void> {
    document.isAsked = true;
    try {
      if (document.isDirty) {
        await vscode.commands.executeCommand('workbench.action.files.save');
      } else {
        await this.saver.save(document);
      }
    } catch (thrown) {
      if (!(thrown instanceof vscode.CancellationError)) {
        throw thrown;
      }
    } finally {
      document.isAsked = false;
    }
  }

  /** Notes of an earlier time, as far as they are of this very file. */
  private async recover(uri: vscode.Uri, backupId: string | undefined): Promise<RecoveredNotes> {
    const kept = await this.notes.read(uri.fsPath);
    const backup = backupId === undefined ? undefined : await readBackup(uri, backupId);
    const outdated = [kept, backup].filter((one) => one !== undefined && !one.current).flatMap((one) => one?.notes.comments ?? []);
    if (outdated.length > 0) {
      void tellOutdated(uri, outdated);
    }
    return { ...usable(kept, (notes) => ({ kept: notes })), ...usable(backup, ({ comments }) => ({ unsaved: comments })) };
  }

  private async acquire(uri: vscode.Uri): Promise<EngineLease> {
    if (uri.scheme !== 'file') {
      throw notOnDisk(uri);
    }
    return this.engines.acquire(uri.fsPath);
  }

  private reportPainted(document: CaptureDocument): void {
    if (!document.onPainted()) {
      return;
    }
    const milliseconds = Math.round(performance.now() - document.openedAt);
    this.firstRows.set(document.uri.fsPath, milliseconds);
    this.log.info(`first rows of ${document.uri.fsPath} after ${String(milliseconds)} ms`);
  }
}

const notOnDisk = (uri: vscode.Uri): ProblemError => new ProblemError(
  'file', `${uri.toString(true)} is not a file on this machine's disk.`, 'Save it to a folder on disk and open it from there.',
);

const usable = <T extends object>(found: FoundNotes | undefined, take: (notes: FoundNotes['notes']) => T): T | undefined =>
  (found?.current === true ? take(found.notes) : undefined);

/** Comments of packets that may be others now: they are not shown, and not lost. */
async function tellOutdated(uri: vscode.Uri, comments: FoundNotes['notes']['comments']): Promise<void> {
  const said = `${basename(uri.fsPath)} has changed since packets of it were commented: the comments are left out.`;
  if (await notify.warning(said, 'Show Comments') !== undefined) {
    const content = comments.map(([frame, texts]) => `Packet ${String(frame)}:\n${texts.join('\n')}\n`).join('\n');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content }));
  }
}
