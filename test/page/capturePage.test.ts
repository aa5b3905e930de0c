/** The capture page in Chromium against the fake host of webview/dev: what people see and do, without VS Code. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { serveDevPage, type DevServer } from '../../src/build/devPage.ts';
import { CHROMIUM_ARGS, findChromium } from '../../src/build/code-server-run.ts';

const kRows = 10_000_000;

let server: DevServer;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
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

/** Opens the page with these parameters of the fake host and waits for rows (or for the banner). */
async function open(parameters: Readonly<Record<string, string | number>> = {}): Promise<void> {
  errors = [];
  page = await browser.newPage({ viewport: { width: 1300, height: 800 } });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  const query = new URLSearchParams({ indexing: '0', ...Object.fromEntries(Object.entries(parameters).map(([k, v]) => [k, String(v)])) });
  await page.goto(`${server.url}?${query.toString()}`);
  await page.locator('.packet:not(.loading), .banner:not([hidden])').first().waitFor();
}

const list = () => page.locator('.packets');
const status = () => page.locator('.status-line').innerText();

/** Frame numbers of the rows in view, top to bottom, once all are there. */
async function numbers(): Promise<readonly number[]> {
  await page.waitForFunction(() => document.querySelector('.packet.loading:not([hidden])') === null);
  await page.waitForTimeout(50);
  const found = await page.locator('.packet:not([hidden]) .cell--number').allInnerTexts();
  return found.map(Number).toSorted((a, b) => a - b);
}

async function filter(text: string): Promise<void> {
  await page.locator('.filter-box .monaco-editor').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
}

/** Rows arrive when the host answers: asked again until then, on a busy machine for long. */
const slow = { timeout: 15_000, interval: 50 };

test('ten million rows: ends, steps and dragging', async () => {
  await open({ rows: kRows });
  await list().focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await numbers()).at(-1), slow).toBe(kRows);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => list().getAttribute('aria-activedescendant'), slow).toBe(`packet-${String(kRows - 2)}`);
  await page.keyboard.press('Home');
  await expect.poll(async () => (await numbers())[0], slow).toBe(1);
  await list().evaluate((target) => { target.scrollTop = (target.scrollHeight - target.clientHeight) / 2; });
  await expect.poll(async () => Math.abs(((await numbers())[0] ?? 0) - kRows / 2), slow).toBeLessThan(60);
  const middle = (await numbers())[0] ?? 0;
  await list().hover();
  await page.mouse.wheel(0, 20);
  await expect.poll(async () => (await numbers())[0], slow).toBe(middle + 1);
  expect(await list().getAttribute('aria-rowcount')).toBe(String(kRows + 1));
});

test('rows show while the file is still being read, and reading can be stopped', async () => {
  await open({ rows: 1_000_000, indexing: 20_000 });
  expect((await numbers())[0]).toBe(1);
  expect(await status()).toContain('Reading');
  await page.locator('.status-work vscode-button').click();
  await expect.poll(status).toContain('reading stopped');
});

test('markup in a packet is text', async () => {
  await open({ rows: 100 });
  const info = page.locator('.packet', { hasText: 'alert(1)' }).first().locator('.cell--info');
  expect(await info.innerText()).toContain('<script>alert(1)</script>');
  expect(await page.locator('.packet script').count()).toBe(0);
});

test('a field marks its bytes, a byte selects its innermost field', async () => {
  await open({ rows: 100 });
  await page.locator('.tree-row', { hasText: 'Ethernet II' }).click();
  expect(await page.locator('.hex-byte.mark-field').count()).toBe(14);
  await page.locator('.hex-row').first().locator('.hex-byte').nth(12).click();
  expect(await page.locator('.tree-row.selected').innerText()).toBe('Type: IPv4 (0x0800)');
  expect(await page.locator('.hex-byte.mark-field').count()).toBe(2);
  expect(await page.locator('.hex-byte.mark-protocol').count()).toBe(12);
  expect(await status()).toContain('eth.type · 2 bytes at 12');
});

test('open branches and the selected field stay from packet to packet', async () => {
  await open({ rows: 100 });
  await page.locator('.tree-row', { hasText: 'Internet Protocol' }).click();
  await page.keyboard.press('ArrowRight');
  await page.locator('.tree-row', { hasText: 'Source Address' }).click();
  await page.locator('.packet').nth(6).click();
  await expect.poll(() => page.locator('.tree-row.selected').innerText()).toBe('Source Address: 10.244.3.7');
  expect(await page.locator('.hex-byte.mark-field').count()).toBe(4);
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
  expect((await numbers()).slice(0, 3)).toEqual([3, 13, 23]);
  await filter('dns && nosuch');
  await page.locator('.filter-box .squiggly-error').first().waitFor();
  expect(await page.locator('.filter-note').innerText()).toBe('"nosuch" is neither a field nor a protocol.');
  expect(await page.locator('.filter-box .view-line').innerText()).toMatch(/^dns.&&.nosuch$/);
  expect(await status()).toContain('Displayed: 100 (10.0 %)');
});

test('a filter applied while the file is read ends with all that match', async () => {
  await open({ rows: 1000, indexing: 8000 });
  await filter('dns');
  await expect.poll(status, { timeout: 4000 }).toMatch(/Displayed: \d\d? /);
  await expect.poll(status, { timeout: 12_000 }).toContain('Displayed: 100 (10.0 %)');
  await list().focus();
  await page.keyboard.press('End');
  expect((await numbers()).at(-1)).toBe(993);
}, 30_000);

test('a filter that nothing matches says so and clears the panes', async () => {
  await open({ rows: 5 });
  await filter('icmp');
  await expect.poll(() => page.locator('.list-empty').innerText()).toBe('No packet matches this filter.');
  await expect.poll(() => page.locator('.tree-row:not([hidden])').count()).toBe(0);
  await page.locator('.filter-bar vscode-button', { hasText: 'Clear' }).click();
  await expect.poll(numbers).toEqual([1, 2, 3, 4, 5]);
  expect(await page.locator('.list-empty').isVisible()).toBe(false);
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
  await open({ rows: 1000, filtering: 3000 });
  await filter('dns');
  await expect.poll(status).toContain('Filtering');
  await filter('nosuch');
  await expect.poll(status, { timeout: 8000 }).toContain('Displayed: 100 (10.0 %)');
  expect(await status()).not.toContain('Filtering');
  await filter('http');
  await expect.poll(status).toContain('Filtering');
  await page.locator('.status-work vscode-button').click();
  await expect.poll(status).toContain('filtering stopped');
}, 30_000);

test('Escape closes the list of completions, clears the filter box, and then leaves it', async () => {
  await open({ rows: 100 });
  await page.locator('.filter-box .monaco-editor').first().click();
  await page.keyboard.type('tcp');
  await page.locator('.suggest-widget.visible .monaco-list-row').first().waitFor();
  // Each letter asks anew: the last answer is waited for, too.
  await page.waitForTimeout(300);
  await page.keyboard.press('Escape');
  await page.locator('.suggest-widget.visible').waitFor({ state: 'hidden' });
  expect(await page.locator('.filter-box .view-line').innerText()).toBe('tcp');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.filter-box .view-line').innerText()).toBe('');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('packets');
});

test('Tab goes through the panes', async () => {
  await open({ rows: 100 });
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
  expect(await list().evaluate((target) => target.clientHeight)).toBeGreaterThan(before + 5);
});

test('a problem is told with its remedy, and "Reopen" brings the rows', async () => {
  await open({ rows: 100, problem: 1 });
  expect(await page.locator('.banner').innerText()).toContain('crashed (SIGSEGV)');
  await page.locator('.banner vscode-button', { hasText: 'Reopen' }).click();
  expect((await numbers())[0]).toBe(1);
  expect(await page.locator('.banner').isVisible()).toBe(false);
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
  await expect.poll(status, { timeout: 10_000 }).toContain('Packets: 500,000');
  await list().focus();
  await page.keyboard.press('End');
  expect((await numbers()).at(-1)).toBe(500_000);
}, 90_000);
