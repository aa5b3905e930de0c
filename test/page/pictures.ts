/**
 * Pictures of every item of daily use in light, dark and high contrast, for people to look at: one page load for each
 * capture, each scene in the three themes, and sheets of four. What they must show is checked where it is tested; here a
 * scene fails only where it cannot be reached. Not part of `npm test`:
 *
 *   npm run exec -- vitest run --config test/page/pictures.config.ts
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import type { LiveState } from '../../src/contract/live.ts';
import type { LiveFiles } from '../../src/features/captureTab.ts';
import { shots, takePicture, useBrowser } from './browser.ts';
import { captures, EnginePage, standardPreferences } from './enginePage.ts';

const kSize = { width: 1100, height: 640 };
const kThemes = ['light', 'dark', 'high-contrast'] as const;

const folder = mkdtempSync(path.join(tmpdir(), 'pictures-'));
const own = useBrowser(['main', 'engine']);
let scenes = 0;

/** One scene in the three themes: what is open stays open while the theme changes, as it does in VS Code. */
async function scene(page: Page, name: string): Promise<void> {
  const at = String(++scenes).padStart(2, '0');
  for (const theme of kThemes) {
    await page.evaluate((one) => { document.body.className = document.body.className.replace(/vscode-(?:dark|light|high-contrast)/, `vscode-${one}`); }, theme);
    await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 120); }));
    await takePicture(page, `daily/${theme}/${at}-${name}`);
  }
}

async function opened(file: string, live?: LiveFiles): Promise<EnginePage> {
  const page = await own.browser.open({ viewport: kSize });
  const one = own.watch(new EnginePage(page, standardPreferences));
  await one.load(path.resolve(captures, file), own.browser.url('engine', { theme: 'dark' }), live);
  await page.locator('.filter-box .monaco-editor').first().waitFor();
  return one;
}

/** Every kind of row there is a coloring rule for. */
function mixed(): string {
  const file = path.join(folder, 'mixed.pcapng');
  const parts = ['http-get.pcapng', 'tcp-reset.pcapng', 'tcp-fast-retransmission.pcapng', 'dns-failures.pcapng', 'icmpv6.pcap', 'arp.pcap', 'http-errors.pcapng'];
  execFileSync('mergecap', ['-a', '-w', file, ...parts.map((name) => path.join(captures, name))], { stdio: 'ignore' });
  return file;
}

const write = async (page: Page, text: string): Promise<void> => {
  await page.locator('.filter-box .monaco-editor').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
};
/** Escape without a list of completions would empty the box. */
async function closeCompletions(page: Page): Promise<void> {
  await page.waitForTimeout(300);
  if (await page.locator('.suggest-widget.visible').count() > 0) await page.keyboard.press('Escape');
}
const visible = (place: Locator): Promise<void> => place.first().waitFor({ state: 'visible' });

/** Each step leaves the page as it found it, but for what the next ones show. */
test('the list, the filter bar, menus and dialogs', async () => {
  const one = await opened(mixed());
  const { page } = one;
  await one.row(4).click();
  await one.treeRow(/^Hypertext Transfer/).locator('.twisty').click();
  await one.treeRow(/^Host:/).click();
  await scene(page, 'list-tree-bytes');

  await page.keyboard.press('Control+.');
  await visible(page.locator('.packet.selected', { has: page.locator('.cell--number:text-is("5")') }));
  await scene(page, 'conversation-next');
  await expect.poll(async () => {
    await page.keyboard.press('Control+.');
    return one.status();
  }).toContain('no later packet in this conversation');
  await scene(page, 'conversation-end');
  await page.locator('.packets').press('Home');
  await one.row(4).click();
  await one.treeRow(/^Host:/).click();

  await write(page, 'tcp.fl');
  await visible(page.locator('.suggest-widget.visible .monaco-list-row'));
  await page.keyboard.press('ArrowDown');
  await scene(page, 'filter-completion');
  await closeCompletions(page);
  await write(page, 'ip.ttl > 60 && http.request.method == "GET"');
  await closeCompletions(page);
  await page.locator('.filter-box .view-line span', { hasText: 'ip.ttl' }).last().hover();
  await visible(page.locator('.monaco-hover:not(.hidden)'));
  await scene(page, 'filter-hover');
  await page.mouse.move(600, 400);
  await page.keyboard.press('Shift+Enter');
  await write(page, 'tpc.port == 80');
  await closeCompletions(page);
  await visible(page.locator('.filter-box .squiggly-error'));
  await visible(page.locator('.filter-remedy'));
  await scene(page, 'filter-mistake');
  one.command('stratoshark.filter.clear');
  await visible(one.row(1));

  await one.row(4).locator('.cell').nth(2).click({ button: 'right' });
  await visible(page.locator('.context-menu'));
  await page.keyboard.press('a');
  await page.keyboard.press('ArrowRight');
  await scene(page, 'menu-cell');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await one.treeRow(/^Host:/).click({ button: 'right' });
  await visible(page.locator('.context-menu'));
  await page.keyboard.press('ArrowDown');
  await scene(page, 'menu-field');
  await one.choose('Apply as Column');
  await visible(page.locator('.list-head .cell', { hasText: 'Host' }));
  await scene(page, 'column-of-a-field');
  await page.locator('.list-head .cell', { hasText: 'Host' }).focus();
  await page.keyboard.press('Delete');
  await page.locator('.list-head .cell').nth(5).click({ button: 'right' });
  await visible(page.locator('.context-menu'));
  await page.keyboard.press('ArrowDown');
  await scene(page, 'menu-column');
  await page.keyboard.press('Escape');
  await page.locator('.list-head .cell').nth(5).click();
  await visible(page.locator('.list-head .cell[aria-sort=ascending]'));
  await scene(page, 'sorted');
  await page.locator('.list-head .cell').nth(5).focus();
  await page.keyboard.press('Space');
  await scene(page, 'sorted-title-focused');
  await page.keyboard.press('Space');

  for (const [command, name] of [['columns.choose', 'columns'], ['coloring.rules', 'coloring-rules'], ['dissection.chooseDecodeAs', 'decode-as'], ['time.format', 'time-format']] as const) {
    one.command(`stratoshark.${command}`);
    await visible(page.locator('.dialog, .context-menu'));
    if (name !== 'time-format') await page.keyboard.press('Tab');
    await scene(page, name);
    await page.keyboard.press('Escape');
  }
  await page.locator('.packets').focus();
  await page.keyboard.press('Control+g');
  await visible(page.locator('.dialog'));
  await page.keyboard.type('first');
  await page.keyboard.press('Enter');
  await scene(page, 'go-to-packet');
  await page.keyboard.press('Escape');

  for (const [n, key] of [[2, 'Control+m'], [3, 'Control+d'], [5, 'Control+t']] as const) {
    await one.row(n).click();
    await page.keyboard.press(key);
  }
  await one.row(4).click();
  await page.keyboard.press('Control+Alt+c');
  await page.getByLabel('Comment 1', { exact: true }).fill('Slow answer: the pod was starting');
  await scene(page, 'comment-dialog');
  await page.keyboard.press('Control+Enter');
  await one.row(6).click();
  await scene(page, 'marked-ignored-commented-reference');

  await page.locator('.packets').focus();
  for (const [where, text] of [['Packet details', 'Request Method'], ['Hex value', '48 6f 73'], ['Display filter', 'dns'], ['Hex value', '4']] as const) {
    await page.keyboard.press('Control+f');
    await page.getByLabel('Where to look').selectOption(where);
    await page.getByLabel('Find', { exact: true }).fill(text);
    await page.getByLabel('Find', { exact: true }).press('Enter');
    await scene(page, `find-${where.split(' ')[1] ?? ''}-${text.length > 1 ? 'found' : 'mistake'}`);
  }
  await page.keyboard.press('Escape');
  await page.locator('.packets').press('End');
  await scene(page, 'rows-http-arp-icmp');
  await page.locator('.packets').press('PageUp');
  await scene(page, 'rows-dns-tcp');
  await page.setViewportSize({ width: 620, height: 640 });
  await scene(page, 'narrow');
});

test('notices: damage, a file that is gone, an engine that crashed', async () => {
  const damaged = await opened('cut-in-block.pcapng');
  await visible(damaged.page.locator('.banner:not([hidden]), .status-line'));
  await scene(damaged.page, 'damaged');
  const gone = path.join(folder, 'gone.pcapng');
  copyFileSync(path.join(captures, '../demo/shop.pcapng'), gone);
  const deleted = await opened(gone);
  rmSync(gone);
  for (const key of ['End', 'Home', 'End']) await deleted.page.locator('.packets').press(key);
  await visible(deleted.page.locator('.banner:not([hidden])'));
  await scene(deleted.page, 'deleted');
  const page = await own.newPage(kSize.width, kSize.height);
  await page.goto(own.browser.url('main', { rows: 100, problem: 1 }));
  await visible(page.locator('.banner:not([hidden])'));
  await scene(page, 'crashed');
});

test('names in a cluster: in the tree, completed with the values seen', async () => {
  const one = await opened('k8s-names.pcapng');
  await one.applyFilter('k8s.pod.name');
  await one.page.locator('.packets').press('Home');
  await visible(one.treeRow(/^Kubernetes/));
  await one.treeRow(/^Kubernetes/).locator('.twisty').click();
  await one.treeRow(/^Kubernetes/).click();
  await scene(one.page, 'kubernetes');
  await write(one.page, 'k8s.namespace == ');
  await visible(one.page.locator('.suggest-widget.visible .monaco-list-row'));
  await scene(one.page, 'values-seen');
});

test('TLS decrypted, and a live capture', async () => {
  const tls = await opened('../recorded/keyed-tls13-gcm.pcapng');
  await tls.applyFilter('http');
  await tls.page.locator('.packets').focus();
  await tls.page.locator('.packets').press('Home');
  await visible(tls.treeRow(/^Hypertext Transfer/));
  await tls.treeRow(/^Hypertext Transfer/).click();
  await scene(tls.page, 'tls-decrypted');
  const locked = await opened('../recorded/tls13.pcap');
  await locked.applyFilter('tls.app_data');
  await locked.page.locator('.packets').press('Home');
  await visible(locked.treeRow(/^Transport Layer Security/));
  await locked.treeRow(/^Transport Layer Security/).locator('.twisty').click();
  await scene(locked.page, 'tls-without-keys');
  const status = { state: 'running', milliseconds: 83_000, packets: 287, bytes: 90_000, dropped: 12, file: '', files: 1, fileBytes: 98_304, leftOut: 0 } as const;
  const states: readonly LiveState[] = [
    { running: true, source: 'eth0', filter: 'tcp port 8080', packetsPerSecond: 41, status },
    { running: true, source: 'deployment production/backend', filter: '', packetsPerSecond: 41, status: { ...status, message: 'node-b: no agent runs there.', nodes: [
      { name: 'node-a', state: 'running', packets: 287, dropped: 12, paused: 0 }, { name: 'node-b', state: 'failed', packets: 0, dropped: 0, paused: 0 },
    ] } },
  ];
  for (const [at, state] of states.entries()) {
    const live = await opened('../demo/shop.pcapng', {
      onChanged: () => ({ dispose: () => undefined }), stateOf: () => state, stop: () => undefined, pause: () => undefined, restart: () => Promise.resolve(),
    });
    await visible(live.page.locator('.live-bar:not([hidden])'));
    await scene(live.page, `live-${at === 0 ? 'here' : 'cluster'}`);
  }
});

test('history, saved filters and buttons, a function, a large file being read', async () => {
  const page = await own.newPage(kSize.width, kSize.height);
  await page.goto(own.browser.url('main', { rows: 5_000_000, indexing: 60_000, filtering: 30_000 }));
  await visible(page.locator('.packet:not(.loading)'));
  await page.locator('.filter-box .monaco-editor').first().waitFor();
  await scene(page, 'large-file');
  for (const [name, picture] of [['Earlier filters', 'filter-history'], ['Saved filters', 'filter-saved']] as const) {
    await page.getByRole('button', { name }).focus();
    await page.keyboard.press('Enter');
    await visible(page.locator('.menu-item:visible'));
    await scene(page, picture);
    await page.keyboard.press('Escape');
  }
  await write(page, 'lower(http.');
  await visible(page.locator('.filter-signature'));
  await scene(page, 'filter-function');
  await closeCompletions(page);
  await write(page, 'tcp.port ~= 80');
  await closeCompletions(page);
  await visible(page.locator('.filter-remedy'));
  await scene(page, 'filter-deprecated');
  await write(page, 'dns');
  await page.keyboard.press('Shift+Enter');
  await visible(page.locator('.status-work'));
  await scene(page, 'filtering');
});

/** Four pictures to a sheet, with their names. */
afterAll(async () => {
  const page = await own.browser.open({ viewport: { width: 2 * kSize.width, height: 2 * (kSize.height + 24) } });
  for (const theme of kThemes) {
    const place = path.join(shots, 'daily', theme);
    const names = readdirSync(place).filter((name) => /^\d\d-.*\.png$/.test(name)).toSorted();
    for (let at = 0; at < names.length; at += 4) {
      const cells = names.slice(at, at + 4).map((name) => `<figure><figcaption>${name}</figcaption><img src="${name}"></figure>`);
      const sheet = path.join(place, 'sheet.html');
      writeFileSync(sheet, `<style>body { margin: 0; display: grid; grid-template-columns: 1fr 1fr } figure { margin: 0; height: ${String(kSize.height + 24)}px } figcaption { font: 16px monospace }</style>${cells.join('')}`);
      await page.goto(`file://${sheet}`);
      await page.screenshot({ path: path.join(place, `sheet-${String(at / 4 + 1).padStart(2, '0')}.png`) });
      rmSync(sheet);
    }
  }
  await page.context().close();
  rmSync(folder, { recursive: true });
});
