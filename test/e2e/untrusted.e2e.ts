/** A workspace that nobody trusts: captures open, and no kubeconfig is read, whoever names one. */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureCodeServer } from '../../src/build/code-server.ts';
import { installVsix, startCodeServer, type RunningServer } from '../../src/build/code-server-run.ts';
import { vsixPath } from '../../src/build/package.ts';
import { Workbench } from './workbench.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const SCREENSHOTS = path.join(ROOT, 'test-results/screenshots');

let work: string;
let server: RunningServer;
let workbench: Workbench;
/** Made by the programs that the kubeconfigs run. */
const traces = (): readonly string[] => ['of-the-user', 'of-the-folder'].filter((name) => existsSync(path.join(work, name)));

/** A kubeconfig whose credentials come from a program that leaves a trace. */
function kubeconfig(name: string): string {
  const program = path.join(work, `${name}.sh`);
  writeFileSync(program, `#!/bin/sh\ntouch ${path.join(work, name)}\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"x"}}'\n`);
  chmodSync(program, 0o755);
  const file = path.join(work, `${name}.kubeconfig`);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: program, interactiveMode: 'Never' };
  writeFileSync(file, JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': name, contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: 'https://127.0.0.1:9' } }], users: [{ name, user: { exec } }],
  }));
  return file;
}

beforeAll(async () => {
  work = mkdtempSync(path.join(tmpdir(), 'stratoshark-untrusted-'));
  const [profile, folder] = [path.join(work, 'profile'), path.join(work, 'folder')];
  mkdirSync(path.join(folder, '.vscode'), { recursive: true });
  cpSync(path.join(ROOT, 'test/fixtures/demo/shop.pcapng'), path.join(folder, 'shop.pcapng'));
  writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify({ 'stratoshark.kubernetes.kubeconfig': kubeconfig('of-the-folder'), 'stratoshark.agent.image': 'evil:1' }));
  mkdirSync(path.join(profile, 'user-data/Machine'), { recursive: true });
  writeFileSync(path.join(profile, 'user-data/Machine/settings.json'), JSON.stringify({ 'stratoshark.kubernetes.kubeconfig': kubeconfig('of-the-user') }));
  const cs = await ensureCodeServer(console.log);
  const vsix = process.env['STRATOSHARK_VSIX'];
  await installVsix(cs, profile, vsix === undefined || vsix === '' ? vsixPath : vsix);
  // The editor that asks for trust as a tab, not over everything.
  server = await startCodeServer(cs, { profile, folder, asksForTrust: true, settings: { 'workbench.editor.useModal': 'off' } });
  workbench = await Workbench.open(server.url);
}, 180_000);
afterAll(async () => {
  await workbench.close();
  await server.stop();
  rmSync(work, { recursive: true, force: true });
});

test('a capture opens', async () => {
  const tab = await workbench.openCapture('shop.pcapng');
  expect(tab.name).toBe('shop.pcapng');
});

test('no cluster is connected, by the view or by a command: both say why', async () => {
  const { page } = workbench;
  await page.locator('.activitybar .action-label[aria-label^="StratoShark"]').click();
  const welcome = page.locator('.part.sidebar .welcome-view-content');
  await expect.poll(() => welcome.innerText(), { timeout: 20_000 }).toContain('Clusters are connected once you trust this workspace');
  expect(await welcome.innerText()).toContain('Try the Demo');
  await workbench.command('StratoShark: Deploy Agent');
  await page.locator('.notification-toast', { hasText: 'once you trust this workspace' }).waitFor({ timeout: 20_000 });
  await workbench.screenshot(path.join(SCREENSHOTS, 'untrusted.png'));
  expect(traces()).toEqual([]);
});

test('trusted, the kubeconfig of the user is read, and still not the one that the folder names', async () => {
  const { page } = workbench;
  await page.locator('.notification-toast').getByRole('button', { name: 'Manage Workspace Trust' }).click();
  await page.locator('.workspace-trust-editor').getByRole('button', { name: /^Trust/ }).first().click();
  const row = page.locator('.part.sidebar .pane-body .monaco-list-row', { hasText: 'of-the-user' });
  await row.waitFor({ timeout: 60_000 });
  // A click while the tree is drawn anew only selects.
  await expect.poll(async () => {
    if (traces().length === 0) await row.locator('.monaco-tl-twistie.collapsed').click({ timeout: 2000 }).catch(() => undefined);
    return traces();
  }, { interval: 1000, timeout: 30_000 }).toEqual(['of-the-user']);
  expect(await page.locator('.part.sidebar .monaco-list-row', { hasText: 'of-the-folder' }).count()).toBe(0);
});
