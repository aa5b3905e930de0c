/**
 * "The newest request wins": for work of which only the latest result matters (row pages while scrolling,
 * details while the arrow key is held). One runs, at most one waits; a newer request replaces the waiting one.
 */
import { cancelled } from './problem.ts';

export class Newest<T> {
  private running = false;
  private waiting: { readonly start: () => void; readonly drop: () => void } | undefined;

  /** Runs the work now or after the one running; rejects with 'cancelled' when overtaken while waiting. */
  public run(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const start = (): void => {
        this.running = true;
        work().then(resolve, reject).finally(() => {
          this.running = false;
          this.startWaiting();
        });
      };
      this.waiting?.drop();
      this.waiting = { start, drop: () => { reject(cancelled()); } };
      this.startWaiting();
    });
  }

  private startWaiting(): void {
    if (!this.running) {
      const next = this.waiting;
      this.waiting = undefined;
      next?.start();
    }
  }
}
