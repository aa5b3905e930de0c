/** The cluster tree and its actions in the workbench, on a real API server; names come from kubectl's answers. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { ApiClient } from '../../src/cluster/apiClient.ts';
import { ApiServer } from '../cluster/apiServer.ts';
import { whyNot } from '../lab/suite.ts';
import { Workbench } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');

// The API server comes with the lab's programs.
const reason = await whyNot();

/** The same cluster once more, as an account that may do nothing. */
function twoAccounts(text: string): string {
  const config = JSON.parse(text) as { users: { name: string; user: object }[]; contexts: { name: string; context: { cluster: string; user: string } }[] };
  const [user, context] = [config.users[0], config.contexts[0]];
  if (user === undefined || context === undefined) throw new Error('the kubeconfig is empty');
  config.users.push({ name: 'viewer', user: { ...user.user, as: 'viewer' } });
  config.contexts.push({ name: 'viewer', context: { cluster: context.context.cluster, user: 'viewer' } });
  return JSON.stringify(config);
}

describe.skipIf(reason !== undefined)(reason === undefined ? 'the cluster tree' : `the cluster tree (${reason})`, () => {
  let server: ApiServer;
  let workbench: Workbench;
  const kubeconfig = (): string => `${server.kubeconfig}.both`;
  beforeAll(async () => {
    server = await ApiServer.start();
    await server.populate();
    writeFileSync(kubeconfig(), twoAccounts(readFileSync(server.kubeconfig, 'utf8')), { mode: 0o600 });
    const machine = path.join(inject('profile'), 'user-data', 'Machine');
    mkdirSync(machine, { recursive: true });
    writeFileSync(path.join(machine, 'settings.json'), JSON.stringify({ 'stratoshark.kubernetes.kubeconfig': kubeconfig() }));
    workbench = await Workbench.open(inject('url'));
  }, 300_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
  });
  afterAll(async () => {
    await workbench.close();
    server.stop();
    rmSync(path.join(inject('profile'), 'user-data', 'Machine', 'settings.json'), { force: true });
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
    await menu('guard', 'Open YAML');
    await page.locator('.tabs-container .tab.active', { hasText: 'guard' }).waitFor({ timeout: 20_000 });
    await expect.poll(() => page.locator('.monaco-editor .view-lines').first().innerText(), { timeout: 20_000 }).toMatch(/kind:\s*NetworkPolicy/);
    await expect.poll(() => page.locator('.codelens-decoration').allInnerTexts(), { timeout: 30_000 }).toEqual(expect.arrayContaining([expect.stringContaining('Verify')]));
    // Judged by the cluster it comes from, not by the files of the workspace: kubectl counts the pods.
    const selected = (await server.kubectl(['get', 'pods', '-n', 'production', '-l', 'app in (web),tier notin (none)', '-o', 'name'])).trim().split('\n');
    const lenses = async (): Promise<readonly string[]> => (await page.locator('.codelens-decoration').allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' '));
    await expect.poll(lenses, { timeout: 30_000 }).toEqual(expect.arrayContaining([expect.stringContaining(`selects ${String(selected.length)} pods · from cluster ${server.context}`)]));
    await workbench.screenshot(path.join(SCREENSHOTS, 'cluster-policy-yaml.png'));
  });

  test('a click on a row counts once, also while rows beside it change ten times a second', async () => {
    const client = ApiClient.open(undefined, server.kubeconfig);
    const pods = Array.from({ length: 6 }, (_one, at) => `still-${at}`);
    await server.kubectl(['create', 'namespace', 'busy']);
    for (const name of [...pods, 'flapping']) {
      await client.write({ method: 'POST', path: '/api/v1/namespaces/busy/pods', body: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: `in-${name}`, image: 'x' }] } } });
    }
    await row('production').first().locator('.monaco-tl-twistie').click();
    await expand('busy', 'Workloads');
    await row('flapping').waitFor();
    let restarts = 0;
    const timer = setInterval(() => {
      const status = { containerStatuses: [{ name: 'in-flapping', image: 'x', imageID: '', ready: true, restartCount: ++restarts, state: { running: {} } }], phase: restarts % 2 === 0 ? 'Running' : 'Pending' };
      void client.write({ method: 'PATCH', path: '/api/v1/namespaces/busy/pods/flapping/status', body: { status }, contentType: 'application/merge-patch+json' }).catch(() => undefined);
    }, 100);
    try {
      await expect.poll(() => row('flapping').innerText()).toContain('Pending');
      for (const until = restarts + 20; restarts < until;) {
        for (const name of pods) {
          await row(name).locator('.monaco-tl-twistie').click();
          await row(`in-${name}`).waitFor({ timeout: 15_000 });
          await row(name).locator('.monaco-tl-twistie').click();
          await row(`in-${name}`).waitFor({ state: 'detached', timeout: 15_000 });
        }
      }
    } finally {
      clearInterval(timer);
    }
    await row('busy').locator('.monaco-tl-twistie').click();
    await expand('production', 'Network Policies');
    await expand('Network Policies', 'guard');
  });

  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  const toast = (text: string | RegExp) => workbench.page.locator('.notification-toast', { hasText: text });
  /** Runs an entry of a row's menu. */
  async function menu(label: string, entry: string): Promise<void> {
    await row(label).first().click({ button: 'right' });
    const item = workbench.page.getByRole('menuitem', { name: entry });
    await item.waitFor();
    await item.hover();
    await workbench.page.keyboard.press('Enter');
  }
  async function pick(text: string): Promise<void> {
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  const ofAgent = async (path: string): Promise<string> => server.kubectl(['get', 'daemonset', 'stratoshark', '-n', 'monitoring', '-o', `jsonpath={${path}}`]);
  /** What the controller and a kubelet would do. */
  async function settle(ready: number): Promise<void> {
    await server.kubectl(['patch', 'daemonset', 'stratoshark', '-n', 'monitoring', '--subresource=status', '--type=merge', '-p', JSON.stringify({
      status: { observedGeneration: Number(await ofAgent('.metadata.generation')), desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1, numberMisscheduled: 0, numberReady: ready, numberAvailable: ready },
    })]);
  }

  test('deploying shows the manifests, asks, applies what was shown and follows the rollout; the node then has its agent', async () => {
    const { page } = workbench;
    await menu(server.context, 'Deploy Agent');
    await pick('Held to namespaces');
    await dialog().waitFor({ timeout: 30_000 });
    expect(await dialog().innerText()).toMatch(/Apply this to .*Create Namespace monitoring.*Create ValidatingAdmissionPolicy stratoshark-exec.*Create DaemonSet monitoring\/stratoshark/s);
    await workbench.screenshot(path.join(SCREENSHOTS, 'agent-deploy-confirm.png'));
    await expect(server.kubectl(['get', 'namespace', 'monitoring'])).rejects.toThrow('not found');
    await dialog().getByRole('button', { name: 'Look First' }).click();
    await expect.poll(() => page.locator('.monaco-editor .view-lines').first().innerText()).toMatch(/kind:\s*Namespace/);
    await toast('Apply this to').waitFor();
    await workbench.screenshot(path.join(SCREENSHOTS, 'agent-deploy-manifests.png'));
    await toast('Apply this to').getByRole('button', { name: 'Apply' }).click();
    await toast('0 of 0 nodes ready').waitFor({ timeout: 30_000 });
    const template = JSON.parse(await server.kubectl(['get', 'daemonset', 'stratoshark', '-n', 'monitoring', '-o', 'jsonpath={.spec.template}'])) as { readonly metadata: object; readonly spec: object };
    await server.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name: 'stratoshark-x1', namespace: 'monitoring' }, spec: { ...template.spec, nodeName: 'worker-1', serviceAccountName: undefined } }));
    const status = async (one: object): Promise<string> => server.kubectl(['patch', 'pod', 'stratoshark-x1', '-n', 'monitoring', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { phase: 'Running', containerStatuses: [{ name: 'agent', image: 'agent', imageID: '', restartCount: 0, ...one }] } })]);
    await status({ ready: false, state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } });
    await settle(0);
    await toast(/0 of 1 nodes ready. Node worker-1 cannot get the image/).waitFor({ timeout: 20_000 });
    await workbench.screenshot(path.join(SCREENSHOTS, 'agent-deploy-stuck.png'));
    await status({ ready: true, state: { running: {} } });
    await settle(1);
    await toast('The agent runs on 1 of 1 nodes').waitFor({ timeout: 20_000 });
    await expand('Nodes', 'worker-1');
    await expect.poll(() => row('worker-1').innerText()).toContain('agent ready');
  }, 120_000);

  test('upgrading shows now against then, names what it takes over from others, asks and follows the rollout', async () => {
    const { page } = workbench;
    const image = await ofAgent('.spec.template.spec.containers[0].image');
    await server.kubectl(['set', 'image', 'daemonset/stratoshark', '-n', 'monitoring', 'agent=theirs:1']);
    await workbench.command('Notifications: Clear All Notifications');
    await menu('worker-1', 'Upgrade Agent');
    await dialog().waitFor({ timeout: 30_000 });
    const asked = await dialog().innerText();
    expect(asked).toMatch(/Change DaemonSet monitoring\/stratoshark.*Taken over from others:.*image.*kubectl-set/s);
    expect(asked).not.toContain('Create ');
    await dialog().getByRole('button', { name: 'Look First' }).click();
    await page.locator('.tabs-container .tab.active', { hasText: 'now ↔ then' }).waitFor();
    // Down, until the image's line is in view.
    const original = page.locator('.monaco-diff-editor .editor.original .view-lines').first();
    await expect.poll(async () => {
      // Where it is now: it is laid out once both texts are there.
      await page.locator('.monaco-diff-editor .editor.original').hover({ position: { x: 100, y: 100 }, timeout: 5000 });
      await page.mouse.wheel(0, 300);
      return original.innerText();
    }).toMatch(/theirs:1/);
    await workbench.screenshot(path.join(SCREENSHOTS, 'agent-upgrade-diff.png'));
    expect(await ofAgent('.spec.template.spec.containers[0].image')).toBe('theirs:1');
    await toast('Apply this to').getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => ofAgent('.spec.template.spec.containers[0].image'), { timeout: 20_000 }).toBe(image);
    await settle(1);
    await toast('The agent runs on 1 of 1 nodes').waitFor({ timeout: 20_000 });
  }, 60_000);

  test('its status is told per node; removing asks and leaves the namespace', async () => {
    const { page } = workbench;
    await menu('worker-1', 'Show Agent Status');
    const list = page.locator('.quick-input-widget');
    await expect.poll(() => list.innerText(), { timeout: 20_000 }).toMatch(/1 of 1 agents ready.*worker-1.*ready · version .* · stratoshark-x1/s);
    await workbench.screenshot(path.join(SCREENSHOTS, 'agent-status.png'));
    await page.keyboard.press('Escape');
    await menu('Nodes', 'Remove Agent');
    await dialog().waitFor({ timeout: 20_000 });
    expect(await dialog().innerText()).toMatch(/Delete DaemonSet stratoshark.*The namespace monitoring.*stay/s);
    await dialog().getByRole('button', { name: 'Remove' }).click();
    // No garbage collector runs here: the pod is taken by hand.
    await server.kubectl(['delete', 'pod', 'stratoshark-x1', '-n', 'monitoring', '--grace-period=0', '--force']);
    await toast('The agent is removed').waitFor({ timeout: 20_000 });
    await expect(server.kubectl(['get', 'daemonset', 'stratoshark', '-n', 'monitoring'])).rejects.toThrow('not found');
    expect(await server.kubectl(['get', 'namespace', 'monitoring', '-o', 'name'])).toContain('monitoring');
  }, 90_000);

  test('an account without the rights is told which it lacks, and nothing is applied', async () => {
    await menu('viewer', 'Deploy Agent');
    await pick('Whoever may exec');
    await toast(/Your account may not deploy the agent in viewer: it lacks the right to get, create and patch namespaces, clusterroles\.rbac\.authorization\.k8s\.io and .*; get, create and patch serviceaccounts, .*daemonsets\.apps in namespace monitoring/).waitFor({ timeout: 30_000 });
    await workbench.screenshot(path.join(SCREENSHOTS, 'agent-deploy-denied.png'));
    await expect(server.kubectl(['get', 'daemonset', 'stratoshark', '-n', 'monitoring'])).rejects.toThrow('not found');
  }, 60_000);

  test('keys and palette act on the selected row; the palette offers no more than it can do', async () => {
    const { page } = workbench;
    await row('guard').click();
    await page.keyboard.press('Control+Enter');
    await page.locator('.tabs-container .tab.active', { hasText: 'guard' }).waitFor({ timeout: 20_000 });
    await row('production').first().click();
    await workbench.command('StratoShark: Pin Namespace');
    const order = async (name: string): Promise<number> => (await rows().locator('.label-name').allInnerTexts()).indexOf(name);
    await expect.poll(async () => await order('production') < await order('busy')).toBe(true);
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').fill('>StratoShark: Pin Namespace');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'StratoShark: Unpin Namespace' }).waitFor();
    expect(await page.locator('.quick-input-list .monaco-list-row', { hasText: /^StratoShark: Pin Namespace/ }).count()).toBe(0);
    await page.keyboard.press('Escape');
  });

  test('the walkthrough opens, and its sample', async () => {
    const { page } = workbench;
    await workbench.command('StratoShark: Get Started');
    await page.locator('.getting-started-step', { hasText: 'Connect a cluster' }).first().waitFor({ timeout: 30_000 });
    for (const theme of ['dark', 'light', 'high-contrast'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(path.join(SCREENSHOTS, `walkthrough-${theme}.png`));
    }
    await workbench.setTheme('light');
    await workbench.command('StratoShark: Open Sample Capture');
    await page.locator('.tabs-container .tab.active', { hasText: 'shop.pcapng' }).waitFor({ timeout: 30_000 });
  }, 120_000);
});
