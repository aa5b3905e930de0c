/** The comments and marks of one open capture, laid over the answers of its engine. Free of vscode. */
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import { PacketNotes, type Comments } from '../base/packetNotes.ts';
import type { NotesState } from '../contract/notes.ts';
import type { EngineSession } from '../engine/session.ts';

/** A change of comments, to be undone and done again. */
export interface NotesEdit {
  /** 0: more than one. */
  readonly frame: number;
  undo(): Promise<void>;
  redo(): Promise<void>;
}

export class CaptureNotes implements Disposable {
  public readonly notes: PacketNotes;

  private readonly session: EngineSession;
  private readonly changed = new Emitter<NotesState>();
  private readonly edited = new Emitter<NotesEdit>();
  /** Every engine of the file has what changed. */
  public readonly onChanged = this.changed.event;
  /** The user changed comments. */
  public readonly onEdited = this.edited.event;

  public constructor(session: EngineSession, notes = new PacketNotes()) {
    this.session = session;
    this.notes = notes;
    session.layOver(() => notes.edits());
  }

  public get state(): NotesState {
    return { unsaved: this.notes.unsaved };
  }

  /** Rejects when there is no such packet. */
  public async setComments(frame: number, comments: Comments): Promise<void> {
    const before = (await this.session.api.packet({ frame })).detail.comments ?? [];
    if (JSON.stringify(before) === JSON.stringify(comments)) {
      return;
    }
    const redo = (): Promise<void> => this.put(frame, comments, before);
    await redo();
    this.edited.fire({ frame, undo: () => this.put(frame, before, comments), redo });
  }

  /** All changed comments as one change: to be undone where the single steps are forgotten. */
  public wholeEdit(): NotesEdit {
    const changed = this.notes.changedComments;
    return {
      frame: 0,
      undo: () => this.revert(),
      redo: async () => {
        for (const [frame, comments] of changed) {
          await this.put(frame, comments, (await this.session.api.packet({ frame })).detail.comments ?? []);
        }
      },
    };
  }

  public async setMarks(frames: readonly number[], marked: boolean): Promise<void> {
    this.notes.setMarks(frames, marked);
    await this.tell(frames);
  }

  public marked(): Promise<readonly number[]> {
    return this.session.api.marked(undefined);
  }

  /** Back to the comments that are kept. */
  public async revert(): Promise<void> {
    await this.tell(this.notes.revert());
  }

  /** Back to what the file says. */
  public async discard(): Promise<void> {
    await this.tell(this.notes.discard());
  }

  public dispose(): void {
    this.changed.dispose();
    this.edited.dispose();
  }

  private async put(frame: number, comments: Comments, before: Comments): Promise<void> {
    this.notes.setComments(frame, comments, before);
    await this.tell([frame]);
  }

  /** An engine that has ended is told by its successor's start. */
  private async tell(frames: readonly number[]): Promise<void> {
    if (this.session.problem === undefined) {
      await this.session.api.setEdits({ edits: this.notes.edits(frames) });
    }
    this.changed.fire(this.state);
  }
}
