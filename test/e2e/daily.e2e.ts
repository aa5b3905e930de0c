/** What only the workbench can show of daily use: its key bindings, palette, settings, memory and themes. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type CaptureTab } from './captureTab.ts';
import { THEMES, Workbench, type Theme } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
const NAME = 'http-get.pcapng';

let workbench: Workbench;
let tab: CaptureTab;

beforeAll(async () => {
  workbench = await Workbench.open(inject('url'));
  tab = await workbench.openCapture(NAME);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
});
afterAll(async () => {
  // Choices are remembered for every capture: other tests find the standard ones.
  await workbench.command('StratoShark: Time Display Format…');
  await tab.frame.locator('.context-item', { hasText: 'Seconds Since First Packet' }).click();
  await workbench.command('StratoShark: Choose Columns…');
  await tab.frame.getByRole('button', { name: 'Standard Columns' }).click();
  await tab.frame.getByRole('button', { name: 'OK' }).click();
  await tab.frame.locator('.list-head .head-text').nth(6).waitFor();
  await workbench.close();
});

const row = (number: number) => tab.frame.locator('.packets .packet:not([hidden])').filter({ has: tab.frame.locator(`.cell--number:text-is("${number}")`) });
const selected = (): Promise<string> => tab.frame.locator('.packet.selected .cell--number').innerText();
const column = async (name: 'time' | 'protocol'): Promise<readonly string[]> => (await tab.paintedRows()).map((cells) => cells[name]);

test('a key is carried out once, by the workbench or by the page', async () => {
  await row(4).click();
  await workbench.page.keyboard.press('Control+m');
  await expect.poll(() => row(4).getAttribute('title')).toContain('Marked');
  await workbench.page.waitForTimeout(500);
  await expect.poll(() => row(4).getAttribute('title')).toContain('Marked');
});

test('what is typed right after Ctrl+G and Ctrl+F is not lost', async () => {
  const { page } = workbench;
  await row(4).click();
  await page.keyboard.press('Control+g');
  await page.keyboard.type('11');
  await page.keyboard.press('Enter');
  await expect.poll(selected).toBe('11');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('style.css');
  await page.keyboard.press('Enter');
  await expect.poll(selected).toBe('8');
  await expect.poll(() => tab.frame.getByLabel('Find', { exact: true }).inputValue()).toBe('style.css');
  await page.keyboard.press('Escape');
});

test("a cell's menu is the page's, not the workbench's", async () => {
  await row(4).locator('.cell').nth(2).click({ button: 'right' });
  await tab.frame.locator('.context-menu').waitFor();
  await expect.poll(() => workbench.page.locator('.context-view .monaco-menu').count()).toBe(0);
  await workbench.screenshot(path.join(SCREENSHOTS, 'daily-menu.png'));
  await tab.frame.locator('.context-item', { hasText: 'Copy' }).click();
  await tab.frame.locator('.context-item', { hasText: 'Row as CSV' }).click();
  await expect.poll(() => tab.statusLine.innerText()).toContain('Copied: "4"');
});

test('Decode As goes to the settings of the workspace and back', async () => {
  const { page } = workbench;
  const settings = path.join(inject('folder'), '.vscode/settings.json');
  const written = (): unknown => (existsSync(settings) ? (JSON.parse(readFileSync(settings, 'utf8')) as Record<string, unknown>)['stratoshark.dissection.decodeAs'] : undefined);
  await row(4).click();
  await workbench.command('StratoShark: Decode As…');
  await tab.frame.getByLabel('Protocol', { exact: true }).fill('dns');
  await page.keyboard.press('Enter');
  await expect.poll(written).toEqual(['tcp.port==80,dns']);
  // tshark -d tcp.port==80,dns: a request is bytes that DNS waits for more of.
  await expect.poll(async () => (await column('protocol'))[3]).toBe('TCP');
  await tab.frame.getByRole('button', { name: 'Decode As (1)' }).click();
  await tab.frame.getByRole('button', { name: 'Remove tcp.port==80,dns' }).click();
  await tab.frame.getByRole('button', { name: 'OK' }).click();
  await expect.poll(written).toEqual([]);
  await expect.poll(async () => (await column('protocol'))[3]).toBe('HTTP');
});

test('the form of the time, columns and marks outlive the window', async () => {
  const { page } = workbench;
  await workbench.command('StratoShark: Time Display Format…');
  await tab.frame.locator('.context-item', { hasText: 'UTC Date and Time of Day' }).click();
  await expect.poll(async () => (await column('time'))[0]).toBe('2026-03-01 12:00:00.000000');
  await tab.frame.locator('.list-head .cell', { hasText: 'Length' }).focus();
  await page.keyboard.press('Delete');
  const titles = (): Promise<string[]> => tab.frame.locator('.list-head .head-text').allInnerTexts();
  await expect.poll(titles).not.toContain('Length');
  await workbench.reload();
  await tab.loaded(60_000);
  await expect.poll(() => titles()).not.toContain('Length');
  await expect.poll(async () => (await column('time'))[0]).toBe('2026-03-01 12:00:00.000000');
  await expect.poll(() => row(4).getAttribute('title')).toContain('Marked');
});

test.each(['light', 'high-contrast', 'dark'] as const)('rows in %s have the colors the extension contributes', async (theme: Theme) => {
  await workbench.setTheme(theme);
  await expect.poll(() => tab.bodyClass()).toContain(THEMES[theme].bodyClass);
  const contributed = (JSON.parse(readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    contributes: { colors: { id: string; defaults: Record<string, string> }[] };
  }).contributes.colors.find(({ id }) => id === 'stratoshark.rowHttpForeground')?.defaults[theme === 'high-contrast' ? 'highContrast' : theme] ?? '';
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(contributed.slice(at, at + 2), 16));
  await expect.poll(() => row(6).evaluate((one) => getComputedStyle(one).color)).toBe(`rgb(${red}, ${green}, ${blue})`);
  await workbench.screenshot(path.join(SCREENSHOTS, `daily-${theme}.png`));
});
