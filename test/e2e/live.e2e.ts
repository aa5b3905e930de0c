/** "Capture on this machine…" as a user does it: choose, filter, watch rows come, filter, stop, close while it runs. Needs root. */
import { createSocket, type Socket } from 'node:dgram';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { CaptureTab } from './captureTab.ts';
import { Workbench } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
const allowed = process.getuid?.() === 0;
if (!allowed) console.log('skipped: "Capture on this machine" in the workbench needs root');
const kPort = 19_411;

describe.skipIf(!allowed)('capture on this machine', () => {
  let workbench: Workbench;
  let socket: Socket;
  beforeAll(async () => {
    socket = createSocket('udp4');
    workbench = await Workbench.open(inject('url'));
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
  });
  afterAll(async () => {
    socket.close();
    await workbench.close();
  });

  async function sendMany(count: number, port = kPort): Promise<void> {
    for (let i = 0; i < count; i++) await new Promise((resolve) => { socket.send('packet', port, '127.0.0.1', resolve); });
  }

  /** Goes through the two steps of the command; answers the tab of the capture. */
  async function begin(filter: string): Promise<CaptureTab> {
    const { page } = workbench;
    await workbench.command('StratoShark: Capture on this machine');
    const pick = page.locator('.quick-input-list .monaco-list-row', { hasText: '127.0.0.1/8' });
    await pick.waitFor({ timeout: 20_000 });
    // By keyboard alone: without a check Enter takes the highlighted one; the next time it is checked as it was chosen before.
    await page.locator('.quick-input-widget input[placeholder^="Interfaces"]').fill('127.0.0.1/8');
    await page.locator('.quick-input-list .monaco-list-row').nth(1).waitFor({ state: 'detached', timeout: 20_000 });
    await page.keyboard.press('ArrowDown');
    await page.locator('.quick-input-list .monaco-list-row.focused').waitFor({ timeout: 20_000 });
    await page.keyboard.press('Enter');
    const input = page.locator('.quick-input-widget input[placeholder^="host, net"]');
    await input.waitFor({ timeout: 20_000 });
    await input.fill('udp port httpx');
    await page.locator('.quick-input-message', { hasText: "unknown port 'httpx'" }).waitFor({ timeout: 20_000 });
    await input.fill(filter);
    await page.locator('.quick-input-message', { hasText: 'unknown port' }).waitFor({ state: 'detached', timeout: 20_000 });
    // Not taken while the text is being judged.
    await expect.poll(async () => {
      await page.keyboard.press('Enter');
      return input.isVisible();
    }, { interval: 500 }).toBe(false);
    await page.locator('.tabs-container .tab.active', { hasText: /^lo \d{4}-.*\.pcapng/ }).waitFor({ timeout: 30_000 });
    const tab = new CaptureTab(page, 'lo ');
    await tab.frame.locator('.live-bar.running').waitFor({ timeout: 60_000 });
    return tab;
  }

  test('rows come as packets do; a filter applies meanwhile; Stop keeps the file', async () => {
    const tab = await begin(`udp and (dst port ${String(kPort)} or dst port ${String(kPort + 1)})`);
    await sendMany(120);
    await tab.waitForTotal(120);
    await expect.poll(async () => (await tab.paintedRows()).at(-1)?.number).toBe('120');
    await workbench.page.locator('.statusbar-item', { hasText: 'lo: 120 packets' }).waitFor();
    await workbench.screenshot(path.join(SCREENSHOTS, 'live-capture.png'));
    await tab.typeFilter(`udp.dstport == ${String(kPort + 1)}`, true);
    await tab.waitForTotal(0);
    await sendMany(4, kPort + 1);
    await sendMany(10);
    await tab.waitForTotal(4);
    await tab.frame.locator('.live-bar vscode-button', { hasText: 'Stop' }).click();
    await tab.frame.locator('.live-bar:not(.running)', { hasText: 'Captured on lo' }).waitFor();
    await expect.poll(() => tab.frame.locator('.live-bar').innerText()).toMatch(/134 packets[\s\S]*0 dropped/);
    await workbench.page.locator('.statusbar-item', { hasText: 'lo: ' }).waitFor({ state: 'detached' });
    await workbench.closeAll();
  });

  test('closing its editor asks what becomes of it, and can end it', async () => {
    await begin(`udp dst port ${String(kPort)}`);
    await workbench.closeAll();
    const toast = workbench.page.locator('.notification-toast', { hasText: 'The capture on lo goes on and writes lo ' });
    await toast.waitFor();
    await toast.locator('.monaco-button', { hasText: 'Stop Capturing' }).click();
    await workbench.page.locator('.statusbar-item', { hasText: 'lo: ' }).waitFor({ state: 'detached' });
  });
});
