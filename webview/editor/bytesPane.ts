/** The bytes of the selected packet: the frame and what was made of it (reassembled, decompressed), as tabs. */
import type { PacketDetail, TreeNode } from '../../src/contract/capture.ts';
import type { BytesRequest, PacketData } from '../../src/contract/engine.ts';
import { element } from '../base/dom.ts';
import { formatBytes } from '../base/format.ts';
import { TabStrip } from '../widgets/controls.ts';
import { HexGrid, type ByteRange, type HexSource } from '../widgets/hexGrid.ts';

export interface BytesPaneOptions {
  readonly fetch: (request: BytesRequest) => Promise<Uint8Array>;
  /** The user pointed at a byte. */
  readonly onByte: (source: number, offset: number) => void;
}

/** Bytes asked for at once when more is scrolled to. */
const kPiece = 16 * 1024;

export class BytesPane {
  public readonly root = element('section', { className: 'bytes-pane', attributes: { 'aria-label': 'Packet bytes' } });

  private readonly options: BytesPaneOptions;
  private readonly tabs: TabStrip;
  private readonly grid: HexGrid;
  private detail: PacketDetail | undefined;
  private sources: readonly PagedBytes[] = [];
  private shown = -1;

  public constructor(options: BytesPaneOptions) {
    this.options = options;
    this.grid = new HexGrid({
      label: 'Packet bytes', onByte: (offset) => { options.onByte(this.shown, offset); },
    });
    this.tabs = new TabStrip((index) => { this.showSource(index); });
    this.tabs.root.hidden = true;
    this.root.append(this.tabs.root, this.grid.list.root);
  }

  public show({ detail, sources }: PacketData): void {
    const frame = detail.n;
    this.detail = detail;
    this.sources = detail.sources.map(({ length }, index) => new PagedBytes(
      length,
      sources[index] ?? new Uint8Array(),
      (offset) => this.options.fetch({ frame, source: index, offset, length: kPiece }),
      () => { if (this.detail?.n === frame) { this.grid.refresh(); } },
    ));
    this.shown = -1;
    this.showSource(0);
  }

  public clear(): void {
    this.show({ detail: { n: 0, tree: [], sources: [] }, sources: [] });
  }

  /** Marks the bytes of a field, in the source it lies in. */
  public mark(field: TreeNode, protocol: TreeNode): void {
    if (field.length > 0) {
      this.showSource(field.source);
    }
    this.grid.mark(rangeOf(field, this.shown), rangeOf(protocol, this.shown));
  }

  private showSource(index: number): void {
    const names = (this.detail?.sources ?? []).map(({ name, length }) => `${name} (${formatBytes(length)})`);
    this.tabs.root.hidden = names.length < 2;
    this.tabs.show(names, index);
    const source = this.sources[index];
    if (index !== this.shown) {
      this.shown = index;
      this.grid.show(source ?? kEmpty);
    }
  }
}

const kEmpty: HexSource = { length: 0, at: () => undefined, want: () => undefined };

const rangeOf = (node: TreeNode, source: number): ByteRange =>
  node.source === source ? { start: node.offset, end: node.offset + node.length } : { start: 0, end: 0 };

/** Bytes of which the start is here and the rest comes piece by piece. */
class PagedBytes implements HexSource {
  public readonly length: number;

  private readonly pieces = new Map<number, Uint8Array>();
  private readonly asked = new Set<number>();
  private readonly start: Uint8Array;
  private readonly fetch: (offset: number) => Promise<Uint8Array>;
  private readonly onArrived: () => void;

  public constructor(
    length: number, start: Uint8Array, fetch: (offset: number) => Promise<Uint8Array>, onArrived: () => void,
  ) {
    this.length = length;
    this.start = start;
    this.fetch = fetch;
    this.onArrived = onArrived;
  }

  public readonly at = (offset: number): number | undefined =>
    offset < this.start.length ? this.start[offset]
    : this.pieces.get(Math.floor(offset / kPiece))?.[offset % kPiece];

  public readonly want = ({ start, end }: ByteRange): void => {
    for (let piece = Math.floor(start / kPiece); piece * kPiece < end; piece++) {
      const missing = Math.min(end, (piece + 1) * kPiece) > this.start.length;
      if (missing && !this.asked.has(piece)) {
        this.asked.add(piece);
        void this.load(piece);
      }
    }
  };

  private async load(piece: number): Promise<void> {
    try {
      this.pieces.set(piece, await this.fetch(piece * kPiece));
      this.onArrived();
    } catch {
      // Asked again when it is scrolled to again; the cause is in the banner.
      this.asked.delete(piece);
    }
  }
}
