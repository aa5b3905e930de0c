/**
 * Measures the capture page in Chromium on ten million generated rows: time between frames while the list is
 * scrolled. Exits 1 when a budget is missed.
 * Run it: npm run exec -- node test/bench/scroll.ts
 */
import { chromium, type CDPSession, type Page } from 'playwright-core';
import { serveDevPage } from '../../src/build/devPage.ts';

const kRows = 10_000_000;
/**
 * Milliseconds allowed between frames (half of them at 60 Hz, 19 of 20 at 30 Hz), and of the page's own CPU time
 * per frame: the latter holds on a busy machine too.
 */
const kBudget = { p50: 17.5, p95: 34, cpu: 8 };

interface Frames {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly cpu: number;
}

/** CPU seconds that the page's main thread has used. */
async function threadTime(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN;
}

/** Runs the scripted motion in the page, one step per frame, and gives the times between frames. */
async function frames(page: Page, cdp: CDPSession, motion: 'wheel' | 'fling' | 'drag', steps: number): Promise<Frames> {
  const before = await threadTime(cdp);
  const times = await page.evaluate(async ([kind, count]) => {
    const list = document.querySelector<HTMLElement>('.packets');
    if (list === null) {
      throw new Error('no packet list');
    }
    const frame = (): Promise<number> => new Promise((resolve) => { requestAnimationFrame(resolve); });
    const between: number[] = [];
    let last = await frame();
    for (let step = 0; step < count; step++) {
      if (kind === 'drag') {
        list.scrollTop = (step / count) * (list.scrollHeight - list.clientHeight);
      } else {
        list.dispatchEvent(new WheelEvent('wheel', { deltaY: kind === 'wheel' ? 60 : 2000, cancelable: true, bubbles: true }));
      }
      const now = await frame();
      between.push(now - last);
      last = now;
    }
    return between;
  }, [motion, steps] as const);
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1));
  const cpu = Number(((1000 * (await threadTime(cdp) - before)) / steps).toFixed(1));
  return { p50: at(0.5), p95: at(0.95), max: at(1), cpu };
}

const failures: string[] = [];
const server = await serveDevPage(0);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(`${server.url}?rows=${String(kRows)}&indexing=0`);
  await page.locator('.packet .cell--info', { hasText: 'GET' }).first().waitFor();
  await page.locator('.filter-box .monaco-editor').first().waitFor();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  for (const motion of ['wheel', 'fling', 'drag'] as const) {
    const { p50, p95, max, cpu } = await frames(page, cdp, motion, 240);
    console.info(`${motion}: ms between frames p50 ${String(p50)}, p95 ${String(p95)}, max ${String(max)}; CPU ms per frame ${String(cpu)}`);
    if (p50 > kBudget.p50 || p95 > kBudget.p95 || !(cpu <= kBudget.cpu)) {
      failures.push(`${motion} is slower than ${JSON.stringify(kBudget)}`);
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
failures.forEach((failure) => { console.error(failure); });
process.exitCode = failures.length > 0 ? 1 : 0;
