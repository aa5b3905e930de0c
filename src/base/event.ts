/** A typed event with any number of listeners. One listener's fault does not keep the others from hearing. */
import { toDisposable, type Disposable } from './disposable.ts';

export type Listener<T> = (data: T) => void;
export type Event<T> = (listener: Listener<T>) => Disposable;

export class Emitter<T> implements Disposable {
  private listeners: readonly Listener<T>[] = [];

  public readonly event: Event<T> = (listener) => {
    this.listeners = [...this.listeners, listener];
    return toDisposable(() => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    });
  };

  public fire(data: T): void {
    const failures: unknown[] = [];
    for (const listener of this.listeners) {
      try {
        listener(data);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  public dispose(): void {
    this.listeners = [];
  }
}
