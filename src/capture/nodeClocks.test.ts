/** Two nodes whose clocks are off by planted amounts: what is found is held against what was planted, the order against the true one. */
import { decode } from 'cborg';
import { beforeEach, expect, it } from 'vitest';
import { BlockType, ticksOf } from './blocks.ts';
import { ClockBounds } from './clockBounds.ts';
import { customPayload, identitiesBlock, kIdentities } from './captureBlocks.ts';
import { Merger, type MergeStream } from './merge.ts';
import { NodeClocks } from './nodeClocks.ts';
import { Sightings } from './sightings.ts';

const start = 1_700_000_000_000_000_000n;
const ms = 1e6;
const second = 1e9;

/** The same numbers in every run (Lehmer's generator). */
let seed: number;
beforeEach(() => { seed = 1; });
const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;

function block(type: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32LE(type, 0);
  out.writeUInt32LE(out.length, 4);
  body.copy(out, 8);
  out.writeUInt32LE(out.length, out.length - 4);
  return out;
}

const device = block(BlockType.interface, Buffer.from('0100000000000400090001000900000000000000', 'hex'));

interface Segment {
  readonly sequence: number;
  readonly out: boolean;
  /** By the node's clock. */
  readonly time: bigint;
  /** Translated on its way: the receiver sees another address. */
  readonly address: number;
}

/** An Ethernet frame of IPv4 and TCP with four bytes of data, the number of which is its sequence. */
function packet({ sequence, out, time, address }: Segment): Buffer {
  const frame = Buffer.alloc(60);
  frame.writeUInt16BE(0x0800, 12);
  frame.writeUInt8(0x45, 14);
  frame.writeUInt16BE(44, 16);
  frame.writeUInt16BE(sequence & 0xffff, 18);
  frame.writeUInt8(6, 23);
  frame.writeUInt32BE(address, 30);
  frame.writeUInt32BE(sequence, 38);
  frame.writeUInt8(0x50, 46);
  frame.writeUInt8(0x18, 47);
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Number(time >> 32n), 4);
  head.writeUInt32LE(Number(time & 0xffffffffn), 8);
  head.writeUInt32LE(frame.length, 12);
  head.writeUInt32LE(frame.length, 16);
  const options = Buffer.from('020004000000000000000000', 'hex');
  options.writeUInt8(out ? 2 : 1, 4);
  return block(BlockType.packet, head, frame, options);
}

const sequenceOf = (bytes: Buffer): number => bytes.readUInt32BE(28 + 38);
const isOut = (bytes: Buffer): boolean => bytes.readUInt8(28 + 60 + 4) === 2;

/** A clock that is off by `by` nanoseconds at the start and drifts by `ppm`; times are nanoseconds after the start. */
interface Clock {
  readonly by: number;
  readonly ppm: number;
}
const offsetOf = ({ by, ppm }: Clock, time: number): number => by + (time * ppm) / 1e6;
const shown = (clock: Clock, time: number): bigint => start + BigInt(Math.round(time + offsetOf(clock, time)));

interface Event {
  readonly at: number;
  readonly run: () => void;
}

interface Outcome {
  readonly merger: Merger;
  readonly streams: readonly MergeStream[];
  readonly written: readonly Buffer[];
  /** When each was taken in truth: by stream (the interface's number) and sequence. */
  readonly truth: ReadonlyMap<string, number>;
}

interface Plan {
  readonly clocks: readonly [Clock, Clock];
  readonly seconds: number;
  /** Of an exec, each way, at least and at most. */
  readonly trip: readonly [number, number];
  /** Whether nodes talk to each other, or each for itself. */
  readonly crossing: boolean;
  readonly from?: number;
}

/** Runs both nodes: packets every 2 ms, told in frames every 50 ms, clocks asked twice a second. */
function simulate({ clocks, seconds, trip, crossing, from = 0 }: Plan): Outcome {
  const written: Buffer[] = [];
  const merger = new Merger({ write: (blocks, done) => { written.push(...blocks.map((one) => Buffer.from(one)).filter((one) => one.readUInt32LE(0) === BlockType.packet)); done(); } });
  const streams = [merger.add('node1'), merger.add('node2')] as const;
  const truth = new Map<string, number>();
  const events: Event[] = [];
  const queues: Buffer[][] = [[], []];
  let sequence = 1000;
  const see = (node: 0 | 1, at: number, out: boolean, number: number): void => {
    truth.set(`${node}:${number}`, at);
    events.push({ at, run: () => { queues[node]?.push(packet({ sequence: number, out, time: shown(clocks[node], at), address: node })); } });
  };
  for (let at = from; at < from + seconds * second; at += 2 * ms) {
    const sender = random() < 0.5 ? 0 : 1;
    const number = sequence++;
    const sent = at + random() * ms;
    see(sender, sent, true, number);
    if (crossing) see(sender === 0 ? 1 : 0, sent + (0.05 + 0.3 * random()) * ms, false, number);
  }
  const oneWay = (): number => trip[0] + random() * (trip[1] - trip[0]);
  for (const node of [0, 1] as const) {
    const stream = streams[node];
    stream.present = true;
    events.push({ at: from, run: () => { merger.push(stream, device, () => undefined); } });
    for (let at = from; at < from + seconds * second; at += 500 * ms) {
      const asked = at + node * 7 * ms;
      const there = asked + oneWay();
      const answered = there + oneWay();
      const whole = (time: bigint): bigint => (time / 1_000_000n) * 1_000_000n;
      events.push({ at: answered, run: () => { merger.clocks.measured(node, whole(start + BigInt(Math.round(asked))), whole(start + BigInt(Math.round(answered))), whole(shown(clocks[node], there))); } });
    }
    for (let at = from + 20 * ms; at < from + seconds * second + second; at += 50 * ms) {
      events.push({ at, run: () => {
        merger.push(stream, Buffer.concat(queues[node]?.splice(0) ?? []), () => undefined);
        merger.complete(stream, shown(clocks[node], at - 300 * ms));
      } });
    }
  }
  for (const { run } of events.sort((a, b) => a.at - b.at)) run();
  merger.finish();
  return { merger, streams, written, truth };
}

const nodeOf = (bytes: Buffer): number => bytes.readUInt32LE(8);

/** Pairs that stand in the wrong order although they were further apart than that. */
function misplaced({ written, truth }: Outcome, bound: number): number {
  let [latest, wrong] = [-Infinity, 0];
  for (const bytes of written) {
    const at = truth.get(`${nodeOf(bytes)}:${sequenceOf(bytes)}`) ?? 0;
    if (at < latest - bound) wrong++;
    latest = Math.max(latest, at);
  }
  return wrong;
}

const skewed = [{ by: 37 * ms, ppm: 50 }, { by: -37 * ms, ppm: -50 }] as const;

it.each([
  { name: 'from the first second', from: 0 },
  { name: 'after two hours of drift', from: 7200 * second },
])('finds planted skews of 37 ms and 50 ppm each way within what it states, and writes packets in their true order: $name', ({ from }) => {
  const outcome = simulate({ clocks: skewed, seconds: 20, trip: [2 * ms, 30 * ms], crossing: true, from });
  const { merger, written, streams, truth } = outcome;
  expect(written.length).toBe(truth.size);
  expect(streams.map(({ late }) => late)).toEqual([0, 0]);
  const [recorded] = merger.clocks.record((stream) => `node${stream + 1}`).filter(({ against }) => against !== undefined);
  const { node, against } = recorded ?? {};
  const sign = node === 'node1' ? 1 : -1;
  const planted = sign * (offsetOf(skewed[0], from + 20 * second) - offsetOf(skewed[1], from + 20 * second));
  expect(Math.abs(Number(against?.offset) - planted)).toBeLessThanOrEqual(Number(against?.bound));
  expect(Number(against?.bound)).toBeLessThan(ms);
  // Before packets were seen at both ends, half of a round trip is all that is known.
  expect(misplaced(outcome, 30 * ms)).toBe(0);
  const settled = { ...outcome, written: written.filter((bytes) => (truth.get(`${nodeOf(bytes)}:${sequenceOf(bytes)}`) ?? 0) > from + second) };
  const bound = Number(against?.bound);
  expect(misplaced(settled, bound)).toBe(0);
  // No packet is received before it was sent, by more than that; nor would it be without corrections that do something.
  const sent = new Map(written.filter(isOut).map((bytes) => [sequenceOf(bytes), ticksOf(bytes)]));
  const travelled = settled.written.filter((bytes) => !isOut(bytes)).map((bytes) => Number(ticksOf(bytes) - (sent.get(sequenceOf(bytes)) ?? 0n)));
  expect(Math.min(...travelled)).toBeGreaterThan(-bound);
  expect(Math.max(...travelled)).toBeLessThan(0.35 * ms + bound);
  // In the file's own times, too.
  const times = written.map(ticksOf);
  expect(times.some((time, at) => time < (times[at - 1] ?? 0n))).toBe(false);
  // The course that is recorded leads back to the times as they were taken.
  const course = recorded?.corrections ?? [];
  const corrected = recorded?.node === 'node1' ? 0 : 1;
  for (const bytes of written) {
    if (nodeOf(bytes) !== corrected) continue;
    const taken = shown(skewed[corrected], truth.get(`${corrected}:${sequenceOf(bytes)}`) ?? 0);
    const by = taken - ticksOf(bytes);
    const near = course.filter(({ from: begins }, at) => begins <= taken + 1n && (course[at + 1]?.from ?? taken + 1n) >= taken - BigInt(second)).map(({ by: step }) => step);
    const least = near.reduce((a, b) => (a < b ? a : b));
    const most = near.reduce((a, b) => (a > b ? a : b));
    expect(by >= least - 600_000n && by <= most + 600_000n).toBe(true);
  }
});

it('without packets of both ends, corrects by round trips what is further off than they leave open', () => {
  const outcome = simulate({ clocks: skewed, seconds: 10, trip: [2 * ms, 6 * ms], crossing: false });
  const [recorded] = outcome.merger.clocks.record((stream) => `node${stream + 1}`).filter(({ against }) => against !== undefined);
  const bound = Number(recorded?.against?.bound);
  expect(Math.abs(Math.abs(Number(recorded?.against?.offset)) - 2 * offsetOf(skewed[0], 10 * second))).toBeLessThanOrEqual(bound);
  expect(bound).toBeLessThan(12 * ms);
  expect(misplaced(outcome, 12 * ms)).toBe(0);
  expect(outcome.streams.map(({ late }) => late)).toEqual([0, 0]);
});

it('leaves times as they were taken where they may be right', () => {
  const clocks = [{ by: 0.02 * ms, ppm: 0 }, { by: 0, ppm: 0 }] as const;
  const { written, truth, merger } = simulate({ clocks, seconds: 5, trip: [2 * ms, 6 * ms], crossing: true });
  for (const bytes of written) {
    const node = nodeOf(bytes) === 0 ? 0 : 1;
    expect(ticksOf(bytes)).toBe(shown(clocks[node], truth.get(`${node}:${sequenceOf(bytes)}`) ?? 0));
  }
  expect(merger.clocks.record(String).every(({ corrections }) => corrections === undefined)).toBe(true);
  expect(merger.clocks.record(String).map(({ node }) => node).sort()).toEqual(['0', '1']);
});

it('moves what is told of flows with the packets of its node', () => {
  const { merger } = simulate({ clocks: skewed, seconds: 5, trip: [2 * ms, 6 * ms], crossing: true });
  const blocks: Buffer[] = [];
  const shift = merger.clocks.correction(0) === 0 ? 1 : 0;
  const stream = merger.all[shift] as MergeStream;
  (merger as unknown as { output: { write: (list: readonly Uint8Array[], done: () => void) => void } }).output.write = (list) => { blocks.push(...list.map((one) => Buffer.from(one))); };
  const from = shown(skewed[shift], 5 * second);
  const tuple = { a: { ip: '10.0.0.1', port: 1 }, b: { ip: '10.0.0.2', port: 2 } };
  merger.push(stream, Buffer.from(identitiesBlock({ source: 's', flows: [{ flow: 1, protocol: 6, tuple, from }] })), () => undefined);
  const [payload] = blocks.map((one) => customPayload(one, kIdentities)).filter((one) => one !== undefined);
  const [flow] = (decode(payload ?? Buffer.alloc(0)) as { flows: { from: bigint }[] }).flows;
  // As the other node's clock had it then.
  expect(Math.abs(Number((flow?.from ?? 0n) - shown(skewed[1 - shift] ?? skewed[0], 5 * second)))).toBeLessThan(ms);
});

it('a correction that changes leaves the packets of its node in order', () => {
  const clocks = new NodeClocks();
  const at = (milliseconds: number): bigint => start + BigInt(milliseconds) * 1_000_000n;
  clocks.measured(0, at(0), at(4), at(2));
  clocks.measured(1, at(0), at(100), at(150));
  const taken = clocks.since(at(400));
  const before = clocks.corrected(1, taken);
  expect(taken - before).toBe(100 * ms);
  clocks.passed(1, taken);
  // It was the answer that took its time: the clock is further ahead.
  clocks.measured(1, at(500), at(504), at(642));
  expect(taken + 10 * ms - clocks.corrected(1, taken + 10 * ms)).toBe(101 * ms);
  expect(clocks.corrected(1, taken + 10 * ms)).toBeGreaterThan(before);
  expect(taken + second - clocks.corrected(1, taken + second)).toBeGreaterThan(130 * ms);
});

it('takes no packet for another that looks the same', () => {
  const one = packet({ sequence: 7, out: true, time: start, address: 0 });
  const other = packet({ sequence: 7, out: false, time: start, address: 1 });
  const found = (...list: readonly (readonly [number, Buffer])[]): number => {
    const sightings = new Sightings();
    return list.filter(([stream, block], at) => sightings.take(stream, block, at) !== undefined).length;
  };
  expect(found([0, one], [1, other])).toBe(1);
  expect(found([1, other], [0, one])).toBe(1);
  // Sent again: which of the two arrived?
  expect(found([0, one], [0, one], [1, other])).toBe(0);
  expect(found([0, one], [1, other], [0, one], [1, other])).toBe(1);
  expect(found([0, one], [0, other])).toBe(0);
  expect(found([0, one], [1, one])).toBe(0);
  const bare = packet({ sequence: 7, out: true, time: start, address: 0 }).fill(0x50, 28 + 46, 28 + 47);
  bare.writeUInt32LE(54, 20);
  expect(new Sightings().take(0, bare, 0)).toBeUndefined();
});

it('adds bounds along the shortest way, loosens them with age, and begins anew where they contradict each other', () => {
  const bounds = new ClockBounds();
  bounds.atMost(0, 1, 10_000, 0);
  bounds.atMost(1, 0, 10_000, 0);
  bounds.atMost(1, 2, 3000, 0);
  bounds.atMost(2, 1, -1000, 0);
  expect(bounds.against(1, 0).get(2)).toEqual({ offset: 2000, bound: 1000 });
  expect(bounds.against(0, 0).get(2)).toEqual({ offset: 2000, bound: 11_000 });
  // 500 ppm in a second, on each of both sides.
  expect(bounds.against(1, second).get(2)).toEqual({ offset: 2000, bound: 1000 + 500_000 });
  expect(bounds.against(0, 0).has(3)).toBe(false);
  bounds.atMost(2, 1, -50_000, second);
  bounds.atMost(1, 2, 40_000, second);
  expect(bounds.against(1, second).get(2)).toBeUndefined();
  bounds.atMost(1, 2, 60_000, second);
  expect(bounds.against(1, second).get(2)).toBeUndefined();
  bounds.atMost(1, 2, 60_000, 2 * second);
  bounds.atMost(2, 1, -50_000, 2 * second);
  expect(bounds.against(1, 2 * second).get(2)).toEqual({ offset: 55_000, bound: 5000 });
});
