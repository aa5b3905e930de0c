/**
 * The cluster as the state that the workspace's policies are judged by: chosen, read, and gone. The API server is a small
 * one of the tests; what it holds is counted by hand, and differs from the workspace's files.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { kubeconfig, startFakeApiServer, type FakeApiServer } from '../policy/fakeApiServer.ts';
import { PolicyTab } from './policyTab.ts';
import { writePolicies } from './server.ts';
import { THEMES, Workbench, type Theme } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
let server: FakeApiServer;
let workbench: Workbench;
let tab: PolicyTab;

const shot = (name: string): Promise<void> => workbench.screenshot(path.join(SCREENSHOTS, `policy-state-${name}.png`));

function pod(name: string, tier: string, ip: string): Record<string, unknown> {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { tier } },
    spec: { containers: [{ name: 'main', ports: [{ containerPort: 7070, name: 'grpc' }] }] },
    status: { podIP: ip, phase: 'Running' },
  };
}

/** Three backends; a tier and a port that no file has. */
const OBJECTS = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  ...['1', '2', '3'].map((at) => pod(`backend-${at}`, 'backend', `10.7.0.${at}`)),
  pod('checkout-1', 'checkout', '10.7.0.9'),
];

/** The same with one context more: of a server on whose port nobody listens. */
function withDead(config: string): string {
  return config
    .replace('clusters: [', 'clusters: [{name: gone, cluster: {server: "https://127.0.0.1:9"}}, ')
    .replace('contexts: [', 'contexts: [{name: dead, context: {cluster: gone, user: dev}}, ');
}

beforeAll(async () => {
  // As they were made: tests of policies change them, and in the browser VS Code saves by itself.
  writePolicies(inject('folder'));
  server = await startFakeApiServer({ objects: OBJECTS });
  const machine = path.join(inject('profile'), 'user-data', 'Machine');
  mkdirSync(machine, { recursive: true });
  const file = path.join(inject('profile'), 'policy-state.kubeconfig');
  writeFileSync(file, withDead(kubeconfig(server.url)), { mode: 0o600 });
  writeFileSync(path.join(machine, 'settings.json'), JSON.stringify({ 'stratoshark.kubernetes.kubeconfig': file }));
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
  await server.stop();
  rmSync(path.join(inject('folder'), '.vscode'), { recursive: true, force: true });
  rmSync(path.join(inject('profile'), 'user-data', 'Machine', 'settings.json'), { force: true });
});

async function choose(...entries: readonly string[]): Promise<void> {
  await workbench.command('StratoShark: Choose Cluster State for Policies');
  for (const entry of entries) {
    const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: entry }).first();
    await row.waitFor({ timeout: 20_000 });
    if (entries.at(-1) === entry) await shot('choices');
    await row.click();
  }
}

test('a cluster of the kubeconfig is chosen: its pods count, and every lens says so', async () => {
  await expect.poll(() => tab.lenses()).toContain('selects 1 pod · from files alone');
  await choose('A cluster…', 'fake-dev');
  await expect.poll(() => tab.lenses(), { timeout: 30_000 }).toContain('selects 3 pods · from cluster fake-dev');
  await shot('cluster');
  expect(server.requests.every((line) => line.startsWith('GET '))).toBe(true);
});

/** Asks for what can stand in place of the word that ends a line, and writes the word again. */
async function offers(line: string, typed: string, wanted: readonly string[]): Promise<void> {
  await tab.clickLine(line);
  for (let at = 0; at < typed.length; at++) await workbench.page.keyboard.press('Backspace');
  await workbench.page.keyboard.press('Control+Space');
  const rows = workbench.page.locator('.suggest-widget.visible .monaco-list-row');
  await expect.poll(async () => (await rows.allInnerTexts()).map((text) => text.trim().split('\n')[0]?.trim() ?? '')).toEqual(expect.arrayContaining([...wanted]));
  await shot(`completion-${typed}`);
  await workbench.page.keyboard.press('Escape');
  await workbench.page.keyboard.type(typed);
  await workbench.page.keyboard.press('Escape');
}

test('labels and ports are completed from the cluster', async () => {
  await offers('tier: frontend', 'frontend', ['backend', 'checkout']);
  await offers('port: postgres', 'postgres', ['grpc']);
});

test('a flow is explained by the pods of the cluster', async () => {
  await workbench.command('StratoShark: Explain a Flow by Network Policies');
  await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'shop/checkout-1' }).first().waitFor({ timeout: 20_000 });
  await workbench.page.keyboard.press('Escape');
});

test('a cluster that does not answer: the files alone, and every lens says why', async () => {
  await choose('The files of the workspace');
  await expect.poll(() => tab.lenses(), { timeout: 30_000 }).toContain('selects 1 pod · from files alone');
  await choose('A cluster…', 'dead');
  await expect.poll(() => tab.lenses(), { timeout: 30_000 }).toContain('selects 1 pod · from files alone: cluster dead cannot be read');
  for (const theme of Object.keys(THEMES) as Theme[]) {
    await workbench.setTheme(theme);
    await tab.lens('cannot be read').waitFor();
    await shot(`dead-${theme}`);
  }
  await choose('The files of the workspace');
  await expect.poll(() => tab.lenses(), { timeout: 30_000 }).toContain('selects 1 pod · from files alone');
});
