/** The story everyone meets once, in the editor: the rule wants tier=frontend, the pods have tier=web. */
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { shopTraffic } from '../fixtures/generate/shopFlows.ts';
import { PolicyTab } from './policyTab.ts';
import { writePolicies } from './server.ts';
import { THEMES, Workbench, type Theme } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
let workbench: Workbench;
let tab: PolicyTab;

const shot = (name: string): Promise<void> => workbench.screenshot(path.join(SCREENSHOTS, `policy-${name}.png`));

beforeAll(async () => {
  writePolicies(inject('folder'));
  workbench = await Workbench.open(inject('url'));
  await workbench.setTheme('dark');
  tab = new PolicyTab(workbench.page);
  await workbench.openFile('backend-netpol.yaml');
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await shot(`failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(async () => {
  await workbench.close();
});

test('lenses say what policy and rules mean', async () => {
  await expect.poll(() => tab.lenses()).toEqual([
    'Verify', 'selects 1 pod · from files alone', 'show reachability',
    'allows 0 → 1 pod · from files alone',
    'allows 1 → 1 pod · from files alone',
  ]);
  await tab.warned();
});

test('hover on the selector lists what it means', async () => {
  expect(await tab.hover('app: db')).toContain('shop/db-0: app=db, tier=database');
  await shot('hover');
  await workbench.page.keyboard.press('Escape');
});

test('completion offers the labels there are', async () => {
  await tab.clickLine('tier: frontend');
  for (let at = 0; at < 'frontend'.length; at++) await workbench.page.keyboard.press('Backspace');
  await workbench.page.keyboard.press('Control+Space');
  const suggestions = workbench.page.locator('.suggest-widget.visible .monaco-list-row');
  await expect.poll(async () => (await suggestions.allInnerTexts()).map((text) => text.trim().split('\n')[0]?.trim())).toEqual(expect.arrayContaining(['web', 'backend', 'database']));
  await shot('completion');
  await workbench.page.keyboard.press('Escape');
  await workbench.page.keyboard.type('frontend');
  await tab.warned();
});

test('the panel shows who reaches whom, and why', async () => {
  await tab.lens('Verify').click();
  const panel = tab.panel();
  await panel.locator('.matrix-cell.cell-none').first().waitFor({ timeout: 30_000 });
  await expect.poll(() => panel.locator('h1').innerText()).toBe('NetworkPolicy/shop/backend-netpol');
  await expect.poll(() => panel.locator('.label').innerText()).toBe('from files alone');
  await panel.locator('.matrix-cell[aria-label="shop/web-* to shop/api-1: no port"]').click();
  await expect.poll(() => panel.locator('.cell-detail').innerText()).toContain('rule 1: peer needs label tier=frontend, pod has tier=web');
  for (const theme of Object.keys(THEMES) as Theme[]) {
    await workbench.setTheme(theme);
    await panel.locator(`body.${THEMES[theme].bodyClass}`).waitFor();
    await workbench.page.waitForTimeout(500);
    await shot(`panel-${theme}`);
  }
  await workbench.setTheme('dark');
  await panel.locator('.cell-detail a.place').last().click();
  await workbench.page.locator('.editor-instance .view-line', { hasText: 'podSelector' }).first().waitFor();
});

/** Takes an entry of the quick pick in front, once it is listed. */
async function pick(text: string): Promise<void> {
  const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  await row.waitFor({ timeout: 20_000 });
  await row.click();
}

test('explain a flow: two pods and a port, the verdict, the line that decides', async () => {
  const { page } = workbench;
  await workbench.command('StratoShark: Explain a Flow by Network Policies');
  await pick('shop/web-1');
  await pick('shop/api-1');
  await pick('TCP/8080');
  const verdict = page.locator('.quick-input-list .monaco-list-row', { hasText: 'shop/web-1 → shop/api-1 TCP 8080: denied by ingress' });
  await verdict.waitFor({ timeout: 20_000 });
  await shot('explain');
  await expect.poll(() => page.locator('.quick-input-list').innerText()).toContain('rule 1: peer needs label tier=frontend, pod has tier=web');
  await verdict.click();
  // The peer that comes nearest: line 16 of the file, as counted by hand.
  await page.locator('.statusbar-item', { hasText: /Ln 16, Col/ }).waitFor({ timeout: 20_000 });
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
});

test.each(Object.keys(THEMES) as Theme[])('%s: lenses, hover, completion, preview', async (theme) => {
  const { page } = workbench;
  await workbench.setTheme(theme);
  await tab.hover('app: db');
  await page.waitForTimeout(300); // it fades in
  await shot(`hover-${theme}`);
  await tab.clickLine('tier: frontend');
  for (let at = 0; at < 'frontend'.length; at++) await page.keyboard.press('Backspace');
  await page.keyboard.press('Control+Space');
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'web' }).first().waitFor({ timeout: 20_000 });
  await shot(`completion-${theme}`);
  await page.keyboard.press('Escape');
  await page.keyboard.type('frontend');
  await page.keyboard.press('Escape');
  await tab.warned();
  await (await tab.quickFix('Change tier=frontend to tier=web')).click();
  await page.locator('.bulk-edit-panel .monaco-list-row').first().waitFor({ timeout: 20_000 });
  await shot(`preview-${theme}`);
  await page.locator('.monaco-button', { hasText: 'Discard' }).click();
});

test('the quick fix shows its change first, then mends the policy and nothing else', async () => {
  const { page } = workbench;
  await workbench.setTheme('dark');
  await tab.clickLine('tier: frontend');
  const before = await tab.text();
  const widget = await tab.quickFix('Change tier=frontend to tier=web');
  await shot('quick-fix');
  await widget.click();
  const apply = page.locator('.monaco-button', { hasText: 'Apply' });
  await apply.waitFor({ timeout: 20_000 });
  // Nothing is ticked: what needs to be confirmed is, by hand.
  const edit = page.locator('.bulk-edit-panel .monaco-list-row').first();
  await edit.waitFor({ timeout: 20_000 });
  await expect.poll(async () => (await edit.page().locator('.bulk-edit-panel .monaco-list').innerText()).replaceAll('\u00a0', ' ')).toContain('tier: frontendweb');
  await edit.locator('input[type="checkbox"], .monaco-custom-toggle, .monaco-checkbox').first().click();
  await page.waitForTimeout(500);
  await shot('preview');
  await apply.click();
  await workbench.openFile('backend-netpol.yaml');
  await expect.poll(() => tab.text()).toBe(before.replace('tier: frontend', 'tier: web'));
  await expect.poll(() => tab.lenses()).toContain('allows 2 → 1 pod · from files alone');
  await shot('mended');
  const panel = tab.panel();
  await expect.poll(() => panel.locator('.matrix-cell[aria-label="shop/web-* to shop/api-1: some ports"]').count()).toBe(1);
});

test('beside an open capture each edit is tried on its flows, each a link to its packets', async () => {
  const { page } = workbench;
  const flows = String(shopTraffic.length);
  const opened = shopTraffic.filter(({ from, to }) => from.startsWith('web') && to === 'api-1').length;
  const toDatabase = shopTraffic.findIndex(({ from, to }) => from === 'api-1' && to === 'db-0');
  const blocked = shopTraffic.filter(({ from, to }) => from === 'api-1' && to === 'db-0').length;
  // One webview in view: the capture's.
  await page.locator('.tabs-container .tab', { hasText: 'Network policies' }).click({ button: 'middle' });
  const capture = await workbench.openCapture('shop-flows.pcapng');
  await workbench.openFile('backend-netpol.yaml');
  // The policy in force while it was taken, kept in the capture, wanted tier=frontend; the file is mended by now.
  await expect.poll(() => tab.lenses(), { timeout: 30_000 }).toContain(`shop-flows.pcapng: would block 0 of ${flows} captured flows, open ${String(opened)}`);
  // Each rule like a line under test: the mended one is asked for by flows that went unanswered, the other let some through.
  const denied = shopTraffic.filter(({ from, to }) => from === 'api-1' && to === 'dns-1').length;
  await expect.poll(() => tab.lenses()).toEqual(expect.arrayContaining([
    `shop-flows.pcapng: ${String(opened)} flows unanswered`, `shop-flows.pcapng: ${String(blocked)} flows allowed · ${String(denied)} denied`,
  ]));
  await expect.poll(() => tab.gutter(), { timeout: 20_000 }).toEqual(['23', '24', '25', '26', '27', '28'].map((line) => `${line} allowed`));
  await shot('gutter-allowed');
  await tab.lens(/flows allowed · /).click();
  await expect.poll(() => page.locator('.quick-input-list .monaco-list-row', { hasText: 'shop/api-1 → shop/db-0 TCP 5432' }).count()).toBe(blocked);
  expect(await page.locator('.quick-input-list .monaco-list-row', { hasText: 'shop/api-1 → kube-system/dns-1' }).count()).toBe(denied);
  await shot('rule-flows');
  await page.keyboard.press('Escape');
  await tab.addLine('port: 8080', '    - from: [{podSelector: {matchLabels: {tier: nobody}}}]');
  await expect.poll(() => tab.gutter(), { timeout: 20_000 }).toContain('22 unused');
  await tab.clickLine('port: postgres');
  await page.keyboard.type('x');
  const lens = `shop-flows.pcapng: would block ${String(blocked)} of ${flows} captured flows, open ${String(opened)}`;
  await expect.poll(() => tab.lenses(), { timeout: 30_000 }).toContain(lens);
  for (const theme of Object.keys(THEMES) as Theme[]) {
    await workbench.setTheme(theme);
    await tab.lens(/would block/).waitFor();
    await expect.poll(() => tab.gutter(), { timeout: 20_000 }).toEqual(['22 unused', ...['24', '25', '26', '27', '28', '29'].map((line) => `${line} denied`)]);
    await shot(`what-if-${theme}`);
  }
  await tab.lens(/would block/).click();
  const flow = page.locator('.quick-input-list .monaco-list-row', { hasText: 'shop/api-1 → shop/db-0 TCP 5432' }).first();
  await flow.waitFor({ timeout: 20_000 });
  await shot('what-if-flows');
  await flow.click();
  await page.locator('.tabs-container .tab.active', { hasText: 'shop-flows.pcapng' }).waitFor({ timeout: 20_000 });
  // Streams are counted from 0 in the order they begin, which is the order of the generator's list.
  await expect.poll(() => capture.filterText(), { timeout: 20_000 }).toBe(`tcp.stream == ${String(toDatabase)}`);
  await expect.poll(async () => (await capture.paintedRows()).length, { timeout: 20_000 }).toBe(7);
  await shot('what-if-packets');
});
