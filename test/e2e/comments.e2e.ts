/** Comments and marks in the workbench: undo, save, revert, reload, auto save. What a saved file says is tshark's word. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type CaptureTab } from './captureTab.ts';
import { enginePids } from './server.ts';
import { Workbench } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
const folder = inject('folder');
const original = path.join(folder, 'http-get.pcapng');
const shop = path.join(import.meta.dirname, '../fixtures/demo/shop.pcapng');
const settings = path.join(folder, '.vscode/settings.json');
const settingsBefore = existsSync(settings) ? readFileSync(settings, 'utf8') : undefined;

let workbench: Workbench;
let tab: CaptureTab;
let name: string;
let file: string;
/** A capture for each test, there before the workbench lists files. */
const names = ['undone', 'copied', 'reverted', 'reloaded', 'auto-saved', 'split'].map((what) => `${what}.pcapng`);
const unused = [...names];

/** In the browser VS Code saves by itself unless it is told not to. */
function autoSaveOff(): void {
  mkdirSync(path.dirname(settings), { recursive: true });
  writeFileSync(settings, JSON.stringify({ ...JSON.parse(settingsBefore ?? '{}') as object, 'files.autoSave': 'off', 'files.autoSaveDelay': 300 }));
}

beforeAll(async () => {
  autoSaveOff();
  for (const one of names) {
    // What is reloaded is longer than its list.
    copyFileSync(one === 'reloaded.pcapng' ? shop : original, path.join(folder, one));
    // Older than a capture that may still be written to.
    spawnSync('touch', ['-d', '2026-03-01', path.join(folder, one)]);
  }
  workbench = await Workbench.open(inject('url'));
});
beforeEach(async () => {
  name = unused.shift() ?? '';
  file = path.join(folder, name);
  tab = await workbench.openCapture(name);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
  if (await workbench.page.locator('.monaco-dialog-box').count() > 0) await workbench.page.keyboard.press('Escape');
  await workbench.command('File: Revert File');
  await workbench.closeAll();
});
afterAll(async () => {
  for (const one of names) rmSync(path.join(folder, one), { force: true });
  if (settingsBefore === undefined) rmSync(settings, { force: true });
  else writeFileSync(settings, settingsBefore);
  await workbench.close();
});

const comments = (of: string): string => spawnSync('tshark', ['-n', '-r', of, '-T', 'fields', '-e', 'frame.comment'], { encoding: 'utf8' }).stdout;
const commentsOf = (of: string, frame: number): string => comments(of).split('\n')[frame - 1] ?? '';
const row = (number: number) => tab.frame.locator('.packets .packet:not([hidden])').filter({ has: tab.frame.locator(`.cell--number:text-is("${String(number)}")`) });
const classes = (number: number): Promise<string> => row(number).getAttribute('class').then((value) => value ?? '');
const isDirty = async (): Promise<boolean> => (await workbench.page.locator('.tabs-container .tab.active').getAttribute('class') ?? '').includes('dirty');
const dialogButton = (label: string) => workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: label });

async function comment(frame: number, words: string): Promise<void> {
  await row(frame).click();
  await workbench.page.keyboard.press('Control+Alt+c');
  await tab.frame.getByLabel('Comment 1').fill(words);
  await workbench.page.keyboard.press('Control+Enter');
  await expect.poll(() => classes(frame)).toContain('commented');
}

test('undo and redo; the first Save asks, and writes what tshark then reads', async () => {
  const { page } = workbench;
  const before = readFileSync(file);
  await comment(4, 'slow answer');
  await expect.poll(isDirty).toBe(true);
  await page.keyboard.press('Control+z');
  await expect.poll(() => classes(4)).not.toContain('commented');
  await expect.poll(isDirty).toBe(false);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => classes(4)).toContain('commented');
  await row(6).click();
  await page.keyboard.press('Control+m');
  await expect.poll(() => classes(6)).toContain('marked');
  await page.keyboard.press('Control+s');
  await dialogButton('Write into the Capture').waitFor();
  await workbench.screenshot(path.join(SCREENSHOTS, 'comments-save-asks.png'));
  await dialogButton('Cancel').click();
  await expect.poll(isDirty).toBe(true);
  expect(readFileSync(file).equals(before)).toBe(true);
  await page.keyboard.press('Control+s');
  await dialogButton('Write into the Capture').click();
  await expect.poll(() => commentsOf(file, 4)).toBe('slow answer');
  await expect.poll(isDirty).toBe(false);
  // Read anew from the file: comment and mark are its own now.
  await expect.poll(() => classes(4)).toContain('commented');
  await expect.poll(() => classes(6)).toContain('marked');
  await expect.poll(() => tab.frame.locator('.status-button', { hasText: 'Save' }).count()).toBe(0);
  // Undo goes on after a save: the file differs then, and the next Save does not ask again.
  await page.keyboard.press('Control+z');
  await expect.poll(() => classes(4)).not.toContain('commented');
  await expect.poll(isDirty).toBe(true);
  await page.keyboard.press('Control+s');
  await expect.poll(() => commentsOf(file, 4)).toBe('');
  await expect.poll(isDirty).toBe(false);
});

test('a copy leaves the capture as it is and is opened', async () => {
  const { page } = workbench;
  const before = readFileSync(file);
  await comment(2, 'only in the copy');
  await page.keyboard.press('Control+s');
  await dialogButton('Save a Copy…').click();
  const input = page.locator('.quick-input-widget input[type="text"]').first();
  // The dialog puts its own name in when it is ready.
  await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toContain('commented');
  const copy = path.join(folder, `copy-of-${name}`);
  await input.fill(copy);
  await page.keyboard.press('Enter');
  await page.locator('.tabs-container .tab.active', { hasText: path.basename(copy) }).waitFor();
  await tab.loaded(20_000);
  await expect.poll(() => classes(2)).toContain('commented');
  expect(commentsOf(copy, 2)).toBe('only in the copy');
  expect(readFileSync(file).equals(before)).toBe(true);
  rmSync(copy);
});

test('Revert takes back what was not saved', async () => {
  await comment(4, 'to be reverted');
  await expect.poll(isDirty).toBe(true);
  await workbench.command('File: Revert File');
  await expect.poll(() => classes(4)).not.toContain('commented');
  await expect.poll(isDirty).toBe(false);
});

test('a reload keeps comments, marks, filter, selection and rows in view; they are undone and reverted after it', { timeout: 180_000 }, async () => {
  const { page } = workbench;
  const inView = async (): Promise<readonly string[]> => (await tab.paintedRows()).map(({ number }) => number);
  await tab.typeFilter('tcp.srcport == 8080', true);
  // As tshark counts them.
  await tab.waitForTotal(142);
  for (let n = 0; n < 4; n++) await tab.press('PageDown');
  await tab.settled();
  const current = (await tab.frame.locator('.packet.selected .cell--number').innerText());
  const [marked = 0, first = 0, second = 0] = (await inView()).slice(0, (await inView()).indexOf(current)).slice(-3).map(Number);
  expect(marked).toBeGreaterThan(0);
  await row(marked).click();
  await page.keyboard.press('Control+m');
  await comment(first, 'survives');
  await comment(second, 'survives too');
  await row(second).click();
  // Two rows on, which leaves the selected one in view.
  const scrolled = (): Promise<number> => tab.list.evaluate((list) => list.scrollTop);
  const before = await scrolled();
  await tab.list.hover({ position: { x: 200, y: 60 } });
  await page.mouse.wheel(0, 44);
  // It glides there.
  await expect.poll(scrolled).toBe(before + 44);
  await tab.settled();
  const left = await inView();
  await expect.poll(isDirty).toBe(true);
  await workbench.reload();
  await tab.loaded(60_000);
  await expect.poll(() => classes(first)).toContain('commented');
  await expect.poll(() => classes(second)).toContain('selected');
  await expect.poll(() => tab.filterText()).toBe('tcp.srcport == 8080');
  await expect.poll(() => tab.total()).toBe(142);
  // The first row may have been cut off at the top, and is whole now: one less has room then.
  await expect.poll(async () => (await inView()).slice(0, left.length - 1)).toEqual(left.slice(0, -1));
  await expect.poll(isDirty).toBe(true);
  await row(second).click();
  await page.keyboard.press('Control+z');
  await expect.poll(() => classes(first)).not.toContain('commented');
  await expect.poll(() => classes(second)).not.toContain('commented');
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => classes(second)).toContain('commented');
  await workbench.command('File: Revert File');
  await expect.poll(() => classes(first)).not.toContain('commented');
  await expect.poll(() => classes(marked)).toContain('marked');
  await expect.poll(isDirty).toBe(false);
});

test('auto save keeps comments beside the capture and never writes into it; a Save that is asked for does', async () => {
  const { page } = workbench;
  const before = readFileSync(file);
  // As a user does it: what VS Code writes itself it knows at once, of other changes of the file it hears some time later.
  await workbench.command('File: Toggle Auto Save');
  await expect.poll(() => (JSON.parse(readFileSync(settings, 'utf8')) as Record<string, unknown>)['files.autoSave']).toBe('afterDelay');
  try {
    await comment(4, 'kept beside');
    await expect.poll(isDirty).toBe(false);
    await expect.poll(() => page.locator('.notification-toast', { hasText: 'never writes into a capture' }).count()).toBe(1);
    expect(readFileSync(file).equals(before)).toBe(true);
    // Closed and opened again, it is still there.
    await workbench.closeAll();
    tab = await workbench.openCapture(name);
    await expect.poll(() => classes(4)).toContain('commented');
    expect(readFileSync(file).equals(before)).toBe(true);
    await tab.frame.locator('.status-button', { hasText: 'Save (1 commented)' }).click();
    await dialogButton('Write into the Capture').waitFor();
    await dialogButton('Cancel').click();
    await row(4).click();
    await page.keyboard.press('Control+s');
    await dialogButton('Write into the Capture').click();
    await expect.poll(() => commentsOf(file, 4)).toBe('kept beside');
  } finally {
    autoSaveOff();
  }
});

test('two tabs of one capture share an engine, and what is said in one is seen in the other', async () => {
  const { page } = workbench;
  // Those of captures closed before outlive them a little.
  await expect.poll(() => enginePids(inject('profile')).length).toBe(1);
  await row(4).click();
  await workbench.command('View: Split Editor Right');
  const frames = page.locator('iframe.webview.ready >> visible=true');
  await expect.poll(() => frames.count()).toBe(2);
  const rows = [0, 1].map((at) => frames.nth(at).contentFrame().locator('iframe#active-frame').contentFrame().locator('.packets .packet:not([hidden])')
    .filter({ has: page.locator('.cell--number:text-is("4")') }));
  for (const one of rows) await one.waitFor();
  expect(enginePids(inject('profile')).length).toBe(1);
  await rows[1]?.click();
  await page.keyboard.press('Control+m');
  for (const one of rows) await expect.poll(() => one.getAttribute('class')).toContain('marked');
});
