/**
 * Packets that two nodes saw: the one that sent it first, whatever their clocks say. Only TCP's headers are compared, and
 * of them what address translation leaves alone, so that packets to a Service's address count too.
 */
import { optionsOf } from './blocks.ts';

/** draft-ietf-opsawg-pcapng, 4.3.1: option epb_flags, its bits of direction. */
const kFlags = 2;
const kDirection = 3;
const kInbound = 1;
const kOutbound = 2;
const kIpv4 = 0x0800;
const kIpv6 = 0x86dd;
const kTcp = 6;
/** Packets that are remembered in either of two generations; more of them in less than that, and only every other counts. Nanoseconds. */
const kMost = 20_000;
const kShort = 2e9;
const kLong = 8e9;
const kMostSkipped = 1024;

export interface Sighting {
  /** Which stream sent it and which received it, with their own times of it. */
  readonly from: number;
  readonly sent: number;
  readonly to: number;
  readonly received: number;
}

interface Seen {
  readonly stream: number;
  readonly time: number;
  readonly out: boolean;
  /** Matched, or seen twice by one end: which belongs to which is not known. */
  used: boolean;
}

export class Sightings {
  private now = new Map<number, Seen>();
  private before = new Map<number, Seen>();
  private since = 0;
  private every = 1;

  /** A packet block of a stream; what it is the other end of, where that was seen before. */
  public take(stream: number, block: Buffer, time: number): Sighting | undefined {
    const out = isOutbound(block);
    if (out === undefined) return undefined;
    const key = keyOf(block);
    if (key === undefined || (this.every > 1 && key % this.every !== 0)) return undefined;
    const other = this.now.get(key) ?? this.before.get(key);
    if (other === undefined) {
      this.remember(key, { stream, time, out, used: false }, time);
      return undefined;
    }
    const fits = !other.used && other.stream !== stream && other.out !== out;
    other.used = true;
    if (!fits) return undefined;
    return out ? { from: stream, sent: time, to: other.stream, received: other.time } : { from: other.stream, sent: other.time, to: stream, received: time };
  }

  private remember(key: number, seen: Seen, time: number): void {
    const passed = Math.abs(time - this.since);
    if (this.now.size >= kMost || passed > kLong) {
      // The same packets have to be left out at both ends: it goes by what is in them.
      if (passed < kShort) this.every = Math.min(kMostSkipped, this.every * 2);
      else if (passed > kLong) this.every = Math.max(1, this.every / 2);
      this.before = this.now;
      this.now = new Map();
      this.since = time;
    }
    this.now.set(key, seen);
  }
}

/** Undefined where the block does not say. */
function isOutbound(block: Buffer): boolean | undefined {
  for (const { code, value } of optionsOf(block, 28 + ((block.readUInt32LE(20) + 3) & ~3))) {
    if (code !== kFlags || value.length !== 4) continue;
    const direction = value.readUInt32LE(0) & kDirection;
    return direction === kOutbound ? true : direction === kInbound ? false : undefined;
  }
  return undefined;
}

/** Of an Ethernet frame with TCP: 53 bits that hardly any other packet has. Undefined for anything else and for what tells too little. */
function keyOf(block: Buffer): number | undefined {
  const end = 28 + block.readUInt32LE(20);
  const at = 28 + 14;
  if (end < at + 40) return undefined;
  const ethernet = block.readUInt16BE(28 + 12);
  if (ethernet === kIpv4) {
    const head = (block.readUInt8(at) & 15) * 4;
    const fragment = (block.readUInt16BE(at + 6) & 0x3fff) !== 0;
    if (block.readUInt8(at + 9) !== kTcp || fragment) return undefined;
    return tcpKey(block, at + head, end, (block.readUInt16BE(at + 4) << 16) | block.readUInt16BE(at + 2));
  }
  if (ethernet !== kIpv6 || block.readUInt8(at + 6) !== kTcp) return undefined;
  return tcpKey(block, at + 40, end, block.readUInt16BE(at + 4));
}

/** `seed`: of the header below. Acknowledgements without data may be repeated word for word: they do not count. */
function tcpKey(block: Buffer, tcp: number, end: number, seed: number): number | undefined {
  if (tcp + 20 > end) return undefined;
  const head = (block.readUInt8(tcp + 12) >> 4) * 4;
  const syn = (block.readUInt8(tcp + 13) & 2) !== 0;
  const from = tcp + head;
  if (head < 20 || from > end || (!syn && from >= end)) return undefined;
  // FNV-1a, and a second one that begins elsewhere: sequence, acknowledgement, flags, window; then urgent pointer and options.
  let [one, two] = [(0x811c9dc5 ^ seed) | 0, (0x9e3779b9 ^ seed) | 0];
  const mix = (word: number): void => {
    one = Math.imul(one ^ word, 0x01000193);
    one ^= one >>> 15;
    two = Math.imul(two ^ word, 0x85ebca6b);
    two ^= two >>> 13;
  };
  for (let word = tcp + 4; word < tcp + 16; word += 4) mix(block.readInt32BE(word));
  for (let word = tcp + 20; word < from; word += 4) mix(block.readInt32BE(word));
  return (one >>> 0) * 2 ** 21 + (two >>> 11);
}
