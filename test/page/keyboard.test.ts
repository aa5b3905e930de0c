/** A whole session without a mouse, and what assistive technology is told meanwhile. */
import { expect, test } from 'vitest';
import { useEnginePages, type EnginePage } from './enginePage.ts';
import { customColumn, framesOf } from './tshark.ts';

const kFile = 'http-get.pcapng';

let opened: EnginePage;

const open = useEnginePages();

const keys = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) await opened.page.keyboard.press(name);
};
/** Name of what has the focus; it must show it. */
const focused = async (): Promise<string> => opened.page.evaluate(() => {
  const active = document.activeElement ?? document.body;
  // Lists show the focus on their selected row, other things by an outline.
  const shows = active.matches(':focus-visible') && (getComputedStyle(active).outlineStyle !== 'none' || active.querySelector('.selected') !== null);
  return `${active.getAttribute('aria-label') ?? active.textContent}${shows ? '' : ' (not shown)'}`;
});

test('open, filter, dissect, a column, a filter from a field, find, mark, copy, close', async () => {
  opened = await open(kFile);
  const { page } = opened;
  // The page takes the focus when its tab gets it.
  await page.evaluate(() => { window.dispatchEvent(new FocusEvent('focus')); });
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Packets');
  await keys('ArrowDown');
  await expect.poll(() => focused()).toBe('Packets');
  await expect.poll(() => opened.selectedNumber()).toBe(2);

  // The filter's editor is loaded after the first rows.
  await page.locator('.filter-box .monaco-editor').first().waitFor();
  await keys('Control+/');
  await page.keyboard.type('tcp.len > 0');
  // Completions may be open; with Shift, Enter applies all the same.
  await keys('Shift+Enter');
  const filtered = framesOf(kFile, 'tcp.len > 0');
  await expect.poll(async () => (await opened.column(0)).map(Number)).toEqual(filtered);
  await keys('Control+g');
  await page.keyboard.type(String(filtered[0]));
  await keys('Enter');
  await expect.poll(() => opened.selectedNumber()).toBe(filtered[0]);

  // To the tree, open HTTP (the last line), and go to its first field. The row was selected before: the list has the focus when the box has gone.
  await expect.poll(() => focused()).toBe('Packets');
  await keys('Tab', 'Tab');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Packet details');
  await opened.treeRow(/^Hypertext Transfer/).waitFor();
  await keys('End', 'ArrowRight', 'ArrowDown');
  const field = (): Promise<string> => page.locator('.tree-row.selected .tree-label').innerText();
  await expect.poll(field).toMatch(/^GET \/index\.html/);
  await expect.poll(() => focused()).toBe('Packet details');
  await keys('ArrowRight');
  for (let i = 0; i < 12; i++) {
    const before = await field();
    if (before.startsWith('Request Method')) break;
    await keys('ArrowDown');
    await expect.poll(field).not.toBe(before);
  }
  await keys('Control+Shift+I');
  await expect.poll(async () => (await opened.column(6)).filter((text) => text !== '')).toEqual(customColumn(kFile, 'http.request.method', 0).filter((text) => text !== ''));

  await keys('Shift+F10');
  await page.locator('.context-menu').waitFor();
  await keys('a', 'ArrowRight', 'Enter');
  await expect.poll(() => opened.filterText()).toBe('http.request.method == "GET"');
  const requests = framesOf(kFile, 'http.request.method == "GET"');
  await expect.poll(async () => (await opened.column(0)).map(Number)).toEqual(requests);

  // Back to the list, without its filter; marks and conversation.
  await keys('Control+/', 'Escape', 'Shift+Enter');
  await expect.poll(() => page.locator('.packets').getAttribute('aria-rowcount')).toBe(String(framesOf(kFile, 'frame').length + 1));
  await keys('Control+f');
  await page.keyboard.type('style.css');
  await keys('Enter');
  await expect.poll(() => opened.selectedNumber()).toBe(requests[1]);
  await keys('Control+m');
  await expect.poll(() => opened.row(requests[1] ?? 0).getAttribute('title')).toContain('Marked');
  await keys('Shift+F10');
  await expect.poll(() => page.evaluate(() => document.activeElement?.querySelector('.context-label')?.textContent)).toBe('Mark Packet');
  await keys('c');
  await expect.poll(() => page.evaluate(() => document.activeElement?.querySelector('.context-label')?.textContent)).toBe('Conversation Filter');
  await keys('c', 'c');
  await expect.poll(() => page.evaluate(() => document.activeElement?.querySelector('.context-label')?.textContent)).toBe('Copy');
  await keys('ArrowRight', 'End', 'Enter');
  await expect.poll(() => opened.clipboard()).toContain('"GET /style.css HTTP/1.1 "');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Packets');

  // Column titles are before the list.
  await keys('Shift+Tab');
  await expect.poll(() => focused()).toBe('No.');
  await keys('End', 'Delete');
  await expect.poll(() => page.locator('.list-head .head-text').allInnerTexts()).toEqual(['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Request Method']);
});

test('the grid says how many rows there are, which one this is, and what its columns are', async () => {
  opened = await open(kFile);
  const { page } = opened;
  const total = framesOf(kFile, 'frame').length;
  const grid = page.locator('.packets');
  await expect.poll(() => grid.getAttribute('role')).toBe('grid');
  await expect.poll(() => grid.getAttribute('aria-label')).toBe('Packets');
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(total + 1));
  await expect.poll(() => grid.getAttribute('aria-colcount')).toBe('7');
  await grid.focus();
  await keys('End');
  await expect.poll(() => opened.selectedNumber()).toBe(total);
  const active = await grid.getAttribute('aria-activedescendant');
  const row = page.locator(`[id="${active}"]`);
  // The titles are row 1.
  await expect.poll(() => row.getAttribute('aria-rowindex')).toBe(String(total + 1));
  await expect.poll(() => row.getAttribute('aria-selected')).toBe('true');
  await expect.poll(() => row.locator('[role=gridcell]').count()).toBe(7);
  await expect.poll(() => page.locator('[role=columnheader]').allInnerTexts()).toEqual(['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Info']);
  for (const control of await page.locator('button:visible, input:visible, select:visible').all()) {
    await expect.poll(() => control.evaluate((one) => one.getAttribute('aria-label') ?? one.textContent)).not.toBe('');
  }
});
