/** Rows in the order of a column: against the values tshark has of the same packets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { portOf, writeBigCapture } from '../e2e/bigCapture.ts';
import { useEnginePages, type EnginePage } from './enginePage.ts';
import { tshark } from './tshark.ts';

const kFile = '../demo/shop.pcapng';

let opened: EnginePage;
const open = useEnginePages();

const title = (name: string) => opened.page.locator('.list-head .cell').filter({ has: opened.page.locator(`.head-text:text-is("${name}")`) });
const sortOf = (name: string): Promise<string | null> => title(name).getAttribute('aria-sort');
const numbers = async (): Promise<readonly number[]> => (await opened.column(0)).map(Number);

type Value = string | number | undefined;
/** A field of every packet by tshark, as something with an order; undefined where it has none. */
const valuesOf = (field: string, filter: string, read: (text: string) => Value): ReadonlyMap<number, Value> =>
  new Map(tshark(kFile, ...(filter === '' ? [] : ['-Y', filter]), '-T', 'fields', '-e', 'frame.number', '-e', field, '-E', 'occurrence=f').map((line) => {
    const [frame = '', text = ''] = line.split('\t');
    return [Number(frame), text === '' ? undefined : read(text)] as const;
  }));
const compare = (a: Value, b: Value): number => ((a ?? 0) < (b ?? 0) ? -1 : (a ?? 0) > (b ?? 0) ? 1 : 0);
/** Frames as they must stand: those without a value last, equal ones in the order of capture, or the other way round. */
function arranged(values: ReadonlyMap<number, Value>, descending = false): readonly number[] {
  const having = [...values.keys()].filter((frame) => values.get(frame) !== undefined).sort((a, b) => compare(values.get(a), values.get(b)) || a - b);
  return [...descending ? having.reverse() : having, ...[...values.keys()].filter((frame) => values.get(frame) === undefined)];
}
/** An IPv4 address as its number. */
const address = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
/** The rows from the first on; the key for that selects it, and it goes along where rows are arranged after that. */
const inView = async (all: readonly number[]): Promise<void> => {
  await expect.poll(async () => {
    await opened.page.locator('.packets').press('Home');
    return opened.selectedNumber();
  }).toBe(all[0]);
  await expect.poll(numbers).toEqual(all.slice(0, (await numbers()).length));
};

test('a click sorts up, another down, a third gives the order of capture back; the selected packet stays', async () => {
  opened = await open(kFile);
  const lengths = valuesOf('frame.len', '', Number);
  await opened.row(7).click();
  await title('Length').click();
  await expect.poll(() => sortOf('Length')).toBe('ascending');
  await expect.poll(() => opened.selectedNumber()).toBe(7);
  await opened.screenshot('sorted-dark');
  await inView(arranged(lengths));
  await title('Length').click();
  await expect.poll(() => sortOf('Length')).toBe('descending');
  await inView(arranged(lengths, true));
  const [largest] = arranged(lengths, true);
  await title('Length').click();
  await expect.poll(() => sortOf('Length')).toBe('none');
  await expect.poll(() => opened.selectedNumber()).toBe(largest);
  await inView([...lengths.keys()]);
});

test('addresses are sorted as numbers, only the displayed rows are, and a new filter keeps the order', async () => {
  opened = await open(kFile);
  await opened.applyFilter('tcp.len > 0');
  await expect.poll(numbers).not.toContain(1);
  await title('Source').click();
  await inView(arranged(valuesOf('ip.src', 'tcp.len > 0', address)));
  await opened.applyFilter('dns');
  await expect.poll(() => opened.status()).toContain('Displayed');
  await inView(arranged(valuesOf('ip.src', 'dns', address)));
  await expect.poll(() => sortOf('Source')).toBe('ascending');
  opened.command('stratoshark.filter.clear');
  await inView(arranged(valuesOf('ip.src', '', address)));
});

test('columns of fields, by their values', async () => {
  const fields = [['tcp.stream', Number], ['http.response.code', Number], ['http.host', String], ['dns.qry.name', String], ['frame.time_delta', Number], ['tcp.flags.syn', Number], ['ip.dst', address]] as const;
  opened = await open(kFile, 'dark', {
    columns: [{ title: 'No.', shows: 'number', width: 60, visible: true }, ...fields.map(([field]) => ({ title: field, shows: { field, occurrence: 1 }, width: 150, visible: true }))],
  });
  for (const [field, read] of fields) {
    const values = valuesOf(field, '', read);
    expect(new Set(values.values()).size).toBeGreaterThan(1);
    await title(field).click();
    await expect.poll(() => sortOf(field)).toBe('ascending');
    await inView(arranged(values));
    await title(field).click();
    await expect.poll(() => sortOf(field)).toBe('descending');
    await inView(arranged(values, true));
  }
});

test('Time, Protocol and Info; forms of the time have orders of their own', async () => {
  opened = await open(kFile);
  await title('Time').click();
  await title('Time').click();
  await inView(arranged(valuesOf('frame.time_epoch', '', Number), true));
  await opened.preferences.change({ time: 'delta' });
  await inView(arranged(valuesOf('frame.time_delta', '', Number), true));
  await title('Protocol').click();
  await inView(arranged(valuesOf('_ws.col.Protocol', '', String)));
  await title('Info').click();
  await expect.poll(() => opened.status()).toContain('Sorted by Info, ascending');
  await opened.page.locator('.packets').press('Home');
  const infos = (await opened.column(6)).map((text) => Buffer.from(text));
  expect(infos.toSorted((a, b) => Buffer.compare(a, b))).toEqual(infos);
});

test('by the keyboard, and by the menu of a title; moving a column does not sort by it', async () => {
  const { page } = opened = await open(kFile);
  await title('No.').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Space');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Length');
  await expect.poll(() => sortOf('Length')).toBe('ascending');
  await inView(arranged(valuesOf('frame.len', '', Number)));
  await title('Source').click({ button: 'right' });
  await opened.choose('Sort Descending');
  await inView(arranged(valuesOf('ip.src', '', address), true));
  await expect.poll(() => sortOf('Length')).toBe('none');
  await page.keyboard.press('Escape');
  await title('Info').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(() => page.locator('.list-head .head-text').allInnerTexts()).toEqual(['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Info', 'Length']);
  await expect.poll(() => sortOf('Source')).toBe('descending');
  await title('Source').click({ button: 'right' });
  await opened.choose('Order of Capture');
  await inView([...valuesOf('frame.len', '', Number).keys()]);
});

test('a long sort says how far it is; Cancel leaves the order of capture, and without it the rows get theirs', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sorting-'));
  const file = path.join(folder, 'big.pcap');
  writeBigCapture(file, 400_000);
  const { page } = opened = await open(file);
  await expect.poll(() => opened.status(), { timeout: 30_000 }).toContain('Packets: 400,000');
  const bar = page.locator('.sort-bar');
  // Pressed the moment it can be: a quick machine is soon through.
  const cancelled = page.evaluate(async () => {
    const shown = document.querySelector<HTMLElement>('.sort-bar');
    while (shown === null || shown.hidden) await new Promise(requestAnimationFrame);
    const said = `${String(shown.querySelector('progress')?.value)} ${shown.querySelector('[role=status]')?.textContent ?? ''}`;
    shown.querySelector('button')?.click();
    return said;
  });
  await title('Info').click();
  expect(await cancelled).toMatch(/^0\.\d+ Sorting by Info … \d+\.\d %$/);
  await expect.poll(() => bar.isVisible()).toBe(false);
  await expect.poll(() => sortOf('Info')).toBe('none');
  await inView(Array.from({ length: 100 }, (_unused, at) => at + 1));
  await title('Info').click();
  // Infos are "PORT → 4001 Len=8": 10000 is the first of them as text, and every 60,000th packet has it.
  const first = Array.from({ length: 400_000 }, (_unused, at) => at + 1).filter((n) => portOf(n) === 10_000);
  await expect.poll(async () => {
    await page.locator('.packets').press('Home');
    return (await numbers()).slice(0, first.length);
  }).toEqual(first);
  await expect.poll(() => bar.isVisible()).toBe(false);
  rmSync(folder, { recursive: true });
}, 90_000);
