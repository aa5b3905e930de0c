/** Edits laid over something that itself stays untouched: a line of steps with a place in it, as undo needs it. */

export class EditOverlay<Edit> {
  private steps: readonly Edit[];
  private applied: number;
  private saved: number;

  /** `recovered`: edits of an earlier session that were never saved. */
  public constructor(recovered: readonly Edit[] = []) {
    this.steps = recovered;
    this.applied = recovered.length;
    this.saved = 0;
  }

  /** The edits in force, oldest first. */
  public get edits(): readonly Edit[] {
    return this.steps.slice(0, this.applied);
  }

  /** Whether the edits in force differ from what was saved last. */
  public get isDirty(): boolean {
    return this.applied !== this.saved;
  }

  /** Adds an edit; what was undone before it is gone. */
  public add(edit: Edit): void {
    if (this.saved > this.applied) {
      this.saved = -1;
    }
    this.steps = [...this.edits, edit];
    this.applied++;
  }

  public undo(): void {
    this.applied = Math.max(0, this.applied - 1);
  }

  public redo(): void {
    this.applied = Math.min(this.steps.length, this.applied + 1);
  }

  public markSaved(): void {
    this.saved = this.applied;
  }

  /** Back to what was saved last. */
  public revert(): void {
    if (this.saved < 0) {
      this.steps = [];
      this.saved = 0;
    }
    this.applied = this.saved;
  }
}
