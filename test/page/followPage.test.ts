/** The page of a followed stream in Chromium, against the real host side and the real engine. */
import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { FollowOffer } from '../../src/contract/follow.ts';
import { EnginePool } from '../../src/engine/client.ts';
import { FollowSession } from '../../src/features/followSession.ts';
import { hostileCapture } from '../fixtures/generate/hostile.ts';
import { actingIn } from './acting.ts';
import { painted, sendToPage, takePicture, useBrowser } from './browser.ts';
import { captures, startEngine } from './enginePage.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'follow-page-'));
const own = useBrowser(['follow']);
let page: Page;
let pool: EnginePool;
let session: FollowSession;
let asked: unknown[];

afterAll(() => { rmSync(folder, { recursive: true }); });
afterEach(() => {
  session.dispose();
  pool.dispose();
});

async function open(name: string, offer: FollowOffer, theme = 'dark'): Promise<void> {
  asked = [];
  const fromPage = new EventEmitter();
  page = await own.newPage(1100, 600);
  await page.exposeFunction('hostSend', (json: string) => { fromPage.emit('message', JSON.parse(json)); });
  await page.exposeFunction('hostKey', () => undefined);
  pool = new EnginePool(startEngine, () => ({}));
  const lease = await pool.acquire(path.resolve(captures, name));
  await lease.session.opened();
  // Streams are there once the file is read.
  await expect.poll(async () => (await lease.session.opened()).state, { interval: 20 }).toBe('ready');
  session = new FollowSession({
    postMessage: (message: unknown) => sendToPage(page, message),
    onDidReceiveMessage: (receive) => {
      fromPage.on('message', receive);
      return { dispose: () => { fromPage.off('message', receive); } };
    },
  }, lease, offer, {
    goTo: (frame) => { asked.push({ goTo: frame }); },
    showOnly: (filter) => { asked.push({ showOnly: filter }); },
    chooseFile: (suggested) => Promise.resolve(path.join(folder, suggested)),
  });
  await page.goto(own.browser.url('follow', { theme }));
  await page.locator('.follow-row:not([hidden]), .follow-empty:not([hidden]), .banner:not([hidden])').first().waitFor();
  await painted(page);
}

const texts = async (): Promise<readonly string[]> => (await page.locator('.follow-row:not([hidden])').evaluateAll((all) => all
  .map((row) => ({ at: Number(row.id.split('-').at(-1)), text: row.querySelector('.follow-text')?.textContent ?? '' }))
  .toSorted((a, b) => a.at - b.at).map(({ text }) => text)));

/** The bytes of a stream as tshark has them, by side (0, 1) in its order. */
function referee(name: string, layer: string, stream: number): readonly { readonly side: 0 | 1; readonly bytes: Buffer }[] {
  const { stdout } = spawnSync('tshark', ['-n', '-q', '-r', path.resolve(captures, name), '-z', `follow,${layer},raw,${String(stream)}`], { encoding: 'latin1' });
  return stdout.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line))
    .map((line) => ({ side: line.startsWith('\t') ? 1 : 0, bytes: Buffer.from(line.trim(), 'hex') }));
}

test('a TCP stream reads in ASCII, and as a hex dump has the bytes that tshark has', async () => {
  await open('http-get.pcapng', { layer: 'tcp', stream: 0 });
  await expect.poll(async () => (await texts())[0]).toMatch(/^GET .* HTTP\/1\.1$/);
  await expect.poll(() => page.locator('.follow-row.node-1 .follow-text').first().innerText()).toMatch(/^HTTP\/1\.1 200/);
  await expect.poll(() => page.locator('.follow-row.node-1 .follow-mark').first().innerText()).toBe('◂');
  await page.locator('.follow-format').selectOption('raw');
  const want = referee('http-get.pcapng', 'tcp', 0).map(({ bytes }) => bytes.toString('hex')).join('');
  await expect.poll(async () => {
    const shown = (await texts()).join('');
    return shown.length > 200 && want.startsWith(shown);
  }).toBe(true);
  await page.locator('.follow-side').selectOption('1');
  await expect.poll(async () => (await texts())[0]?.slice(0, 8)).toBe(Buffer.from('HTTP').toString('hex'));
});

test.each(['ascii', 'hex', 'raw'])('in a narrow tab the end of a long row is scrolled to, in a wide one nothing is scrolled: %s', async (format) => {
  await open('http-get.pcapng', { layer: 'tcp', stream: 0 });
  const list = page.locator('.follow-rows');
  await page.locator('.follow-format').selectOption(format);
  await expect.poll(async () => (await texts()).join('').length).toBeGreaterThan(200);
  await painted(page);
  const room = (): Promise<number> => list.evaluate((one) => one.scrollWidth - one.clientWidth);
  // What is cut off within a row cannot be scrolled to.
  const cut = (): Promise<number> => page.locator('.follow-row:not([hidden]) .follow-text').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length);
  await expect.poll(async () => [await cut(), await room()]).toEqual([0, 0]);
  await page.setViewportSize({ width: 420, height: 600 });
  await expect.poll(room).toBeGreaterThan(150);
  await expect.poll(cut).toBe(0);
  await list.hover();
  await page.mouse.wheel(1000, 0);
  await expect.poll(async () => await list.evaluate((one) => one.scrollLeft) - await room()).toBe(0);
});

test('saving writes the raw bytes of the side shown', async () => {
  await open('http-get.pcapng', { layer: 'tcp', stream: 0 });
  await page.locator('.follow-side').selectOption('1');
  await page.locator('vscode-button', { hasText: 'Save as Raw' }).click();
  await expect.poll(() => page.locator('.follow-note').innerText()).toBe('Saved.');
  const saved = path.join(folder, 'tcp-stream-0-node-1.bin');
  const want = Buffer.concat(referee('http-get.pcapng', 'tcp', 0).filter(({ side }) => side === 1).map(({ bytes }) => bytes));
  expect(readFileSync(saved).equals(want)).toBe(true);
  expect(statSync(saved).mode & 0o777).toBe(0o600);
});

test('a click selects the packet, a button shows only the stream and then all again', async () => {
  await open('http-get.pcapng', { layer: 'tcp', stream: 0 });
  const marker = page.locator('.follow-row.node-1 .follow-packet').first();
  const number = Number((await marker.innerText()).slice(1));
  await marker.click();
  await page.locator('vscode-button', { hasText: 'Filter packets' }).click();
  await expect.poll(() => page.locator('.follow-note').innerText()).toBe('filter: tcp.stream eq 0');
  await page.locator('vscode-button', { hasText: 'as before' }).click();
  await expect.poll(() => asked).toEqual([{ goTo: number }, { showOnly: 'tcp.stream eq 0' }, { showOnly: undefined }]);
  const direction = spawnSync('tshark', ['-n', '-r', path.join(captures, 'http-get.pcapng'), '-Y', `frame.number == ${String(number)}`, '-T', 'fields', '-e', 'tcp.srcport'], { encoding: 'utf8' }).stdout.trim();
  expect(direction).toBe('80');
});

test('finding goes from match to match and around', async () => {
  await open('http-pipelined.pcapng', { layer: 'tcp', stream: 0 });
  const all = Buffer.concat(referee('http-pipelined.pcapng', 'tcp', 0).map(({ bytes }) => bytes)).toString('latin1');
  const matches = all.split('HTTP/1.1 200').length - 1;
  expect(matches).toBeGreaterThan(1);
  await page.locator('.follow-find').fill('http/1.1 200');
  const seen = new Set<string>();
  for (let n = 0; n < matches; n++) {
    await page.keyboard.press('Enter');
    // Each match is in a row of its own.
    const selected = page.locator('.follow-row.selected:not([hidden])').filter({ hasText: 'HTTP/1.1 200' });
    const found = async (): Promise<string> => (await selected.evaluateAll((all) => all.map(({ id }) => id))).join(' ');
    await expect.poll(async () => (await found()) !== '' && !seen.has(await found())).toBe(true);
    seen.add(await found());
  }
  expect([...seen].every((row) => /^stream-row-\d+$/.test(row))).toBe(true);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.follow-note').innerText()).toBe('Found from the beginning again.');
  await page.locator('.follow-find').fill('no such words');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.follow-note').innerText()).toBe('Not found.');
});

test('HTTP shows bodies unpacked, a gap is named, an encrypted stream says what it needs', async () => {
  await open('http-compressed.pcapng', { layer: 'http', stream: 0 });
  await expect.poll(async () => (await texts()).join('\n')).toContain('<title>Demo</title>');
  await page.locator('.follow-layer').selectOption('tls');
  await expect.poll(() => page.locator('.follow-empty').innerText()).toContain('Encrypted: add keys');
  await page.close();
  session.dispose();
  await open('http-missing.pcapng', { layer: 'tcp', stream: 0 });
  await expect.poll(async () => (await texts()).join('\n')).toMatch(/\[[\d,]+ bytes missing in the capture\]/);
});

test.each(['dark', 'light', 'high-contrast'])('how it looks: %s', async (theme) => {
  await open('http-pipelined.pcapng', { layer: 'tcp', stream: 0 }, theme);
  await takePicture(page, `follow/${theme}`);
  await page.locator('.follow-format').selectOption('hex');
  await expect.poll(async () => (await texts())[0]).toMatch(/^0{8}  47 45 54 20 /);
  await takePicture(page, `follow/${theme}-hex`);
  await page.locator('.follow-format').selectOption('raw');
  await page.locator('.follow-find').fill('485454502f');
  await page.getByLabel('Hexadecimal bytes').check();
  await page.locator('.follow-find').press('Enter');
  await page.locator('.follow-row.selected').waitFor();
  await takePicture(page, `follow/${theme}-raw-found`);
  await expect.poll(() => page.locator('.follow-row script').count()).toBe(0);
});

test.each([0, 2, 4, 6, 8])('nothing in a stream acts, in any format: stream %i', async (stream) => {
  const file = path.join(folder, 'hostile.pcapng');
  writeFileSync(file, hostileCapture);
  await open(file, { layer: 'tcp', stream });
  for (const format of ['ascii', 'utf8', 'hex', 'raw']) {
    await page.locator('.follow-format').selectOption(format);
    // The rows of the last format are gone by then.
    await painted(page);
    await expect.poll(async () => (await texts()).join('').length).toBeGreaterThan(40);
    expect(await actingIn(page), format).toEqual([]);
  }
});
