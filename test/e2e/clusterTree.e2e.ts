/** The cluster tree in the workbench, on a real API server; names come from kubectl's answers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { ApiServer } from '../cluster/apiServer.ts';
import { whyNot } from '../lab/suite.ts';
import { Workbench } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');

// The API server comes with the lab's programs.
const reason = await whyNot();

describe.skipIf(reason !== undefined)(reason === undefined ? 'the cluster tree' : `the cluster tree (${reason})`, () => {
  let server: ApiServer;
  let workbench: Workbench;
  beforeAll(async () => {
    server = await ApiServer.start();
    await server.populate();
    const machine = path.join(inject('profile'), 'user-data', 'Machine');
    mkdirSync(machine, { recursive: true });
    writeFileSync(path.join(machine, 'settings.json'), JSON.stringify({ 'stratoshark.kubernetes.kubeconfig': server.kubeconfig }));
    workbench = await Workbench.open(inject('url'));
  }, 300_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
  });
  afterAll(async () => {
    await workbench.close();
    server.stop();
  });

  const rows = () => workbench.page.locator('.part.sidebar .pane-body .monaco-list-row');
  const row = (label: string) => rows().filter({ has: workbench.page.locator('.label-name', { hasText: new RegExp(`^${label}$`) }) });

  /** Opens a row until one is below it: a click while the tree is drawn anew only selects. */
  async function expand(label: string, below: string): Promise<void> {
    await expect.poll(async () => {
      if (await row(below).count() > 0) return true;
      await row(label).first().locator('.monaco-tl-twistie.collapsed').click({ timeout: 2000 }).catch(() => undefined);
      return false;
    }, { interval: 1000, timeout: 30_000 }).toBe(true);
  }

  test('contexts, namespaces, workloads down to the containers, as kubectl lists them', async () => {
    const { page } = workbench;
    await page.locator('.activitybar .action-label[aria-label^="StratoShark"]').click();
    await row(server.context).waitFor({ timeout: 30_000 });
    await expand(server.context, 'production');
    await expand('production', 'Workloads');
    await expand('Workloads', 'web');
    const [pod = ''] = (await server.kubectl(['get', 'pods', '-n', 'production', '-l', 'app=web', '-o', 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}'])).trim().split('\n');
    await expand('web', pod);
    await workbench.screenshot(path.join(SCREENSHOTS, 'cluster-tree-light.png'));
  });

  test('a policy opens as YAML that cannot be written, with what it means above it', async () => {
    const { page } = workbench;
    await expand('Network Policies', 'guard');
    await row('guard').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Open YAML' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.tabs-container .tab.active', { hasText: 'guard' }).waitFor({ timeout: 20_000 });
    await expect.poll(() => page.locator('.monaco-editor .view-lines').first().innerText(), { timeout: 20_000 }).toMatch(/kind:\s*NetworkPolicy/);
    await expect.poll(() => page.locator('.codelens-decoration').allInnerTexts(), { timeout: 30_000 }).toEqual(expect.arrayContaining([expect.stringContaining('Verify')]));
    await workbench.screenshot(path.join(SCREENSHOTS, 'cluster-policy-yaml.png'));
  });
});
