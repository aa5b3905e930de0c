/**
 * Addresses by what the policies can tell apart: the address space is cut at every border of a block (and of an
 * exception); pieces inside the same blocks are one class.
 */
import { addressAfter, cidrContains, compareIp, parseIp, type IpAddress } from './ip.ts';
import { ipPeerContains } from './match.ts';
import type { IpPeer } from './model.ts';

/** One meaning of an ipBlock, whatever policy it is in. */
export function blockKey(peer: IpPeer): string {
  return `${peer.block.first.words.join('.')}/${peer.block.prefix}!${peer.except.map((block) => `${block.first.words.join('.')}/${block.prefix}`).join(',')}`;
}

export class AddressClasses {
  /** An address of each class; the class is the index. */
  readonly samples: readonly IpAddress[];
  private readonly starts: readonly IpAddress[];
  private readonly classOfPiece: Int32Array;
  private readonly members = new Map<string, readonly number[]>();

  constructor(peers: readonly IpPeer[]) {
    const distinct = new Map(peers.map((peer) => [blockKey(peer), peer]));
    this.starts = cut([...distinct.values()]);
    this.classOfPiece = new Int32Array(this.starts.length);
    const classes = new Map<string, number>();
    const samples: IpAddress[] = [];
    const members = new Map<string, number[]>([...distinct.keys()].map((key) => [key, []]));
    for (const [piece, start] of this.starts.entries()) {
      const inside = [...distinct].filter(([, peer]) => ipPeerContains(peer, start)).map(([key]) => key);
      // Families stay apart so that a sample address says which one it is.
      const signature = `${start.words.length}|${inside.join('|')}`;
      let id = classes.get(signature);
      if (id === undefined) {
        id = samples.length;
        classes.set(signature, id);
        samples.push(start);
        for (const key of inside) members.get(key)?.push(id);
      }
      this.classOfPiece[piece] = id;
    }
    this.samples = samples;
    this.members = members;
  }

  classOf(address: IpAddress): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const start = this.starts[middle];
      if (start !== undefined && compareIp(start, address) <= 0) low = middle;
      else high = middle - 1;
    }
    return this.classOfPiece[low] ?? 0;
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
