/** Ownership of things that must be released. Structurally a `vscode.Disposable`, without the import. */
export interface Disposable {
  dispose(): void;
}

export const toDisposable = (release: () => void): Disposable => ({ dispose: release });

/** Releases everything added to it, last first; what is added after disposal is released at once. */
export class DisposableStore implements Disposable {
  private readonly items = new Set<Disposable>();
  private disposed = false;

  public add<T extends Disposable>(item: T): T {
    if (this.disposed) {
      item.dispose();
    } else {
      this.items.add(item);
    }
    return item;
  }

  public dispose(): void {
    this.disposed = true;
    const owned = [...this.items].reverse();
    this.items.clear();
    for (const item of owned) {
      item.dispose();
    }
  }
}
