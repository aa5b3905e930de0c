/** Bytes as hexadecimal and as text, 16 to a line, with marked ranges and a cursor. Bytes arrive by pieces. */
import { element, onCopy } from '../base/dom.ts';
import { formatHex } from '../base/format.ts';
import { VirtualList } from './virtualList.ts';

/** A run of bytes: first, and one past the last. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface HexSource {
  /** Number of bytes. */
  readonly length: number;
  /** The byte, or undefined while it is not here yet. */
  readonly at: (offset: number) => number | undefined;
  /** These bytes came into view. */
  readonly want: (range: ByteRange) => void;
}

export interface HexGridOptions {
  readonly label: string;
  /** The user pointed at a byte, by mouse or keys. */
  readonly onByte: (offset: number) => void;
}

const kRowHeight = 18;
const kPerLine = 16;
const kNoBytes: HexSource = { length: 0, at: () => undefined, want: () => undefined };
const kNoRange: ByteRange = { start: 0, end: 0 };

const contains = (range: ByteRange, offset: number): boolean => offset >= range.start && offset < range.end;

export class HexGrid {
  public readonly list: VirtualList;

  private readonly options: HexGridOptions;
  private source = kNoBytes;
  private field = kNoRange;
  private protocol = kNoRange;
  private cursor = 0;

  public constructor(options: HexGridOptions) {
    this.options = options;
    this.list = new VirtualList({
      rowHeight: kRowHeight,
      role: 'grid',
      label: options.label,
      className: 'hex',
      createRow: createLine,
      renderRow: (target, row) => { this.render(target, row); },
      onVisible: ({ first, end }) => {
        this.source.want({ start: first * kPerLine, end: Math.min(this.source.length, end * kPerLine) });
      },
    });
    this.list.root.addEventListener('mousedown', (event) => { this.onMouse(event); });
    onCopy(this.list.root, () => this.markedHex());
    this.list.root.addEventListener('keydown', (event) => { this.onKey(event); });
  }

  /** Shows other bytes, without marks. */
  public show(source: HexSource): void {
    this.source = source;
    this.field = kNoRange;
    this.protocol = kNoRange;
    this.cursor = 0;
    this.list.setTotal(Math.ceil(source.length / kPerLine));
    this.list.root.setAttribute('aria-rowcount', String(Math.ceil(source.length / kPerLine)));
    this.list.refresh();
  }

  /** Bytes that were wanted have arrived. */
  public refresh(): void {
    this.list.refresh();
  }

  /** Marks a field's bytes, and more faintly those of its protocol; scrolls to the field. */
  public mark(field: ByteRange, protocol: ByteRange): void {
    this.field = field;
    this.protocol = protocol;
    if (field.end > field.start && field.start < this.source.length) {
      this.cursor = contains(field, this.cursor) ? this.cursor : field.start;
      this.list.center(Math.floor(field.start / kPerLine));
    }
    this.list.refresh();
  }

  private render(target: HTMLElement, row: number): void {
    const start = row * kPerLine;
    const cells = target.children;
    const digits = this.source.length > 0x10000 ? 8 : 4;
    const head = cells[0];
    if (head !== undefined) {
      head.textContent = formatHex(start, digits);
    }
    target.setAttribute('aria-rowindex', String(row + 1));
    for (let column = 0; column < kPerLine; column++) {
      const offset = start + column;
      const byte = offset < this.source.length ? this.source.at(offset) : undefined;
      const marks = offset < this.source.length ? this.marksOf(offset) : '';
      const hex = cells[1 + column];
      const text = cells[1 + kPerLine + column];
      if (hex instanceof HTMLElement && text instanceof HTMLElement) {
        fill(hex, hexText(byte, offset < this.source.length), `hex-byte${column === 8 ? ' hex-half' : ''}${marks}`);
        fill(text, asciiText(byte), `hex-char${column === 0 ? ' hex-first' : ''}${byte === undefined || isPrintable(byte) ? '' : ' hex-dot'}${marks}`);
      }
    }
  }

  private marksOf(offset: number): string {
    const mark = contains(this.field, offset) ? ' mark-field' : contains(this.protocol, offset) ? ' mark-protocol' : '';
    return offset === this.cursor ? `${mark} hex-cursor` : mark;
  }

  /** The marked field's bytes that are here, as hexadecimal. */
  private markedHex(): string {
    const digits: string[] = [];
    for (let offset = this.field.start; offset < this.field.end; offset++) {
      const byte = this.source.at(offset);
      if (byte === undefined) {
        break;
      }
      digits.push(formatHex(byte, 2));
    }
    return digits.join(' ');
  }

  private onMouse(event: MouseEvent): void {
    const row = event.button === 0 ? this.list.rowAt(event) : undefined;
    const target = event.target;
    if (row === undefined || !(target instanceof HTMLElement) || target.parentElement === null) {
      return;
    }
    const index = [...target.parentElement.children].indexOf(target) - 1;
    if (index >= 0) {
      this.point(row * kPerLine + (index % kPerLine));
    }
  }

  private onKey(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -1, ArrowRight: 1, ArrowUp: -kPerLine, ArrowDown: kPerLine,
      PageUp: -kPerLine * this.list.scroll.rowsPerPage, PageDown: kPerLine * this.list.scroll.rowsPerPage,
      Home: -this.source.length, End: this.source.length,
    };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || this.source.length === 0) {
      return;
    }
    event.preventDefault();
    this.point(Math.min(this.source.length - 1, Math.max(0, this.cursor + step)));
  }

  private point(offset: number): void {
    if (offset < this.source.length) {
      this.cursor = offset;
      this.list.reveal(Math.floor(offset / kPerLine));
      this.list.refresh();
      this.options.onByte(offset);
    }
  }
}

function createLine(): HTMLElement {
  const cells = [element('span', { className: 'hex-offset', attributes: { role: 'rowheader' } })];
  for (let column = 0; column < 2 * kPerLine; column++) {
    cells.push(element('span', { attributes: { role: 'gridcell' } }));
  }
  return element('div', { className: 'hex-row', attributes: { role: 'row' }, children: cells });
}

function fill(target: HTMLElement, text: string, className: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
  }
  if (target.className !== className) {
    target.className = className;
  }
}

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

const hexText = (byte: number | undefined, exists: boolean): string =>
  byte !== undefined ? formatHex(byte, 2) : exists ? '··' : '';

const asciiText = (byte: number | undefined): string =>
  byte === undefined ? '' : isPrintable(byte) ? String.fromCharCode(byte) : '.';
