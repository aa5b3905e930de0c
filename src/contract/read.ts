/** Options of the reading command line as the engine takes them (native/engine/read.h). Types only. */
import type { EngineSettings } from './capture.ts';

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
  readonly settings: EngineSettings;
}
