/** Flow ids are per agent: in a file of several, each agent's get a range of their own (its index in the upper bits). */
import { decode, encode } from 'cborg';
import { customBlockOf, customPayload, kFlowMagic, kIdentities, kLedger } from './captureBlocks.ts';

/** Ids of one agent are below that. */
const kRange = 2 ** 32;
const kMostAgents = 2 ** 20;

const numbered = (flow: number, agent: number): number => (flow < kRange && agent < kMostAgents ? flow + agent * kRange : flow);

/** The same block with ids of the agent's range; any other block as it is. */
export function renumberFlows(block: Buffer, agent: number): Uint8Array {
  const payload = customPayload(block, kIdentities);
  if (payload === undefined || agent === 0) return block;
  const table = decode(payload) as { readonly flows?: unknown };
  if (!Array.isArray(table.flows)) return block;
  const flows = (table.flows as readonly { readonly flow: number }[]).map((one) => ({ ...one, flow: numbered(one.flow, agent) }));
  return customBlockOf(kIdentities, encode({ ...table, flows }));
}

/** Changes the flow id among a packet's options in place, where there is one. */
export function renumberFlowOption(packet: Buffer, agent: number): void {
  if (agent === 0) return;
  const at = packet.indexOf(kFlowMagic, 28 + ((packet.readUInt32LE(20) + 3) & ~3), 'latin1');
  if (at < 0) return;
  packet.writeBigUInt64LE(BigInt(numbered(Number(packet.readBigUInt64LE(at + kFlowMagic.length)), agent)), at + kFlowMagic.length);
}

interface Lasting {
  readonly from?: number | bigint;
  readonly until?: number | bigint;
}

/** The same block with its times that much earlier, nanoseconds, as the packets it speaks of; any other block as it is: objects have the API server's times. */
export function shiftTimes(block: Uint8Array, by: number): Uint8Array {
  if (by === 0) return block;
  const ns = BigInt(Math.round(by));
  const moved = (time: number | bigint | undefined): bigint | undefined => (time === undefined ? undefined : BigInt(time) - ns);
  for (const [kind, list] of [[kIdentities, 'flows'], [kLedger, 'entries']] as const) {
    const payload = customPayload(Buffer.from(block.buffer, block.byteOffset, block.byteLength), kind);
    if (payload === undefined) continue;
    const table = decode(payload) as Readonly<Record<string, unknown>>;
    if (!Array.isArray(table[list])) return block;
    const entries = (table[list] as readonly Lasting[]).map(({ from, until, ...rest }) => Object.fromEntries(
      Object.entries({ ...rest, from: moved(from), until: moved(until) }).filter(([, value]) => value !== undefined)));
    return customBlockOf(kind, encode({ ...table, [list]: entries }));
  }
  return block;
}
