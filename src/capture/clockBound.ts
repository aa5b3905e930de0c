/** How far a node's clock is from this one's: within half of the shortest round trip of what its answers say. */

export interface ClockOffset {
  /** Node's clock minus this one's, nanoseconds. */
  readonly offset: bigint;
  /** The true offset is at most that far from it. */
  readonly bound: bigint;
}

/** Both clocks are read in whole milliseconds. */
const kReading = 1_000_000n;

export class ClockBound {
  private best: ClockOffset | undefined;

  /** Asked and answered by this clock, `there` by the node's, nanoseconds since 1970. */
  public measure(asked: bigint, answered: bigint, there: bigint): void {
    const half = (answered - asked) / 2n;
    const bound = half + kReading;
    if (half < 0n || (this.best !== undefined && this.best.bound <= bound)) return;
    this.best = { offset: there - (asked + half), bound };
  }

  /** Undefined before the first answer. */
  public get offset(): ClockOffset | undefined {
    return this.best;
  }
}
