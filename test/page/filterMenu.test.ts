/** Menus of cells and fields: filters made of what is selected, copying. tshark says what the filters show. */
import { expect, test } from 'vitest';
import { useEnginePages, type EnginePage } from './enginePage.ts';
import { framesOf, tshark } from './tshark.ts';

const kFile = 'http-get.pcapng';

let opened: EnginePage;

const open = useEnginePages();

const shown = async (): Promise<readonly number[]> => (await opened.column(0)).map(Number);

async function fieldMenu(packet: number, branch: RegExp, field: RegExp): Promise<void> {
  await opened.row(packet).click();
  const top = opened.treeRow(branch);
  await top.waitFor();
  if (await top.getAttribute('aria-expanded') === 'false') await top.locator('.twisty').click();
  await opened.treeRow(field).click({ button: 'right' });
  await opened.page.locator('.context-menu').waitFor();
}

test('a field is applied as filter, and the next one joined to it', async () => {
  opened = await open(kFile);
  await fieldMenu(1, /^Transmission Control/, /^Source Port/);
  await opened.choose('Apply as Filter', 'Selected');
  await expect.poll(() => opened.filterText()).toBe('tcp.srcport == 40000');
  await expect.poll(shown).toEqual(framesOf(kFile, 'tcp.srcport == 40000'));
  await fieldMenu(1, /^Internet Protocol/, /^Time to Live/);
  await opened.choose('Apply as Filter', '… And Not Selected');
  const joined = '(tcp.srcport == 40000) && !(ip.ttl == 64)';
  await expect.poll(() => opened.filterText()).toBe(joined);
  const want = framesOf(kFile, joined);
  await expect.poll(() => opened.page.locator('.packets').getAttribute('aria-rowcount')).toBe(String(want.length + 1));
});

test('Prepare writes the filter and applies nothing', async () => {
  opened = await open(kFile);
  const all = (await shown()).length;
  await fieldMenu(1, /^Ethernet/, /^Source:/);
  await opened.choose('Prepare as Filter', 'Not Selected');
  const [source] = tshark(kFile, '-c', '1', '-T', 'fields', '-e', 'eth.src');
  await expect.poll(() => opened.filterText()).toBe(`!(eth.src == ${source})`);
  await expect.poll(() => shown()).toHaveLength(all);
});

test.each([
  ['Source', 2, 'ip.src == 192.0.2.10'],
  ['Destination', 3, 'ip.dst == 198.51.100.20'],
  ['Protocol', 4, 'http'],
  ['Length', 5, `frame.len == ${tshark(kFile, '-Y', 'frame.number == 4', '-T', 'fields', '-e', 'frame.len')[0]}`],
  ['No.', 0, 'frame.number == 4'],
  ['Time', 1, `frame.time_relative == ${tshark(kFile, '-Y', 'frame.number == 4', '-T', 'fields', '-e', 'frame.time_relative')[0]}`],
])('the cell %s of packet 4 as a filter', async (_title, column, filter) => {
  opened = await open(kFile);
  await opened.row(4).locator('.cell').nth(column).click({ button: 'right' });
  await opened.choose('Apply as Filter', 'Selected');
  await expect.poll(() => opened.filterText()).toBe(filter);
  const want = framesOf(kFile, filter);
  expect(want).toContain(4);
  await expect.poll(shown).toEqual(want);
});

test('the menu by keys alone: Shift+F10, arrows, letters, Escape; the focus comes back', async () => {
  opened = await open(kFile);
  const { page } = opened;
  await page.locator('.packets').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  await page.keyboard.press('Shift+F10');
  await page.locator('.context-menu').waitFor();
  const focused = (): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.querySelector('.context-label')?.textContent);
  await expect.poll(() => focused()).toBe('Mark Packet');
  await page.keyboard.press('a');
  await expect.poll(() => focused()).toBe('Apply as Filter');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => focused()).toBe('Selected');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => focused()).toBe('Apply as Filter');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => focused()).toBe('Not Selected');
  await page.keyboard.press('Enter');
  await expect.poll(() => opened.filterText()).toBe('!(ip.src == 192.0.2.10)');
  await expect.poll(shown).toEqual(framesOf(kFile, '!(ip.src == 192.0.2.10)'));
  await page.locator('.packets').focus();
  await page.keyboard.press('ContextMenu');
  await page.locator('.context-menu').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.context-menu').count()).toBe(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Packets');
});

test('copying a field: value, filter, description, bytes', async () => {
  opened = await open(kFile);
  const copies = async (label: string, want: string): Promise<void> => {
    await fieldMenu(4, /^Hypertext Transfer/, /^Host:/);
    await opened.choose('Copy', label);
    await expect.poll(() => opened.status()).toContain('Copied');
    await expect.poll(() => opened.clipboard()).toBe(want);
  };
  const [host = ''] = tshark(kFile, '-Y', 'frame.number == 4', '-T', 'fields', '-e', 'http.host');
  await copies('Value', host);
  await copies('As Filter', `http.host == "${host}"`);
  await copies('Description', `Host: ${host}\\r\\n`);
  await copies('Bytes as Text', `Host: ${host}\r\n`);
  await copies('Bytes as Hex Stream', Buffer.from(`Host: ${host}\r\n`).toString('hex'));
});

test('copying a row: with tabs, and as comma-separated values', async () => {
  opened = await open(kFile);
  const cells = tshark(kFile, '-Y', 'frame.number == 4', '-T', 'fields', ...['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Info'].flatMap((name) => ['-e', `_ws.col.${name}`]))[0]?.split('\t') ?? [];
  // tshark's time column has the file's decimals; ours does too.
  for (const [label, want] of [['Row as Text', cells.join('\t')], ['Row as CSV', cells.map((cell) => `"${cell}"`).join(',')]] as const) {
    await opened.row(4).click({ button: 'right' });
    await opened.choose('Copy', label);
    await expect.poll(() => opened.clipboard()).toBe(want);
  }
});

test.each(['dark', 'light', 'high-contrast'] as const)('the menu in %s', async (theme) => {
  opened = await open(kFile, theme);
  await opened.row(4).click({ button: 'right' });
  await opened.page.locator('.context-menu').waitFor();
  await opened.page.keyboard.press('a');
  await opened.page.keyboard.press('ArrowRight');
  await expect.poll(() => opened.page.locator('.context-menu').count()).toBe(2);
  await opened.screenshot(`menu-${theme}`);
});
