/** A file of filters in the text editor: colours, marks, remedy, completion, spacing, help. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { Workbench } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
const NAME = 'daily.dfilter';
const file = (): string => path.join(inject('folder'), NAME);

let workbench: Workbench;
beforeAll(async () => {
  writeFileSync(file(), '# filters of the day\n\nhttp.request.method=="GET"&&tcp.port==80\ntcp.prot == 80\n');
  workbench = await Workbench.open(inject('url'));
  await workbench.openFile(NAME);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
});
afterAll(async () => {
  await workbench.close();
});

const editor = () => workbench.page.locator('.editor-instance .monaco-editor').first();
const line = (text: string) => editor().locator('.view-line', { hasText: text });

test('a comment, a field and an operator have colours of their own', async () => {
  const colours = async (): Promise<readonly string[]> => {
    const of = (text: string) => editor().locator('.view-line span span', { hasText: text }).first().evaluate((span) => getComputedStyle(span).color);
    return Promise.all([of('filters of the day'), of('http.request.method'), of('GET')]);
  };
  await expect.poll(async () => new Set(await colours()).size).toBe(3);
});

test('a mistake is marked where it stands, and its remedy mends it', async () => {
  await editor().locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
  await expect.poll(() => editor().locator('.squiggly-error').count()).toBe(1);
  await line('tcp.prot').click();
  await workbench.page.keyboard.press('Home');
  await workbench.page.keyboard.press('Control+.');
  const action = workbench.page.locator('.action-widget .monaco-list-row', { hasText: 'Replace with tcp.port' });
  await action.waitFor({ timeout: 20_000 });
  await workbench.screenshot(path.join(SCREENSHOTS, 'dfilter-quick-fix.png'));
  await action.click();
  await line('tcp.port == 80').waitFor();
  await expect.poll(() => editor().locator('.squiggly-error').count()).toBe(0);
});

test('fields are completed from the engine', async () => {
  const { page } = workbench;
  await page.keyboard.press('Control+End');
  await page.keyboard.type('tcp.analysis.ret');
  const row = page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'tcp.analysis.retransmission' });
  await row.first().waitFor({ timeout: 20_000 });
  await workbench.screenshot(path.join(SCREENSHOTS, 'dfilter-completion.png'));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await line('tcp.analysis.retransmission').waitFor();
});

test('spacing is made normal, comments stay', async () => {
  const { page } = workbench;
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').fill('>Format Document');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: /^Format Document(?! With)/ }).first().click();
  await expect.poll(async () => {
    await page.keyboard.press('Control+s');
    return readFileSync(file(), 'utf8');
  }).toBe('# filters of the day\n\nhttp.request.method == "GET" && tcp.port == 80\ntcp.port == 80\ntcp.analysis.retransmission');
});

test('hover says what a field is', async () => {
  const { page } = workbench;
  // A line drawn anew under the mouse shows no help: it is gone to again.
  await expect.poll(async () => {
    await page.mouse.move(0, 0);
    await line('http.request.method').locator('span span', { hasText: 'http.request.method' }).first().hover();
    return page.locator('.monaco-hover:not(.hidden)').first().innerText({ timeout: 5000 });
  }).toContain('Request Method');
  await workbench.screenshot(path.join(SCREENSHOTS, 'dfilter-hover.png'));
});
