/** A capture of many small packets: UDP, each with its number in the payload, so that the last row can be known. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { CLIENT, SERVER, udpFrame } from '../fixtures/generate/frames.ts';
import { pcap, spaced } from '../fixtures/generate/pcap.ts';

const BATCH = 10_000;
const RECORD_HEADER = 16;
/** Seconds field of a record, and where the source port stands in Ethernet + IPv4. */
const UDP_PORT = 14 + 20;

/** Source port of packet n (from 1). */
export const portOf = (n: number): number => 1024 + (n % 60_000);

/** Writes `packets` records, 10 µs apart. */
export async function writeBigCapture(file: string, packets: number): Promise<void> {
  const frame = udpFrame(CLIENT, SERVER, 4000, 4001, new Uint8Array(8));
  const whole = pcap(spaced([frame]));
  const [header, record] = [Buffer.from(whole.subarray(0, 24)), Buffer.from(whole.subarray(24))];
  const start = record.readUInt32LE(0);
  const out = createWriteStream(file);
  out.write(header);
  for (let n = 0; n < packets; n += BATCH) {
    const batch = Buffer.alloc(record.length * Math.min(BATCH, packets - n));
    for (let i = 0; i * record.length < batch.length; i++) {
      const at = i * record.length;
      const micros = (n + i) * 10;
      record.copy(batch, at);
      batch.writeUInt32LE(start + Math.floor(micros / 1e6), at);
      batch.writeUInt32LE(micros % 1e6, at + 4);
      batch.writeUInt16BE(portOf(n + i + 1), at + RECORD_HEADER + UDP_PORT);
    }
    if (!out.write(batch)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}
