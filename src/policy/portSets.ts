/**
 * Sets of ports as small integers. All ports of the three protocols are cut at every boundary a policy mentions;
 * the pieces (atoms) are bits, a set of atoms is interned, and set operations are table look-ups.
 */
import { LAST_PORT } from './model.ts';
import { PROTOCOLS, type Protocol } from './types.ts';

/** Ports people can send to: 0 is reserved (RFC 6335, 6). */
const FIRST_REAL_PORT = 1;

export interface PortRange {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** Where the ports are cut: for each protocol the first port of every piece, ascending. */
export class PortAtoms {
  readonly count: number;
  private readonly starts: readonly (readonly number[])[];
  private readonly offsets: readonly number[];

  constructor(ranges: Iterable<PortRange>) {
    const cuts = PROTOCOLS.map(() => new Set<number>([FIRST_REAL_PORT]));
    for (const { protocol, first, last } of ranges) {
      const set = cuts[PROTOCOLS.indexOf(protocol)];
      if (first > FIRST_REAL_PORT && first <= LAST_PORT) set?.add(first);
      if (last >= FIRST_REAL_PORT && last < LAST_PORT) set?.add(last + 1);
    }
    this.starts = cuts.map((set) => [...set].sort((a, b) => a - b));
    let offset = 0;
    this.offsets = this.starts.map((starts) => {
      const mine = offset;
      offset += starts.length;
      return mine;
    });
    this.count = offset;
  }

  /** Whether a range begins and ends at cuts, so that it is a whole number of atoms. */
  fits({ protocol, first, last }: PortRange): boolean {
    const starts = this.starts[PROTOCOLS.indexOf(protocol)] ?? [];
    const isCut = (port: number): boolean => port <= FIRST_REAL_PORT || port > LAST_PORT || starts[lastAtMost(starts, port)] === port;
    return isCut(first) && isCut(last + 1);
  }

  /** The atom a port belongs to; -1 for no port. */
  atomOf(protocol: Protocol, port: number): number {
    if (port < FIRST_REAL_PORT || port > LAST_PORT) return -1;
    const at = PROTOCOLS.indexOf(protocol);
    return (this.offsets[at] ?? 0) + lastAtMost(this.starts[at] ?? [], port);
  }

  /** First and last atom of a range; undefined where it holds no port. */
  span({ protocol, first, last }: PortRange): readonly [number, number] | undefined {
    const from = Math.max(first, FIRST_REAL_PORT);
    const to = Math.min(last, LAST_PORT);
    return from > to ? undefined : [this.atomOf(protocol, from), this.atomOf(protocol, to)];
  }

  /** The ports of one atom. */
  range(atom: number): PortRange {
    let at = PROTOCOLS.length - 1;
    while (at > 0 && (this.offsets[at] ?? 0) > atom) at--;
    const starts = this.starts[at] ?? [];
    const place = atom - (this.offsets[at] ?? 0);
    return { protocol: PROTOCOLS[at] ?? 'TCP', first: starts[place] ?? FIRST_REAL_PORT, last: (starts[place + 1] ?? LAST_PORT + 1) - 1 };
  }
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** No port at all. */
export const NO_PORTS = 0;
/** Every port of every protocol. */
export const ALL_PORTS = 1;

/** Ids stay below this, so that a pair of them is an exact number and rows fit 16 bits. */
const MOST_SETS = 65536;

/** Interned sets of atoms: equal sets have equal ids. */
export class PortSets {
  readonly atoms: PortAtoms;
  private readonly words: number;
  private readonly sets: Uint32Array[] = [];
  private readonly ids = new Map<string, number>();
  private readonly unions = new Map<number, number>();
  private readonly intersections = new Map<number, number>();
  private readonly differences = new Map<number, number>();

  constructor(atoms: PortAtoms) {
    this.atoms = atoms;
    this.words = Math.ceil(atoms.count / 32);
    this.intern(new Uint32Array(this.words));
    const all = new Uint32Array(this.words);
    for (let atom = 0; atom < atoms.count; atom++) setBit(all, atom);
    this.intern(all);
  }

  get count(): number {
    return this.sets.length;
  }

  private intern(bits: Uint32Array): number {
    const key = bits.join();
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.sets.length;
      if (id >= MOST_SETS) throw new RangeError(`The policies need more than ${MOST_SETS} different sets of ports.`);
      this.sets.push(bits);
      this.ids.set(key, id);
    }
    return id;
  }

  /** The set of all ports in the ranges. */
  of(ranges: Iterable<PortRange>): number {
    const bits = new Uint32Array(this.words);
    for (const range of ranges) {
      const span = this.atoms.span(range);
      if (span !== undefined) for (let atom = span[0]; atom <= span[1]; atom++) setBit(bits, atom);
    }
    return this.intern(bits);
  }

  union(a: number, b: number): number {
    if (a === b || b === NO_PORTS || a === ALL_PORTS) return a;
    if (a === NO_PORTS || b === ALL_PORTS) return b;
    const low = Math.min(a, b);
    const high = Math.max(a, b);
    return this.combine(this.unions, low, high, (x, y) => x | y);
  }

  intersection(a: number, b: number): number {
    if (a === b || b === ALL_PORTS || a === NO_PORTS) return a;
    if (a === ALL_PORTS || b === NO_PORTS) return b;
    const low = Math.min(a, b);
    const high = Math.max(a, b);
    return this.combine(this.intersections, low, high, (x, y) => x & y);
  }

  /** Ports of `a` that are not in `b`. */
  difference(a: number, b: number): number {
    if (a === NO_PORTS || b === NO_PORTS) return a;
    if (a === b || b === ALL_PORTS) return NO_PORTS;
    return this.combine(this.differences, a, b, (x, y) => x & ~y);
  }

  private combine(memo: Map<number, number>, a: number, b: number, operation: (x: number, y: number) => number): number {
    const key = a * MOST_SETS + b;
    let id = memo.get(key);
    if (id === undefined) {
      const x = this.sets[a];
      const y = this.sets[b];
      const bits = new Uint32Array(this.words);
      for (let at = 0; at < this.words; at++) bits[at] = operation(x?.[at] ?? 0, y?.[at] ?? 0);
      id = this.intern(bits);
      memo.set(key, id);
    }
    return id;
  }

  /** Whether the set holds this port. */
  has(id: number, protocol: Protocol, port: number): boolean {
    const atom = this.atoms.atomOf(protocol, port);
    return atom >= 0 && (((this.sets[id]?.[atom >>> 5] ?? 0) >>> (atom & 31)) & 1) === 1;
  }

  /** The ports of a set as ranges, neighbours joined. */
  ranges(id: number): readonly PortRange[] {
    const found: PortRange[] = [];
    for (let atom = 0; atom < this.atoms.count; atom++) {
      if ((((this.sets[id]?.[atom >>> 5] ?? 0) >>> (atom & 31)) & 1) === 0) continue;
      const range = this.atoms.range(atom);
      const before = found.at(-1);
      if (before !== undefined && before.protocol === range.protocol && before.last + 1 === range.first) {
        found[found.length - 1] = { ...before, last: range.last };
      } else {
        found.push(range);
      }
    }
    return found;
  }

  /** The ports that are not in a set, as ranges. */
  missing(id: number): readonly PortRange[] {
    return this.ranges(this.difference(ALL_PORTS, id));
  }

  /** `all ports`, `no port`, `TCP 80, TCP 8000-8010, UDP all`. */
  text(id: number): string {
    if (id === ALL_PORTS) return 'all ports';
    if (id === NO_PORTS) return 'no port';
    return this.ranges(id).map(rangeText).join(', ');
  }
}

function rangeText({ protocol, first, last }: PortRange): string {
  if (first === FIRST_REAL_PORT && last === LAST_PORT) return `${protocol} all`;
  return first === last ? `${protocol} ${first}` : `${protocol} ${first}-${last}`;
}

function setBit(bits: Uint32Array, at: number): void {
  bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31));
}
