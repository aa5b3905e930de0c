/** Asks again for what is not watched, such as pods of other nodes: as often as it is cheap. */

/** Between two askings at least, milliseconds. */
const kLeast = 10_000;
/** And so many times as long as an asking takes: the API server has no more than a twentieth of one user's work by it. */
const kTimes = 20;

export class Refresh {
  private readonly ask: () => Promise<void>;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  public constructor(ask: () => Promise<void>) {
    this.ask = ask;
    this.wait(0);
  }

  private wait(took: number): void {
    if (this.closed) return;
    this.timer = setTimeout(() => { void this.again(); }, Math.max(kLeast, kTimes * took));
    this.timer.unref();
  }

  private async again(): Promise<void> {
    const began = Date.now();
    try {
      await this.ask();
    } catch {
      // The next time, or never: what is known stays known.
    }
    this.wait(Date.now() - began);
  }

  public close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }
}
