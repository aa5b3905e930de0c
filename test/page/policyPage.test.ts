/** The policy page in Chromium against the real analysis in this process; what is right is worked out by hand. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { serve, type Server } from '../../src/base/rpc.ts';
import type { PanelRequest, PolicyFix, PolicyPageApi, PolicyPageEvents, PolicyPlace } from '../../src/contract/policy.ts';
import type { RequestMessage } from '../../src/contract/rpc.ts';
import { PolicyService } from '../../src/policy/editor/service.ts';
import { hostileTexts } from '../fixtures/generate/hostile.ts';
import { clusterYaml, generateCluster } from '../bench/policyCluster.ts';
import { actingIn } from './acting.ts';
import { sendToPage, takePicture, useBrowser } from './browser.ts';

const root = path.join(import.meta.dirname, '../..');
const fixture = (name: string): string => readFileSync(path.join(root, 'test/fixtures/policy', name), 'utf8');

const own = useBrowser(['policy']);
let page: Page;

interface Opened {
  readonly service: PolicyService;
  /** Places the page asked to be shown, and changes it asked to be previewed. */
  readonly revealed: PolicyPlace[];
  readonly fixes: PolicyFix[];
  readonly changed: () => void;
}

async function open(files: Readonly<Record<string, string>>, request: PanelRequest, theme = 'dark'): Promise<Opened> {
  const service = new PolicyService();
  service.setFiles({ files: Object.entries(files).map(([name, text]) => ({ uri: `file:///w/${name}`, text, open: false })) });
  const revealed: PolicyPlace[] = [];
  const fixes: PolicyFix[] = [];
  page = await own.newPage(1100, 700);
  let receive: (message: RequestMessage<PolicyPageApi>) => void = () => undefined;
  const host: Server<PolicyPageEvents> = serve<PolicyPageApi, PolicyPageEvents>({
    send: (message) => { void sendToPage(page, message); },
    onMessage: (listener) => { receive = listener; },
  }, {
    start: () => service.panel(request),
    cells: (asked) => service.cells(asked),
    cell: (asked) => service.cell(asked),
    reveal: (place) => { revealed.push(place); },
    applyFix: (fix) => { fixes.push(fix); },
  });
  await page.exposeFunction('hostSend', (json: string) => { receive(JSON.parse(json) as RequestMessage<PolicyPageApi>); });
  await page.exposeFunction('hostKey', () => undefined);
  await page.goto(own.browser.url('policy', { theme }));
  await page.locator('.matrix-cell:not(.cell-unknown), .note-bar:not([hidden])').first().waitFor();
  return { service, revealed, fixes, changed: () => { host.emit('changed', service.panel(request)); } };
}

const shop = { 'shop.yaml': fixture('shop.yaml'), 'backend-netpol.yaml': fixture('backend-netpol.yaml'), 'assertions.yaml': fixture('assertions.yaml') };
const about = { uri: 'file:///w/backend-netpol.yaml', policy: 'NetworkPolicy/shop/backend-netpol' };
const cell = (from: string, to: string) => page.locator(`.matrix-cell[aria-label^="${from} to ${to}:"]`);
const tab = (name: string) => page.locator('vscode-panel-tab', { hasText: name });
const shot = (name: string): Promise<void> => takePicture(page, `page/policy-${name}`);

test('cells say by sign and by word what passes', async () => {
  await open(shop, about);
  await expect.poll(() => page.locator('h1').innerText()).toBe('NetworkPolicy/shop/backend-netpol');
  await expect.poll(() => page.locator('header').innerText()).toContain('from files alone');
  await expect.poll(() => cell('shop/web-*', 'shop/api-1').innerText()).toBe('✕');
  await expect.poll(() => cell('shop/api-1', 'shop/db-0').innerText()).toBe('◐');
  await expect.poll(() => cell('shop/web-*', 'shop/db-0').innerText()).toBe('✓');
  await expect.poll(() => cell('shop/web-*', 'shop/db-0').getAttribute('aria-label')).toBe('shop/web-* to shop/db-0: all ports');
  await expect.poll(() => page.locator('.matrix-row-head.selected').innerText()).toContain('shop/api-1');
});

test('a cell says why, shows the line and offers the change', async () => {
  const { revealed, fixes } = await open(shop, about);
  await cell('shop/web-*', 'shop/api-1').click();
  await expect.poll(() => page.locator('.cell-detail').innerText()).toContain('rule 1: peer needs label tier=frontend, pod has tier=web');
  await page.locator('.cell-detail a.place', { hasText: 'backend-netpol.yaml:16' }).click();
  await expect.poll(() => revealed).toMatchObject([{ uri: 'file:///w/backend-netpol.yaml', range: { start: { line: 15 } } }]);
  await page.locator('.cell-detail .fix vscode-button').click();
  await expect.poll(() => fixes.length).toBe(1);
  expect(fixes[0]?.edits[0]?.text).toContain('tier: web');
});

test('keys move through the matrix and choose', async () => {
  await open(shop, about);
  await page.locator('.matrix').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  await expect.poll(() => page.locator('.cell-detail h2').innerText()).toBe('shop/web-* → shop/db-0');
  await expect.poll(() => page.locator('.matrix').getAttribute('aria-activedescendant')).toBe('cell-3-2');
});

test('findings and assertions, each with its line', async () => {
  const { revealed } = await open(shop, about);
  await tab('Findings').click();
  await expect.poll(() => page.locator('.finding').count()).toBe(4);
  await page.locator('.finding', { hasText: 'tier=web: is that meant?' }).locator('a.place').click();
  await expect.poll(() => revealed[0]?.range.start.line).toBe(17);
  await tab('Assertions').click();
  await expect.poll(() => page.locator('.assertion.status-violated').count()).toBe(2);
  await expect.poll(() => page.locator('.assertion.status-holds').count()).toBe(4);
  await expect.poll(() => page.locator('.assertion').first().innerText()).toContain('shop/web-1 → shop/api-1 TCP 8080: denied by ingress');
});

test('it follows the files', async () => {
  const { service, changed } = await open(shop, about);
  await cell('shop/web-*', 'shop/api-1').click();
  await expect.poll(() => page.locator('.cell-detail').innerText()).toContain('denied by ingress');
  service.setFiles({ files: [{ uri: about.uri, text: shop['backend-netpol.yaml'].replace('tier: frontend', 'tier: web'), open: true }] });
  changed();
  await expect.poll(() => cell('shop/web-*', 'shop/api-1').innerText()).toBe('◐');
  // The explanation follows too: 8080 is allowed by now, and there is no old change left to preview for it.
  await expect.poll(() => page.locator('.cell-detail').innerText()).toContain('shop/web-1 → shop/api-1 TCP 8080: allowed');
  service.setFiles({ files: [{ uri: 'file:///w/shop.yaml', text: undefined, open: false }] });
  changed();
  await expect.poll(() => page.locator('.cell-detail').innerText()).toBe('Choose a cell to see which lines decide.');
});

test('thousands of groups: a few cells exist, ends are reached, groups are found', async () => {
  const large = clusterYaml(generateCluster({ namespaces: 200, podsPerNamespace: 50, policiesPerNamespace: 5, nodes: 100 }));
  await open({ 'cluster.yaml': large }, { uri: '', policy: '' });
  const groups = Number(await page.locator('.matrix').getAttribute('aria-rowcount'));
  expect(groups).toBeGreaterThan(1500);
  await expect.poll(() => page.locator('.matrix-cell').count()).toBeLessThan(1500);
  await page.locator('.matrix').focus();
  await page.keyboard.press('Control+End');
  await expect.poll(() => page.locator('.matrix').getAttribute('aria-activedescendant')).toBe(`cell-${String(groups - 1)}-${String(groups - 1)}`);
  await expect.poll(() => page.locator('.matrix-cell.cell-unknown').count()).toBe(0);
  await shot('large');
  await page.locator('.group-filter').fill('ns-17/');
  await expect.poll(() => page.locator('.shown').innerText()).toMatch(/^\d+ of /);
  await expect.poll(async () => (await page.locator('.matrix-row-head .group-name').allInnerTexts()).every((name) => name.startsWith('ns-17/'))).toBe(true);
});

test('markup in names is text', async () => {
  const evil = 'apiVersion: v1\nkind: Pod\nmetadata: {name: "<img src=x onerror=alert(1)>", namespace: shop, labels: {tier: backend}}\n';
  await open({ ...shop, 'evil.yaml': evil }, about);
  await expect.poll(() => page.locator('.matrix img').count()).toBe(0);
  await expect.poll(() => page.locator('.matrix-row-head', { hasText: '<img' }).count()).toBe(1);
});

test('without pods it says what to do', async () => {
  await open({ 'backend-netpol.yaml': shop['backend-netpol.yaml'] }, about);
  await expect.poll(() => page.locator('.note-bar').innerText()).toContain('No pod is known');
});

test.each(['dark', 'light', 'high-contrast'])('%s: a picture of each part', async (theme) => {
  await open(shop, about, theme);
  await cell('shop/web-*', 'shop/api-1').click();
  await page.locator('.explanation').first().waitFor();
  await shot(`matrix-${theme}`);
  await tab('Assertions').click();
  await page.locator('.assertion').first().waitFor();
  await shot(`assertions-${theme}`);
  await tab('Findings').click();
  await page.locator('.finding').first().waitFor();
  await shot(`findings-${theme}`);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});

test.each(Object.entries(hostileTexts))('names of files, policies, pods and labels that would act: %s', async (_what, text) => {
  const name = JSON.stringify(text);
  const yaml = `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${name}, labels: {app: ${name}}}
spec: {containers: [{name: ${name}, ports: [{name: ${name}, containerPort: 80}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: ${name}}
spec: {podSelector: {matchLabels: {app: ${name}}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: ${name}}}}], ports: [{port: ${name}}]}]}
`;
  await open({ 'hostile.yaml': yaml }, { uri: 'file:///w/hostile.yaml', policy: `NetworkPolicy/${text}/${text}` });
  expect(await actingIn(page)).toEqual([]);
  await page.locator('.matrix-cell').first().click();
  await page.locator('.cell-detail h2').waitFor();
  expect(await actingIn(page)).toEqual([]);
  await tab('Findings').click();
  await page.locator('.findings li').first().waitFor();
  expect(await actingIn(page)).toEqual([]);
  await expect.poll(() => page.locator('body').innerText()).toContain(text.slice(0, 4).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\\u').slice(0, 2));
});
