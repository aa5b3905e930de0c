/** The capture page on a capture that goes on: real packets over the loopback interface. Needs root. */
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { interfaceRequest, LocalCapture, captureFilterFault, localInterfaces } from '../../src/capture/localCapture.ts';
import type { LiveFiles } from '../../src/features/captureTab.ts';
import { useEnginePages, type EnginePage } from './enginePage.ts';

const command = { script: join(root, 'dist', 'cli.js') };
const kPort = 19_377;
const allowed = process.getuid?.() === 0;
if (!allowed) console.log('skipped: a live capture in the page needs root');

describe.skipIf(!allowed)('a capture on this machine', { timeout: 60_000 }, () => {
  const open = useEnginePages();
  let folder: string;
  let socket: Socket;
  let capture: LocalCapture;
  let page: EnginePage;

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'live-page-')));
    socket = createSocket('udp4');
  });
  afterEach(() => { capture.dispose(); });
  afterAll(() => {
    socket.close();
    rmSync(folder, { recursive: true });
  });

  const send = (port: number): Promise<void> => new Promise((resolve) => { socket.send('packet', port, '127.0.0.1', () => { resolve(); }); });
  async function sendMany(count: number, port = kPort): Promise<void> {
    for (let i = 0; i < count; i++) await send(port);
  }

  async function begin(name: string, filter: string): Promise<void> {
    const file = join(folder, name);
    capture = new LocalCapture(command, { ...interfaceRequest(['lo'], filter), file });
    await capture.started;
    const files: LiveFiles = {
      onChanged: (listener) => capture.onChanged((state) => { listener({ path: file, state }); }),
      stateOf: () => capture.state,
      stop: () => { capture.stop(); },
      pause: (_path, on) => { capture.pause(on); },
      restart: () => Promise.resolve(),
    };
    page = await open(file, 'dark', {}, files);
  }

  const bar = (): Promise<string> => page.page.locator('.live-bar').innerText();
  const numbers = async (): Promise<readonly number[]> => (await page.column(0)).map(Number);
  const until = (what: () => Promise<boolean>): Promise<void> => expect.poll(what).toBe(true);

  test('grows before the eyes, follows the newest packet, lets go of one that is looked at, and stops', async () => {
    await begin('grow.pcapng', `udp dst port ${String(kPort)}`);
    await expect.poll(() => bar()).toMatch(/Capturing on lo \(udp dst port 19377\)/);
    await expect.poll(() => page.page.locator('.list-empty').innerText()).toBe('Waiting for packets…');
    await sendMany(30);
    await until(async () => (await numbers()).at(-1) === 30);
    // Rows stay until later ones are there: at no frame the list is without any, though screens of them come at once.
    const frames = page.page.evaluate(async () => {
      let [all, bare] = [0, 0];
      for (const until = performance.now() + 10_000; performance.now() < until; all++) {
        await new Promise(requestAnimationFrame);
        const rows = [...document.querySelectorAll('.packet:not([hidden])')];
        if (rows.every((row) => row.classList.contains('loading'))) bare++;
        if (rows.some((row) => row.querySelector('.cell--number')?.textContent === '150')) break;
      }
      return { seen: all > 0, bare };
    });
    await sendMany(120);
    expect(await frames).toEqual({ seen: true, bare: 0 });
    await until(async () => (await numbers()).at(-1) === 150);
    await expect.poll(() => bar()).toMatch(/150 packets[\s\S]*0 dropped/);
    // Scrolled up: what is looked at stays, and Follow goes back to the end.
    await page.page.locator('.packets').evaluate((list) => { list.scrollTop = 0; });
    await until(async () => (await numbers())[0] === 1);
    await sendMany(50);
    await until(async () => (await bar()).includes('200 packets'));
    await expect.poll(async () => (await numbers())[0]).toBe(1);
    await page.page.locator('.live-bar vscode-button', { hasText: 'Follow' }).click();
    await until(async () => (await numbers()).at(-1) === 200);
    await page.screenshot('live-capture');
    await page.page.locator('.live-bar vscode-button', { hasText: 'Stop' }).click();
    await until(async () => (await bar()).includes('Captured on lo'));
    await capture.ended;
    expect(capture.state).toMatchObject({ running: false, status: { packets: 200, dropped: 0, reason: 'stopped' } });
    await expect.poll(() => page.page.locator('.live-bar vscode-button:visible').count()).toBe(0);
    expect(statSync(capture.request.file).mode & 0o777).toBe(0o600);
  });

  test('filters while packets come', async () => {
    await begin('filter.pcapng', `udp and (dst port ${String(kPort)} or dst port ${String(kPort + 1)})`);
    await sendMany(20);
    await until(async () => (await numbers()).at(-1) === 20);
    await page.page.locator('.filter-box .monaco-editor').first().click();
    await page.page.keyboard.type(`udp.dstport == ${String(kPort + 1)}`);
    await page.page.keyboard.press('Enter');
    await until(async () => (await page.status()).includes('Displayed: 0'));
    await sendMany(3, kPort + 1);
    await sendMany(10);
    await sendMany(4, kPort + 1);
    await until(async () => (await page.status()).includes('Displayed: 7'));
    await expect.poll(() => numbers()).toEqual([21, 22, 23, 34, 35, 36, 37]);
    await page.page.locator('.live-bar vscode-button', { hasText: 'Stop' }).click();
    await capture.ended;
    await sleep(1500); // the filter is run once more over all
    await expect.poll(() => numbers()).toEqual([21, 22, 23, 34, 35, 36, 37]);
  });

  test('a capture whose process is killed says so, and its packets stay', async () => {
    await begin('killed.pcapng', `udp dst port ${String(kPort)}`);
    await sendMany(30);
    await until(async () => (await numbers()).at(-1) === 30);
    (capture as unknown as { child: { kill(signal: string): void } }).child.kill('SIGKILL');
    await until(async () => (await bar()).includes('The capturing process was ended; what it wrote before is kept.'));
    await expect.poll(async () => (await numbers()).at(-1)).toBe(30);
  });
});

test('interfaces come with their addresses, and a capture filter is judged before it is used', async () => {
  const list = await localInterfaces(command);
  expect(list.find(({ name }) => name === 'lo')).toMatchObject({ loopback: true, up: true, addresses: expect.arrayContaining(['127.0.0.1/8']) as unknown });
  expect(await captureFilterFault(command, 'tcp port 443 and not host 10.0.0.1')).toBe('');
  expect(await captureFilterFault(command, 'tcp port httpx')).toBe("unknown port 'httpx'");
});
