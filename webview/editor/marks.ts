/** Packets that the user ignores, or counts time from; kept with the tab's state. (Marks are the host's: they can be saved.) */
import type { SavedState } from './state.ts';

export type LocalMark = 'ignored' | 'references';

export class PacketMarks {
  private readonly state: SavedState;
  private readonly frames: Readonly<Record<LocalMark, Set<number>>>;

  public constructor(state: SavedState) {
    this.state = state;
    const { ignored, references } = state.get('marks');
    this.frames = { ignored: new Set(ignored), references: new Set(references) };
  }

  public has(kind: LocalMark, frame: number): boolean {
    return this.frames[kind].has(frame);
  }

  /** Ascending. */
  public all(kind: LocalMark): readonly number[] {
    return [...this.frames[kind]].toSorted((a, b) => a - b);
  }

  /** Tells whether it is set now. */
  public toggle(kind: LocalMark, frame: number): boolean {
    const frames = this.frames[kind];
    if (!frames.delete(frame)) {
      frames.add(frame);
    }
    this.keep();
    return frames.has(frame);
  }

  public clear(kind: LocalMark): void {
    this.frames[kind].clear();
    this.keep();
  }

  private keep(): void {
    this.state.set('marks', { ignored: this.all('ignored'), references: this.all('references') });
  }
}
