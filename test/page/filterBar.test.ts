/** The filter bar in Chromium against the fake host: the real language service on a few fields (webview/dev/language.ts). */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { takePicture, useBrowser } from './browser.ts';

const own = useBrowser(['main']);
let page: Page;

async function open(theme = 'dark'): Promise<void> {
  page = await own.newPage(1100, 560);
  await page.goto(own.browser.url('main', { rows: 1000, indexing: 0, theme }));
  await page.locator('.packet:not(.loading)').first().waitFor();
  await page.locator('.filter-box .monaco-editor').first().click();
}

const bar = () => page.locator('.filter-bar');
const text = async (): Promise<string> => (await page.locator('.filter-box .view-line').innerText()).replaceAll('\u00a0', ' ');
const status = () => page.locator('.status-line').innerText();
const popup = () => page.locator('.suggest-widget.visible .monaco-list-row');

/** Labels of the completions in view, once there are some. Each letter asks anew: what comes next is polled for. */
async function offered(): Promise<readonly string[]> {
  await popup().first().waitFor();
  return page.locator('.suggest-widget.visible .monaco-list-row .label-name').allInnerTexts();
}

test.each(['dark', 'light', 'hc'])('%s: fields, operators and values are offered as they are typed', async (theme) => {
  await open(theme);
  await page.keyboard.type('tcp.');
  await expect.poll(() => offered()).toEqual(expect.arrayContaining(['tcp.port', 'tcp.srcport']));
  await page.keyboard.press('Control+Space');
  await takePicture(page, `filter-completion-${theme}`);
  await page.keyboard.type('por');
  await expect.poll(async () => (await offered())[0]).toBe('tcp.port');
  await page.keyboard.press('Tab');
  await expect.poll(text).toBe('tcp.port');
  await page.keyboard.type(' ==');
  await page.keyboard.type(' ');
  await expect.poll(offered).toEqual(['8080', '443', '51234']);
  await takePicture(page, `filter-values-${theme}`);
  await page.keyboard.press('ArrowDown');
  await page.locator('.suggest-widget.visible .monaco-list-row.focused').waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(text).toBe('tcp.port == 8080');
});

test('a list that opened by itself does not take Enter: the filter is applied as it is written', async () => {
  await open();
  await page.keyboard.type('dns');
  await popup().first().waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(status).toContain('Displayed: 100 (10.0 %)');
  await expect.poll(() => text()).toBe('dns');
  await popup().first().waitFor({ state: 'hidden' });
});

test('what is written while a filter is being applied stays', async () => {
  await open();
  await page.keyboard.type('dns');
  await page.keyboard.press('Enter');
  await page.keyboard.type(' || udp');
  await expect.poll(status).toContain('Displayed: 100 (10.0 %)');
  await expect.poll(() => text()).toBe('dns || udp');
});

test('a function brings its parentheses, its signature, and the fields it takes', async () => {
  await open();
  await page.keyboard.type('low');
  await expect.poll(offered).toEqual(['lower']);
  await page.keyboard.press('Tab');
  await expect.poll(() => text()).toBe('lower()');
  await page.keyboard.type('http.');
  await expect.poll(offered).toEqual(['http.host', 'http.request.method']);
  await expect.poll(() => page.locator('.filter-signature').innerText()).toContain('lower(string)');
  await takePicture(page, 'filter-function-dark');
  await expect.poll(() => page.locator('.filter-signature b').innerText()).toBe('string');
});

test.each(['dark', 'light', 'hc'])('%s: a mistake is underlined where it stands, and its remedy is a key away', async (theme) => {
  await open(theme);
  await page.keyboard.type('udp || tpc.port == 80');
  await page.locator('.filter-box .squiggly-error').first().waitFor();
  await expect.poll(() => page.locator('.filter-note').innerText()).toContain('"tpc.port" is neither a field nor a protocol. Did you mean "tcp.port"?');
  await expect.poll(() => bar().getAttribute('data-state')).toBe('invalid');
  await expect.poll(() => page.locator('.filter-mark').getAttribute('aria-label')).toBe('The filter is not valid');
  await takePicture(page, `filter-mistake-${theme}`);
  await page.keyboard.press('Alt+Enter');
  await expect.poll(text).toBe('udp || tcp.port == 80');
  await expect.poll(() => bar().getAttribute('data-state')).toBe('valid');
  await expect.poll(() => page.locator('.filter-note').isVisible()).toBe(false);
});

test('what is deprecated is yellow, with the new spelling a click away', async () => {
  await open();
  await page.keyboard.type('tcp.port ~= 80');
  await expect.poll(() => bar().getAttribute('data-state')).toBe('deprecated');
  await takePicture(page, 'filter-deprecated-dark');
  await page.locator('.filter-remedy').click();
  await expect.poll(text).toBe('tcp.port !== 80');
  await expect.poll(() => bar().getAttribute('data-state')).toBe('valid');
});

test('markup from a capture is text in a completion', async () => {
  await open();
  await page.keyboard.type('http.host == <');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Control+Space');
  await expect.poll(() => offered()).toContain('"<b>bold</b>"');
  await expect.poll(() => page.locator('.suggest-widget b').count()).toBe(0);
});

test('hover tells type and meaning', async () => {
  await open();
  await page.keyboard.type('ip.proto == 6');
  // A line drawn anew under the mouse shows no help: it is gone to again.
  await expect.poll(async () => {
    await page.mouse.move(0, 0);
    await page.locator('.filter-box .view-line span', { hasText: 'ip.proto' }).last().hover();
    return page.locator('.monaco-hover:not(.hidden)').innerText({ timeout: 3000 });
  }).toContain('An unsigned 8-bit number of Internet Protocol Version 4.');
  await takePicture(page, 'filter-hover-dark');
});

test('up and down go through earlier filters and come back to what was written', async () => {
  await open();
  // At once: each letter would ask anew, and the list come back with the last answer.
  await page.keyboard.insertText('udp');
  await offered();
  await page.keyboard.press('Escape');
  await popup().first().waitFor({ state: 'hidden' });
  await page.keyboard.press('ArrowUp');
  await expect.poll(text).toBe('tcp.port == 8080');
  await page.keyboard.press('ArrowUp');
  await expect.poll(text).toBe('arp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect.poll(text).toBe('udp');
});

test.each(['dark', 'light', 'hc'])('%s: earlier filters in a list, with the keyboard only', async (theme) => {
  await open(theme);
  await page.keyboard.type('dns');
  await page.keyboard.press('Enter');
  await expect.poll(status).toContain('Displayed: 100');
  const opener = page.getByRole('button', { name: 'Earlier filters' });
  await opener.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.menu-item:visible').allInnerTexts()).toEqual(['dns', 'tcp.port == 8080', 'arp']);
  await takePicture(page, `filter-history-${theme}`);
  await page.keyboard.press('a');
  await page.keyboard.press('Enter');
  await expect.poll(text).toBe('arp');
  await expect.poll(status).toContain('Displayed: 100 (10.0 %)');
});

test('saved filters: a button filters with one click, the list has them all, saving adds one', async () => {
  await open();
  await expect.poll(() => page.locator('.filter-button').allInnerTexts()).toEqual(['Resets']);
  await page.getByRole('button', { name: 'Saved filters' }).click();
  await expect.poll(() => page.locator('.menu-item:visible .menu-label').allInnerTexts()).toEqual(['Resets', 'Name lookups', 'Save this filter…', 'Manage saved filters…']);
  await takePicture(page, 'filter-saved-dark');
  await page.locator('.menu-item:visible', { hasText: 'Name lookups' }).click();
  await expect.poll(status).toContain('Displayed: 100 (10.0 %)');
  await expect.poll(() => text()).toBe('dns');
  await page.getByRole('button', { name: 'Saved filters' }).click();
  await page.locator('.menu-item:visible', { hasText: 'Save this filter' }).click();
  await expect.poll(() => page.locator('.filter-button').allInnerTexts()).toEqual(['Resets', 'Saved 2']);
  await page.locator('.filter-button', { hasText: 'Resets' }).click();
  await expect.poll(text).toBe('tcp.flags.reset == 1');
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
