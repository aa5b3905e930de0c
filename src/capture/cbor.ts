/**
 * CBOR (RFC 8949) of what blocks are made of, as cborg writes it (definite lengths, keys of maps by length, then by bytes):
 * an agent writes thousands of entries a second, beside the traffic that it captures. What is undefined in a map is left out.
 */
import { encode } from 'cborg';

const kNumber = 0;
const kNegative = 1;
const kBytes = 2;
const kText = 3;
const kList = 4;
const kMap = 5;
const kFalse = 0xf4;
const kTrue = 0xf5;
/** Of a head: its first byte and a number of eight. */
const kHead = 9;
const kLeast = 4096;
/** Of a character in UTF-8, for each of its units. */
const kMostBytes = 3;
/** Numbers below stand in the first byte of a head, others of one byte behind it. */
const kTiny = 24;
/** Less than a head's second byte counts. */
const kShort = 200;

/** Orders of keys, by the keys as they come: there are few kinds of maps with few combinations of keys. */
const orders = new Map<string, readonly string[]>();
const kMostOrders = 1024;

function inOrder(keys: readonly string[]): readonly string[] {
  const name = JSON.stringify(keys);
  const known = orders.get(name);
  if (known !== undefined) return known;
  const ordered = keys.map((key) => Buffer.from(key)).sort((a, b) => a.length - b.length || Buffer.compare(a, b)).map(String);
  if (orders.size >= kMostOrders) orders.clear();
  orders.set(name, ordered);
  return ordered;
}

/** Something that is CBOR already. */
export class Encoded {
  public readonly bytes: Uint8Array;

  public constructor(value: unknown) {
    this.bytes = cborOf(value).slice();
  }
}

class Writer {
  private bytes = Buffer.allocUnsafe(kLeast);
  private at = 0;

  public get written(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  public value(value: unknown): void {
    switch (typeof value) {
      case 'string': this.text(value); return;
      case 'number': this.number(value); return;
      case 'bigint': this.head(value < 0n ? kNegative : kNumber, value < 0n ? -1n - value : value); return;
      case 'boolean':
        this.room(1);
        this.bytes[this.at++] = value ? kTrue : kFalse;
        return;
      default: this.object(value);
    }
  }

  private object(value: unknown): void {
    if (value instanceof Encoded) this.raw(value.bytes);
    else if (Array.isArray(value)) {
      this.head(kList, value.length);
      for (const one of value) this.value(one);
    } else if (value instanceof Uint8Array) {
      this.head(kBytes, value.length);
      this.raw(value);
    } else if (typeof value === 'object' && value !== null) {
      const map = value as Readonly<Record<string, unknown>>;
      const keys = inOrder(Object.keys(map).filter((key) => map[key] !== undefined));
      this.head(kMap, keys.length);
      for (const key of keys) {
        this.text(key);
        this.value(map[key]);
      }
    } else this.raw(encode(value));
  }

  private number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.raw(encode(value));
    else this.head(value < 0 ? kNegative : kNumber, value < 0 ? -1 - value : value);
  }

  private text(value: string): void {
    this.room(kHead + value.length * kMostBytes);
    const { length } = value;
    if (length < kShort) {
      // By hand where each character is a byte: that is what names are, and a call out of JavaScript takes longer.
      const from = this.at + (length < kTiny ? 1 : 2);
      let n = 0;
      for (; n < length; n++) {
        const code = value.charCodeAt(n);
        if (code > 0x7f) break;
        this.bytes[from + n] = code;
      }
      if (n === length) {
        this.head(kText, length);
        this.at += length;
        return;
      }
    }
    this.head(kText, Buffer.byteLength(value));
    this.at += this.bytes.write(value, this.at);
  }

  private head(kind: number, value: number | bigint): void {
    this.room(kHead);
    const first = kind << 5;
    if (value < kTiny) this.bytes[this.at++] = first | Number(value);
    else if (value < 0x100) {
      this.bytes[this.at++] = first | 24;
      this.bytes[this.at++] = Number(value);
    } else if (value < 0x10000) {
      this.bytes[this.at++] = first | 25;
      this.at = this.bytes.writeUInt16BE(Number(value), this.at);
    } else if (value < 0x100000000) {
      this.bytes[this.at++] = first | 26;
      this.at = this.bytes.writeUInt32BE(Number(value), this.at);
    } else {
      this.bytes[this.at++] = first | 27;
      this.at = this.bytes.writeBigUInt64BE(BigInt(value), this.at);
    }
  }

  private raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.at + bytes));
    larger.set(this.written);
    this.bytes = larger;
  }
}

/** Values of JSON, bytes, and integers of 64 bits. */
export function cborOf(value: unknown): Uint8Array {
  const writer = new Writer();
  writer.value(value);
  return writer.written;
}
