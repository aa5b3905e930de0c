/**
 * An open capture file as VS Code's custom editors know it. What users say of packets lies over the file; VS Code keeps
 * the steps of undo, this counts them: it alone knows whether a save was asked for while nothing was to be saved.
 */
import * as vscode from 'vscode';
import { PacketNotes, type KeptNotes } from '../base/packetNotes.ts';
import type { EditorPlace } from '../contract/editor.ts';
import type { EngineLease } from '../engine/client.ts';
import { CaptureNotes, type NotesEdit } from './captureNotes.ts';
import { found, packed, type NotesStore } from './notesStore.ts';

/** What a capture begins with. */
export interface RecoveredNotes {
  readonly kept?: KeptNotes;
  /** Comments of an earlier window that were not saved in any way. */
  readonly unsaved?: KeptNotes['comments'];
}

export class CaptureDocument implements vscode.CustomDocument {
  public readonly uri: vscode.Uri;
  /** When the file was asked for, for the time to the first painted rows; milliseconds of performance.now(). */
  public readonly openedAt: number;
  /** Comments and marks; undefined where the file is not one of this machine's disk. */
  public readonly notes: CaptureNotes | undefined;
  /** The user allowed to write into the capture itself. */
  public mayWriteInto = false;
  /** The user asks for the save that comes next. */
  public isAsked = false;

  /** Starts the engine before there is a page, and keeps it until the document's last tab is closed. */
  public readonly lease: EngineLease | undefined;
  private readonly changed = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<CaptureDocument>>();
  private readonly disposed = new vscode.EventEmitter<undefined>();
  private recovered: NotesEdit | undefined;
  /** Steps done, and those done when it was saved last; -1: none of those that can be come back to. */
  private step = 0;
  private savedStep = 0;
  private painted = false;
  private readonly store: NotesStore;
  private left: EditorPlace | undefined;

  public readonly onDidChange = this.changed.event;
  /** Its last tab is closed. */
  public readonly onDisposed = this.disposed.event;

  public constructor(uri: vscode.Uri, openedAt: number, lease: EngineLease | undefined, store: NotesStore, { kept, unsaved }: RecoveredNotes) {
    this.uri = uri;
    this.openedAt = openedAt;
    this.lease = lease;
    this.store = store;
    if (lease === undefined) {
      return;
    }
    this.notes = new CaptureNotes(lease.session, new PacketNotes(kept, unsaved));
    this.notes.onChanged(() => { void store.keep(uri.fsPath, this.notes?.notes.toKeep ?? { comments: [], marks: [] }); });
    this.notes.onEdited((edit) => { this.add(edit, `Comments of Packet ${String(edit.frame)}`); });
    if (unsaved !== undefined) {
      this.recovered = this.notes.wholeEdit();
      this.savedStep = -1;
      this.left = store.readPlace(uri.fsPath);
    }
  }

  /** Whether VS Code takes it to have something unsaved. */
  public get isDirty(): boolean {
    return this.step !== this.savedStep;
  }

  /** Rows were painted; tells whether for the first time. VS Code knows the document by then, and can undo what was recovered. */
  public onPainted(): boolean {
    const isFirst = !this.painted;
    this.painted = true;
    if (this.recovered !== undefined) {
      this.add(this.recovered, 'Comments of the Last Window');
      this.recovered = undefined;
    }
    return isFirst;
  }

  /**
   * Where its page was left in the last window. VS Code gives pages the state they had at their document's last backup,
   * which is that of the last comment; all others it gives their last state.
   */
  public takeLeftPlace(): EditorPlace | undefined {
    const { left } = this;
    this.left = undefined;
    return left;
  }

  public keepPlace(place: EditorPlace): void {
    if (this.isDirty) {
      void this.store.keepPlace(this.uri.fsPath, place);
    }
  }

  public markSaved(): void {
    this.savedStep = this.step;
  }

  public async revert(): Promise<void> {
    await this.notes?.revert();
    this.savedStep = Math.max(0, this.savedStep);
    this.step = this.savedStep;
  }

  /** For VS Code to keep while the document is dirty. */
  public async backup(): Promise<string> {
    const comments = this.notes?.notes.changedComments ?? [];
    return JSON.stringify(await packed(this.uri.fsPath, { comments, marks: [] }));
  }

  public dispose(): void {
    this.notes?.dispose();
    this.lease?.dispose();
    this.disposed.fire(undefined);
    this.disposed.dispose();
    this.changed.dispose();
  }

  private add(edit: NotesEdit, label: string): void {
    if (this.savedStep > this.step) {
      this.savedStep = -1;
    }
    this.step++;
    this.changed.fire({
      document: this, label,
      undo: async () => {
        this.step--;
        await edit.undo();
      },
      redo: async () => {
        this.step++;
        await edit.redo();
      },
    });
  }
}

/** The comments of a backup that VS Code kept, and whether they are of the file as it is now. */
export async function readBackup(uri: vscode.Uri, backupId: string): Promise<{ readonly notes: KeptNotes; readonly current: boolean }> {
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.parse(backupId));
  return found(uri.fsPath, JSON.parse(Buffer.from(bytes).toString('utf8')));
}
