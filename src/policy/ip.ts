/**
 * IP addresses and CIDR blocks.
 * Parsing is as lenient as the API server is for policy fields: leading zeros in IPv4 octets are decimal,
 * host bits may be set, IPv4-mapped IPv6 counts as IPv4.
 */

/** An address as unsigned 32-bit words, most significant first: one word for IPv4, four for IPv6. */
export interface IpAddress {
  readonly words: readonly number[];
}

export interface Cidr {
  readonly text: string;
  /** First address of the block (host bits cleared). */
  readonly first: IpAddress;
  readonly prefix: number;
}

/** 4 or 6. */
export function family(address: IpAddress): 4 | 6 {
  return address.words.length === 1 ? 4 : 6;
}

/** Four decimal numbers of 0 to 255 with dots between; by hand, as every pod's address comes through here. */
function parseOctets(text: string): number | undefined {
  let value = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0 || ++dots > 3) return undefined;
      value = value * 256 + octet;
      octet = 0;
      digits = 0;
    } else {
      if (code < 48 || code > 57) return undefined;
      octet = octet * 10 + code - 48;
      digits++;
      if (octet > 255) return undefined;
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : undefined;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (part.includes('.')) {
      const octets = at === parts.length - 1 ? parseOctets(part) : undefined;
      if (octets === undefined) return undefined;
      groups.push(octets >>> 16, octets & 0xffff);
      continue;
    }
    if (!/^[0-9a-fA-F]{1,8}$/.test(part)) return undefined;
    const group = Number.parseInt(part, 16);
    if (group > 0xffff) return undefined;
    groups.push(group);
  }
  return groups;
}

function parseV6Groups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '');
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const tail = parseGroups(halves[1] ?? '');
  // RFC 4291, 2.2: "::" stands for at least one group of zeros.
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Reads an IPv4 or IPv6 address; undefined where the text is none. A mapped address (::ffff:a.b.c.d) is IPv4. */
export function parseIp(text: string): IpAddress | undefined {
  if (!text.includes(':')) {
    const value = parseOctets(text);
    return value === undefined ? undefined : { words: [value] };
  }
  const words = parseV6Words(text);
  if (words === undefined) return undefined;
  return isMapped(words) ? { words: [words[3] ?? 0] } : { words };
}

function parseV6Words(text: string): number[] | undefined {
  const groups = parseV6Groups(text);
  if (groups === undefined) return undefined;
  const words: number[] = [];
  for (let at = 0; at < 8; at += 2) words.push((groups[at] ?? 0) * 0x10000 + (groups[at + 1] ?? 0));
  return words;
}

/** RFC 4291, 2.5.5.2. */
function isMapped(words: readonly number[]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

/** The bits of word number `at` that belong to a prefix of `prefix` bits, as an unsigned mask. */
function wordMask(prefix: number, at: number): number {
  const bits = Math.min(32, Math.max(0, prefix - 32 * at));
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

function masked(words: readonly number[], prefix: number): number[] {
  return words.map((word, at) => (word & wordMask(prefix, at)) >>> 0);
}

/** Reads `address/prefix`; undefined where the text is no CIDR. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const suffix = text.slice(slash + 1);
  if (!/^\d{1,7}$/.test(suffix)) return undefined;
  const prefix = Number(suffix);
  const address = text.slice(0, slash);
  if (!address.includes(':')) {
    const value = parseOctets(address);
    if (value === undefined || prefix > 32) return undefined;
    return { text, first: { words: masked([value], prefix) }, prefix };
  }
  const words = parseV6Words(address);
  if (words === undefined || prefix > 128) return undefined;
  if (isMapped(words) && prefix >= 96) {
    return { text, first: { words: masked([words[3] ?? 0], prefix - 96) }, prefix: prefix - 96 };
  }
  return { text, first: { words: masked(words, prefix) }, prefix };
}

/** Whether `address` lies in `block`; addresses of the other family never do. */
export function cidrContains(block: Cidr, address: IpAddress): boolean {
  const { words } = address;
  if (words.length !== block.first.words.length) return false;
  for (let at = 0; at < words.length; at++) {
    const mask = wordMask(block.prefix, at);
    if (mask === 0) return true;
    if (((words[at] ?? 0) & mask) >>> 0 !== block.first.words[at]) return false;
  }
  return true;
}

/** The prefix as it is written: of a mapped block (::ffff:10.0.0.0/104) it counts 128 bits. */
const writtenPrefix = ({ text }: Cidr): number => Number(text.slice(text.indexOf('/') + 1));

/** Whether the API server takes `inner` for a proper part of `outer`: inside it, with a longer prefix as both are written. */
export function isStrictSubset(outer: Cidr, inner: Cidr): boolean {
  return cidrContains(outer, inner.first) && writtenPrefix(outer) < writtenPrefix(inner);
}

/** Orders addresses: IPv4 before IPv6, then by value. */
export function compareIp(a: IpAddress, b: IpAddress): number {
  if (a.words.length !== b.words.length) return a.words.length - b.words.length;
  for (let at = 0; at < a.words.length; at++) {
    const difference = (a.words[at] ?? 0) - (b.words[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The first address after the block; undefined where the block ends with its family's last address. */
export function addressAfter(block: Cidr): IpAddress | undefined {
  const words = block.first.words.map((word, at) => (word | ~wordMask(block.prefix, at)) >>> 0);
  for (let at = words.length - 1; at >= 0; at--) {
    if (words[at] !== 0xffffffff) {
      words[at] = (words[at] ?? 0) + 1;
      return { words };
    }
    words[at] = 0;
  }
  return undefined;
}

/** Writes an address: dotted IPv4, or IPv6 as RFC 5952 asks (lower case, longest run of zeros as "::"). */
export function formatIp(address: IpAddress): string {
  const { words } = address;
  if (words.length === 1) {
    const value = words[0] ?? 0;
    return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
  }
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let runAt = -1;
  let runLength = 1;
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && groups[end] === 0) end++;
    if (end - at > runLength) {
      runAt = at;
      runLength = end - at;
    }
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return runAt < 0 ? hex(groups) : `${hex(groups.slice(0, runAt))}::${hex(groups.slice(runAt + runLength))}`;
}
