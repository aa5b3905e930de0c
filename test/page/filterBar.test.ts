/** The filter bar in Chromium against the fake host: the real language service on a few fields (webview/dev/language.ts). */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { serveDevPage, type DevServer } from '../../src/build/devPage.ts';
import { CHROMIUM_ARGS, findChromium } from '../../src/build/code-server-run.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
const slow = { timeout: 8_000, interval: 50 };

let server: DevServer;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  server = await serveDevPage(0);
  browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_ARGS] });
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.stop();
});

afterEach(async () => {
  await page.close();
  expect(errors).toEqual([]);
});

async function open(theme = 'dark'): Promise<void> {
  errors = [];
  page = await browser.newPage({ viewport: { width: 1100, height: 560 } });
  page.setDefaultTimeout(8000);
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  await page.goto(`${server.url}?rows=1000&indexing=0&theme=${theme}`);
  await page.locator('.packet:not(.loading)').first().waitFor();
  await page.locator('.filter-box .monaco-editor').first().click();
}

const bar = () => page.locator('.filter-bar');
const text = async (): Promise<string> => (await page.locator('.filter-box .view-line').innerText()).replaceAll('\u00a0', ' ');
const status = () => page.locator('.status-line').innerText();
const popup = () => page.locator('.suggest-widget.visible .monaco-list-row');

/** Labels of the completions in view, once there are some. */
async function offered(): Promise<readonly string[]> {
  await popup().first().waitFor();
  await page.waitForTimeout(150);
  return page.locator('.suggest-widget.visible .monaco-list-row .label-name').allInnerTexts();
}

test.each(['dark', 'light', 'hc'])('%s: fields, operators and values are offered as they are typed', async (theme) => {
  await open(theme);
  await page.keyboard.type('tcp.');
  expect(await offered()).toEqual(expect.arrayContaining(['tcp.port', 'tcp.srcport']));
  await page.keyboard.press('Control+Space');
  await page.screenshot({ path: path.join(SCREENSHOTS, `filter-completion-${theme}.png`) });
  await page.keyboard.type('por');
  await expect.poll(async () => (await offered())[0], slow).toBe('tcp.port');
  await page.keyboard.press('Tab');
  await expect.poll(text, slow).toBe('tcp.port');
  await page.keyboard.type(' ==');
  await page.keyboard.type(' ');
  await expect.poll(offered, slow).toEqual(['8080', '443', '51234']);
  await page.screenshot({ path: path.join(SCREENSHOTS, `filter-values-${theme}.png`) });
  await page.keyboard.press('ArrowDown');
  await page.locator('.suggest-widget.visible .monaco-list-row.focused').waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(text, slow).toBe('tcp.port == 8080');
});

test('a list that opened by itself does not take Enter: the filter is applied as it is written', async () => {
  await open();
  await page.keyboard.type('dns');
  await popup().first().waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(status, slow).toContain('Displayed: 100 (10.0 %)');
  expect(await text()).toBe('dns');
  await popup().first().waitFor({ state: 'hidden' });
});

test('what is written while a filter is being applied stays', async () => {
  await open();
  await page.keyboard.type('dns');
  await page.keyboard.press('Enter');
  await page.keyboard.type(' || udp');
  await expect.poll(status, slow).toContain('Displayed: 100 (10.0 %)');
  expect(await text()).toBe('dns || udp');
});

test('a function brings its parentheses, its signature, and the fields it takes', async () => {
  await open();
  await page.keyboard.type('low');
  await offered();
  await page.keyboard.press('Tab');
  expect(await text()).toBe('lower()');
  await page.keyboard.type('http.');
  await expect.poll(offered, slow).toEqual(['http.host', 'http.request.method']);
  await expect.poll(() => page.locator('.filter-signature').innerText(), slow).toContain('lower(string)');
  await page.screenshot({ path: path.join(SCREENSHOTS, 'filter-function-dark.png') });
  expect(await page.locator('.filter-signature b').innerText()).toBe('string');
});

test.each(['dark', 'light', 'hc'])('%s: a mistake is underlined where it stands, and its remedy is a key away', async (theme) => {
  await open(theme);
  await page.keyboard.type('udp || tpc.port == 80');
  await page.locator('.filter-box .squiggly-error').first().waitFor();
  expect(await page.locator('.filter-note').innerText()).toContain('"tpc.port" is neither a field nor a protocol. Did you mean "tcp.port"?');
  expect(await bar().getAttribute('data-state')).toBe('invalid');
  expect(await page.locator('.filter-mark').getAttribute('aria-label')).toBe('The filter is not valid');
  await page.screenshot({ path: path.join(SCREENSHOTS, `filter-mistake-${theme}.png`) });
  await page.keyboard.press('Alt+Enter');
  await expect.poll(text, slow).toBe('udp || tcp.port == 80');
  await expect.poll(() => bar().getAttribute('data-state'), slow).toBe('valid');
  expect(await page.locator('.filter-note').isVisible()).toBe(false);
});

test('what is deprecated is yellow, with the new spelling a click away', async () => {
  await open();
  await page.keyboard.type('tcp.port ~= 80');
  await expect.poll(() => bar().getAttribute('data-state'), slow).toBe('deprecated');
  await page.screenshot({ path: path.join(SCREENSHOTS, 'filter-deprecated-dark.png') });
  await page.locator('.filter-remedy').click();
  await expect.poll(text, slow).toBe('tcp.port !== 80');
  await expect.poll(() => bar().getAttribute('data-state'), slow).toBe('valid');
});

test('markup from a capture is text in a completion', async () => {
  await open();
  await page.keyboard.type('http.host == <');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Control+Space');
  expect(await offered()).toContain('"<b>bold</b>"');
  expect(await page.locator('.suggest-widget b').count()).toBe(0);
});

test('hover tells type and meaning', async () => {
  await open();
  await page.keyboard.type('ip.proto == 6');
  await page.locator('.filter-box .view-line span', { hasText: 'ip.proto' }).last().hover();
  await expect.poll(() => page.locator('.monaco-hover:not(.hidden)').innerText(), slow).toContain('An unsigned 8-bit number of Internet Protocol Version 4.');
  await page.screenshot({ path: path.join(SCREENSHOTS, 'filter-hover-dark.png') });
});

test('up and down go through earlier filters and come back to what was written', async () => {
  await open();
  await page.keyboard.type('udp');
  await offered();
  await page.keyboard.press('Escape');
  await popup().first().waitFor({ state: 'hidden' });
  await page.keyboard.press('ArrowUp');
  await expect.poll(text, slow).toBe('tcp.port == 8080');
  await page.keyboard.press('ArrowUp');
  await expect.poll(text, slow).toBe('arp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect.poll(text, slow).toBe('udp');
});

test.each(['dark', 'light', 'hc'])('%s: earlier filters in a list, with the keyboard only', async (theme) => {
  await open(theme);
  await page.keyboard.type('dns');
  await page.keyboard.press('Enter');
  await expect.poll(status, slow).toContain('Displayed: 100');
  const opener = page.getByRole('button', { name: 'Earlier filters' });
  await opener.focus();
  await page.keyboard.press('Enter');
  expect(await page.locator('.menu-item:visible').allInnerTexts()).toEqual(['dns', 'tcp.port == 8080', 'arp']);
  await page.screenshot({ path: path.join(SCREENSHOTS, `filter-history-${theme}.png`) });
  await page.keyboard.press('a');
  await page.keyboard.press('Enter');
  await expect.poll(text, slow).toBe('arp');
  await expect.poll(status, slow).toContain('Displayed: 100 (10.0 %)');
});

test('saved filters: a button filters with one click, the list has them all, saving adds one', async () => {
  await open();
  expect(await page.locator('.filter-button').allInnerTexts()).toEqual(['Resets']);
  await page.getByRole('button', { name: 'Saved filters' }).click();
  expect((await page.locator('.menu-item:visible .menu-label').allInnerTexts())).toEqual(['Resets', 'Name lookups', 'Save this filter…', 'Manage saved filters…']);
  await page.screenshot({ path: path.join(SCREENSHOTS, 'filter-saved-dark.png') });
  await page.locator('.menu-item:visible', { hasText: 'Name lookups' }).click();
  await expect.poll(status, slow).toContain('Displayed: 100 (10.0 %)');
  expect(await text()).toBe('dns');
  await page.getByRole('button', { name: 'Saved filters' }).click();
  await page.locator('.menu-item:visible', { hasText: 'Save this filter' }).click();
  await expect.poll(() => page.locator('.filter-button').allInnerTexts(), slow).toEqual(['Resets', 'Saved 2']);
  await page.locator('.filter-button', { hasText: 'Resets' }).click();
  await expect.poll(text, slow).toBe('tcp.flags.reset == 1');
});

test('the bar is worked with the keyboard and named for screen readers', async () => {
  await open();
  const names: (string | null)[] = [];
  await page.getByRole('button', { name: 'Saved filters' }).focus();
  for (let step = 0; step < 6; step++) {
    names.push(await page.evaluate(() => {
      const at = document.activeElement;
      return at?.getAttribute('aria-label') ?? at?.textContent ?? null;
    }));
    await page.keyboard.press('Tab');
  }
  expect(names.map((name) => name?.split(':')[0])).toEqual(['Saved filters', 'Display filter', 'Earlier filters', 'Apply', 'Clear', 'Filter Resets']);
});
