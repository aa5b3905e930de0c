/**
 * The clocks of a capture's nodes: how far each is off (clockBounds.ts), and what is therefore subtracted from the times of
 * its packets. They are brought to the clock of one of the nodes, so that times agree with what is logged there; a node
 * that may be right within what is known is left alone. Times are nanoseconds after the first that was told (`since`).
 */
import type { ClockOffset } from '../contract/captureBlocks.ts';
import { ClockBounds, type Difference } from './clockBounds.ts';
import { Sightings } from './sightings.ts';

/** This machine, among streams. */
const kHere = -1;
/** Both sides read their clocks in whole milliseconds. */
const kReading = 1e6;
/** Between two looks at what is known. */
const kLook = 250e6;
/** A correction changes by at most that part of the time that passes: packets of one node stay in order. */
const kSlew = 0.1;
/** A node's clock that differs that much from what was last known was set. */
const kSet = 100e6;
/** What is written of a correction's course: steps of at least that many nanoseconds, and so many. */
const kLeastStep = 20_000;
const kMostSteps = 1000;

interface Correction {
  target: number;
  value: number;
  /** Up to which time of the node's clock. */
  at: number | undefined;
  begun: boolean;
  bound: number;
  step: number;
  course: { readonly from: number; readonly by: number }[];
}

export class NodeClocks {
  private base: bigint | undefined;
  private readonly bounds = new ClockBounds();
  private readonly sightings = new Sightings();
  /** Node's clock minus this one's, roughly: what is learned from packets is of when they were taken. */
  private readonly rough = new Map<number, number>();
  private readonly corrections = new Map<number, Correction>();
  private reference: number | undefined;
  private latest: ReadonlyMap<number, Difference> = new Map();
  private looked = -Infinity;

  public since(absolute: bigint): number {
    this.base ??= absolute;
    return Number(absolute - this.base);
  }

  public absolute(time: number): bigint {
    return (this.base ?? 0n) + BigInt(Math.round(time));
  }

  /** Asked and answered by this machine's clock, `there` by a node's, nanoseconds since 1970. */
  public measured(stream: number, asked: bigint, answered: bigint, there: bigint): void {
    const [from, until, node] = [this.since(asked), this.since(answered), this.since(there)];
    if (until < from) return;
    const rough = node - (from + until) / 2;
    if (!this.rough.has(stream)) this.looked = -Infinity;
    if (Math.abs(rough - (this.rough.get(stream) ?? Infinity)) > kSet) this.rough.set(stream, rough);
    this.bounds.atMost(kHere, stream, node - from + kReading, until);
    this.bounds.atMost(stream, kHere, until - node + kReading, until);
    this.look(until);
  }

  /** A packet block of a stream, with the node's own time of it. */
  public seen(stream: number, block: Buffer, time: number): void {
    const found = this.sightings.take(stream, block, time);
    if (found === undefined) return;
    const { from, sent, to, received } = found;
    const here = received - (this.rough.get(to) ?? 0);
    this.bounds.atMost(from, to, received - sent, here);
    // As things are taken to be, it would have come before it was sent.
    if (this.reference !== undefined && received - this.of(to).target < sent - this.of(from).target) this.looked = -Infinity;
    this.look(here);
  }

  /** A time of a node as it is to be written. */
  public corrected(stream: number, time: number): number {
    return time - this.valueAt(this.of(stream), time);
  }

  /** What is subtracted now. */
  public correction(stream: number): number {
    const one = this.of(stream);
    return one.at === undefined ? one.target : one.value;
  }

  /** A packet of that time is written with its corrected time. */
  public passed(stream: number, time: number): void {
    const one = this.of(stream);
    one.value = this.valueAt(one, time);
    one.at = Math.max(time, one.at ?? time);
    const last = one.course.at(-1)?.by ?? 0;
    if (Math.abs(one.value - last) < Math.max(one.step, one.bound / 2)) return;
    one.course.push({ from: time, by: one.value });
    if (one.course.length < kMostSteps) return;
    one.course = one.course.filter((_, at) => at % 2 === 0);
    one.step *= 2;
  }

  /** How far its clock is from that of another stream; undefined for that one, and while nothing is known. */
  public stateOf(stream: number): (Difference & { readonly against: number; readonly corrected: boolean }) | undefined {
    const known = this.latest.get(stream);
    return known === undefined || this.reference === undefined || stream === this.reference ? undefined : { ...known, against: this.reference, corrected: this.of(stream).begun };
  }

  /** For the file. `nameOf` a stream. */
  public record(nameOf: (stream: number) => string): readonly ClockOffset[] {
    if (this.looked === -Infinity) return [];
    const at = this.absolute(this.looked);
    const here = this.bounds.against(kHere, this.looked);
    const integer = ({ offset, bound }: Difference): { readonly offset: bigint; readonly bound: bigint } => ({ offset: BigInt(Math.round(offset)), bound: BigInt(Math.ceil(bound)) });
    return [...here].filter(([stream]) => stream !== kHere).map(([stream, known]) => {
      const { course } = this.of(stream);
      const against = this.latest.get(stream);
      return {
        node: nameOf(stream), at, ...integer(known),
        ...(this.reference === undefined || this.reference === stream || against === undefined ? {} : { against: { node: nameOf(this.reference), ...integer(against) } }),
        ...(course.length === 0 ? {} : { corrections: course.map(({ from, by }) => ({ from: this.absolute(from), by: BigInt(Math.round(by)) })) }),
      };
    });
  }

  private look(now: number): void {
    if (now - this.looked < kLook) return;
    this.looked = now;
    this.reference ??= this.chosen(now);
    if (this.reference === undefined) return;
    this.latest = this.bounds.against(this.reference, now);
    for (const [stream, { offset, bound }] of this.latest) {
      if (stream === kHere || stream === this.reference) continue;
      const one = this.of(stream);
      one.begun ||= Math.abs(offset) > bound;
      one.bound = bound;
      if (one.begun) one.target = offset;
    }
  }

  /** Of several nodes, the one whose clock is nearest to the middle of theirs and this machine's. */
  private chosen(now: number): number | undefined {
    const all = [...this.bounds.against(kHere, now)].map(([stream, { offset }]) => ({ stream, offset })).sort((a, b) => a.offset - b.offset);
    if (all.length < 3) return undefined;
    const middle = all[all.length >> 1]?.offset ?? 0;
    return all.filter(({ stream }) => stream !== kHere).sort((a, b) => Math.abs(a.offset - middle) - Math.abs(b.offset - middle))[0]?.stream;
  }

  private valueAt({ value, target, at }: Correction, time: number): number {
    if (at === undefined) return target;
    const room = Math.max(0, kSlew * (time - at));
    return value + Math.min(room, Math.max(-room, target - value));
  }

  private of(stream: number): Correction {
    let one = this.corrections.get(stream);
    if (one === undefined) this.corrections.set(stream, one = { target: 0, value: 0, at: undefined, begun: false, bound: 0, step: kLeastStep, course: [] });
    return one;
  }
}
