/** How the memory of a session is divided among the rings of its pods. */

const kLeastLink = 256 * 1024;
const kLeastLoopback = 128 * 1024;
const kLeastShared = 1024 * 1024;
/** Pods that may come later find room for as many as these. */
const kSpare = 4;
/** Beyond so many pods of a session, those to come share a ring: one for each would have too little, or take too much. */
const kMostRings = 128;

export class RingBudget {
  private readonly total: number;
  private readonly mostRings: number;
  private pods = 1;
  private filters = 1;
  private readonly shared = new Set<string>();

  public constructor(total: number, mostRings = kMostRings) {
    this.total = total;
    this.mostRings = mostRings;
  }

  /** How many rings of pods there are to be now, and how many different filters. */
  public expect(pods: number, filters = 1): void {
    this.pods = Math.max(this.pods, pods);
    this.filters = Math.max(1, filters);
  }

  /** Pods that begin now share rings. */
  public get isCrowded(): boolean {
    return this.pods > this.mostRings;
  }

  /** Bytes for one ring of a pod: of its share an eighth is for lo, which little passes. */
  public take(loopback: boolean): number {
    const share = this.total / (this.pods === 1 ? 1 : this.pods + kSpare);
    if (loopback) return Math.max(kLeastLoopback, Math.floor(share / 8));
    return Math.max(kLeastLink, Math.floor((share * 7) / 8));
  }

  /** Bytes for the ring of all pods with that filter; 0 where there is one: it lasts as long as the session. */
  public takeShared(filter: string): number {
    if (this.shared.has(filter)) return 0;
    return Math.max(kLeastShared, this.isCrowded ? Math.floor(this.total / this.filters) : this.take(false));
  }

  /** The ring of takeShared() is there. */
  public hasShared(filter: string): void {
    this.shared.add(filter);
  }

  public giveBack(): void {
    this.pods = Math.max(1, this.pods - 1);
  }
}
