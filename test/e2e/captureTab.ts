/** Drives one open capture: list, filter bar, dissection tree, bytes, banner, status line. */
import { type FrameLocator, type Locator, type Page } from 'playwright-core';

/** A row of the packet list, as painted. */
export interface PaintedRow {
  readonly number: string;
  readonly time: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly length: string;
  readonly info: string;
}

const COLUMNS = ['number', 'time', 'source', 'destination', 'protocol', 'length', 'info'] as const;
const PAINT_MS = 20_000;

export class CaptureTab {
  readonly name: string;
  readonly #page: Page;

  constructor(page: Page, name: string) {
    this.#page = page;
    this.name = name;
  }

  /** The page inside the webview's two frames; only the tab in front is visible. */
  get frame(): FrameLocator {
    return this.#page.frameLocator('iframe.webview.ready >> visible=true').frameLocator('iframe#active-frame');
  }

  get list(): Locator {
    return this.frame.locator('.packets');
  }

  get banner(): Locator {
    return this.frame.locator('.banner');
  }

  get note(): Locator {
    return this.frame.locator('.filter-note');
  }

  get statusLine(): Locator {
    return this.frame.locator('.status-line');
  }

  /** The page is there: rows, or a banner that says why not. */
  async loaded(timeout: number): Promise<void> {
    await this.frame.locator('.packets .vlist-row.packet:not(.loading), .banner:not([hidden])').first().waitFor({ timeout });
  }

  /** Rows the list has (all, or those the filter shows). */
  async total(): Promise<number> {
    return Number(await this.list.getAttribute('aria-rowcount')) - 1;
  }

  async waitForTotal(total: number, timeout = PAINT_MS): Promise<void> {
    await this.frame.locator(`.packets[aria-rowcount="${total + 1}"]`).waitFor({ timeout });
  }

  /** Rows painted now, top to bottom. */
  async paintedRows(): Promise<PaintedRow[]> {
    const rows = await this.frame.locator('.packets .vlist-row.packet:not(.loading)').evaluateAll((list) =>
      list
        .filter((row) => row.getBoundingClientRect().height > 0 && !(row as HTMLElement).hidden)
        .map((row) => ({ index: Number(row.getAttribute('aria-rowindex')), cells: [...row.querySelectorAll('.cell')].map((c) => c.textContent) }))
        .sort((a, b) => a.index - b.index)
        .map((row) => row.cells));
    return rows.map((cells) => Object.fromEntries(COLUMNS.map((name, i) => [name, cells[i] ?? ''])) as unknown as PaintedRow);
  }

  /** All rows of a short list, page by page. */
  async allRows(): Promise<PaintedRow[]> {
    const total = await this.total();
    const seen = new Map<string, PaintedRow>();
    await this.list.focus();
    await this.press('Home');
    for (let page = 0; seen.size < total && page < total; page++) {
      await this.settled();
      for (const row of await this.paintedRows()) seen.set(row.number, row);
      await this.press('PageDown');
    }
    return [...seen.values()].sort((a, b) => Number(a.number) - Number(b.number));
  }

  /** What was asked of the list is painted, in the next frame, and no row in view waits for its text. */
  async settled(): Promise<void> {
    await this.frame.locator('.packets .vlist-row.packet').first().waitFor();
    await this.list.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => { requestAnimationFrame(resolve); }); }));
    await this.frame.locator('.packets .vlist-row.loading >> visible=true').first().waitFor({ state: 'detached', timeout: PAINT_MS });
  }

  async press(key: string): Promise<void> {
    await this.list.press(key);
  }

  /** Clicks the row of a packet, after scrolling to where it is in the list. */
  async select(number: number): Promise<void> {
    await this.list.focus();
    await this.press('Home');
    await this.settled();
    for (let page = await this.paintedRows(), before = ''; !page.some((row) => Number(row.number) === number); page = await this.paintedRows()) {
      const last = page.at(-1)?.number ?? '';
      if (last === before) throw new Error(`packet ${number} is not in the list`);
      before = last;
      await this.press('PageDown');
      await this.settled();
    }
    const row = this.frame.locator('.packets .vlist-row.packet').filter({ has: this.frame.locator('.cell').first().filter({ hasText: new RegExp(`^\\s*${number}\\s*$`) }) });
    await row.first().click();
    await this.frame.locator('.detail-pane .tree-row .tree-label', { hasText: new RegExp(`^Frame ${number}:`) }).waitFor({ timeout: PAINT_MS });
  }

  /** Replaces the filter's text; `apply` presses Enter. */
  async typeFilter(text: string, apply: boolean): Promise<void> {
    await this.frame.locator('.filter-box .monaco-editor').click();
    await this.#page.keyboard.press('Control+A');
    await this.#page.keyboard.press('Delete');
    await this.#page.keyboard.type(text);
    if (!apply) return;
    // Completion may be open: nothing is chosen in it, so Enter applies what is written.
    await this.#page.keyboard.press('Enter');
  }

  async filterText(): Promise<string> {
    const lines = await this.frame.locator('.filter-box .view-line').allInnerTexts();
    return lines.join('').replaceAll('\u00a0', ' ');
  }

  /** First and last column (UTF-16 offsets) that the squiggle of the filter stands under. */
  async squiggle(): Promise<{ readonly start: number; readonly end: number }> {
    await this.frame.locator('.filter-box .squiggly-error').first().waitFor({ timeout: PAINT_MS });
    return this.frame.locator('.filter-box').evaluate((box) => {
      const marks = [...box.querySelectorAll('.squiggly-error')].map((m) => m.getBoundingClientRect());
      const [left, right] = [Math.min(...marks.map((r) => r.left)), Math.max(...marks.map((r) => r.right))];
      const line = box.querySelector('.view-line');
      if (line === null) throw new Error('no text');
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      const covered: number[] = [];
      let offset = 0;
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        for (let i = 0; i < (node.nodeValue ?? '').length; i++, offset++) {
          const range = document.createRange();
          range.setStart(node, i);
          range.setEnd(node, i + 1);
          const r = range.getBoundingClientRect();
          const middle = (r.left + r.right) / 2;
          if (middle > left && middle < right) covered.push(offset);
        }
      }
      return { start: covered[0] ?? -1, end: (covered.at(-1) ?? -2) + 1 };
    });
  }

  async treeLabels(): Promise<string[]> {
    return this.frame.locator('.detail-pane .tree-row >> visible=true').locator('.tree-label').allInnerTexts();
  }

  treeRow(label: string | RegExp): Locator {
    return this.frame.locator('.detail-pane .tree-row:not([hidden])').filter({ hasText: label }).first();
  }

  async expand(label: string | RegExp): Promise<void> {
    const row = this.treeRow(label);
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.twisty').click();
  }

  /** Bytes of the view as numbers, in order, as far as they are painted. */
  async bytes(): Promise<number[]> {
    const texts = await this.frame.locator('.bytes-pane .hex .hex-row >> visible=true').locator('.hex-byte').allInnerTexts();
    return texts.filter((t) => /^[0-9a-f]{2}$/i.test(t)).map((t) => Number.parseInt(t, 16));
  }

  /** Offsets of the bytes that are marked as the selected field's. */
  async markedBytes(): Promise<number[]> {
    return this.frame.locator('.bytes-pane').evaluate((pane) =>
      [...pane.querySelectorAll('.hex-row')].flatMap((row) => {
        const start = (Number(row.getAttribute('aria-rowindex')) - 1) * 16;
        return [...row.querySelectorAll('.hex-byte')].flatMap((cell, i) => (cell.classList.contains('mark-field') ? [start + i] : []));
      }).sort((a, b) => a - b));
  }

  async clickByte(offset: number): Promise<void> {
    await this.frame.locator(`.bytes-pane .hex-row[aria-rowindex="${Math.floor(offset / 16) + 1}"] .hex-byte`).nth(offset % 16).click();
  }

  async selectedField(): Promise<string> {
    return this.frame.locator('.detail-pane .tree-row.selected .tree-label').innerText();
  }

  async bodyClass(): Promise<string> {
    return (await this.frame.locator('body').getAttribute('class')) ?? '';
  }
}
