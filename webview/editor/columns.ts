/** The columns of the packet list. */
import type { PacketRow } from '../../src/contract/capture.ts';
import { formatCount } from '../base/format.ts';

export interface Column {
  readonly id: string;
  readonly title: string;
  /** Width in px at first; 0: takes what is left. */
  readonly width: number;
  readonly align: 'start' | 'end';
  readonly text: (row: PacketRow) => string;
}

export const columns: readonly Column[] = [
  { id: 'number', title: 'No.', width: 76, align: 'end', text: (row) => String(row.n) },
  { id: 'time', title: 'Time', width: 104, align: 'end', text: (row) => row.time },
  { id: 'source', title: 'Source', width: 168, align: 'start', text: (row) => row.source },
  { id: 'destination', title: 'Destination', width: 168, align: 'start', text: (row) => row.destination },
  { id: 'protocol', title: 'Protocol', width: 76, align: 'start', text: (row) => row.protocol },
  { id: 'length', title: 'Length', width: 60, align: 'end', text: (row) => formatCount(row.length) },
  { id: 'info', title: 'Info', width: 0, align: 'start', text: (row) => row.info },
];

/** Narrowest a column can be dragged, px. */
export const kLeastColumnWidth = 32;

/** Colouring classes the engine names (PacketRow.color); any other gets none. */
const knownColors: ReadonlySet<string> = new Set([
  'tcp-trouble', 'tcp-reset', 'http', 'dns', 'tls', 'tcp', 'udp', 'arp', 'icmp', 'malformed',
]);

export const colorClass = (color: string): string => (knownColors.has(color) ? ` color-${color}` : '');
