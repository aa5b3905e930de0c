/**
 * A followed stream: what the engine says of it, and the page that shows it (webview/follow). Types only.
 * The C++ side that writes this JSON is native/engine/document_follow.cc.
 */
import type { Problem } from './rpc.ts';

export type FollowLayer = 'tcp' | 'udp' | 'http' | 'tls';

/** A stream that can be followed from a packet. */
export interface FollowOffer {
  readonly layer: FollowLayer;
  readonly stream: number;
}

export interface FollowNode {
  readonly address: string;
  readonly bytes: number;
}

export interface FollowInfo extends FollowOffer {
  /** Names the stream in later calls. */
  readonly id: number;
  /** A display filter that shows its packets. */
  readonly filter: string;
  readonly packets: number;
  /** Node 0 sent the first packet. */
  readonly nodes: readonly [FollowNode, FollowNode];
  /** The stream has more pieces than the engine remembers. */
  readonly truncated: boolean;
}

/** How rows are made of a stream. */
export interface FollowView {
  /** Text breaks after line ends, bytes only at the width. */
  readonly kind: 'text' | 'bytes';
  /** Bytes of a row. */
  readonly width: number;
  /** Only what this node sent; -1 both. */
  readonly side: -1 | 0 | 1;
}

export interface FollowRow {
  /** Of its first byte in the stream. */
  readonly offset: number;
  /** The packet of its first byte; of a gap the one that acknowledged the missing bytes. */
  readonly frame: number;
  /** Bytes, or how many are missing. */
  readonly length: number;
  readonly node: 0 | 1;
  readonly missing?: boolean;
  /** Seconds since the capture's first packet; where the row begins a packet's bytes. */
  readonly time?: string;
}

export interface FollowRows {
  readonly from: number;
  readonly total: number;
  readonly rows: readonly FollowRow[];
}

export interface FollowPage extends FollowRows {
  /** The bytes of the rows that are not missing, one after the other. */
  readonly bytes: Uint8Array;
}

export interface FollowRowsRequest {
  readonly view: FollowView;
  readonly from: number;
  readonly count: number;
}

export interface FollowFindRequest {
  /** What is looked for: text as UTF-8, or hexadecimal digits. */
  readonly text: string;
  readonly hex: boolean;
  readonly anyCase: boolean;
  readonly side: -1 | 0 | 1;
  /** Offset in the stream where to begin. */
  readonly from: number;
}

/** What the page asks of the extension host. */
export interface FollowApi {
  /** First call of the page, also after a reload. */
  start(): FollowInfo & { readonly fileName: string };
  /** Follows another layer of the same stream. */
  change(request: { readonly layer: FollowLayer }): FollowInfo;
  rows(request: FollowRowsRequest): FollowPage;
  /** Offset of the next match, -1 when there is none. */
  find(request: FollowFindRequest): number;
  rowOf(request: { readonly view: FollowView; readonly offset: number }): number;
  /** Selects the packet in the capture's tab. */
  goTo(request: { readonly frame: number }): void;
  /** Shows only the stream's packets there, or again what was shown before. */
  filter(request: { readonly on: boolean }): void;
  /** Asks for a file and writes the bytes there; tells whether it was done. */
  saveRaw(request: { readonly side: -1 | 0 | 1 }): boolean;
}

export interface FollowEvents {
  readonly problem: Problem;
  /** The capture was reopened: follow anew. */
  readonly restarted: FollowInfo & { readonly fileName: string };
}
