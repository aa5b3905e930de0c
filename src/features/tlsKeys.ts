/** Key logs by which open captures are decrypted: files the user chose or dropped, and the one of the settings. */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../base/problem.ts';
import { Setting } from '../contract/contributions.ts';
import type { KeyLogText } from '../contract/editor.ts';
import { isKeyLog, kMostKeyLogBytes } from '../base/keyLog.ts';
import { notify } from './notify.ts';

/** A file is looked at for growth this often, milliseconds: an application writes its keys while it runs. */
const kWatchEvery = 2000;

interface KeyLogs {
  /** Chosen files with what they held when last read, by path. */
  readonly files: Map<string, string>;
  readonly dropped: Map<string, string>;
}

export class TlsKeys implements vscode.Disposable {
  private readonly captures = new Map<string, KeyLogs>();
  private readonly restart: (capture?: string) => void;
  private watchedSetting = '';

  /** `restart` reads a capture (or all of them) anew under the keys there are now. */
  public constructor(restart: (capture?: string) => void) {
    this.restart = restart;
    this.watchSetting();
  }

  /** Path of the key log the settings name, '' none; a workspace cannot set it. */
  public get settingsFile(): string {
    return vscode.workspace.getConfiguration().get<string>(Setting.keylogFile, '');
  }

  /** What the key logs added to a capture hold. */
  public textsOf(capture: string): readonly string[] {
    const logs = this.captures.get(capture);
    return logs === undefined ? [] : [...logs.files.values(), ...logs.dropped.values()];
  }

  /** Text dropped on the page of a capture. */
  public addText(capture: string, { name, text }: KeyLogText): void {
    requireKeyLog(name, text);
    this.logsOf(capture).dropped.set(name, text);
    this.restart(capture);
  }

  /** Asks the user for files. */
  public async choose(capture: string): Promise<void> {
    const chosen = await vscode.window.showOpenDialog({
      canSelectMany: true, openLabel: 'Add Keys', title: `TLS keys for ${basename(capture)}`,
    });
    try {
      for (const { fsPath } of chosen ?? []) {
        await this.addFile(capture, fsPath);
      }
    } catch (thrown) {
      void notify.error(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  /** The settings changed: another file is to be watched. */
  public watchSetting(): void {
    if (this.watchedSetting !== '') {
      unwatchFile(this.watchedSetting, this.settingsFileChanged);
    }
    this.watchedSetting = this.settingsFile;
    if (this.watchedSetting !== '') {
      watchFile(this.watchedSetting, { interval: kWatchEvery, persistent: false }, this.settingsFileChanged);
    }
  }

  public dispose(): void {
    if (this.watchedSetting !== '') {
      unwatchFile(this.watchedSetting, this.settingsFileChanged);
    }
    for (const { files } of this.captures.values()) {
      [...files.keys()].forEach((path) => { unwatchFile(path); });
    }
  }

  private readonly settingsFileChanged = (): void => { this.restart(); };

  private async addFile(capture: string, path: string): Promise<void> {
    const text = await readKeyLog(path);
    const { files } = this.logsOf(capture);
    if (!files.has(path)) {
      watchFile(path, { interval: kWatchEvery, persistent: false }, () => { void this.reread(capture, path); });
    }
    files.set(path, text);
    this.restart(capture);
  }

  /** A file that is gone or no longer a key log leaves the keys there were. */
  private async reread(capture: string, path: string): Promise<void> {
    const { files } = this.logsOf(capture);
    const text = await readKeyLog(path).catch(() => undefined);
    if (text !== undefined && text !== files.get(path)) {
      files.set(path, text);
      this.restart(capture);
    }
  }

  private logsOf(capture: string): KeyLogs {
    const logs = this.captures.get(capture) ?? { files: new Map<string, string>(), dropped: new Map<string, string>() };
    this.captures.set(capture, logs);
    return logs;
  }
}

async function readKeyLog(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > kMostKeyLogBytes) {
    throw new ProblemError('file', `${basename(path)} is too large for a TLS key log.`, 'Choose the file that SSLKEYLOGFILE named.');
  }
  const text = await readFile(path, 'utf8');
  requireKeyLog(basename(path), text);
  return text;
}

function requireKeyLog(name: string, text: string): void {
  if (!isKeyLog(text)) {
    throw new ProblemError('file', `${name} holds no TLS keys.`, 'Choose the file that SSLKEYLOGFILE named.');
  }
}
