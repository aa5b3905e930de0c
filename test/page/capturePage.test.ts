/** The capture page in Chromium against the fake host of webview/dev: what people see and do, without VS Code. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { painted, useBrowser } from './browser.ts';

const kRows = 10_000_000;

const own = useBrowser(['main']);
let page: Page;

/** Opens the page with these parameters of the fake host and waits for rows (or for the banner). */
async function open(parameters: Readonly<Record<string, string | number>> = {}): Promise<void> {
  page = await own.newPage(1300, 800);
  await page.goto(own.browser.url('main', { indexing: 0, ...parameters }));
  await page.locator('.packet:not(.loading), .banner:not([hidden])').first().waitFor();
}

const list = () => page.locator('.packets');
const status = () => page.locator('.status-line').innerText();

/** Frame numbers of the rows in view, top to bottom, once all are there. */
async function numbers(): Promise<readonly number[]> {
  await painted(page);
  const found = await page.locator('.packet:not([hidden]) .cell--number').allInnerTexts();
  return found.map(Number).toSorted((a, b) => a - b);
}

async function filter(text: string): Promise<void> {
  await page.locator('.filter-box .monaco-editor').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
}

test('ten million rows: ends, steps and dragging', async () => {
  await open({ rows: kRows });
  await list().focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await numbers()).at(-1)).toBe(kRows);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => list().getAttribute('aria-activedescendant')).toBe(`packet-${String(kRows - 2)}`);
  await page.keyboard.press('Home');
  await expect.poll(async () => (await numbers())[0]).toBe(1);
  await list().evaluate((target) => { target.scrollTop = (target.scrollHeight - target.clientHeight) / 2; });
  await expect.poll(async () => Math.abs(((await numbers())[0] ?? 0) - kRows / 2)).toBeLessThan(60);
  const middle = (await numbers())[0] ?? 0;
  await list().hover();
  await page.mouse.wheel(0, 20);
  await expect.poll(async () => (await numbers())[0]).toBe(middle + 1);
  await expect.poll(() => list().getAttribute('aria-rowcount')).toBe(String(kRows + 1));
});

test('rows show while the file is still being read, and reading can be stopped', async () => {
  await open({ rows: 1_000_000, indexing: 20_000 });
  await expect.poll(async () => (await numbers())[0]).toBe(1);
  await expect.poll(() => status()).toContain('Reading');
  await page.locator('.status-work vscode-button').click();
  await expect.poll(status).toContain('reading stopped');
});

test('markup in a packet is text', async () => {
  await open({ rows: 100 });
  const info = page.locator('.packet', { hasText: 'alert(1)' }).first().locator('.cell--info');
  await expect.poll(() => info.innerText()).toContain('<script>alert(1)</script>');
  await expect.poll(() => page.locator('.packet script').count()).toBe(0);
});

test('a field marks its bytes, a byte selects its innermost field', async () => {
  await open({ rows: 100 });
  await page.locator('.tree-row', { hasText: 'Ethernet II' }).click();
  await expect.poll(() => page.locator('.hex-byte.mark-field').count()).toBe(14);
  await page.locator('.hex-row').first().locator('.hex-byte').nth(12).click();
  await expect.poll(() => page.locator('.tree-row.selected').innerText()).toBe('Type: IPv4 (0x0800)');
  await expect.poll(() => page.locator('.hex-byte.mark-field').count()).toBe(2);
  await expect.poll(() => page.locator('.hex-byte.mark-protocol').count()).toBe(12);
  await expect.poll(() => status()).toContain('eth.type · 2 bytes at 12');
});

test('open branches and the selected field stay from packet to packet', async () => {
  await open({ rows: 100 });
  await page.locator('.tree-row', { hasText: 'Internet Protocol' }).click();
  await page.keyboard.press('ArrowRight');
  await page.locator('.tree-row', { hasText: 'Source Address' }).click();
  await page.locator('.packet').nth(6).click();
  await expect.poll(() => page.locator('.tree-row.selected').innerText()).toBe('Source Address: 10.244.3.7');
  await expect.poll(() => page.locator('.hex-byte.mark-field').count()).toBe(4);
});

test('another source of bytes is a tab, and is fetched as it is scrolled to', async () => {
  await open({ rows: 100 });
  await page.locator('.tab-strip vscode-panel-tab', { hasText: 'Reassembled' }).click();
  await page.locator('.hex').focus();
  await page.keyboard.press('End');
  // Packet 1, source 1, offset 99,999, as the fake host computes it.
  const last = ((31 + 17 + 99_999 * 7) % 256).toString(16).padStart(2, '0');
  await expect.poll(() => page.locator('.hex-byte.hex-cursor').innerText()).toBe(last);
});

test('a filter shows its rows and their share; an invalid one is marked and keeps its text', async () => {
  await open({ rows: 1000 });
  await filter('dns');
  await expect.poll(status).toContain('Displayed: 100 (10.0 %)');
  await expect.poll(async () => (await numbers()).slice(0, 3)).toEqual([3, 13, 23]);
  await filter('dns && nosuch');
  await page.locator('.filter-box .squiggly-error').first().waitFor();
  await expect.poll(() => page.locator('.filter-note').innerText()).toBe('"nosuch" is neither a field nor a protocol.');
  await expect.poll(() => page.locator('.filter-box .view-line').innerText()).toMatch(/^dns.&&.nosuch$/);
  await expect.poll(() => status()).toContain('Displayed: 100 (10.0 %)');
});

test('a filter applied while the file is read ends with all that match', async () => {
  // As long as the page and its filter bar may take to load.
  await open({ rows: 1000, indexing: 15_000 });
  await filter('dns');
  await expect.poll(status).toMatch(/Displayed: \d\d? /);
  await expect.poll(status).toContain('Displayed: 100 (10.0 %)');
  await list().focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await numbers()).at(-1)).toBe(993);
}, 30_000);

test('a filter that nothing matches says so and clears the panes', async () => {
  await open({ rows: 5 });
  await filter('icmp');
  await expect.poll(() => page.locator('.list-empty').innerText()).toBe('No packet matches this filter.');
  await expect.poll(() => page.locator('.tree-row:not([hidden])').count()).toBe(0);
  await page.locator('.filter-bar vscode-button', { hasText: 'Clear' }).click();
  await expect.poll(numbers).toEqual([1, 2, 3, 4, 5]);
  await expect.poll(() => page.locator('.list-empty').isVisible()).toBe(false);
});

test('after a filter the selection is on the packet it was on, or the next one, or the last', async () => {
  await open({ rows: 1000 });
  await list().focus();
  await page.keyboard.press('End');
  await filter('dns');
  await expect.poll(() => page.locator('.packet.selected .cell--number').innerText()).toBe('993');
  await page.locator('.filter-bar vscode-button', { hasText: 'Clear' }).click();
  await expect.poll(() => page.locator('.packet.selected .cell--number').innerText()).toBe('993');
});

test('a running filter survives the trial of an invalid one, and can be stopped', async () => {
  await open({ rows: 1000, filtering: 5000 });
  await filter('dns');
  await expect.poll(status).toContain('Filtering');
  await filter('nosuch');
  await expect.poll(status).toContain('Displayed: 100 (10.0 %)');
  await expect.poll(() => status()).not.toContain('Filtering');
  await filter('http');
  await expect.poll(status).toContain('Filtering');
  await page.locator('.status-work vscode-button').click();
  await expect.poll(status).toContain('filtering stopped');
}, 30_000);

test('Escape closes the list of completions, clears the filter box, and then leaves it', async () => {
  await open({ rows: 100 });
  await page.locator('.filter-box .monaco-editor').first().click();
  // At once: each letter would ask anew, and the list come back with the last answer.
  await page.keyboard.insertText('tcp');
  await page.locator('.suggest-widget.visible .monaco-list-row').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.suggest-widget.visible').waitFor({ state: 'hidden' });
  await expect.poll(() => page.locator('.filter-box .view-line').innerText()).toBe('tcp');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.filter-box .view-line').innerText()).toBe('');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('packets');
});

test('Tab goes through the panes', async () => {
  await open({ rows: 100 });
  // Their tabs and trees come with the first packet's dissection.
  await page.locator('.hex-row:not([hidden])').first().waitFor();
  await page.locator('.tree-row:not([hidden])').first().waitFor();
  await list().focus();
  const visited: (string | null)[] = [];
  for (let step = 0; step < 5; step++) {
    await page.keyboard.press('Tab');
    visited.push(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName ?? null));
  }
  expect(visited).toEqual(['Height of packet list', 'Packet details', 'Width of packet details', 'Frame (97 B)', 'Packet bytes']);
});

test('panes are moved with the keys', async () => {
  await open({ rows: 100 });
  const before = await list().evaluate((target) => target.clientHeight);
  await page.getByRole('separator', { name: 'Height of packet list' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => list().evaluate((target) => target.clientHeight)).toBeGreaterThan(before + 5);
});

test('a problem is told with its remedy, and "Reopen" brings the rows', async () => {
  await open({ rows: 100, problem: 1, indexing: 600_000 });
  await expect.poll(() => page.locator('.banner').innerText()).toContain('crashed (SIGSEGV)');
  // What ended does not read on, and cannot be cancelled.
  await expect.poll(() => page.locator('.status-work').isVisible()).toBe(false);
  await page.locator('.banner vscode-button', { hasText: 'Reopen' }).click();
  await expect.poll(async () => (await numbers())[0]).toBe(1);
  await expect.poll(() => page.locator('.banner').isVisible()).toBe(false);
});

test('two hundred random keys, clicks, drags and resizes break nothing', async () => {
  await open({ rows: 500_000, indexing: 2000 });
  let seed = 42;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const keys = ['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'PageDown', 'PageUp', 'Home', 'End', 'Tab', 'Shift+Tab', 'Enter', ' ', 'Escape', 'Control+f'];
  const texts = ['tcp', 'dns', 'x y', '"', 'http\n'];
  const anywhere = (): [number, number] => [random(1300), random(800)];
  const actions: readonly (() => Promise<void>)[] = [
    () => page.keyboard.press(keys[random(keys.length)] ?? 'End'),
    () => page.mouse.click(...anywhere()),
    () => page.mouse.wheel(0, random(5000) - 2500),
    async () => {
      await page.mouse.move(...anywhere());
      await page.mouse.down();
      await page.mouse.move(...anywhere());
      await page.mouse.up();
    },
    async () => {
      await page.keyboard.press('Control+f');
      await page.keyboard.type(texts[random(texts.length)] ?? '');
      await page.keyboard.press('Enter');
    },
    () => page.setViewportSize({ width: 300 + random(1200), height: 150 + random(800) }),
  ];
  for (let step = 0; step < 200; step++) {
    await actions[random(actions.length)]?.();
  }
  await page.setViewportSize({ width: 1300, height: 800 });
  await page.locator('.filter-bar vscode-button', { hasText: 'Clear' }).click();
  await expect.poll(status).toContain('Packets: 500,000');
  await list().focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await numbers()).at(-1)).toBe(500_000);
}, 90_000);
