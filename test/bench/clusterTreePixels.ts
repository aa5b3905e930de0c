/**
 * The cluster tree with many pods, from a real API server to pixels of the workbench in a browser:
 *   node test/bench/clusterTreePixels.ts [--pods 10000]
 * A proxy that the kubeconfig names sees the last bytes of the lists arrive; the page says when it had painted the first
 * pods' rows. Both clocks are this machine's. Needs the .vsix (`npm run package`) and what the lab needs.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../src/build/cache.mjs';
import { ApiServer } from '../cluster/apiServer.ts';
import { writeMany } from '../cluster/writeMany.ts';
import { startTestServer } from '../e2e/server.ts';
import { Workbench } from '../e2e/workbench.ts';

const { values } = parseArgs({ options: { pods: { type: 'string', default: '10000' } } });
const count = Number(values.pods);
/** Chunks of lists are no smaller; what watches tell of a cluster at rest is. */
const kOfList = 2000;

const pod = (at: number): object => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${at}`, labels: { app: `app-${at % 50}`, tier: 'web', 'pod-template-hash': '6d9c8b5f4' } },
  spec: { nodeName: `node-${at % 100}`, containers: [{ name: 'main', image: 'registry.example.com/app:1' }, { name: 'proxy', image: 'registry.example.com/proxy:1' }] },
});

/** Hands everything on, and says when the last of a list came. */
async function startProxy(): Promise<{ readonly url: string; readonly seen: { last: number; bytes: number }; readonly close: () => void }> {
  const seen = { last: 0, bytes: 0 };
  const proxy = createServer((socket) => {
    socket.once('data', (head) => {
      const [, host = '', port = ''] = /^CONNECT ([^:\s]+):(\d+) /.exec(head.toString('latin1')) ?? [];
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.on('data', (chunk) => {
          seen.bytes += chunk.length;
          if (chunk.length >= kOfList) seen.last = Date.now();
        });
        onward.pipe(socket).pipe(onward);
      });
      for (const one of [socket, onward]) one.on('error', () => { socket.destroy(); onward.destroy(); });
    });
  });
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${String((proxy.address() as { readonly port: number }).port)}`, seen, close: () => { proxy.close(); } };
}

const api = await ApiServer.start();
const proxy = await startProxy();
const server = await startTestServer();
try {
  await api.kubectl(['create', 'namespace', 'big']);
  const from = performance.now();
  await writeMany(api.kubeconfig, count, (at) => ({ method: 'POST', path: '/api/v1/namespaces/big/pods', body: pod(at) }));
  console.log(`${count} pods created in ${((performance.now() - from) / 1000).toFixed(0)} s`);
  const config = JSON.parse(readFileSync(api.kubeconfig, 'utf8')) as { readonly clusters: readonly { readonly cluster: object }[] };
  const kubeconfig = join(server.profile, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify({ ...config, clusters: config.clusters.map((one) => ({ ...one, cluster: { ...one.cluster, 'proxy-url': proxy.url } })) }), { mode: 0o600 });
  const machine = join(server.profile, 'user-data', 'Machine');
  mkdirSync(machine, { recursive: true });
  writeFileSync(join(machine, 'settings.json'), JSON.stringify({ 'stratoshark.kubernetes.kubeconfig': kubeconfig }));
  const workbench = await Workbench.open(server.url);
  const { page } = workbench;
  const row = (label: string) => page.locator('.part.sidebar .pane-body .monaco-list-row').filter({ has: page.locator('.label-name', { hasText: new RegExp(`^${label}$`) }) });
  await page.locator('.activitybar .action-label[aria-label^="StratoShark"]').click();
  await row(api.context).locator('.monaco-tl-twistie').click();
  await row('big').waitFor({ timeout: 30_000 });
  // Painted is when a frame with the row has been shown: the next one has begun.
  await page.evaluate(() => {
    const shown = (): boolean => [...document.querySelectorAll('.part.sidebar .pane-body .monaco-list-row .label-name')].some(({ textContent }) => /^pod-\d+$/.test(textContent));
    const look = (): void => {
      if (shown()) requestAnimationFrame(() => { document.body.dataset['painted'] = String(Date.now()); });
      else requestAnimationFrame(look);
    };
    look();
  });
  const before = proxy.seen.bytes;
  const asked = Date.now();
  // The folder of workloads opens with its namespace.
  await row('big').locator('.monaco-tl-twistie').click();
  await page.waitForFunction(() => document.body.dataset['painted'] !== undefined, undefined, { timeout: 120_000 });
  const painted = Number(await page.evaluate(() => document.body.dataset['painted']));
  const last = proxy.seen.last;
  const megabytes = ((proxy.seen.bytes - before) / 1e6).toFixed(1);
  console.log(`list of ${megabytes} MB: ${last - asked} ms; from its last bytes to rows on the screen: ${painted - last} ms; ${painted - asked} ms in all`);
  if (last < asked || painted < last) throw new Error('more came after the rows were shown: nothing was measured');
  await workbench.screenshot(join(root, 'test-results/screenshots/cluster-tree-many-pods.png'));
  await workbench.close();
} finally {
  await server.stop();
  proxy.close();
  api.stop();
}
process.exit(0);
