/** The cluster tree's model on a real API server; what is right comes from kubectl's answers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClusterTreeModel } from '../../src/features/clusterTree/model.ts';
import type { TreeNode } from '../../src/features/clusterTree/node.ts';
import { ApiServer } from './apiServer.ts';
import { writeMany } from './writeMany.ts';

let server: ApiServer;
let model: ClusterTreeModel;
beforeAll(async () => {
  server = await ApiServer.start();
  await server.populate();
}, 240_000);
afterAll(() => {
  model.dispose();
  server.stop();
});
beforeAll(() => { model = new ClusterTreeModel(); });

/** The node at the end of labels, asked for anew as VS Code does after a change. */
function at(...labels: readonly string[]): readonly TreeNode[] {
  return labels.reduce((nodes, label) => nodes.find((node) => node.label === label)?.children?.() ?? [], model.roots());
}
const names = (nodes: readonly TreeNode[]): readonly string[] => nodes.map(({ label }) => label);
const texts = (nodes: readonly TreeNode[]): readonly string[] => nodes.map(({ label, description }) => `${label} | ${description ?? ''}`);
const asked = async (...args: readonly string[]): Promise<readonly string[]> =>
  (await server.kubectl(['get', ...args, '-o', 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}'])).trim().split('\n');

test('contexts are those of the kubeconfig, and nothing is connected by looking', () => {
  model.kubeconfig = server.kubeconfig;
  expect(texts(model.roots())).toEqual([`${server.context} | current · not connected`]);
});

test('namespaces and nodes are those kubectl lists', async () => {
  const wanted = ['Nodes', ...(await asked('namespaces')).toSorted()];
  await expect.poll(() => names(at(server.context))).toEqual(wanted);
  await expect.poll(() => texts(at(server.context, 'Nodes'))).toEqual(['worker-1 | Ready · 10.9.0.1 · no agent']);
});

test('workloads hold their pods, a Deployment those of its ReplicaSet; pods of nobody stand beside them', async () => {
  const wanted = await asked('pods', '-n', 'production', '-l', 'app=web');
  expect(wanted).toHaveLength(2);
  await expect.poll(() => names(at(server.context, 'production', 'Workloads'))).toEqual(['lonely', 'web']);
  expect(names(at(server.context, 'production', 'Workloads', 'web'))).toEqual(wanted);
  const [pod] = at(server.context, 'production', 'Workloads', 'web');
  expect(pod?.description).toBe('1/1 · Running · 10.244.1.5');
  expect(names(pod?.children?.() ?? [])).toEqual(['web']);
  expect(pod?.tooltip).toEqual(expect.arrayContaining(['IP: 10.244.1.5', 'Node: worker-1', '  app=web']));
});

test('a Service shows its endpoints with their readiness, and warns where its selector matches nothing', async () => {
  await expect.poll(() => texts(at(server.context, 'production', 'Services')).length).toBe(2);
  const ip = await server.kubectl(['get', 'service', 'web', '-n', 'production', '-o', 'jsonpath={.spec.clusterIP}']);
  await expect.poll(() => texts(at(server.context, 'production', 'Services'))).toEqual([
    expect.stringMatching(/^orphan \| ClusterIP · .* · 80\/TCP · selector matches nothing$/),
    `web | ClusterIP · ${ip} · 80/TCP`,
  ]);
  await expect.poll(() => texts(at(server.context, 'production', 'Services', 'web'))).toEqual([
    '80/TCP → http | ', '10.244.1.5 | web-1 · ready · 8080/TCP', '10.244.1.6 | web-2 · not ready · 8080/TCP', '10.244.1.7 | lonely · ready · 8080/TCP',
  ]);
});

test('a NetworkPolicy shows the pods it selects, by expressions too', async () => {
  const wanted = await asked('pods', '-n', 'production', '-l', 'app in (web),tier notin (none)');
  await expect.poll(() => names(at(server.context, 'production', 'Network Policies', 'guard'))).toEqual(wanted);
});

test('an Ingress shows where its paths lead', async () => {
  await expect.poll(() => texts(at(server.context, 'production', 'Ingresses', 'edge'))).toEqual(['app.example.com/api | → web:80']);
});

test('what kubectl changes is there without being asked for again', async () => {
  await server.kubectl(['label', 'pod', 'lonely', '-n', 'production', 'found=yes']);
  await expect.poll(() => at(server.context, 'production', 'Workloads').find(({ label }) => label === 'lonely')?.tooltip).toContain('  found=yes');
  await server.kubectl(['delete', 'pod', 'lonely', '-n', 'production', '--grace-period=0', '--force']);
  await expect.poll(() => names(at(server.context, 'production', 'Workloads'))).toEqual(['web']);
});

test('the filter finds by label and by address', async () => {
  model.filter = '10.244.1.6';
  await expect.poll(() => names(at(server.context, 'production', 'Workloads', 'web'))).toEqual(['web-2']);
  model.filter = 'app=web';
  expect(names(at(server.context, 'production', 'Workloads', 'web'))).toEqual(['web-1', 'web-2']);
  model.filter = '';
});

test('changes are told together, four times a second at most', async () => {
  const pod = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'main', image: 'x' }] } });
  await server.kubectl(['create', 'namespace', 'many']);
  await expect.poll(() => names(at(server.context, 'many', 'Workloads'))).toEqual(['No workloads']);
  let told = 0;
  const started = Date.now();
  const listening = model.onChanged(() => { told += 1; });
  await writeMany(server.kubeconfig, 150, (at) => ({ method: 'POST', path: '/api/v1/namespaces/many/pods', body: pod(`p${at}`) }));
  await expect.poll(() => names(at(server.context, 'many', 'Workloads')).length, { timeout: 30_000 }).toBe(150);
  // All of it may have come before the first quarter of a second was over.
  await expect.poll(() => told).toBeGreaterThan(0);
  listening.dispose();
  expect(told).toBeLessThanOrEqual((Date.now() - started) / 250 + 2);
}, 120_000);

test('an account that may not list namespaces is asked to type one', async () => {
  const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as { users: { user: Record<string, string> }[] };
  const [user] = config.users;
  if (user === undefined) throw new Error('the kubeconfig has no user');
  user.user = { ...user.user, as: 'developer' };
  const restricted = new ClusterTreeModel();
  restricted.kubeconfig = `${server.kubeconfig}.developer`;
  writeFileSync(restricted.kubeconfig, JSON.stringify(config), { mode: 0o600 });
  try {
    // Without a controller manager the role "view" stays empty: one of its own.
    await server.kubectl(['create', 'role', 'reader', '--verb=list,watch', '--resource=pods,deployments.apps,replicasets.apps,statefulsets.apps,daemonsets.apps,jobs.batch', '-n', 'production']);
    await server.kubectl(['create', 'rolebinding', 'developer', '--role=reader', '--user=developer', '-n', 'production']);
    const children = (): readonly TreeNode[] => restricted.roots()[0]?.children?.() ?? [];
    await expect.poll(() => names(children())).toEqual(['You may not list namespaces here: type the name of one…']);
    restricted.choices = { pinned: {}, typed: { [server.context]: ['production'] } };
    const production = (): TreeNode | undefined => children().find(({ label }) => label === 'production');
    await expect.poll(() => names(production()?.children?.()[0]?.children?.() ?? [])).toEqual(['web']);
    // What was typed can be taken off again; and a cluster that refuses is one that answers.
    expect([production()?.menu, restricted.roots()[0]?.icon]).toEqual(['namespace.typed', 'vm-active']);
  } finally {
    restricted.dispose();
  }
});

test('a proxy that the kubeconfig names is gone through, for lists and watches', async () => {
  const asked: string[] = [];
  const proxy = createServer((socket) => {
    socket.once('data', (head) => {
      const [, host = '', port = ''] = /^CONNECT ([^:\s]+):(\d+) /.exec(head.toString('latin1')) ?? [];
      asked.push(`${host}:${port}`);
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      for (const one of [socket, onward]) one.on('error', () => { socket.destroy(); onward.destroy(); });
    });
  });
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as { clusters: { cluster: Record<string, string> }[] };
  for (const one of config.clusters) one.cluster = { ...one.cluster, 'proxy-url': `http://127.0.0.1:${String((proxy.address() as { readonly port: number }).port)}` };
  const behind = new ClusterTreeModel();
  behind.kubeconfig = `${server.kubeconfig}.proxy`;
  writeFileSync(behind.kubeconfig, JSON.stringify(config), { mode: 0o600 });
  try {
    const below = (): readonly string[] => names(behind.roots()[0]?.children?.() ?? []);
    await expect.poll(below).toContain('production');
    await server.kubectl(['create', 'namespace', 'behind-a-proxy']);
    await expect.poll(below).toContain('behind-a-proxy');
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(new Set(asked)).toEqual(new Set([new URL(config.clusters[0]?.cluster['server'] ?? '').host]));
  } finally {
    behind.dispose();
    proxy.close();
  }
});

test('credentials that are accepted no longer are told, and reconnecting takes those that are in the kubeconfig by then', async () => {
  await server.kubectl(['create', 'namespace', 'tokens']);
  await server.kubectl(['create', 'serviceaccount', 'reader', '-n', 'tokens']);
  await server.kubectl(['create', 'clusterrole', 'namespaces', '--verb=list,watch', '--resource=namespaces']);
  await server.kubectl(['create', 'clusterrolebinding', 'namespaces', '--clusterrole=namespaces', '--serviceaccount=tokens:reader']);
  const expiring = new ClusterTreeModel();
  expiring.kubeconfig = `${server.kubeconfig}.token`;
  const write = (token: string): void => {
    const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as { users: { user: object }[] };
    for (const one of config.users) one.user = { token };
    writeFileSync(expiring.kubeconfig, JSON.stringify(config), { mode: 0o600 });
  };
  const token = (await server.kubectl(['create', 'token', 'reader', '-n', 'tokens'])).trim();
  // One of a signature that is not the server's: as good as one that has run out.
  write(`${token.slice(0, -20)}AAAAAAAAAAAAAAAAAAAA`);
  try {
    const below = (): readonly TreeNode[] => expiring.roots()[0]?.children?.() ?? [];
    await expect.poll(() => names(below())).toEqual([expect.stringMatching(/does not accept the credentials .*: log in again\.$/)]);
    // Rows of this kind have "Reconnect" beside them.
    expect(below()[0]?.menu).toBe('problem');
    write(token);
    expiring.reconnect(server.context);
    await expect.poll(() => names(below())).toContain('tokens');
  } finally {
    expiring.dispose();
  }
});

test('a dead cluster, wrong credentials and a failing plugin are sentences; another cluster answers meanwhile', async () => {
  const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as { clusters: { name: string; cluster: object }[]; users: object[]; contexts: object[] };
  const cluster = config.clusters[0]?.name ?? '';
  config.clusters.push({ name: 'dead', cluster: { server: 'https://127.0.0.1:9' } });
  config.users.push({ name: 'stale', user: { token: 'not-a-token-any-more' } }, { name: 'plugin', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/nonexistent/login', interactiveMode: 'Never' } } });
  config.contexts.push({ name: 'dead', context: { cluster: 'dead', user: 'stale' } }, { name: 'stale', context: { cluster, user: 'stale' } }, { name: 'plugin', context: { cluster, user: 'plugin' } });
  const several = new ClusterTreeModel();
  several.kubeconfig = `${server.kubeconfig}.several`;
  writeFileSync(several.kubeconfig, JSON.stringify(config), { mode: 0o600 });
  try {
    const below = (context: string): readonly string[] => names(several.roots().find(({ label }) => label === context)?.children?.() ?? []);
    for (const context of ['dead', 'stale', 'plugin']) below(context);
    await expect.poll(() => below(server.context)).toContain('production');
    await expect.poll(() => below('dead')).toEqual([expect.stringMatching(/^The cluster at https:\/\/127\.0\.0\.1:9\/ does not answer \(.*ECONNREFUSED/)]);
    await expect.poll(() => below('stale')).toEqual([expect.stringMatching(/does not accept the credentials of context "stale" .*: log in again\.$/)]);
    await expect.poll(() => below('plugin')).toEqual([expect.stringMatching(/^The credentials of context "plugin" cannot be used/)]);
    expect([...below('stale'), ...below('dead')].join()).not.toContain('not-a-token');
    expect(texts(several.roots()).map((text, root) => `${text} | ${several.roots()[root]?.icon ?? ''}`)).toEqual([
      `${server.context} | current | vm-active`, ...['dead', 'stale', 'plugin'].map((name) => `${name} | not connected | vm-outline`),
    ]);
  } finally {
    several.dispose();
  }
});
