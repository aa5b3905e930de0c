/**
 * Services captured from outside, as the tree asks for it of who may capture everywhere: what is behind one, by its selector or
 * as it was written down, and its address at every other pod. What was sent comes from the generator, rings from the kernel.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClusterView } from '../../src/cluster/clusterView.ts';
import { captureTarget } from '../../src/features/clusterTree/captureTarget.ts';
import { inAgents, ourRows, tsharkRows } from './agentLab.ts';
import { until } from './exec.ts';
import { labFolder } from './labFolder.ts';
import { Capture } from './outerCapture.ts';
import { describeLab, type Item, type Told } from './testLab.ts';

/** Those of a run before may be going still. */
const kRun = randomBytes(3).toString('hex');
const kHere = `serves-${kRun}`;
const kElsewhere = `calls-${kRun}`;

const pod = (namespace: string, name: string, node: string, app: string): object => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { app } },
  spec: {
    nodeName: node, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'localhost/lab/demoapp:1', imagePullPolicy: 'Never', command: ['/demoapp', 'backend', '-database', '127.0.0.1:1'] }],
  },
});

/** Rings of captures in the agent of a node: buffers that a process shares with packet sockets. */
function ringsOn(node: string, filter: string): number {
  return inAgents(node).filter(({ words }) => words.includes(filter)).reduce((sum, { process }) => {
    try {
      return sum + readFileSync(`/proc/${process}/maps`, 'utf8').split('\n').filter((line) => line.includes('socket:[')).length;
    } catch {
      return sum;
    }
  }, 0);
}

describeLab('a Service captured from outside', () => {
  const lab = labFolder('service-target');
  let made: Capture | undefined;
  const get = async (namespace: string, name: string): Promise<Item> => (await lab.it.kube.get(`/api/v1/namespaces/${namespace}/pods/${name}`)) as Item;

  beforeAll(async () => {
    const { kube } = lab.it;
    for (const name of [kHere, kElsewhere]) await kube.apply('create a namespace', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: kHere }, spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] } };
    for (const one of [service, pod(kHere, 'first', 'node1', 'web'), pod(kHere, 'second', 'node2', 'spare'), pod(kElsewhere, 'caller', 'node2', 'caller')]) await kube.apply('create what serves and calls', JSON.stringify(one));
    for (const namespace of [kHere, kElsewhere]) await kube.must('wait for pods', ['-n', namespace, 'wait', 'pod', '--all', '--for=condition=Ready', '--timeout=50s'], { timeout: 60 });
  });
  afterAll(async () => {
    made?.child.kill('SIGKILL');
    await lab.it.kube.kubectl(['delete', 'namespace', kHere, kElsewhere, '--wait=false']);
  });

  /** Requests from the other namespace, under a path that nobody else has, and how many of them each server answered. */
  async function ask(to: string, count: number): Promise<{ readonly path: string; readonly servers: Readonly<Record<string, number>> }> {
    const path = `/m${randomBytes(6).toString('hex')}`;
    const text = await lab.it.kube.must('send requests', ['-n', kElsewhere, 'exec', 'caller', '--', '/demoapp', 'load', '-url', `http://${to}${path}`, '-count', String(count), '-rate', '100'], { timeout: 60 });
    const told = JSON.parse(text.trim().split('\n').at(-1) ?? '') as Told & { readonly byServer: Readonly<Record<string, number>> };
    expect(told).toMatchObject({ sent: count, failed: 0, done: true });
    return { path, servers: told.byServer };
  }
  const call = async (to: string, count: number): Promise<string> => (await ask(to, count)).path;

  /** How many of the requests for a path a capture has, by interface and receiver. */
  async function counted({ file }: Capture, path: string): Promise<Readonly<Record<string, number>>> {
    const rows = await tsharkRows(file, ['frame.interface_name', 'ip.dst'], ['-Y', `http.request.uri == "${path}"`]);
    return Object.fromEntries([...new Set(rows)].sort().map((row) => [row.replace('\t', ' > '), rows.filter((one) => one === row).length]));
  }

  async function seen(capture: Capture, path: string, expected: Readonly<Record<string, number>>): Promise<void> {
    let last = {};
    const sorted = JSON.stringify(Object.fromEntries(Object.entries(expected).sort(([a], [b]) => (a < b ? -1 : 1))));
    await until(20, async () => {
      last = await counted(capture, path);
      return JSON.stringify(last) === sorted ? true : undefined;
    }, () => `${path}: ${JSON.stringify(last)} in place of ${sorted}`);
  }

  test('its endpoints whole, as they come and go, and its address at pods of every namespace, by one ring more per node', async () => {
    const address = ((await lab.it.kube.get(`/api/v1/namespaces/${kHere}/services/web`)) as Item).spec.clusterIP ?? '';
    const second = (await get(kHere, 'second')).status.podIP ?? '';
    const filter = `k8s.namespace == ${kHere} and k8s.service.name == web or ip.addr == ${address}`;
    const capture = new Capture(lab.it, join(lab.dir, 'service.pcapng'), ['--ebpf-filter', filter]);
    made = capture;
    await capture.running('node1', 'node2');
    const [atCaller, atFirst, atSecond] = [`eth0@${kElsewhere}/caller > ${address}`, `eth0@${kHere}/first > ${(await get(kHere, 'first')).status.podIP ?? ''}`, `eth0@${kHere}/second > ${second}`];

    const through = await call(address, 40);
    await seen(capture, through, { [atCaller]: 40, [atFirst]: 40 });
    // eth0 and lo of what is behind it; of all others together the links at their node's ends.
    expect([ringsOn('node1', filter), ringsOn('node2', filter)]).toEqual([3, 1]);
    // What does not go by the address is nobody's here.
    const past = await call(`${second}:8080`, 20);
    await seen(capture, await call(address, 1), { [atCaller]: 1, [atFirst]: 1 });
    expect(await counted(capture, past)).toEqual({});

    await lab.it.kube.must('put a pod behind it', ['-n', kHere, 'label', 'pod', 'second', 'app=web', '--overwrite']);
    await until(20, () => (ringsOn('node2', filter) === 3 ? true : undefined), () => `${String(ringsOn('node2', filter))} rings on node2`);
    await seen(capture, await call(`${second}:8080`, 20), { [atSecond]: 20 });
    await lab.it.kube.must('take it away', ['-n', kHere, 'label', 'pod', 'second', 'app=spare', '--overwrite']);
    await until(20, () => (ringsOn('node2', filter) === 1 ? true : undefined), () => `${String(ringsOn('node2', filter))} rings on node2`);
    const after = await call(`${second}:8080`, 20);
    // The file is written in the order of time.
    await seen(capture, await call(address, 10), { [atCaller]: 10, [atFirst]: 10 });
    expect(await counted(capture, after)).toEqual({});

    expect(await capture.stop()).toEqual({ status: 0, stderr: '' });
    const names = await ourRows(capture.file, ['k8s.src.pod.name', 'k8s.src.namespace', 'k8s.dst.service.name', 'k8s.dst.pod.name'], `http.request.uri == "${through}" && ip.dst == ${address}`);
    expect(new Set(names)).toEqual(new Set([`caller\t${kElsewhere}\tweb\tfirst`]));
  });

  test('without a selector: the pods whose addresses are written down, of whatever namespace, as they change; what is no pod is said', async () => {
    const { kube } = lab.it;
    await kube.apply('create one more that serves', JSON.stringify(pod(kElsewhere, 'third', 'node1', 'third')));
    await kube.apply('create a Service without a selector', JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'written', namespace: kHere }, spec: { ports: [{ port: 80, targetPort: 8080 }] } }));
    await kube.must('wait for it', ['-n', kElsewhere, 'wait', 'pod', 'third', '--for=condition=Ready', '--timeout=50s'], { timeout: 60 });
    const [first, second, third] = await Promise.all([[kHere, 'first'], [kHere, 'second'], [kElsewhere, 'third']].map(async ([namespace = '', name = '']) => (await get(namespace, name)).status.podIP ?? ''));
    const address = ((await kube.get(`/api/v1/namespaces/${kHere}/services/written`)) as Item).spec.clusterIP ?? '';
    const write = (...addresses: readonly (string | undefined)[]): Promise<unknown> => kube.apply('write its endpoints', JSON.stringify({
      apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'written-1', namespace: kHere, labels: { 'kubernetes.io/service-name': 'written' } },
      // Nobody answers at the last one: nothing is to be sent there.
      addressType: 'IPv4', ports: [{ port: 8080 }], endpoints: [...addresses.map((one) => ({ addresses: [one] })), { addresses: ['192.0.2.7'], conditions: { ready: false } }],
    }));
    await write(first, third);

    const view = new ClusterView(`stratoshark-${lab.it.lab.name}`, lab.it.lab.kubeconfig);
    const node = { id: '', label: 'written', icon: '', menu: 'service', context: '', ref: { context: '', resource: 'services', namespace: kHere, name: 'written' } } as const;
    const { filter, namespace, note } = await captureTarget(node, view).finally(() => { view.dispose(); });
    expect([namespace, note]).toEqual([undefined, `192.0.2.7 behind the Service ${kHere}/written is no pod, so its packets are captured only where pods call the Service: for the rest capture on the machines themselves.`]);
    const capture = new Capture(lab.it, join(lab.dir, 'written.pcapng'), ['--ebpf-filter', filter]);
    made = capture;
    await capture.running('node1', 'node2');
    const atCaller = `eth0@${kElsewhere}/caller > ${address}`;
    const through = await ask(address, 40);
    const { first: atFirst = 0, third: atThird = 0 } = through.servers;
    expect([atFirst > 0, atThird > 0, Object.keys(through.servers).length]).toEqual([true, true, 2]);
    await seen(capture, through.path, { [atCaller]: 40, [`eth0@${kHere}/first > ${first ?? ''}`]: atFirst, [`eth0@${kElsewhere}/third > ${third ?? ''}`]: atThird });
    expect([ringsOn('node1', filter), ringsOn('node2', filter)]).toEqual([5, 1]);

    await write(second, third);
    await until(30, () => (ringsOn('node2', filter) === 3 && ringsOn('node1', filter) === 3 ? true : undefined), () => `${String(ringsOn('node1', filter))} rings on node1, ${String(ringsOn('node2', filter))} on node2`);
    await seen(capture, await call(`${second ?? ''}:8080`, 20), { [`eth0@${kHere}/second > ${second ?? ''}`]: 20 });
    const past = await call(`${first ?? ''}:8080`, 20);
    const later = await ask(address, 40);
    await seen(capture, later.path, { [atCaller]: 40, [`eth0@${kHere}/second > ${second ?? ''}`]: later.servers['second'] ?? 0, [`eth0@${kElsewhere}/third > ${third ?? ''}`]: later.servers['third'] ?? 0 });
    expect(await counted(capture, past)).toEqual({});
    expect(await capture.stop()).toEqual({ status: 0, stderr: '' });
  });
});
