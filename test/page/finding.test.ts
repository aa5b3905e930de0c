/** Find, go to packet, conversations, marks, ignored packets, time references. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeBigCapture } from '../e2e/bigCapture.ts';
import { useEnginePages, type EnginePage } from './enginePage.ts';
import { framesOf } from './tshark.ts';

const kFile = 'http-pipelined.pcapng';

let opened: EnginePage;

const open = useEnginePages();

const key = (name: string): Promise<void> => opened.page.keyboard.press(name);
const selected = (): Promise<number> => opened.selectedNumber();
const findText = () => opened.page.getByLabel('Find', { exact: true });

async function find(where: string, text: string): Promise<void> {
  await key('Control+f');
  await opened.page.getByLabel('Where to look').selectOption(where);
  await findText().fill(text);
  await findText().press('Enter');
}

test('Ctrl+F finds by filter, on and back, around the end', async () => {
  opened = await open('http-get.pcapng');
  const want = framesOf('http-get.pcapng', 'http.request');
  expect(want.length).toBeGreaterThan(1);
  await opened.page.locator('.packets').focus();
  await find('Display filter', 'http.request');
  await expect.poll(selected).toBe(want[0]);
  for (const number of want.slice(1)) {
    await key('F3');
    await expect.poll(selected).toBe(number);
  }
  await key('F3');
  await expect.poll(selected).toBe(want[0]);
  await expect.poll(() => opened.page.locator('.find-note').innerText()).toContain('around the end');
  await key('Shift+F3');
  await expect.poll(selected).toBe(want.at(-1));
});

test('text in the list, in details and in bytes; case; hex', async () => {
  opened = await open(kFile);
  const [first] = framesOf(kFile, 'http.request');
  const [host] = framesOf(kFile, 'frame contains "Host: "');
  await opened.page.locator('.packets').focus();
  await find('Packet list', 'get /');
  await expect.poll(selected).toBe(first);
  await key('Control+g');
  await opened.page.getByLabel('Packet number').fill('1');
  await key('Enter');
  await expect.poll(selected).toBe(1);
  await find('Packet bytes', 'host: ');
  await expect.poll(selected).toBe(host);
  await opened.page.getByLabel('Match case').check();
  await findText().press('Enter');
  await expect.poll(() => opened.page.locator('.find-note').innerText()).toBe('Nothing found.');
  await opened.page.getByLabel('Match case').uncheck();
  await opened.row(1).click();
  await find('Hex value', Buffer.from('Host: ').toString('hex'));
  await expect.poll(selected).toBe(host);
  await find('Hex value', '4');
  await expect.poll(() => opened.page.locator('.find-note').innerText()).toContain('two hexadecimal digits');
  await opened.row(1).click();
  await find('Packet details', 'Request Method: GET');
  await expect.poll(selected).toBe(first);
  await opened.screenshot('find-dark');
  await findText().press('Escape');
  await expect.poll(() => opened.page.locator('.find-bar').isVisible()).toBe(false);
});

test('a find looks among the displayed packets only', async () => {
  opened = await open(kFile);
  await opened.applyFilter('tcp.len == 0');
  await expect.poll(async () => (await opened.column(0)).map(Number)).toEqual(framesOf(kFile, 'tcp.len == 0'));
  await find('Display filter', 'http.request');
  await expect.poll(() => opened.page.locator('.find-note').innerText()).toBe('Nothing found.');
});

test('a long find says how far it is, and can be stopped', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'finding-')), 'big.pcap');
  writeBigCapture(file, 400_000);
  opened = await open(file);
  await expect.poll(() => opened.status(), { timeout: 30_000 }).toContain('Packets: 400,000');
  await find('Packet details', 'this text is in no packet');
  const note = opened.page.locator('.find-note');
  await expect.poll(() => note.innerText(), { interval: 20 }).toMatch(/^Looking … \d+\.\d %$/);
  // The list answers meanwhile.
  await opened.page.locator('.packets').focus();
  await key('End');
  await expect.poll(selected).toBe(400_000);
  await opened.page.getByRole('button', { name: 'Stop looking' }).click();
  await expect.poll(() => note.innerText()).toBe('Stopped.');
}, 60_000);

test('Ctrl+G goes to a packet and says what is no number', async () => {
  opened = await open(kFile);
  await opened.page.locator('.packets').focus();
  await key('Control+g');
  await opened.page.keyboard.type('first');
  await key('Enter');
  await expect.poll(() => opened.page.locator('.dialog-note').innerText()).toContain('number');
  await opened.page.getByLabel('Packet number').fill('5');
  await key('Enter');
  await expect.poll(selected).toBe(5);
  await expect.poll(() => opened.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Packets');
  await key('Control+g');
  await opened.page.keyboard.type('100000');
  await key('Enter');
  await expect.poll(() => opened.status()).toContain('There is no packet 100000');
});

test('Ctrl+. and Ctrl+, step through the conversation', async () => {
  opened = await open('dns-common.pcapng');
  const stream = framesOf('dns-common.pcapng', 'udp.stream == 0');
  expect(stream.length).toBeGreaterThan(1);
  await opened.row(stream[0] ?? 1).click();
  for (const number of stream.slice(1)) {
    await key('Control+.');
    await expect.poll(selected).toBe(number);
  }
  await key('Control+.');
  await expect.poll(() => opened.status()).toContain('no later packet in this conversation');
  for (const number of stream.slice(0, -1).toReversed()) {
    await key('Control+,');
    await expect.poll(selected).toBe(number);
  }
});

test('marks: set, shown not by color alone, stepped through, kept over a reload', async () => {
  opened = await open(kFile);
  const { page } = opened;
  await page.locator('.packets').focus();
  for (const number of [2, 5]) {
    await opened.row(number).click();
    await key('Control+m');
    await expect.poll(() => opened.row(number).getAttribute('title')).toContain('Marked');
  }
  await key('Home');
  await key('Control+Alt+m');
  await expect.poll(selected).toBe(2);
  await key('Control+Alt+m');
  await expect.poll(selected).toBe(5);
  await key('Control+Alt+m');
  await expect.poll(selected).toBe(2);
  await key('Control+Alt+Shift+M');
  await expect.poll(selected).toBe(5);
  await expect.poll(() => opened.row(2).getAttribute('title')).toContain('Marked');
  await page.reload();
  await expect.poll(() => page.locator('.packet.marked:not([hidden]) .cell--number').allInnerTexts()).toEqual(['2', '5']);
  await opened.row(5).click();
  await key('Control+m');
  await expect.poll(() => page.locator('.packet.marked:not([hidden])').count()).toBe(1);
  await opened.row(2).click({ button: 'right' });
  await opened.choose('Unmark All');
  await expect.poll(() => page.locator('.packet.marked:not([hidden])').count()).toBe(0);
});

test('an ignored packet says so and matches no filter', async () => {
  opened = await open(kFile);
  const requests = framesOf(kFile, 'http.request');
  await opened.row(requests[0] ?? 1).click();
  await key('Control+d');
  await expect.poll(async () => (await opened.rows())[(requests[0] ?? 1) - 1]).toContain('<Ignored>');
  await expect.poll(() => opened.treeRow('[This packet is ignored]').count()).toBe(1);
  await opened.applyFilter('http.request');
  await expect.poll(async () => (await opened.column(0)).map(Number)).toEqual(requests.slice(1));
});

test('later times count from a time reference', async () => {
  opened = await open('http-get.pcapng');
  await opened.row(3).click();
  await key('Control+t');
  // The packets of this capture are made one millisecond apart.
  await expect.poll(async () => (await opened.column(1)).slice(0, 5)).toEqual(['0.000000', '0.001000', '*REF*', '0.001000', '0.002000']);
  await key('Control+t');
  await expect.poll(async () => (await opened.column(1)).slice(0, 4)).toEqual(['0.000000', '0.001000', '0.002000', '0.003000']);
});
