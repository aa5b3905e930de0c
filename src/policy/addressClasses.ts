/**
 * Addresses by what the policies can tell apart: the address space is cut at every border of a block (and of an
 * exception); pieces inside the same blocks are one class.
 */
import { addressAfter, cidrContains, compareIp, parseIp, type Cidr, type IpAddress } from './ip.ts';
import type { IpPeer } from './model.ts';

/** An ipBlock as it is written, whatever policy it is in. */
export function blockKey(peer: IpPeer): string {
  let key = peer.block.text;
  for (const { text } of peer.except) key += `!${text}`;
  return key;
}

export class AddressClasses {
  /** An address of each class; the class is the index. */
  readonly samples: readonly IpAddress[];
  private readonly starts: readonly IpAddress[];
  /** The starts of IPv4, which come first, as numbers: every pod's address is looked up among them. */
  private readonly startsV4: Float64Array;
  private readonly classOfPiece: Int32Array;
  private readonly members = new Map<string, readonly number[]>();

  constructor(peers: readonly IpPeer[]) {
    const distinct = new Map<string, IpPeer>();
    for (const peer of peers) distinct.set(blockKey(peer), peer);
    const keys = [...distinct.keys()];
    this.starts = cut([...distinct.values()]);
    this.startsV4 = Float64Array.from(this.starts.filter(({ words }) => words.length === 1), ({ words }) => words[0]!);
    this.classOfPiece = new Int32Array(this.starts.length);
    const classes = new Map<string, number>();
    const samples: IpAddress[] = [];
    const members = new Map<string, number[]>(keys.map((key) => [key, []]));
    const blocksAt = this.blocksByPiece([...distinct.values()]);
    for (const [piece, start] of this.starts.entries()) {
      const inside = blocksAt[piece]!;
      // Families stay apart so that a sample address says which one it is.
      const signature = `${start.words.length}|${inside.join()}`;
      let id = classes.get(signature);
      if (id === undefined) {
        id = samples.length;
        classes.set(signature, id);
        samples.push(start);
        for (const at of inside) members.get(keys[at]!)?.push(id);
      }
      this.classOfPiece[piece] = id;
    }
    this.samples = samples;
    this.members = members;
  }

  /** Numbers of the blocks that each piece is inside. Borders of blocks are borders of pieces: none is in one by half. */
  private blocksByPiece(peers: readonly IpPeer[]): readonly (readonly number[])[] {
    const found: number[][] = this.starts.map(() => []);
    const marks = new Uint8Array(found.length);
    for (const [at, { block, except }] of peers.entries()) {
      const [first, end] = this.piecesOf(block);
      marks.fill(1, first, end);
      for (const exception of except) marks.fill(0, ...this.piecesOf(exception));
      for (let piece = first; piece < end; piece++) if (marks[piece] === 1) found[piece]!.push(at);
      marks.fill(0, first, end);
    }
    return found;
  }

  /** The first piece of a block, and the one after its last. */
  private piecesOf(block: Cidr): readonly [number, number] {
    const after = addressAfter(block);
    const family = block.first.words.length === 1 ? this.startsV4.length : this.starts.length;
    return [this.pieceOf(block.first), after === undefined ? family : this.pieceOf(after)];
  }

  classOf(address: IpAddress): number {
    return this.classOfPiece[this.pieceOf(address)] ?? 0;
  }

  private pieceOf(address: IpAddress): number {
    if (address.words.length === 1) return this.pieceOfV4(address.words[0]!);
    let low = this.startsV4.length;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const start = this.starts[middle];
      if (start !== undefined && compareIp(start, address) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private pieceOfV4(value: number): number {
    const { startsV4 } = this;
    let low = 0;
    let high = startsV4.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (startsV4[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The classes inside a block; undefined for a block these classes were not cut for. */
  inside(peer: IpPeer): readonly number[] | undefined {
    return this.members.get(blockKey(peer));
  }
}

/** First addresses of all pieces, ascending; both families are covered from their first address. */
function cut(peers: readonly IpPeer[]): IpAddress[] {
  const starts = new Map<string, IpAddress>();
  const add = (address: IpAddress | undefined): void => {
    if (address !== undefined) starts.set(address.words.join('.'), address);
  };
  add(parseIp('0.0.0.0'));
  add(parseIp('::'));
  for (const peer of peers) {
    for (const block of [peer.block, ...peer.except.filter((except) => cidrContains(peer.block, except.first))]) {
      add(block.first);
      add(addressAfter(block));
    }
  }
  return [...starts.values()].sort(compareIp);
}
