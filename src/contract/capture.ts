/**
 * What the engine says of an open capture: the shapes every user of the engine shares
 * (engine process, extension host, webview, CLI, tests). Types only.
 * The C++ side that writes this JSON is native/engine/json_*.cc.
 */

/** One interface of the file (an IDB in pcapng; the only one in pcap). */
export interface InterfaceInfo {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly linkType: number;
  readonly linkTypeName: string;
}

/** Where and why reading the file ended early; the packets before it are all there. */
export interface Damage {
  /** Byte offset in the (uncompressed) file. */
  readonly offset: string;
  /** One sentence: what is wrong, where, and what was kept. */
  readonly message: string;
}

/** State of an open capture; sent while indexing goes on and once more when it is done. */
export interface CaptureStatus {
  readonly state: 'indexing' | 'ready' | 'cancelled' | 'failed';
  readonly packets: number;
  /** Packets whose application layers are known as well; the rows of others end at TCP and UDP until then. */
  readonly analysed: number;
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** `pcap`, `pcapng`, with the compression: `pcapng (gzip)`. */
  readonly fileKind: string;
  readonly interfaces: readonly InterfaceInfo[];
  readonly damage?: Damage;
  /** Set when state is 'failed': cause and remedy. */
  readonly error?: string;
  /** The file is still growing or may grow (uncompressed only). */
  readonly growing: boolean;
  /** Seconds of CPU the indexing pass took so far. */
  readonly indexSeconds: number;
}

/** One row of the packet list. */
export interface PacketRow {
  /** Frame number, from 1. */
  readonly n: number;
  /** Seconds since the first packet, as shown: "1.234567". */
  readonly time: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly length: number;
  readonly info: string;
  /** Index of the first coloring rule of the tab's look that matches; absent: none. */
  readonly rule?: number;
  /** Marked by a user, in the file or since. */
  readonly marked?: true;
  /** Has comments, in the file or since. */
  readonly commented?: true;
  /** Texts of the look's field columns, in their order; absent when it has none. */
  readonly cells?: readonly string[];
}

/** A page of rows. `total` rows exist in the list asked (all, or those the filter shows). */
export interface RowPage {
  readonly from: number;
  readonly total: number;
  readonly filtered: boolean;
  readonly rows: readonly PacketRow[];
}

/** One node of the dissection tree. */
export interface TreeNode {
  /** As shown: `Source Port: 443`. */
  readonly label: string;
  /** Filter name (`tcp.srcport`), '' for text-only nodes. */
  readonly field: string;
  /** Index into PacketDetail.sources, byte offset and length; length 0: no bytes. */
  readonly source: number;
  readonly offset: number;
  readonly length: number;
  /** A display filter that selects this very value, '' if there is none. */
  readonly filter: string;
  readonly generated?: boolean;
  readonly hidden?: boolean;
  /** Expert severity of this node or of what is below it. */
  readonly severity?: 'comment' | 'chat' | 'note' | 'warn' | 'error';
  readonly children?: readonly TreeNode[];
}

export interface PacketDetail {
  readonly n: number;
  readonly tree: readonly TreeNode[];
  /** Names of the byte views, the frame first; bytes travel beside the JSON in the same order. */
  readonly sources: readonly { readonly name: string; readonly length: number }[];
  /** Its comments, whole; absent: none. */
  readonly comments?: readonly string[];
}

/** Answer of a filter check; positions are UTF-16 offsets into the text. */
export type FilterCheck =
  | { readonly ok: true; readonly warnings: readonly FilterMessage[] }
  | { readonly ok: false; readonly error: FilterMessage };

export interface FilterMessage {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** Kind of the message: `unknown-field`, `deprecated`, `not-dissected`, `syntax` … */
  readonly code: string;
  /** Text to put in place of it, where there is one remedy. */
  readonly replacement?: string;
}

/** Progress and result of applying a filter. */
export interface FilterStatus {
  readonly text: string;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly scanned: number;
  readonly matched: number;
}

/** One field or protocol of the registry. */
export interface FieldInfo {
  readonly name: string;
  readonly label: string;
  /** FT name as in Wireshark: FT_UINT16, FT_STRING, FT_PROTOCOL … */
  readonly type: string;
  readonly protocol: string;
  /** Shown and usually written in hexadecimal. */
  readonly hex?: boolean;
  readonly values?: readonly (readonly [number, string])[];
  /** Names of ranges: low, high (inclusive), name. */
  readonly ranges?: readonly (readonly [number, number, string])[];
}

/** Settings that change what dissection says. */
export interface EngineSettings {
  /** `-o defaults:wireshark`: our extra ports and heuristics off. */
  readonly wiresharkDefaults?: boolean;
  /** Path of a TLS key log file. */
  readonly keylogFile?: string;
  /** Contents of further key logs. */
  readonly keyLogs?: readonly string[];
  /** Decode-as rules as in `-d`: `tcp.port==8888,http`. */
  readonly decodeAs?: readonly string[];
  /** Most bytes a compressed file may unpack to; absent or 0: 4 GiB or half of the free temporary space. */
  readonly unpackLimit?: number;
}
