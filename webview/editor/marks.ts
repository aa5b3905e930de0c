/** Packets that the user marked, ignores, or counts time from; kept with the tab's state. */
import type { SavedState } from './state.ts';

export type MarkKind = 'marked' | 'ignored' | 'references';

export class PacketMarks {
  private readonly state: SavedState;
  private readonly frames: Readonly<Record<MarkKind, Set<number>>>;

  public constructor(state: SavedState) {
    this.state = state;
    const { marked, ignored, references } = state.get('marks');
    this.frames = { marked: new Set(marked), ignored: new Set(ignored), references: new Set(references) };
  }

  public has(kind: MarkKind, frame: number): boolean {
    return this.frames[kind].has(frame);
  }

  /** Ascending. */
  public all(kind: MarkKind): readonly number[] {
    return [...this.frames[kind]].toSorted((a, b) => a - b);
  }

  /** Tells whether it is set now. */
  public toggle(kind: MarkKind, frame: number): boolean {
    const frames = this.frames[kind];
    if (!frames.delete(frame)) {
      frames.add(frame);
    }
    this.keep();
    return frames.has(frame);
  }

  public clear(kind: MarkKind): void {
    this.frames[kind].clear();
    this.keep();
  }

  /** The next marked frame after (or before) one, around the end; 0: there is none. */
  public next(kind: MarkKind, frame: number, forward: boolean): number {
    const all = this.all(kind);
    return (forward
      ? all.find((other) => other > frame) ?? all[0]
      : all.findLast((other) => other < frame) ?? all.at(-1)) ?? 0;
  }

  private keep(): void {
    this.state.set('marks', { marked: this.all('marked'), ignored: this.all('ignored'), references: this.all('references') });
  }
}
