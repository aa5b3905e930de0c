/** What goes wrong: a killed engine, damaged files, files that are no capture; and a capture of a million packets. */
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { portOf } from './bigCapture.ts';
import { BIG_CAPTURE, enginePids } from './server.ts';
import { Workbench } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
/** One sentence with a full stop at its end and nowhere before a space: no second one, no stack, no line break. */
const ONE_SENTENCE = /^(?!.*\. )\S.{15,400}\.$/;
let workbench: Workbench;
beforeAll(async () => {
  // Before the workbench lists files.
  copyFileSync(path.join(inject('folder'), 'http-get.pcapng'), path.join(inject('folder'), 'fleeting.pcapng'));
  workbench = await Workbench.open(inject('url'));
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
  await workbench.closeAll();
});
afterAll(async () => {
  await workbench.close();
});

test('a killed engine costs one document: a banner offers "Reopen", the other editor lives on', async () => {
  const other = await workbench.openCapture('dns-common.pcapng');
  const before = new Set(enginePids(inject('profile')));
  const tab = await workbench.openCapture('http-get.pcapng');
  const started = enginePids(inject('profile')).filter((pid) => !before.has(pid));
  expect(started).toHaveLength(1);
  process.kill(started[0] ?? 0, 'SIGKILL');
  const reopen = tab.banner.locator('vscode-button, button', { hasText: 'Reopen' });
  await reopen.waitFor({ timeout: 15_000 });
  await expect.poll(() => tab.banner.innerText()).toMatch(/\w+/);
  await workbench.screenshot(path.join(SCREENSHOTS, 'engine-killed.png'));
  await workbench.show(other);
  await other.select(3);
  await expect.poll(async () => (await other.treeLabels()).some((l) => l.startsWith('Domain Name System'))).toBe(true);
  await workbench.show(tab);
  await reopen.click();
  await tab.banner.waitFor({ state: 'hidden', timeout: 15_000 });
  await tab.select(4);
  await expect.poll(async () => (await tab.treeLabels()).some((l) => l.startsWith('Hypertext Transfer Protocol'))).toBe(true);
});

test('a deleted or replaced capture goes on showing what was read, says so, and can be saved or reopened', async () => {
  const { page } = workbench;
  const [name, file, copy] = ['fleeting.pcapng', path.join(inject('folder'), 'fleeting.pcapng'), path.join(inject('folder'), 'rescued.pcapng')];
  const tab = await workbench.openCapture(name);
  await tab.waitForTotal(13);
  rmSync(file);
  await expect.poll(() => tab.banner.innerText()).toContain('was deleted or moved');
  await workbench.screenshot(path.join(SCREENSHOTS, 'file-deleted.png'));
  await tab.select(4);
  await tab.banner.locator('vscode-button, button', { hasText: 'Save a Copy…' }).click();
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'All packets' }).click();
  const where = page.locator('.quick-input-widget input[type="text"]').first();
  await expect.poll(() => where.inputValue()).toContain('fleeting');
  await where.fill(copy);
  await page.keyboard.press('Enter');
  await page.locator('.notification-toast', { hasText: '13 packets saved to rescued.pcapng' }).waitFor();
  // Another capture under the name: seen after "Reopen".
  copyFileSync(path.join(inject('folder'), 'dns-common.pcapng'), `${file}.part`);
  renameSync(`${file}.part`, file);
  await expect.poll(() => tab.banner.innerText()).toContain('was replaced by another file');
  await tab.banner.locator('vscode-button, button', { hasText: 'Reopen' }).click();
  await tab.banner.waitFor({ state: 'hidden' });
  await expect.poll(async () => (await tab.paintedRows())[0]?.protocol).toBe('DNS');
  rmSync(file);
  rmSync(copy);
});

test.each([['cut-in-packet.pcap', 7], ['cut-in-block.pcapng', 7], ['damaged-caplen.pcapng', 8], ['compressed-cut.pcap.gz', 5]])('%s: the packets before the damage, and one sentence', async (name, packets) => {
  const tab = await workbench.openCapture(name);
  await tab.waitForTotal(packets);
  const said = tab.frame.locator('.status-damage, .banner:not([hidden])').filter({ hasText: /\w/ }).first();
  await said.waitFor();
  await expect.poll(async () => (await said.innerText()).trim().split('\n').join(' ')).toMatch(ONE_SENTENCE);
  await workbench.screenshot(path.join(SCREENSHOTS, `damaged-${name}.png`));
});

test.each(['not-a-capture.pcap', 'empty-file.pcapng'])('%s: one sentence says what it is not', async (name) => {
  const tab = await workbench.openCapture(name);
  await tab.banner.waitFor();
  const said = await tab.banner.locator('strong').innerText();
  expect(said).toMatch(ONE_SENTENCE);
  expect(said).toContain(name);
  await expect.poll(() => tab.total()).toBeLessThanOrEqual(0);
  await workbench.screenshot(path.join(SCREENSHOTS, `${name}.png`));
});

test('a million packets: End shows the last row', { timeout: 180_000 }, async () => {
  const tab = await workbench.openCapture(BIG_CAPTURE.name);
  await tab.waitForTotal(BIG_CAPTURE.packets, 120_000);
  await tab.list.focus();
  await tab.press('End');
  await expect.poll(async () => (await tab.paintedRows()).at(-1)?.number.trim(), { timeout: 30_000 }).toBe(String(BIG_CAPTURE.packets));
  const last = (await tab.paintedRows()).at(-1);
  expect(last?.info.trim()).toBe(`${portOf(BIG_CAPTURE.packets)} → 4001 Len=8`);
  await workbench.screenshot(path.join(SCREENSHOTS, 'million-end.png'));
});
