/** Keeps comments and marks of captures that are not written into them, with the workspace. Free of vscode. */
import { parseNotes, type KeptNotes } from '../base/packetNotes.ts';
import type { EditorPlace } from '../contract/editor.ts';
import { identityOf, isStill, parseIdentity } from './fileIdentity.ts';

/** The part of a vscode.Memento that is used. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const kKey = 'stratoshark.notes';
const kPlaces = 'stratoshark.places';
/** Captures remembered; those changed longest ago are forgotten. */
const kMostCaptures = 200;

/** Notes that were kept, and whether they are of the file as it is now. */
export interface FoundNotes {
  readonly notes: KeptNotes;
  readonly current: boolean;
}

export class NotesStore {
  private readonly memory: Memory;
  private last = new Map<string, string>();

  public constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Undefined: nothing was kept of this capture. */
  public async read(path: string): Promise<FoundNotes | undefined> {
    const kept = this.all()[path];
    return kept === undefined ? undefined : found(path, kept);
  }

  /** Keeps what was not kept before. */
  public async keep(path: string, notes: KeptNotes): Promise<void> {
    const text = JSON.stringify(notes);
    if (this.last.get(path) === text) {
      return;
    }
    this.last.set(path, text);
    const { [path]: _old, ...others } = this.all();
    const isEmpty = notes.comments.length + notes.marks.length === 0;
    const entries = [...Object.entries(others), ...(isEmpty ? [] : [[path, await packed(path, notes)] as const])];
    await this.memory.update(kKey, Object.fromEntries(entries.slice(-kMostCaptures)));
  }

  /** Where the page of a capture with unsaved comments was last. */
  public readPlace(path: string): EditorPlace | undefined {
    const { filter, frame, top } = (this.all(kPlaces)[path] ?? {}) as Partial<Record<keyof EditorPlace, unknown>>;
    return typeof filter === 'string' && typeof frame === 'number' && typeof top === 'number' ? { filter, frame, top } : undefined;
  }

  public async keepPlace(path: string, place: EditorPlace): Promise<void> {
    const { [path]: _old, ...others } = this.all(kPlaces);
    await this.memory.update(kPlaces, Object.fromEntries([...Object.entries(others), [path, place] as const].slice(-kMostCaptures)));
  }

  private all(key = kKey): Readonly<Record<string, unknown>> {
    const kept = this.memory.get(key);
    return typeof kept === 'object' && kept !== null ? kept as Record<string, unknown> : {};
  }
}

/** Notes with what tells that they are of this file. */
export const packed = async (path: string, notes: KeptNotes): Promise<unknown> =>
  ({ file: await identityOf(path).catch(() => undefined), notes });

/** The notes of what `packed` made. */
export async function found(path: string, kept: unknown): Promise<FoundNotes> {
  const { file, notes } = (typeof kept === 'object' && kept !== null ? kept : {}) as { readonly file?: unknown; readonly notes?: unknown };
  const identity = parseIdentity(file);
  return { notes: parseNotes(notes), current: identity !== undefined && await isStill(path, identity) };
}
