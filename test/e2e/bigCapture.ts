/** A capture of many small packets: UDP, each with its number in its source port, so that the last row can be known. */
import { CLIENT, SERVER, udpFrame } from '../fixtures/generate/frames.ts';
import { RECORD_HEADER, writeMany } from '../fixtures/generate/many.ts';
import { START } from '../fixtures/generate/pcap.ts';

/** Where the source port stands in Ethernet + IPv4. */
const UDP_PORT = 14 + 20;
const start = Number(START / 1_000_000_000n);

/** Source port of packet n (from 1). */
export const portOf = (n: number): number => 1024 + (n % 60_000);

/** Writes `packets` records, 10 µs apart. */
export function writeBigCapture(file: string, packets: number): void {
  writeMany(file, udpFrame(CLIENT, SERVER, 4000, 4001, new Uint8Array(8)), packets, (record, n) => {
    const micros = n * 10;
    record.writeUInt32LE(start + Math.floor(micros / 1e6), 0);
    record.writeUInt32LE(micros % 1e6, 4);
    record.writeUInt16BE(portOf(n + 1), RECORD_HEADER + UDP_PORT);
  });
}
