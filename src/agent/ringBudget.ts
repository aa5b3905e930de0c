/** How the memory of a session is divided among the rings of its pods. */

const kLeastLink = 256 * 1024;
const kLeastLoopback = 128 * 1024;
/** Pods that may come later find room for as many as these. */
const kSpare = 4;

export class RingBudget {
  private readonly total: number;
  private pods = 1;

  public constructor(total: number) {
    this.total = total;
  }

  /** How many pods there are to capture now. */
  public expect(pods: number): void {
    this.pods = Math.max(this.pods, pods);
  }

  /** Bytes for one ring of a pod: of its share an eighth is for lo, which little passes. */
  public take(loopback: boolean): number {
    const share = this.total / (this.pods === 1 ? 1 : this.pods + kSpare);
    if (loopback) return Math.max(kLeastLoopback, Math.floor(share / 8));
    return Math.max(kLeastLink, Math.floor((share * 7) / 8));
  }

  public giveBack(): void {
    this.pods = Math.max(1, this.pods - 1);
  }
}
