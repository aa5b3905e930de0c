/**
 * The cluster tree with many pods, created in a real API server:
 * *   node --expose-gc test/bench/clusterTree.ts [--pods 10000]
 * Prints how long the list takes to come, how long from then to the first rows, what a hundred changes a second cost, and
 * memory. Needs what the lab needs (its kube-apiserver).
 */
import { parseArgs } from 'node:util';
import { ClusterTreeModel } from '../../src/features/clusterTree/model.ts';
import { ShownTree, type Shown } from '../../src/features/clusterTree/shown.ts';
import { ApiServer } from '../cluster/apiServer.ts';
import { writeMany, writer } from '../cluster/writeMany.ts';

const { values } = parseArgs({ options: { pods: { type: 'string', default: '10000' } } });
const count = Number(values.pods);

const pod = (at: number): object => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${at}`, labels: { app: `app-${at % 50}`, tier: 'web', 'pod-template-hash': '6d9c8b5f4' } },
  spec: { nodeName: `node-${at % 100}`, containers: [{ name: 'main', image: 'registry.example.com/app:1' }, { name: 'proxy', image: 'registry.example.com/proxy:1' }] },
});

const milliseconds = (from: number): number => Math.round(performance.now() - from);
function memory(): string {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return `${Math.round(heapUsed / 1e6)} MB of heap (${Math.round(rss / 1e6)} MB resident)`;
}
const until = async (holds: () => boolean): Promise<void> => { while (!holds()) await new Promise((resolve) => { setTimeout(resolve, 1); }); };

const server = await ApiServer.start();
try {
  const write = writer(server.kubeconfig);
  await server.kubectl(['create', 'namespace', 'big']);
  let at = performance.now();
  await writeMany(server.kubeconfig, count, (one) => ({ method: 'POST', path: '/api/v1/namespaces/big/pods', body: pod(one) }));
  console.log(`${count} pods created in ${milliseconds(at) / 1000} s`);

  const before = memory();
  const model = new ClusterTreeModel();
  model.kubeconfig = server.kubeconfig;
  const tree = new ShownTree(() => model.roots());
  const find = (rows: readonly Shown[], label: string): Shown => {
    const found = rows.find(({ node }) => node.label === label);
    if (found === undefined) throw new Error(`no ${label}: ${rows.map(({ node }) => node.label).join(', ').slice(0, 200)}`);
    return found;
  };
  const context = tree.childrenOf()[0];
  if (context === undefined) throw new Error('no context');
  tree.childrenOf(context);
  const view = model.viewOf(server.context);
  await until(() => !view.use('namespaces', '').loading);
  tree.changed();
  const folder = find(tree.childrenOf(find(tree.childrenOf(context), 'big')), 'Workloads');
  at = performance.now();
  tree.childrenOf(folder);
  await until(() => !view.use('pods', 'big').loading && !view.use('replicaSets', 'big').loading && !view.use('jobs', 'big').loading);
  const listed = milliseconds(at);
  at = performance.now();
  tree.changed();
  const rows = tree.childrenOf(folder);
  console.log(`list: ${listed} ms; from there to ${rows.length} rows: ${milliseconds(at)} ms; and at most 250 ms before, as changes are told together`);
  if (view.use('pods', 'big').items.length !== count) throw new Error(`${view.use('pods', 'big').items.length} pods are known`);

  let told = 0;
  let cost = 0;
  let drawn = 0;
  model.onChanged(() => {
    told += 1;
    const from = performance.now();
    const changed = tree.changed();
    cost += performance.now() - from;
    drawn += changed === 'all' ? rows.length : changed.length;
  });
  const cpu = process.cpuUsage();
  at = performance.now();
  const changes = 1000;
  for (let i = 0; i < changes; i += 1) {
    void write({ method: 'PATCH', path: `/api/v1/namespaces/big/pods/pod-${i % count}`, body: { metadata: { labels: { turn: `t${i}` } } }, contentType: 'application/merge-patch+json' });
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  await until(() => view.use('pods', 'big').items.filter(({ labels }) => labels['turn'] !== undefined).length === Math.min(changes, count));
  const seconds = (performance.now() - at) / 1000;
  const used = process.cpuUsage(cpu);
  console.log(`${changes} changes in ${seconds.toFixed(1)} s: told ${told} times, ${(cost / told).toFixed(1)} ms each (${(cost / seconds / 10).toFixed(1)} % of a CPU), ${drawn} rows drawn anew; ${((used.user + used.system) / 1e4 / seconds).toFixed(0)} % CPU in all with the writing`);
  console.log(`memory: ${before} before, ${memory()} with ${count} pods, ${tree.size} rows kept`);
  model.dispose();
} finally {
  server.stop();
}
process.exit(0);
