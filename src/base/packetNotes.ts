/** What users say of packets beside their bytes: comments and marks, as changes of what the file says. */
import type { PacketEdit } from '../contract/save.ts';

export type Comments = readonly string[];

const equal = (one: Comments, other: Comments): boolean =>
  one.length === other.length && one.every((text, at) => text === other[at]);

/** What is kept of them outside the capture: pairs of frame and what is said of it. */
export interface KeptNotes {
  readonly comments: readonly (readonly [number, Comments])[];
  readonly marks: readonly (readonly [number, boolean])[];
}

export const noNotes: KeptNotes = { comments: [], marks: [] };

export class PacketNotes {
  /** Comments of the packets whose comments the file does not have. */
  private readonly comments: Map<number, Comments>;
  private readonly marks: Map<number, boolean>;
  /** What the file says of packets that were changed once, as far as it is known. */
  private readonly inFile = new Map<number, Comments>();
  /** The comments that are kept elsewhere: what a revert goes back to. */
  private kept: ReadonlyMap<number, Comments>;

  /** `kept`: what was kept outside the capture. `recovered`: comments of an earlier window that were not even that. */
  public constructor(kept: KeptNotes = noNotes, recovered?: KeptNotes['comments']) {
    this.kept = new Map(kept.comments);
    this.comments = new Map(recovered ?? kept.comments);
    this.marks = new Map(kept.marks);
  }

  /** The packet's comments are these from now on; `before` is what was shown until now. */
  public setComments(frame: number, comments: Comments, before: Comments): void {
    if (!this.comments.has(frame) && !this.inFile.has(frame)) {
      this.inFile.set(frame, before);
    }
    const inFile = this.inFile.get(frame);
    if (inFile !== undefined && equal(inFile, comments)) {
      this.comments.delete(frame);
    } else {
      this.comments.set(frame, comments);
    }
  }

  /** Marks packets that are not marked, or takes the mark of packets that are. */
  public setMarks(frames: readonly number[], marked: boolean): void {
    for (const frame of frames) {
      // What was changed once and is changed back is as the file has it.
      if (this.marks.get(frame) === !marked) {
        this.marks.delete(frame);
      } else {
        this.marks.set(frame, marked);
      }
    }
  }

  /** The changes in force of these frames, or of all. */
  public edits(frames: Iterable<number> = new Set([...this.comments.keys(), ...this.marks.keys()])): readonly PacketEdit[] {
    return [...frames].map((frame) => {
      const [comments, marked] = [this.comments.get(frame), this.marks.get(frame)];
      return { frame, ...(comments === undefined ? {} : { comments }), ...(marked === undefined ? {} : { marked }) };
    });
  }

  /** How many packets are said to be otherwise than the file says. */
  public get unsaved(): { readonly comments: number; readonly marks: number } {
    return { comments: this.comments.size, marks: this.marks.size };
  }

  /** The comments in force. */
  public get changedComments(): KeptNotes['comments'] {
    return [...this.comments];
  }

  /** What is to be kept outside the capture: the comments of the last save, the marks as they are. */
  public get toKeep(): KeptNotes {
    return { comments: [...this.kept], marks: [...this.marks] };
  }

  /** The comments in force are those to be kept. */
  public markKept(): void {
    this.kept = new Map(this.comments);
  }

  /** Back to the comments kept, marks as they are; the frames whose comments this may change. */
  public revert(): readonly number[] {
    const frames = [...this.comments.keys(), ...this.kept.keys()];
    this.comments.clear();
    this.kept.forEach((comments, frame) => this.comments.set(frame, comments));
    return [...new Set(frames)];
  }

  /** The file says all of it now. */
  public markWritten(): void {
    this.comments.forEach((comments, frame) => this.inFile.set(frame, comments));
    this.comments.clear();
    this.marks.clear();
    this.kept = new Map();
  }

  /** Nothing is said but what the file says; the frames this may change. */
  public discard(): readonly number[] {
    const frames = this.edits().map(({ frame }) => frame);
    this.comments.clear();
    this.marks.clear();
    this.kept = new Map();
    return frames;
  }
}

/** Comments and marks of JSON that was kept; what is not understood is left out. */
export function parseNotes(kept: unknown): KeptNotes {
  const { comments, marks } = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<Record<keyof KeptNotes, unknown>>;
  return {
    comments: pairsOf(comments).filter((pair): pair is [number, string[]] =>
      Array.isArray(pair[1]) && pair[1].every((text) => typeof text === 'string')),
    marks: pairsOf(marks).filter((pair): pair is [number, boolean] => typeof pair[1] === 'boolean'),
  };
}

const pairsOf = (value: unknown): readonly [number, unknown][] =>
  (Array.isArray(value) ? value : []).filter((pair: unknown): pair is [number, unknown] =>
    Array.isArray(pair) && pair.length === 2 && Number.isInteger(pair[0]) && pair[0] > 0);
