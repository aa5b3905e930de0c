/**
 * `npm run demo -- --headless-check`: looks at the running demo as a person would, and saves screenshots.
 *   node test/e2e/headlessCheck.ts URL FOLDER-OF-SCREENSHOTS      exit 0: all seen, 1: not (the sentence says what)
 */
import path from 'node:path';
import { Workbench } from './workbench.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const CAPTURE = 'shop.pcapng';
const FILTER = 'tcp.analysis.retransmission';

async function step<T>(what: string, action: () => Promise<T>): Promise<T> {
  const started = Date.now();
  try {
    const result = await action();
    console.log(`ok   ${what} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
  }
}

function need(condition: boolean, sentence: string): void {
  if (!condition) throw new Error(sentence);
}

async function check(workbench: Workbench): Promise<void> {
  const shot = (name: string): Promise<void> => workbench.screenshot(path.join(folder, `${name}.png`));
  // It opens by itself, late, and would cover what was opened before it.
  await step('things to try are shown', () => workbench.page.locator('.tabs-container .tab.active', { hasText: 'README.md' }).waitFor({ timeout: 30_000 }));
  const tab = await step(`opens ${CAPTURE}`, () => workbench.openCapture(CAPTURE));
  const total = await step('rows are painted', async () => {
    await tab.settled();
    const rows = await tab.paintedRows();
    need(rows.length > 5, `only ${rows.length} rows are painted`);
    need(rows.every((row) => row.info.trim() !== '' && row.protocol.trim() !== ''), 'a painted row is empty');
    return tab.total();
  });
  await shot('1-rows');
  await step(`filters by ${FILTER}`, async () => {
    await tab.typeFilter(FILTER, true);
    await tab.frame.locator(`.packets:not([aria-rowcount="${total + 1}"])`).waitFor({ timeout: 20_000 });
    await tab.settled();
    const rows = await tab.paintedRows();
    need(rows.length > 0 && rows.length < total, `${rows.length} of ${total} rows match`);
    need(rows.every((row) => row.info.includes('Retransmission')), 'a row that matches is no retransmission');
  });
  await shot('2-filter');
  await step('selects a packet', async () => {
    await tab.select(Number((await tab.paintedRows())[0]?.number));
    need((await tab.treeLabels()).some((label) => label.startsWith('Transmission Control Protocol')), 'the tree has no TCP');
    need((await tab.bytes()).length > 40, 'no bytes are shown');
  });
  await shot('3-packet');
}

const workbench = await step('the workbench starts', () => Workbench.open(url));
try {
  await check(workbench);
  console.log(`screenshots: ${folder}`);
} catch (error) {
  await workbench.screenshot(path.join(folder, 'failed.png')).catch(() => undefined);
  console.error(`FAILED ${error instanceof Error ? error.message : String(error)}; see ${path.join(folder, 'failed.png')}`);
  process.exitCode = 1;
} finally {
  await workbench.close();
}
