/** Options of the reading command line as the engine takes them (native/engine/read.h). Types only. */
import type { EngineSettings } from './capture.ts';

/** A capture being written. */
export interface WriteOptions {
  /** An open file descriptor of this process; it stays its owner's. */
  readonly fd: number;
  readonly format: 'pcapng' | 'pcap';
  /** Whether decryption secrets in the file go along. */
  readonly keepSecrets: boolean;
  /** Program named in the new file; '' keeps the old name. */
  readonly app: string;
}

export interface ReadOptions {
  readonly file: string;
  /** Display filter (-Y); empty = all packets. */
  readonly filter: string;
  readonly format: 'text' | 'fields' | 'json';
  /** -e, in order. */
  readonly fields: readonly string[];
  readonly separator: string;
  /** f(irst), l(ast) or a(ll) values of a field. */
  readonly occurrence: string;
  /** '', '"' or "'". */
  readonly quote: string;
  readonly aggregator: string;
  readonly header: boolean;
  readonly details: boolean;
  readonly hex: boolean;
  readonly quiet: boolean;
  readonly twoPass: boolean;
  /** Read no more than that many packets; 0 = all. */
  readonly count: number;
  /** -t: r, u, ud, a, ad, d, dd, e. */
  readonly time: string;
  /** -z: `follow,tcp,ascii,0`; printed after the packets. */
  readonly taps: readonly string[];
  /** -w: where displayed packets are written to as a capture. */
  readonly write?: WriteOptions;
  readonly settings: EngineSettings;
}
