/** The filter bar with the real engine behind it: values of the capture, remedies, saved filters, history of all tabs. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { CaptureTab } from './captureTab.ts';
import { Workbench } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');

let workbench: Workbench;
let tab: CaptureTab;
beforeAll(async () => {
  // Before the workbench lists files.
  writeFileSync(path.join(inject('folder'), 'values.dfilter'), 'http.response.code\n');
  workbench = await Workbench.open(inject('url'));
  tab = await workbench.openCapture('shop.pcapng');
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
});
afterAll(async () => {
  await workbench.close();
});

test('values of this capture are offered, the most frequent first', async () => {
  const { page } = workbench;
  await tab.typeFilter('', true);
  await page.keyboard.type('http.response.code == ');
  const labels = tab.frame.locator('.suggest-widget.visible .monaco-list-row .label-name');
  await labels.first().waitFor({ timeout: 20_000 });
  // tshark -r shop.pcapng -T fields -e http.response.code | sort | uniq -c: 19 × 200, 2 × 503.
  await expect.poll(async () => (await labels.allInnerTexts()).slice(0, 2).map((label) => /\d{3}/.exec(label)?.[0])).toEqual(['200', '503']);
  await workbench.screenshot(path.join(SCREENSHOTS, 'workbench-values.png'));
  await page.keyboard.type('503');
  await page.keyboard.press('Enter');
  await tab.waitForTotal(2);
});

test('a filter is saved under a name as a button, and filters with one click', async () => {
  const { page } = workbench;
  await tab.frame.getByRole('button', { name: 'Saved filters' }).click();
  await tab.frame.locator('.menu-item', { hasText: 'Save this filter' }).click();
  const input = page.locator('.quick-input-widget input');
  await input.waitFor();
  await input.fill('Unavailable');
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Button beside the filter bar' }).first().click();
  const saved = tab.frame.locator('.filter-button', { hasText: 'Unavailable' });
  await saved.waitFor({ timeout: 20_000 });
  await tab.frame.locator('.filter-bar vscode-button', { hasText: 'Clear' }).click();
  await tab.waitForTotal(287);
  await saved.click();
  await tab.waitForTotal(2);
  await workbench.screenshot(path.join(SCREENSHOTS, 'workbench-filter-button.png'));
});

test('another tab knows the filters applied here', async () => {
  const other = await workbench.openCapture('http-get.pcapng');
  await other.frame.getByRole('button', { name: 'Earlier filters' }).click();
  await expect.poll(() => other.frame.locator('.menu-item:visible').allInnerTexts()).toContain('http.response.code == 503');
});

test('a file of filters offers the values of the capture worked with last', async () => {
  const { page } = workbench;
  await workbench.openFile('values.dfilter');
  await page.locator('.editor-instance .view-line', { hasText: 'http.response.code' }).click();
  await page.keyboard.press('End');
  await page.keyboard.type(' == ');
  const labels = page.locator('.suggest-widget.visible .monaco-list-row .label-name');
  // tshark on http-get.pcapng, opened by the test before: 200 and 304.
  await expect.poll(async () => (await labels.allInnerTexts()).map((label) => /\d{3}/.exec(label)?.[0])).toEqual(['200', '304']);
});
