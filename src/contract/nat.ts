/** Address translation as the kernel's connection tracking tells it. Types only; the C++ side is native/live/conntrack.h. */
import type { FlowTuple } from './captureBlocks.ts';

export interface NatEntry {
  /** `existing`: it was there when the table was read; `new`, `gone`: it came and went then. */
  readonly change: 'existing' | 'new' | 'gone';
  /** IP protocol: 6 TCP, 17 UDP, 132 SCTP. */
  readonly protocol: number;
  /** The flow before translation (client → ClusterIP), `a` is who opened it. */
  readonly original: FlowTuple;
  /** The same behind it (client → pod), the same end first. */
  readonly translated: FlowTuple;
  /** When it was learned: nanoseconds since the epoch, decimal. Of `new`, some ten milliseconds after the first packet at most. */
  readonly time: string;
}

export interface NatBatch {
  readonly entries: readonly NatEntry[];
  /** How often the kernel had no room for what it had to tell; each time the table was read anew. */
  readonly lost: number;
}
