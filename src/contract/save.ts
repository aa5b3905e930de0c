/** Saving captures and what users change of packets: shapes between host, engine and pages. Types only. */

/** What a user says of a packet in place of what the file says. */
export interface PacketEdit {
  readonly frame: number;
  /** Instead of the file's comments; absent: the file's. */
  readonly comments?: readonly string[];
  readonly marked?: boolean;
}

export interface SaveRequest {
  /** Where to; written whole or not at all. */
  readonly path: string;
  readonly format: 'pcapng' | 'pcap';
  readonly which: 'all' | 'displayed' | 'marked' | 'ranges';
  /** Of 'ranges': first and last packet. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly keepSecrets: boolean;
  /** The capture itself may be replaced: the user said so. It is not where the new file would lack something. */
  readonly mayReplaceInput: boolean;
}

export interface SaveResult {
  readonly packets: number;
  /** Sentences on what the new file lacks. */
  readonly lost: readonly string[];
}

export interface SaveProgress {
  /** Packets of the capture passed, of all. */
  readonly done: number;
  readonly total: number;
}
