/** A name resolution block (draft-ietf-opsawg-pcapng 4.5), little-endian: addresses of pods and Services with their names. */
import { isIPv4, isIPv6 } from 'node:net';

const kBlockType = 4;
const kRecord4 = 1;
const kRecord6 = 2;

export interface AddressName {
  readonly address: string;
  readonly name: string;
}

const padded = (length: number): number => (length + 3) & ~3;

/** 16 bytes of an IPv6 address in any of its forms (RFC 4291, 2.2). */
function bytesOfV6(text: string): Uint8Array {
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain = embedded === null ? text : `${embedded[1] ?? ''}${[2, 4].map((at) => ((Number(embedded[at]) << 8) | Number(embedded[at + 1])).toString(16)).join(':')}`;
  const [before = '', after] = plain.split('::');
  const groups = (part: string | undefined): readonly number[] => (part === undefined || part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [head, tail] = [groups(before), groups(after)];
  const all = after === undefined ? head : [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => 0), ...tail];
  const out = Buffer.alloc(16);
  all.slice(0, 8).forEach((group, at) => out.writeUInt16BE(group & 0xffff, at * 2));
  return out;
}

function record({ address, name }: AddressName): Buffer | undefined {
  const v4 = isIPv4(address);
  if (!v4 && !isIPv6(address)) return undefined;
  const value = Buffer.concat([v4 ? Buffer.from(address.split('.').map(Number)) : bytesOfV6(address), Buffer.from(`${name}\0`)]);
  const out = Buffer.alloc(4 + padded(value.length));
  out.writeUInt16LE(v4 ? kRecord4 : kRecord6, 0);
  out.writeUInt16LE(value.length, 2);
  value.copy(out, 4);
  return out;
}

/** The whole block. Names hold no NUL: they are Kubernetes names. */
export function nameBlock(names: readonly AddressName[]): Uint8Array {
  const records = names.map(record).filter((one) => one !== undefined);
  const body = Buffer.concat([...records, Buffer.alloc(4)]);
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32LE(kBlockType, 0);
  out.writeUInt32LE(out.length, 4);
  body.copy(out, 8);
  out.writeUInt32LE(out.length, out.length - 4);
  return out;
}
