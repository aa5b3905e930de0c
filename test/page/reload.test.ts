/** A page loaded anew, as when its window is reloaded: it is where it was. The workbench's own part is in comments.e2e.ts. */
import { expect, test } from 'vitest';
import { useEnginePages } from './enginePage.ts';

const open = useEnginePages();

test('rows in view, selection, filter and columns are as they were left', async () => {
  const opened = await open('../demo/shop.pcapng');
  const { page } = opened;
  await opened.applyFilter('tcp');
  await expect.poll(() => opened.status()).toContain('Displayed');
  await opened.preferences.change({ columns: [{ title: 'Number', shows: 'number', width: 90, visible: true }, { title: 'Stream', shows: { field: 'tcp.stream', occurrence: 0 }, width: 80, visible: true }, { title: 'Info', shows: 'info', width: 0, visible: true }] });
  await opened.row(7).click();
  for (let n = 0; n < 5; n++) await page.locator('.packets').press('PageDown');
  await expect.poll(() => opened.selectedNumber()).toBeGreaterThan(7);
  const selected = await opened.selectedNumber();
  await expect.poll(() => opened.place).toMatchObject({ filter: 'tcp', frame: selected });
  // Away from the selected row, by less than a page.
  const scrolled = (): Promise<number> => page.locator('.packets').evaluate((list) => list.scrollTop);
  const before = await scrolled();
  await page.mouse.move(300, 200);
  await page.mouse.wheel(0, 100);
  // It glides there.
  await expect.poll(scrolled).toBe(before + 100);
  const rows = await opened.rows();
  const top = Number(await page.locator('.packets .packet:not([hidden])').filter({ has: page.locator(`.cell--number:text-is("${rows[0]?.[0] ?? ''}")`) }).getAttribute('aria-rowindex'));
  // The row of titles is the first of the grid.
  await expect.poll(() => opened.place).toMatchObject({ filter: 'tcp', frame: selected, top: top - 2 });

  await page.reload();
  await expect.poll(() => opened.status()).toContain('Displayed');
  await expect.poll(() => opened.rows()).toEqual(rows);
  await expect.poll(() => opened.selectedNumber()).toBe(selected);
  await expect.poll(() => opened.filterText()).toBe('tcp');
  await expect.poll(() => page.locator('.list-head .head-text').allInnerTexts()).toEqual(['Number', 'Stream', 'Info']);
});
