/** Columns: fields beside the built-in ones, resized, moved, hidden, remembered; forms of the time. */
import { expect, test } from 'vitest';
import { useEnginePages, type EnginePage } from './enginePage.ts';
import { customColumn, tshark } from './tshark.ts';

const kFile = 'http-get.pcapng';

let opened: EnginePage;

const open = useEnginePages();

const titles = (): Promise<string[]> => opened.page.locator('.list-head .head-text').allInnerTexts();
const title = (name: string) => opened.page.locator('.list-head .cell').filter({ hasText: name });

test('Apply as column shows the field of every packet as Wireshark does', async () => {
  opened = await open(kFile);
  await opened.row(1).click();
  await opened.treeRow(/^Transmission Control/).locator('.twisty').click();
  await opened.treeRow(/^Source Port/).click({ button: 'right' });
  await opened.choose('Apply as Column');
  await expect.poll(titles).toEqual(['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Source Port', 'Info']);
  await expect.poll(() => opened.column(6)).toEqual(customColumn(kFile, 'tcp.srcport', 0));
});

test('columns of names, flags, several values and one of them', async () => {
  const fields = [['tcp.flags.syn', 0], ['ip.proto', 0], ['ip.addr', 0], ['ip.addr', 2], ['http.host', 0], ['frame.time_delta', 0]] as const;
  opened = await open(kFile, 'dark', {
    columns: [
      { title: 'No.', shows: 'number', width: 60, visible: true },
      ...fields.map(([field, occurrence]) => ({ title: field, shows: { field, occurrence }, width: 110, visible: true })),
    ],
  });
  for (const [index, [field, occurrence]] of fields.entries()) {
    await expect.poll(() => opened.column(index + 1), { message: field }).toEqual(customColumn(kFile, field, occurrence));
  }
});

test('the dialog adds a field with an occurrence, refuses an unknown one, and hides a column', async () => {
  opened = await open(kFile);
  const { page } = opened;
  opened.command('stratoshark.columns.choose');
  await page.locator('.dialog').waitFor();
  await page.getByLabel('Field', { exact: true }).fill('nosuch.field');
  await page.getByLabel('Field', { exact: true }).press('Enter');
  await expect.poll(() => page.locator('.dialog-note').innerText()).toContain('"nosuch.field"');
  await page.getByLabel('Field', { exact: true }).fill('ip.addr');
  await page.getByLabel('Occurrence').fill('-1');
  await page.getByLabel('Title').last().fill('Last address');
  await page.getByRole('button', { name: 'Add column' }).click();
  await page.getByLabel('Show Length').uncheck();
  await opened.screenshot('columns-dialog');
  await page.getByRole('button', { name: 'OK' }).click();
  await expect.poll(titles).toEqual(['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Info', 'Last address']);
  await expect.poll(() => opened.column(6)).toEqual(customColumn(kFile, 'ip.addr', -1));
});

test('resized, moved and hidden by keys, and remembered', async () => {
  opened = await open(kFile);
  const { page } = opened;
  const width = async (name: string): Promise<number> => (await title(name).boundingBox())?.width ?? 0;
  const before = await width('Source');
  await title('No.').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(() => width('Source')).toBe(before + 30);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(titles).toEqual(['No.', 'Source', 'Time', 'Destination', 'Protocol', 'Length', 'Info']);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Delete');
  await expect.poll(titles).toEqual(['No.', 'Source', 'Destination', 'Protocol', 'Length', 'Info']);
  await expect.poll(async () => (await opened.column(1))[0]).toBe('192.0.2.10');
  const kept = opened.preferences.read();
  await opened.close();
  opened = await open(kFile, 'dark', kept);
  await expect.poll(() => titles()).toEqual(['No.', 'Source', 'Destination', 'Protocol', 'Length', 'Info']);
  await expect.poll(() => width('Source')).toBe(before + 30);
});

test('resized and moved by the mouse', async () => {
  opened = await open(kFile);
  const { page } = opened;
  const edge = await title('Source').locator('.column-resize').boundingBox();
  const [x, y] = [(edge?.x ?? 0) + 3, (edge?.y ?? 0) + 8];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y);
  await page.mouse.up();
  await expect.poll(async () => (await title('Source').boundingBox())?.width).toBe(208);
  const from = await title('Protocol').boundingBox();
  const to = await title('Time').boundingBox();
  await page.mouse.move((from?.x ?? 0) + 20, y);
  await page.mouse.down();
  await page.mouse.move((to?.x ?? 0) + 60, y, { steps: 4 });
  await page.mouse.move((to?.x ?? 0) + 20, y, { steps: 2 });
  await page.mouse.up();
  await expect.poll(titles).toEqual(['No.', 'Protocol', 'Time', 'Source', 'Destination', 'Length', 'Info']);
});

test('the forms of the time', async () => {
  opened = await open(kFile);
  for (const [label, option] of [
    ['Seconds Since Previous Packet', 'd'],
    ['Seconds Since Previous Displayed Packet', 'dd'],
    ['UTC Time of Day', 'u'],
    ['UTC Date and Time of Day', 'ud'],
    ['Time of Day', 'a'],
    ['Date and Time of Day', 'ad'],
    ['Seconds Since 1970-01-01 (Epoch)', 'e'],
    ['Seconds Since First Packet', 'r'],
  ] as const) {
    opened.command('stratoshark.time.format');
    await opened.choose(label);
    await expect.poll(() => opened.column(1), { message: label }).toEqual(tshark(kFile, '-t', option, '-T', 'fields', '-e', '_ws.col.Time'));
  }
}, 60_000);

test('the time since the previous displayed packet goes by the filter', async () => {
  opened = await open(kFile, 'dark', { time: 'deltaDisplayed', digits: 6 });
  await opened.applyFilter('http');
  await expect.poll(() => opened.column(1)).toEqual(tshark(kFile, '-Y', 'http', '-t', 'dd', '-T', 'fields', '-e', '_ws.col.Time'));
});

test('the time with three decimals', async () => {
  opened = await open(kFile, 'dark', { digits: 3 });
  // The packets of this capture are whole milliseconds apart.
  const full = tshark(kFile, '-t', 'r', '-T', 'fields', '-e', '_ws.col.Time');
  await expect.poll(() => opened.column(1)).toEqual(full.map((time) => time.slice(0, -3)));
});
