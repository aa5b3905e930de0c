/** The captures that run on this machine, by the file each writes: for their editors, the status bar and the commands. */
import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { escapeLabel } from '../base/escape.ts';
import { Emitter } from '../base/event.ts';
import { ProblemError } from '../base/problem.ts';
import { LocalCapture, type LocalCommand } from '../capture/localCapture.ts';
import { Command, Setting, ViewType } from '../contract/contributions.ts';
import type { LiveState } from '../contract/live.ts';
import { SavedCaptures, targetStem, type CaptureRequest } from './savedCaptures.ts';
import { notify } from './notify.ts';

export class LocalCaptures implements Disposable {
  public readonly command: LocalCommand;

  private readonly storage: vscode.Uri;
  private readonly byPath = new Map<string, LocalCapture>();
  private readonly changed = new Emitter<{ readonly path: string; readonly state: LiveState }>();
  private readonly item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left, 100);

  public readonly onChanged = this.changed.event;

  /** What is known of the files: how they were captured. */
  public readonly saved: SavedCaptures;

  public constructor(command: LocalCommand, storage: vscode.Uri, memory: vscode.Memento) {
    this.command = command;
    this.storage = storage;
    this.saved = new SavedCaptures(memory);
    this.item.command = Command.stopCapture;
    this.item.name = 'StratoShark capture';
  }

  public get running(): readonly { readonly path: string; readonly capture: LocalCapture }[] {
    return [...this.byPath].filter(([, capture]) => capture.running).map(([path, capture]) => ({ path, capture }));
  }

  /** The folder of the setting, else the extension's own, where only this user can look. */
  public get folder(): string {
    const chosen = vscode.workspace.getConfiguration().get<string>(Setting.captureFolder, '');
    return chosen === '' ? join(this.storage.fsPath, 'captures') : chosen;
  }

  /** Of the capture that writes or wrote this file in this session. */
  public stateOf(path: string): LiveState | undefined {
    return this.byPath.get(path)?.state;
  }

  public stop(path: string): void {
    this.byPath.get(path)?.stop();
  }

  /** Begins a capture and opens its file. Rejects with a ProblemError when it cannot begin. */
  public async start(request: CaptureRequest): Promise<void> {
    const file = await this.newFile(request);
    const capture = new LocalCapture(this.command, { ...request, file });
    await capture.started;
    const path = await realpath(file);
    this.byPath.set(path, capture);
    this.saved.begin(basename(path), request);
    capture.onChanged((state) => { this.tell(path, state); });
    void capture.ended.then(() => {
      this.saved.end(basename(path), capture.state?.status);
      this.showRunning();
    });
    this.showRunning();
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), ViewType.capture);
  }

  public pause(path: string, on: boolean): void {
    this.byPath.get(path)?.pause(on);
  }

  /** The same once more, into a new file. Rejects with a ProblemError when it cannot begin. */
  public async restart(path: string): Promise<void> {
    const request = this.saved.requestOf(basename(path));
    if (request === undefined) throw new ProblemError('invalid', `How ${basename(path)} was captured is not known any more.`, 'Begin a new capture from the tree.');
    await this.start(request);
  }

  /** The last editor of a file was closed: asks what becomes of its capture if that goes on. */
  public async onClosed(path: string): Promise<void> {
    const capture = this.byPath.get(path);
    if (capture?.running !== true) {
      return;
    }
    const [stop, show] = ['Stop Capturing', 'Show'];
    const answer = await notify.warning(
      `The capture on ${capture.request.source} goes on and writes ${basename(path)}.`, stop, show, 'Go On',
    );
    if (answer === stop) {
      capture.stop();
    } else if (answer === show) {
      await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), ViewType.capture);
    }
  }

  public dispose(): void {
    for (const capture of this.byPath.values()) {
      capture.dispose();
    }
    this.item.dispose();
    this.changed.dispose();
  }

  /** A name that is free: a second capture of the same in one second gets a number. */
  private async newFile({ source, target }: CaptureRequest): Promise<string> {
    const { folder } = this;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const stem = target === undefined ? `${source.replaceAll(', ', '+').replaceAll(/[^\w.+-]/g, '_').slice(0, 60)} ${localTime(new Date())}` : targetStem(target, new Date());
    for (let n = 1; ; n++) {
      const file = join(folder, `${stem}${n === 1 ? '' : `-${String(n)}`}.pcapng`);
      if (!existsSync(file)) return file;
    }
  }

  private tell(path: string, state: LiveState): void {
    this.changed.fire({ path, state });
    this.showRunning();
  }

  private showRunning(): void {
    const { running } = this;
    void vscode.commands.executeCommand('setContext', 'stratoshark.capturing', running.length > 0);
    if (running.length === 0) {
      this.item.hide();
      return;
    }
    const packets = running.reduce((sum, { capture }) => sum + (capture.state?.status.packets ?? 0), 0);
    const dropped = running.reduce((sum, { capture }) => sum + (capture.state?.status.dropped ?? 0), 0);
    const sources = running.map(({ capture }) => capture.request.source).join(' · ');
    this.item.text = `$(record) ${escapeLabel(sources)}: ${packets.toLocaleString('en')} packets${dropped === 0 ? '' : `, ${dropped.toLocaleString('en')} dropped`}`;
    this.item.tooltip = 'Stop capturing';
    this.item.show();
  }
}

/** 2026-01-31 13.05.09, in local time: sorts by itself, and is a file name everywhere. */
function localTime(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('.')}`;
}
