/**
 * An open capture file as VS Code's custom editors know it. The file itself is never written to: what users
 * change (packet comments, in time) is an overlay beside it.
 */
import * as vscode from 'vscode';
import { EditOverlay } from '../base/overlay.ts';
import type { EngineLease } from '../engine/client.ts';

/** One change a user makes. */
export interface CaptureEdit {
  readonly kind: 'comment';
  readonly frame: number;
  readonly text: string;
}

export class CaptureDocument implements vscode.CustomDocument {
  public readonly uri: vscode.Uri;
  public readonly overlay: EditOverlay<CaptureEdit>;
  /** When the file was asked for, for the time to the first painted rows; milliseconds of performance.now(). */
  public readonly openedAt: number;
  /** Whether rows of it were painted by any of its tabs. */
  public isPainted = false;

  /** Starts the engine before there is a page, and keeps it until the document's last tab is closed. */
  private readonly lease: EngineLease | undefined;
  private readonly changed = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<CaptureDocument>>();
  private readonly disposed = new vscode.EventEmitter<undefined>();
  public readonly onDidChange = this.changed.event;
  /** Its last tab is closed. */
  public readonly onDisposed = this.disposed.event;

  public constructor(
    uri: vscode.Uri, openedAt: number, lease: EngineLease | undefined, recovered: readonly CaptureEdit[],
  ) {
    this.uri = uri;
    this.openedAt = openedAt;
    this.lease = lease;
    this.overlay = new EditOverlay(recovered);
  }

  /** Applies an edit and tells VS Code, which keeps the undo stack. */
  public edit(edit: CaptureEdit, label: string): void {
    this.overlay.add(edit);
    this.changed.fire({
      document: this, label, undo: () => { this.overlay.undo(); }, redo: () => { this.overlay.redo(); },
    });
  }

  public dispose(): void {
    this.lease?.dispose();
    this.disposed.fire(undefined);
    this.disposed.dispose();
    this.changed.dispose();
  }
}

/** The edits of a backup file that VS Code kept; what is not understood is left out. */
export function parseBackup(text: string): readonly CaptureEdit[] {
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.filter(isCaptureEdit) : [];
}

function isCaptureEdit(value: unknown): value is CaptureEdit {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { kind, frame, text } = value as Partial<Record<keyof CaptureEdit, unknown>>;
  return kind === 'comment' && typeof frame === 'number' && typeof text === 'string';
}
