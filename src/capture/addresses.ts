/** The addresses of captured packets, and the objects that agents have told of: together they say whose names are missing. */
import { decode } from 'cborg';
import { customPayload, kObjects } from './captureBlocks.ts';

const kIpv4 = 0x0800;
const kIpv6 = 0x86dd;
/** More than that are no cluster's pods. */
const kMost = 10_000;

export class Addresses {
  /** By their bytes, so that a packet costs little. */
  private readonly seen = new Set<number | string>();
  private readonly written = new Set<string>();
  private readonly objects = new Set<string>();

  /** In their usual form. */
  public get all(): ReadonlySet<string> {
    return this.written;
  }

  /** uids of objects that are in the file. */
  public get known(): ReadonlySet<string> {
    return this.objects;
  }

  /** A packet block with an Ethernet frame. */
  public take(block: Buffer): void {
    const end = 28 + block.readUInt32LE(20);
    if (end < 28 + 34) return;
    const ethernet = block.readUInt16BE(28 + 12);
    if (ethernet === kIpv4) for (const at of [28 + 26, 28 + 30]) this.add(block.readUInt32BE(at), () => [...block.subarray(at, at + 4)].join('.'));
    else if (ethernet === kIpv6 && end >= 28 + 54) for (const at of [28 + 22, 28 + 38]) this.add(block.toString('latin1', at, at + 16), () => ipv6(block.subarray(at, at + 16)));
  }

  /** A custom block of an agent. */
  public takeObjects(block: Buffer): void {
    const payload = customPayload(block, kObjects);
    if (payload === undefined) return;
    const { objects } = decode(payload) as { readonly objects?: unknown };
    if (!Array.isArray(objects)) return;
    for (const { uid } of objects as readonly { readonly uid?: unknown }[]) if (typeof uid === 'string') this.objects.add(uid);
  }

  private add(key: number | string, text: () => string): void {
    if (this.seen.has(key) || this.seen.size >= kMost) return;
    this.seen.add(key);
    this.written.add(text());
  }
}

/** RFC 5952, 4: as the API server writes them. */
function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16)).join(':');
  return new URL(`http://[${groups}]/`).hostname.slice(1, -1);
}
