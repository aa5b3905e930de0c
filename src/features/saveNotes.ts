/**
 * "Save" of a capture whose packets have comments or marks that the file does not have. The capture itself is written
 * only when the user said so; VS Code's auto save, which cannot be told from a wish of the user's, keeps them beside it.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { CaptureStatus } from '../contract/capture.ts';
import type { SaveRequest, SaveResult } from '../contract/save.ts';
import type { EngineLease } from '../engine/client.ts';
import type { CaptureDocument } from './captureDocument.ts';
import type { CaptureNotes } from './captureNotes.ts';
import type { NotesStore } from './notesStore.ts';
import { tellSaved, withSaveProgress } from './savePackets.ts';
import { notify } from './notify.ts';

/** A file written to this short a time ago may be written to still, milliseconds. */
const kStillWritten = 3000;

const kInto = 'Write into the Capture';
const kCopy = 'Save a Copy…';

/** A document whose file is there to be read. */
interface Open {
  readonly document: CaptureDocument;
  readonly lease: EngineLease;
  readonly notes: CaptureNotes;
}

export class NotesSaver {
  private readonly store: NotesStore;
  private readonly isCapturing: (path: string) => boolean;
  private hinted = false;
  /** When captures were last written to by this, milliseconds since the epoch, by path. */
  private readonly written = new Map<string, number>();

  /** `isCapturing`: a capture of this window writes the file now. */
  public constructor(store: NotesStore, isCapturing: (path: string) => boolean) {
    this.store = store;
    this.isCapturing = isCapturing;
  }

  /** VS Code's "Save", by the user or by auto save. Rejects when it is cancelled: the document stays as it is. */
  public async save(document: CaptureDocument): Promise<void> {
    const open = opened(document);
    const { comments, marks } = open.notes.state.unsaved;
    const isAutomatic = document.isDirty && !document.isAsked && autoSaves(document.uri);
    document.isAsked = false;
    if (isAutomatic) {
      await this.keep(open);
      return;
    }
    if (comments + marks > 0) {
      await this.saveAsked(open);
    }
    document.markSaved();
  }

  /** VS Code's "Save As": everything, with what is said of it, into another file. */
  public async saveAs(document: CaptureDocument, destination: vscode.Uri): Promise<void> {
    const open = opened(document);
    if (destination.fsPath === document.uri.fsPath) {
      // VS Code asked whether to replace it.
      await this.writeInto(open);
    } else {
      await this.writeTo(open, destination);
    }
    document.markSaved();
  }

  private async keep({ document, notes }: Open): Promise<void> {
    notes.notes.markKept();
    await this.store.keep(document.uri.fsPath, notes.notes.toKeep);
    document.markSaved();
    if (!this.hinted) {
      this.hinted = true;
      void this.hint(document);
    }
  }

  /** Once per window: auto save is on, so what it does here must be known. */
  private async hint(document: CaptureDocument): Promise<void> {
    const said = 'Auto save keeps packet comments with the workspace; it never writes into a capture. "Save" in the status line of the capture does.';
    if (await notify.information(said, 'Save Now…') !== undefined) {
      document.isAsked = true;
      await this.save(document).catch(showUnlessCancelled);
    }
  }

  private async saveAsked(open: Open): Promise<void> {
    const { document, lease } = open;
    const obstacle = await this.obstacle(open, await lease.session.opened());
    if (obstacle === undefined && document.mayWriteInto) {
      await this.writeInto(open);
      return;
    }
    const name = basename(document.uri.fsPath);
    const detail = obstacle === undefined
      ? 'A copy leaves the capture as it is and is opened. You are asked once for each open capture.'
      : `Comments and marks cannot be written into ${name}: ${obstacle}`;
    const chosen = await notify.information(
      `Save the comments and marks of ${name}?`, { modal: true, detail }, ...(obstacle === undefined ? [kInto, kCopy] : [kCopy]),
    );
    switch (chosen) {
      case kInto:
        await this.writeInto(open);
        document.mayWriteInto = true;
        break;
      case kCopy: await this.saveCopy(open); break;
      default: throw new vscode.CancellationError();
    }
  }

  /** Why the file itself cannot take comments, one sentence; undefined: it can. */
  private async obstacle({ document }: Open, { fileKind, damage, state }: CaptureStatus): Promise<string | undefined> {
    const path = document.uri.fsPath;
    if (fileKind !== 'pcapng') {
      return `it is ${fileKind}, and only uncompressed pcapng is written in place.`;
    }
    if (damage !== undefined) {
      return 'it is damaged, and what follows the damage would be lost.';
    }
    if (state !== 'ready') {
      return 'it has not been read to its end.';
    }
    const written = await timeOf(path);
    const isBusy = written !== this.written.get(path) && Date.now() - written < kStillWritten;
    return this.isCapturing(path) || isBusy ? 'it is still being written to.' : undefined;
  }

  private async writeInto(open: Open): Promise<void> {
    const { document, lease: { session }, notes } = open;
    await save(open, document.uri.fsPath, true);
    this.written.set(document.uri.fsPath, await timeOf(document.uri.fsPath));
    notes.notes.markWritten();
    await this.store.keep(document.uri.fsPath, notes.notes.toKeep);
    // The file is another one now.
    session.restart();
  }

  private async saveCopy(open: Open): Promise<void> {
    const path = open.document.uri.fsPath;
    const name = basename(path).replace(/\.(gz|zst|lz4)$/, '').replace(/\.(pcapng|pcap|cap)$/, '');
    const target = await vscode.window.showSaveDialog({
      title: 'Save a Copy with Comments and Marks', defaultUri: vscode.Uri.file(join(dirname(path), `${name}-commented.pcapng`)),
      filters: { pcapng: ['pcapng'] },
    });
    if (target === undefined) {
      throw new vscode.CancellationError();
    }
    await this.writeTo(open, target);
    await vscode.commands.executeCommand('vscode.open', target);
  }

  /** The copy has the comments and marks: from now on the capture shows what it says itself. */
  private async writeTo(open: Open, target: vscode.Uri): Promise<void> {
    const { document, notes } = open;
    const result = await save(open, target.fsPath, false);
    await notes.discard();
    await this.store.keep(document.uri.fsPath, notes.notes.toKeep);
    if (result.lost.length > 0) {
      void tellSaved(result, target);
    }
  }
}

function opened(document: CaptureDocument): Open {
  const { lease, notes } = document;
  if (lease === undefined || notes === undefined) {
    throw new Error('This capture could not be opened: there is nothing to save.');
  }
  return { document, lease, notes };
}

async function save({ lease: { session, view } }: Open, path: string, mayReplaceInput: boolean): Promise<SaveResult> {
  const request: SaveRequest = {
    path, format: path.endsWith('.pcap') ? 'pcap' : 'pcapng', which: 'all', ranges: [], keepSecrets: true, mayReplaceInput,
  };
  return withSaveProgress(session, `Saving ${basename(path)}`, () => session.api.save({ ...request, view }));
}

/** When the file was last written to, milliseconds since the epoch; 0: it is not there. */
const timeOf = (path: string): Promise<number> => stat(path).then(({ mtimeMs }) => mtimeMs, () => 0);

const autoSaves = (uri: vscode.Uri): boolean => vscode.workspace.getConfiguration('files', uri).get<string>('autoSave') !== 'off';

function showUnlessCancelled(thrown: unknown): void {
  if (!(thrown instanceof vscode.CancellationError)) {
    void notify.error(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
