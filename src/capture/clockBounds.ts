/**
 * How far clocks are from each other. Each thing that is known bounds one difference from above: an answer cannot have been
 * given before it was asked for, a packet not received before it was sent. Such bounds add up along a path from one clock
 * to another; both directions together give the difference and how far it may be off. All times are nanoseconds.
 */

export interface Difference {
  /** One clock minus the other. */
  readonly offset: number;
  /** The truth is at most that far from it. */
  readonly bound: number;
}

/** Clocks that nobody steps drift by less against each other: an ordinary quartz stays below 100 ppm, NTP slews by 500 at most. */
const kDrift = 500e-6;
/** Of each pair, the best bound of each half second; the newest are kept. */
const kBucket = 500_000_000;
const kBuckets = 64;

/** `time`: when it was learned, on an axis that all share roughly. */
interface Bound {
  readonly bucket: number;
  readonly time: number;
  readonly most: number;
}

interface Edge {
  readonly from: number;
  readonly to: number;
  bounds: Bound[];
}

export class ClockBounds {
  private readonly edges = new Map<string, Edge>();

  /** Clock `to` minus clock `from` was at most that. */
  public atMost(from: number, to: number, most: number, time: number): void {
    const key = `${from}>${to}`;
    const bucket = Math.floor(time / kBucket);
    let edge = this.edges.get(key);
    if (edge === undefined) this.edges.set(key, edge = { from, to, bounds: [] });
    const at = edge.bounds.findIndex((one) => one.bucket === bucket);
    const known = edge.bounds[at];
    if (known === undefined) edge.bounds.push({ bucket, time, most });
    else if (most < known.most) edge.bounds[at] = { bucket, time, most };
    if (edge.bounds.length > kBuckets) edge.bounds.splice(0, edge.bounds.length - kBuckets);
  }

  /** Every clock minus that one, at a time; those that are not bounded on both sides are left out. */
  public against(from: number, time: number): ReadonlyMap<number, Difference> {
    const edges = [...this.edges.values()].map((edge) => ({ from: edge.from, to: edge.to, most: mostOf(edge, time) }));
    const [most, least] = [distances(from, edges), distances(from, edges.map((edge) => ({ ...edge, from: edge.to, to: edge.from })))];
    const found = new Map<number, Difference>();
    for (const [clock, above] of most) {
      const below = -(least.get(clock) ?? Infinity);
      if (below === -Infinity) continue;
      if (below > above) {
        // A clock was set meanwhile: what was known before does not hold any more.
        this.forget(time);
        return new Map();
      }
      found.set(clock, { offset: (above + below) / 2, bound: (above - below) / 2 });
    }
    return found;
  }

  /** Keeps what was learned last. */
  private forget(time: number): void {
    for (const edge of this.edges.values()) edge.bounds = edge.bounds.filter((one) => Math.abs(time - one.time) < kBucket);
  }
}

const mostOf = ({ bounds }: Edge, time: number): number => bounds.reduce((least, one) => Math.min(least, one.most + kDrift * Math.abs(time - one.time)), Infinity);

interface Way {
  readonly from: number;
  readonly to: number;
  readonly most: number;
}

/** The shortest ways from a clock (Bellman and Ford: a difference may be negative). */
function distances(from: number, ways: readonly Way[]): ReadonlyMap<number, number> {
  const reached = new Map<number, number>([[from, 0]]);
  for (let round = 0, changed = true; changed && round < ways.length; round++) {
    changed = false;
    for (const { from: a, to: b, most } of ways) {
      const sum = (reached.get(a) ?? Infinity) + most;
      if (sum >= (reached.get(b) ?? Infinity)) continue;
      reached.set(b, sum);
      changed = true;
    }
  }
  return reached;
}
