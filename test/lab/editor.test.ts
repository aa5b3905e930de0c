/** The sentence on the box, in a browser: right-click a pod in the tree, capture, live packets in the editor. Counts come from the generator and tshark. */
import { readdirSync, mkdirSync, writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CaptureTab } from '../e2e/captureTab.ts';
import { startTestServer } from '../e2e/server.ts';
import { Workbench } from '../e2e/workbench.ts';
import { root } from '../../src/build/cache.mjs';
import { DEMO_NAMESPACE } from './addons.ts';
import { inAgent, inAgents, tsharkRows } from './agentLab.ts';
import { restartApiServer } from './restart.ts';
import { describeLab, TestLab } from './testLab.ts';

const SCREENSHOTS = join(root, 'test-results/screenshots');
const kContext = 'stratoshark-';

describeLab('captures from the cluster tree', () => {
  let it: TestLab;
  let server: Awaited<ReturnType<typeof startTestServer>>;
  let workbench: Workbench;
  let folder: string;
  beforeAll(async () => {
    it = new TestLab();
    server = await startTestServer(process.env['STRATOSHARK_VSIX'] === '' ? undefined : process.env['STRATOSHARK_VSIX']);
    folder = join(server.profile, 'captures');
    settings({});
    workbench = await Workbench.open(server.url);
  }, 180_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench.screenshot(join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
  });
  afterAll(async () => {
    await workbench.close();
    await server.stop();
    it.kube.close();
  });

  /** Of the machine, beside those that all tests need. */
  function settings(more: Readonly<Record<string, string>>): void {
    const machine = join(server.profile, 'user-data', 'Machine');
    mkdirSync(machine, { recursive: true });
    writeFileSync(join(machine, 'settings.json'), JSON.stringify({ 'stratoshark.kubernetes.kubeconfig': it.lab.kubeconfig, 'stratoshark.capture.folder': folder, ...more }));
  }

  async function openTree(): Promise<void> {
    const context = row(new RegExp(`^${kContext}`)).first();
    if (!(await context.isVisible())) await workbench.page.locator('.activitybar .action-label[aria-label^="StratoShark"]').click();
    await context.waitFor({ timeout: 30_000 });
  }

  const row = (label: string | RegExp): Locator => workbench.page.locator('.part.sidebar .pane-body .monaco-list-row').filter({ has: workbench.page.locator('.label-name', { hasText: typeof label === 'string' ? new RegExp(`^${label}$`) : label }) });

  const at = (which: string | RegExp | Locator): Locator => (typeof which === 'string' || which instanceof RegExp ? row(which) : which);

  /** Opens a row until one is below it: a click while the tree is drawn anew only selects. */
  async function expand(label: string | RegExp, below: string | RegExp | Locator): Promise<void> {
    await expect.poll(async () => {
      if (await at(below).count() > 0) return true;
      await row(label).first().locator('.monaco-tl-twistie.collapsed').click({ timeout: 2000 }).catch(() => undefined);
      return at(below).first().waitFor({ timeout: 1000 }).then(() => true, () => false);
    }, { timeout: 30_000 }).toBe(true);
  }

  /** Chooses an entry of a row's context menu. */
  async function choose(label: string | RegExp | Locator, entry: string): Promise<void> {
    const item = workbench.page.locator('.monaco-menu .action-item', { hasText: entry });
    await expect.poll(async () => {
      await at(label).first().click({ button: 'right', timeout: 5000 }).catch(() => undefined);
      return item.first().waitFor({ timeout: 2000 }).then(() => true, () => false);
    }, { timeout: 30_000 }).toBe(true);
    // A menu that has just opened takes no click yet.
    await item.first().hover();
    await workbench.page.keyboard.press('Enter');
    await item.first().waitFor({ state: 'detached' });
  }

  /** The workbench as it stands, in every theme; ends in the light one. */
  async function pictures(name: string): Promise<void> {
    // What the mouse stands on says more of itself, above the bar.
    await workbench.page.mouse.move(0, 0);
    for (const theme of ['dark', 'high-contrast', 'light'] as const) {
      await workbench.setTheme(theme);
      await workbench.page.locator(`.monaco-workbench.${{ 'dark': 'vs-dark', 'light': 'vs', 'high-contrast': 'hc-black' }[theme]}`).waitFor();
      await workbench.screenshot(join(SCREENSHOTS, `${name}-${theme}.png`));
    }
  }

  const bar = (tab: CaptureTab): Promise<string> => tab.frame.locator('.live-bar').innerText();

  test('right-click a pod, Start Capture: its packets come into the editor that opens, Stop keeps the file', { timeout: 150_000 }, async () => {
    const pod = await it.onePod('dns-client');
    const name = pod.metadata.name;
    const node = pod.spec.nodeName ?? '';
    await openTree();
    await expand(new RegExp(`^${kContext}`), DEMO_NAMESPACE);
    await expand(DEMO_NAMESPACE, 'Workloads');
    await expand('Workloads', 'dns-client');
    await expand('dns-client', name);
    await choose(name, 'Start Capture');
    const title = new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d{6}Z_${DEMO_NAMESPACE}_${name}\\.pcapng`);
    await workbench.page.locator('.tabs-container .tab.active', { hasText: title }).waitFor({ timeout: 60_000 });
    const tab = new CaptureTab(workbench.page, DEMO_NAMESPACE);
    await expect.poll(() => bar(tab), { timeout: 60_000 }).toMatch(new RegExp(`Capturing pod ${DEMO_NAMESPACE}/${name}[\\s\\S]*${node} running`));
    const sent = await it.generate('dns-client', ['dns', '-count', '60', '-rate', '60', '-names', 'marker.example.com']);
    expect(sent).toMatchObject({ sent: 60 });
    // Rows come into view while more come.
    await expect.poll(async () => (await tab.paintedRows()).length, { timeout: 20_000 }).toBeGreaterThan(5);
    await tab.typeFilter('dns.flags.response == 0 && dns.qry.name contains "marker"', true);
    await tab.waitForTotal(60);
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-live.png'));
    await workbench.page.locator('.statusbar-item', { hasText: `pod ${DEMO_NAMESPACE}/${name}: ` }).waitFor();
    await tab.frame.locator('.live-bar vscode-button', { hasText: 'Pause' }).click();
    await expect.poll(() => bar(tab), { timeout: 20_000 }).toContain('Paused pod');
    await it.generate('dns-client', ['dns', '-count', '20', '-rate', '60', '-names', 'marker.example.com']);
    await tab.frame.locator('.live-bar vscode-button', { hasText: 'Resume' }).click();
    await expect.poll(() => bar(tab), { timeout: 20_000 }).toContain('Capturing pod');
    await tab.frame.locator('.live-bar vscode-button', { hasText: 'Stop' }).click();
    await expect.poll(() => bar(tab), { timeout: 30_000 }).toMatch(/Captured pod[\s\S]* ended/);
    const [file = ''] = readdirSync(folder).filter((one) => title.test(one));
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect((await tsharkRows(join(folder, file), ['frame.number'], ['-Y', 'dns.flags.response == 0 && dns.qry.name contains "marker"'])).length).toBe(60);
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-stopped.png'));
    await workbench.closeAll();
    // It stands among the saved ones, and can be done again.
    await expand('Captures', title);
    await expect.poll(() => row(title).first().innerText()).toMatch(/(?:kB|MB).*pod production\/dns-client-.* · \d+ s/s);
    await choose(title, 'Delete Capture…');
    await workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Delete' }).click();
    await expect.poll(() => readdirSync(folder)).toEqual([]);
  });

  test('a Service: both ends of its address; a cut is told with its cause, and nothing is missing after it', { timeout: 200_000 }, async () => {
    // The Deployment has the same name: a Service says its kind and address.
    const service = row('backend').filter({ hasText: 'ClusterIP' });
    await expand('Services', service);
    await choose(service, 'Start Capture');
    await workbench.page.locator('.tabs-container .tab.active', { hasText: /_production_backend\.pcapng/ }).waitFor({ timeout: 60_000 });
    const tab = new CaptureTab(workbench.page, '_production_backend');
    await expect.poll(() => bar(tab), { timeout: 60_000 }).toMatch(/Capturing service production\/backend[\s\S]*node1 running, node2 running/);
    await it.generate('frontend', ['load', '-url', 'http://backend:8080/marker', '-count', '40', '-rate', '100']);
    const cut = restartApiServer(it, 1500);
    await expect.poll(() => bar(tab), { timeout: 30_000 }).toMatch(/node\d reconnecting…/);
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-cut.png'));
    await cut;
    await expect.poll(() => bar(tab), { timeout: 40_000 }).toMatch(/node1 running, node2 running/);
    await it.generate('frontend', ['load', '-url', 'http://backend:8080/marker', '-count', '40', '-rate', '100']);
    await tab.typeFilter('http.request.uri == "/marker"', true);
    // Each at the client's pod, to the Service's address, and at a pod behind it.
    await tab.waitForTotal(160, 60_000);
    const address = (await it.items(`/api/v1/namespaces/${DEMO_NAMESPACE}/services`)).find(({ metadata }) => metadata.name === 'backend')?.spec.clusterIP ?? '';
    await tab.typeFilter(`http.request.uri == "/marker" && ip.dst == ${address}`, true);
    await tab.waitForTotal(80);
    await expand('Captures', /_production_backend\.pcapng/);
    await pictures('cluster-capture-service');
    await workbench.closeAll();
    const toast = workbench.page.locator('.notification-toast', { hasText: 'goes on and writes' });
    await toast.locator('.monaco-button', { hasText: 'Stop Capturing' }).click();
    await workbench.page.locator('.statusbar-item', { hasText: 'service production/backend: ' }).waitFor({ state: 'detached', timeout: 30_000 });
  });

  test('captures left on a node: listed below it, fetched into the editor, deleted after asking', { timeout: 150_000 }, async () => {
    const name = `left-${Date.now()}.pcapng`;
    expect((await inAgent(it, 'node1', ['stratoshark', '-i', 'lo', '-c', '6', '-a', 'duration:20', '-w', `/var/log/captures/${name}`])).status).toBe(0);
    await openTree();
    await expand(new RegExp(`^${kContext}`), 'Nodes');
    await expand('Nodes', 'node1');
    await expand('node1', 'Captures on This Node');
    await expand('Captures on This Node', name);
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-node-files.png'));
    await choose(name, 'Fetch Capture from Node');
    await workbench.page.locator('.tabs-container .tab.active', { hasText: `node1_${name}` }).waitFor({ timeout: 60_000 });
    await new CaptureTab(workbench.page, name).waitForTotal(6);
    expect(statSync(join(folder, `node1_${name}`)).mode & 0o777).toBe(0o600);
    await workbench.closeAll();
    await choose(name, 'Delete Capture from Node…');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await inAgent(it, 'node1', ['ls', `/var/log/captures/${name}`])).status).toBe(0);
    await choose(name, 'Delete Capture from Node…');
    await dialog.locator('.monaco-button', { hasText: 'Delete' }).click();
    await row(name).waitFor({ state: 'detached', timeout: 20_000 });
    expect((await inAgent(it, 'node1', ['ls', `/var/log/captures/${name}`])).status).not.toBe(0);
  });

  /** Closes all of the tree, so that what is opened next is in view. */
  async function openOnly(...path: readonly (string | RegExp)[]): Promise<void> {
    await openTree();
    await workbench.page.locator('.part.sidebar .action-label[aria-label="Collapse All"]').first().click();
    const whole = [new RegExp(`^${kContext}`), ...path];
    for (const [at, label] of whole.slice(0, -1).entries()) await expand(label, whole[at + 1] ?? label);
  }

  async function stop(tab: CaptureTab): Promise<string> {
    const name = await workbench.page.locator('.tabs-container .tab.active').getAttribute('data-resource-name');
    await tab.frame.locator('.live-bar vscode-button', { hasText: 'Stop' }).click();
    await expect.poll(() => bar(tab), { timeout: 30_000 }).toMatch(/Captured [\s\S]* ended/);
    await workbench.closeAll();
    return name ?? '';
  }

  test('every other kind of target takes the packets of what it stands for', { timeout: 240_000 }, async () => {
    const frontend = await it.onePod('frontend');
    const node = frontend.spec.nodeName ?? '';
    const pod = frontend.metadata.name;
    const kinds: readonly { readonly path: readonly (string | RegExp)[]; readonly target: string | RegExp | Locator; readonly label: string; readonly times: number }[] = [
      { path: [DEMO_NAMESPACE, 'Workloads', 'backend'], target: 'backend', label: 'deployment production/backend', times: 1 },
      { path: [DEMO_NAMESPACE, 'Workloads', 'frontend', pod], target: row('frontend').filter({ hasText: 'Running' }), label: `container frontend of pod production/${pod}`, times: 1 },
      { path: [DEMO_NAMESPACE, 'Ingresses', 'app'], target: 'app', label: 'ingress production/app', times: 1 },
      { path: [DEMO_NAMESPACE, 'Network Policies', 'backend'], target: 'backend', label: 'policy production/backend', times: 1 },
      // At its sender and at its receiver.
      { path: [DEMO_NAMESPACE], target: DEMO_NAMESPACE, label: 'namespace production', times: 2 },
      { path: ['Nodes', node], target: node, label: `node ${node}`, times: 0 },
    ];
    for (const { path, target, label, times } of kinds) {
      await openOnly(...path);
      if (typeof target !== 'string' && !(target instanceof RegExp)) await expand(pod, target);
      await choose(target, 'Start Capture');
      const tab = new CaptureTab(workbench.page, '.pcapng');
      await expect.poll(() => bar(tab), { timeout: 60_000 }).toMatch(new RegExp(`Capturing ${label}[\\s\\S]*node\\d running`));
      await expect.poll(() => bar(tab), { timeout: 30_000 }).not.toMatch(/connecting/);
      const uri = `/kind-${label.split(' ')[0] ?? ''}`;
      await it.generate('frontend', ['load', '-url', `http://backend:8080${uri}`, '-count', '20', '-rate', '100']);
      if (times > 0) {
        await tab.typeFilter(`http.request.uri == "${uri}"`, true);
        await tab.waitForTotal(20 * times);
      }
      const file = await stop(tab);
      // Of a node, its own pods: the sender for one; how many of the receivers are there is the Service's choice.
      const senders = await tsharkRows(join(folder, file), ['frame.interface_name'], ['-Y', `http.request.uri == "${uri}"`]);
      expect(senders.filter((name) => name === `eth0@${DEMO_NAMESPACE}/${pod}`).length).toBe(label.includes('backend') ? 0 : 20);
    }
  });

  const offered = (text: string | RegExp): Locator => workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  const pick = async (text: string): Promise<void> => { await offered(text).click(); };
  /** A row that is drawn while it is clicked does not take the click: until the other one is there. */
  async function pickFor(text: string, shown: Locator): Promise<void> {
    await expect.poll(async () => {
      if (await shown.isVisible()) return true;
      await offered(text).click({ timeout: 2000 }).catch(() => undefined);
      return shown.waitFor({ timeout: 2000 }).then(() => true, () => false);
    }, { timeout: 30_000 }).toBe(true);
  }
  const bytesPerPacket = (what: string): Locator => offered(new RegExp(`Bytes per packet….*${what}`));

  /** Starts with the options that are shown: the agent is asked for these, and the file has the headers of DNS and nothing else. Its name. */
  async function headersOfDns(pod: string, node: string): Promise<string> {
    await pick('Start capture');
    const tab = new CaptureTab(workbench.page, '.pcapng');
    await expect.poll(() => bar(tab), { timeout: 60_000 }).toMatch(/Capturing pod[\s\S]*node\d running/);
    const asked = inAgents(node).filter(({ words }) => words.includes('--framed')).map(({ words }) => words.join(' ')).filter((words) => words.includes(pod) && / capture /.test(words));
    expect(asked.map((words) => words.replace(/.* capture /, '').replace(/ --framed.*/, ''))).toEqual([`--namespace ${DEMO_NAMESPACE} --ebpf-filter (k8s.pod.name == ${pod}) and (udp.port == 53) --snaplen 128`]);
    await it.generate('dns-client', ['dns', '-count', '20', '-rate', '60', '-names', 'options.example.com']);
    await tab.typeFilter('dns.flags.response == 0 && dns.qry.name contains "options"', true);
    await tab.waitForTotal(20);
    const file = await stop(tab);
    const lengths = await tsharkRows(join(folder, file), ['frame.cap_len', 'udp.port'], ['-Y', 'ip']);
    expect(lengths.filter((line) => Number(line.split('\t')[0]) > 128 || !/\b53\b/.test(line))).toEqual([]);
    // Answers are longer than what is kept of them.
    expect(lengths.some((line) => line.startsWith('128\t'))).toBe(true);
    return file;
  }

  test('options are asked for and kept, as a profile too; a saved capture is renamed and taken again', { timeout: 200_000 }, async () => {
    const { metadata: { name }, spec } = await it.onePod('dns-client');
    const { page } = workbench;
    await workbench.setTheme('dark');
    await openOnly(DEMO_NAMESPACE, 'Workloads', 'dns-client', name);
    await choose(name, 'Capture With Options…');
    await pickFor('Headers only', bytesPerPacket('128'));
    await pick('Only packets of…');
    const input = page.locator('.quick-input-widget input');
    await page.locator('.quick-input-widget input[placeholder^="Addresses, ports, protocols"]').waitFor();
    // What cannot be taken stays, with the reason.
    await input.fill('k8s.pod.name ==');
    await offered('k8s.pod.name needs a value').waitFor();
    await page.keyboard.press('Enter');
    await offered(name).waitFor();
    expect(await input.inputValue()).toBe('k8s.pod.name ==');
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-filter.png'));
    await pick(name);
    await expect.poll(() => input.inputValue()).toBe(`k8s.pod.name == ${name} `);
    // By keys alone, too; labels of the cluster's pods, ports of its Services.
    await input.fill('k8s.label["app"] == dns-c');
    // Not the pods that were offered before, which have it in their names.
    await page.locator('.quick-input-list .monaco-list-row .label-name', { hasText: /^dns-client$/ }).waitFor();
    await input.fill('udp.po');
    await offered('udp.port').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => input.inputValue()).toBe('udp.port ');
    await input.fill('udp.port == 53');
    await offered('takes these packets').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'udp.port == 53' }).first().waitFor();
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-options.png'));
    await pick('Keep these options as a profile…');
    await page.locator('.quick-input-message', { hasText: 'Name of the profile' }).waitFor();
    await input.fill('headers of DNS');
    await page.keyboard.press('Enter');
    await offered('headers of DNS').waitFor();
    const first = await headersOfDns(name, spec.nodeName ?? '');
    // What was chosen last is not what the profile has: it is put in place of that.
    await openOnly(DEMO_NAMESPACE, 'Workloads', 'dns-client', name);
    await choose(name, 'Capture With Options…');
    await pickFor('Headers only', bytesPerPacket('whole packets'));
    await pickFor('headers of DNS', bytesPerPacket('128'));
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-profile.png'));
    expect(await headersOfDns(name, spec.nodeName ?? '')).not.toBe(first);
    await openOnly();
    await expand('Captures', first);
    await choose(first, 'Rename Capture…');
    await input.fill('renamed');
    await page.keyboard.press('Enter');
    await expand('Captures', 'renamed.pcapng');
    expect(readdirSync(folder).filter((one) => one === first || one === 'renamed.pcapng')).toEqual(['renamed.pcapng']);
    // In a browser no file manager shows it.
    await choose('renamed.pcapng', 'Reveal in File Manager');
    await page.locator('.notification-toast', { hasText: join(folder, 'renamed.pcapng') }).waitFor();
    await choose('renamed.pcapng', 'Capture Again');
    const tab = new CaptureTab(page, '.pcapng');
    await expect.poll(() => bar(tab), { timeout: 60_000 }).toMatch(/Capturing pod[\s\S]*node\d running/);
    expect(await stop(tab)).toContain(`_${DEMO_NAMESPACE}_${name}`);
  });

  test('who may see pods but not exec into the agents is told the missing right, and nothing is captured', { timeout: 120_000 }, async () => {
    const account = 'sees-pods';
    const context = `${kContext}${account}`;
    await it.kube.must('make an account', ['-n', 'default', 'create', 'serviceaccount', account]);
    await it.kube.must('let it see pods', ['create', 'clusterrolebinding', account, '--clusterrole=view', `--serviceaccount=default:${account}`]);
    try {
      const token = (await it.kube.must('make a token', ['-n', 'default', 'create', 'token', account])).trim();
      const config = JSON.parse(await it.kube.must('read the kubeconfig', ['config', 'view', '--raw', '-o', 'json'])) as { readonly users: readonly object[]; readonly contexts: readonly object[] };
      const kubeconfig = join(server.profile, 'sees-pods.kubeconfig');
      const limited = {
        ...config, users: config.users.map((one) => ({ ...one, user: { token } })), contexts: config.contexts.map((one) => ({ ...one, name: context })), 'current-context': context,
      };
      writeFileSync(kubeconfig, JSON.stringify(limited), { mode: 0o600 });
      await openTree();
      settings({ 'stratoshark.kubernetes.kubeconfig': kubeconfig });
      await row(context).waitFor({ timeout: 30_000 });
      const { metadata: { name }, spec: { nodeName = '' } } = await it.onePod('dns-client');
      await workbench.setTheme('high-contrast');
      await openOnly(DEMO_NAMESPACE, 'Workloads', 'dns-client', name);
      await choose(name, 'Start Capture');
      const tab = new CaptureTab(workbench.page, '.pcapng');
      await expect.poll(() => bar(tab), { timeout: 60_000 }).toMatch(new RegExp(`Captured pod[\\s\\S]* 0 packets[\\s\\S]*${nodeName} failed[\\s\\S]*You may not exec into the agent of ${nodeName}: ask for the verbs get and create on pods/exec in the namespace monitoring\\.`));
      await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-denied.png'));
      await workbench.setTheme('light');
      await workbench.closeAll();
    } finally {
      settings({});
      await it.kube.kubectl(['delete', 'clusterrolebinding', account]);
      await it.kube.kubectl(['-n', 'default', 'delete', 'serviceaccount', account]);
    }
    await row(context).waitFor({ state: 'detached', timeout: 30_000 });
  });

  test('without an agent: asks, joins the pod by an ephemeral container and captures there', { timeout: 150_000 }, async () => {
    const { metadata: { name }, spec: { nodeName = '' } } = await it.onePod('frontend');
    await openOnly('Nodes');
    settings({ 'stratoshark.agent.namespace': 'nowhere' });
    // What was open closes, unless the cluster answers before VS Code asks for the rows again.
    await expand('Nodes', row(nodeName).filter({ hasText: 'no agent' }));
    const containers = async (): Promise<number> => ((await it.kube.get(`/api/v1/namespaces/${DEMO_NAMESPACE}/pods/${name}`)) as { readonly spec: { readonly ephemeralContainers?: readonly unknown[] } }).spec.ephemeralContainers?.length ?? 0;
    const before = await containers();
    await openOnly(DEMO_NAMESPACE, 'Workloads', 'frontend', name);
    const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'from inside of the pod?' });
    await choose(name, 'Start Capture');
    await dialog.waitFor({ timeout: 20_000 });
    expect(await dialog.innerText()).toContain("It stays in the pod's spec until the pod goes");
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-guest-asks.png'));
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await containers()).toBe(before);
    await choose(name, 'Start Capture');
    await dialog.locator('.monaco-button', { hasText: 'Add Container' }).click();
    await workbench.page.locator('.tabs-container .tab.active', { hasText: `_${DEMO_NAMESPACE}_${name}.pcapng` }).waitFor({ timeout: 60_000 });
    const tab = new CaptureTab(workbench.page, DEMO_NAMESPACE);
    await expect.poll(() => bar(tab), { timeout: 60_000 }).toMatch(new RegExp(`Capturing pod ${DEMO_NAMESPACE}/${name}[\\s\\S]*${name} running`));
    expect(await containers()).toBe(before + 1);
    await it.generate('frontend', ['load', '-url', 'http://backend:8080/guest', '-count', '30', '-rate', '60']);
    await tab.typeFilter('http.request.uri == "/guest"', true);
    await tab.waitForTotal(30);
    await workbench.screenshot(join(SCREENSHOTS, 'cluster-capture-guest.png'));
    await tab.frame.locator('.live-bar vscode-button', { hasText: 'Stop' }).click();
    await expect.poll(() => bar(tab), { timeout: 30_000 }).toMatch(/Captured pod[\s\S]* ended/);
    await workbench.closeAll();
  });
});
