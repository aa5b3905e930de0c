/**
 * CBOR (RFC 8949) of what blocks are made of. An agent writes thousands of entries a second beside the traffic that it captures,
 * so what they are written with takes a third of the time of what they are read with (cborg, which tells integers from bigints).
 * The native part of cbor-x (cbor-extract) is for decoding: it is not used, and not in the bundles.
 */
import { Encoder } from 'cbor-x/index-no-eval';

/** Maps as maps, bytes as bytes: no tags. */
const encoder = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false });

/** The encoder writes integers beyond as floating point numbers, but for bigints. */
const kMostSmall = 2 ** 31;

/** A whole number as it is to be given to cborOf(). */
export const integer = (value: number): number | bigint => (Number.isSafeInteger(value) && Math.abs(value) >= kMostSmall ? BigInt(value) : value);

/** Values of JSON, bytes, and integers of 64 bits; nothing that is undefined. */
export function cborOf(value: unknown): Uint8Array {
  return encoder.encode(value);
}
