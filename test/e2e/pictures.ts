/**
 * Pictures of those items of daily use that VS Code draws (files of filters, lists and boxes of choices, the status bar) or
 * that stand in a real webview, in its own three themes, for people to look at. The capture page's own are in
 * test/page/pictures.ts. Not part of `npm test`:
 *
 *   npm run package && npm run exec -- vitest run --config test/e2e/pictures.config.ts
 */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CaptureTab } from './captureTab.ts';
import { THEMES, Workbench, type Theme } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots/workbench');
const folder = inject('folder');

let workbench: Workbench;
let tab: CaptureTab;
beforeAll(async () => {
  // There before the workbench is: it goes on looking in the list of files that it has made.
  for (const theme of Object.keys(THEMES)) {
    copyFileSync(path.join(folder, 'http-get.pcapng'), path.join(folder, `pictured-${theme}.pcapng`));
    writeFileSync(path.join(folder, `${theme}.dfilter`), '# filters of the day\n\nhttp.request.method == "GET" && tcp.port == 80\ntcp.prot == 80\n');
  }
  workbench = await Workbench.open(inject('url'));
});
afterAll(async () => {
  await workbench.close();
});

const input = () => workbench.page.locator('.quick-input-widget input[type="text"]').first();
const listed = (text: string | RegExp) => workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

async function filterFile(shot: (name: string) => Promise<void>, theme: Theme): Promise<void> {
  const { page } = workbench;
  await workbench.openFile(`${theme}.dfilter`);
  const editor = page.locator('.editor-instance .monaco-editor').first();
  await editor.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
  await editor.locator('.view-line', { hasText: 'tcp.prot' }).click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'Replace with tcp.port' }).waitFor();
  await shot('filter-file-remedy');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('tcp.analysis.ret');
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'tcp.analysis.retransmission' }).first().waitFor();
  await shot('filter-file-completion');
  await page.keyboard.press('Escape');
  await editor.locator('.view-line span span', { hasText: 'http.request.method' }).first().hover();
  await expect.poll(() => page.locator('.monaco-hover:not(.hidden)').first().innerText()).toContain('Request Method');
  await shot('filter-file-hover');
  await workbench.command('File: Revert File');
}

/** Comments to be saved, packets to be saved, a followed stream. */
async function capture(shot: (name: string) => Promise<void>, theme: Theme): Promise<void> {
  const { page } = workbench;
  tab = await workbench.openCapture(`pictured-${theme}.pcapng`);
  await tab.select(4);
  await page.keyboard.press('Control+Alt+c');
  await tab.frame.getByLabel('Comment 1').fill('Slow answer');
  await page.keyboard.press('Control+Enter');
  await tab.frame.locator('.packet.commented').waitFor();
  await tab.typeFilter('http', true);
  await tab.waitForTotal(4);
  await shot('capture');
  await tab.frame.locator('.packet.selected').click();
  await page.keyboard.press('Control+s');
  await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Save a Copy…' }).waitFor();
  await shot('save-comments');
  await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Cancel' }).click();
  await workbench.command('StratoShark: Save Packets As');
  await listed('Displayed packets').waitFor();
  await shot('save-which');
  await listed('Displayed packets').click();
  await expect.poll(() => input().inputValue()).toContain('displayed');
  await shot('save-where');
  await page.keyboard.press('Escape');
  await workbench.command('StratoShark: Follow Stream');
  // Beside the capture: of the two pages one has its rows.
  const pages = [0, 1].map((at) => page.frameLocator(`iframe.webview.ready >> visible=true >> nth=${String(at)}`).frameLocator('iframe#active-frame').locator('.follow-row').first());
  await Promise.any(pages.map((rows) => rows.waitFor()));
  await shot('follow-stream');
  await closeAll();
}

async function closeAll(): Promise<void> {
  await workbench.command('View: Close All Editors');
  const dontSave = workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
  if (await dontSave.waitFor({ timeout: 3000 }).then(() => true, () => false)) await dontSave.click();
}

async function live(shot: (name: string) => Promise<void>): Promise<void> {
  const { page } = workbench;
  await workbench.command('StratoShark: Capture on this machine');
  await listed('127.0.0.1/8').waitFor();
  await shot('live-interfaces');
  if ((await page.locator('.quick-input-count').innerText()).startsWith('0')) await listed('127.0.0.1/8').locator('.label-name').click();
  await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
  const filter = page.locator('.quick-input-widget input[placeholder^="host, net"]');
  await filter.fill('udp port httpx');
  await page.locator('.quick-input-message', { hasText: "unknown port 'httpx'" }).waitFor();
  await shot('live-filter-mistake');
  await filter.fill('tcp');
  await page.locator('.quick-input-message', { hasText: 'unknown port' }).waitFor({ state: 'detached' });
  await expect.poll(async () => {
    await page.keyboard.press('Enter');
    return page.locator('.tabs-container .tab.active', { hasText: /^lo \d{4}-/ }).count();
  }).toBe(1);
  await tab.frame.locator('.live-bar.running').waitFor();
  await tab.frame.locator('.packet:not(.loading)').first().waitFor();
  await shot('live-running');
  await tab.frame.locator('.live-bar vscode-button', { hasText: 'Stop' }).click();
  await tab.frame.locator('.live-bar:not(.running)').waitFor();
  await shot('live-stopped');
}

test.each(Object.keys(THEMES) as Theme[])('in %s', async (theme) => {
  let scenes = 0;
  const shot = async (name: string): Promise<void> => {
    // What appears is not opaque at once.
    await workbench.page.waitForTimeout(400);
    await workbench.screenshot(path.join(SCREENSHOTS, theme, `${String(++scenes).padStart(2, '0')}-${name}.png`));
  };
  await workbench.setTheme(theme);
  await filterFile(shot, theme);
  await capture(shot, theme);
  await live(shot);
  await closeAll();
});

/** Names that would be an icon, a link that runs a command, a tag and a terminal's colour, wherever they were not taken as text. */
test('a name that is no text for VS Code is shown as it is', async () => {
  const { page } = workbench;
  const hostile = '$(alert) [x](command:workbench.action.closeWindow) <img src=x onerror=alert(1)> \u001b[31m.pcapng';
  const shown = '$(alert) [x](command:workbench.action.closeWindow) <img src=x onerror=alert(1)>';
  copyFileSync(path.join(folder, 'http-get.pcapng'), path.join(folder, hostile));
  let dialogs = 0;
  page.on('dialog', (dialog) => { dialogs++; void dialog.dismiss(); });
  await workbench.command('File: Open File...');
  await expect.poll(() => input().inputValue()).toContain('/');
  await expect.poll(async () => {
    // The dialog puts its own path in when it is ready.
    if (await input().isVisible()) await input().fill(path.join(folder, hostile));
    await page.keyboard.press('Enter');
    return page.locator('.tabs-container .tab.active', { hasText: shown }).count();
  }, { interval: 1000 }).toBe(1);
  tab = new CaptureTab(page, hostile);
  await tab.loaded(60_000);
  await workbench.command('StratoShark: Save Packets As');
  await listed('All packets').click();
  await expect.poll(() => input().inputValue()).toContain('$(alert)');
  await input().fill(path.join(folder, `${hostile} copy.pcapng`));
  await page.keyboard.press('Enter');
  const toast = page.locator('.notification-toast', { hasText: 'packets saved to' });
  await toast.waitFor();
  await workbench.screenshot(path.join(SCREENSHOTS, 'hostile-toast.png'));
  expect(await toast.innerText()).toContain(shown.replace('](', '] ('));
  for (const place of [toast, page.locator('.tabs-container .tab.active'), page.locator('.statusbar'), page.locator('.monaco-breadcrumbs')]) {
    expect(await place.locator('img, a[href^="command:"], a[data-href^="command:"], .notification-list-item-message .codicon').count()).toBe(0);
  }
  rmSync(path.join(folder, hostile));
  await expect.poll(async () => {
    await tab.press('End');
    await tab.press('Home');
    return tab.banner.innerText();
  }).toContain('$(alert)');
  await workbench.screenshot(path.join(SCREENSHOTS, 'hostile-banner.png'));
  expect(await tab.banner.locator('img, a').count()).toBe(0);
  expect(dialogs).toBe(0);
});
