/** The bar of a cluster's capture with more to say than there is room for, as the capture's process would tell it, in every theme. */
import { describe, expect, test } from 'vitest';
import type { LiveState } from '../../src/contract/live.ts';
import type { LiveFiles } from '../../src/features/captureTab.ts';
import { useEnginePages } from './enginePage.ts';

const source = `pod production/${'recommendation-service-'.repeat(5)}6d9c8b5f4-abc12`;
const nodeName = (at: number): string => `ip-10-0-101-${at}.eu-central-1.compute.internal`;
const message = `${nodeName(7)}: You may not exec into the agent of ${nodeName(7)}: ask for the verbs get and create on pods/exec in the namespace monitoring.`;
const state: LiveState = {
  running: true, source, filter: 'k8s.pod.name == recommendation', packetsPerSecond: 98_765,
  status: {
    state: 'running', milliseconds: 754_000, packets: 1_234_567, bytes: 1e9, dropped: 12, file: '', files: 1, fileBytes: 1e9, leftOut: 0, message,
    nodes: Array.from({ length: 12 }, (_unused, at) => ({ name: nodeName(at), state: at === 7 ? 'failed' as const : 'running' as const, packets: 1, dropped: 0, paused: 0 })),
  },
};

const running: LiveFiles = { onChanged: () => ({ dispose: () => undefined }), stateOf: () => state, stop: () => undefined, pause: () => undefined, restart: () => Promise.resolve() };

describe('the bar of a live capture', { timeout: 30_000 }, () => {
  const open = useEnginePages();

  test.each(['dark', 'light', 'high-contrast'] as const)('keeps figures and buttons in view; what is cut off is in the tooltip, what went wrong is whole: %s', async (theme) => {
    const opened = await open('arp.pcap', theme, {}, running);
    const { page } = opened;
    const bar = page.locator('.live-bar');
    await expect.poll(() => bar.locator('.live-message').innerText()).toBe(message);
    const bare = await bar.locator('.live-lost').evaluate((one) => one.getBoundingClientRect().height);
    for (const width of [1300, 800]) {
      await page.setViewportSize({ width, height: 600 });
      await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
      for (const one of [bar.locator('.live-figures'), bar.locator('.live-lost'), ...['Pause', 'Stop'].map((text) => bar.locator('vscode-button', { hasText: text }))]) {
        const box = await one.boundingBox();
        expect((box?.x ?? width) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
        expect(await one.evaluate((shown) => shown.scrollWidth <= shown.clientWidth + 1)).toBe(true);
      }
      // One line, whatever is in it.
      expect((await bar.locator('.live-row').boundingBox())?.height).toBeLessThan(2 * bare + 8);
      const [name, nodes] = [bar.locator('.live-source'), bar.locator('.live-nodes')];
      for (const one of [name, nodes]) expect(await one.evaluate((shown) => [shown.scrollWidth > shown.clientWidth, getComputedStyle(shown).textOverflow])).toEqual([true, 'ellipsis']);
      expect(await name.getAttribute('title')).toContain(source);
      expect((await nodes.getAttribute('title'))?.split('\n')).toContain(`${nodeName(7)} failed`);
      expect((await name.boundingBox())?.width).toBeGreaterThan(100);
      expect((await nodes.boundingBox())?.width).toBeGreaterThan(60);
      const told = bar.locator('.live-message');
      expect(await told.evaluate((shown) => shown.scrollWidth <= shown.clientWidth)).toBe(true);
      await opened.screenshot(`live-bar-long-${theme}-${width}`);
    }
  });

  test('a capture with packets before its page is there is followed all the same', async () => {
    const { page } = await open('../demo/shop.pcapng', 'dark', {}, running);
    await expect.poll(() => page.locator('.packet:not([hidden])').filter({ hasText: '45000 → 5432' }).last().locator('.cell--number').innerText()).toBe('287');
    await expect.poll(() => page.locator('.live-bar vscode-button', { hasText: 'Follow' }).isVisible()).toBe(false);
  });
});
