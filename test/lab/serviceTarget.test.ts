/**
 * A Service captured from outside, as the tree asks for it of who may capture everywhere: what is behind it, and its address at
 * every other pod. What was sent comes from the generator, rings from the kernel.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ourRows, tsharkRows } from './agentLab.ts';
import { until } from './exec.ts';
import { labFolder } from './labFolder.ts';
import { Capture } from './outerCapture.ts';
import { describeLab, type Item, type Told } from './testLab.ts';

const kHere = 'serves';
const kElsewhere = 'calls';

const pod = (namespace: string, name: string, node: string, app: string): object => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { app } },
  spec: {
    nodeName: node, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'localhost/lab/demoapp:1', imagePullPolicy: 'Never', command: ['/demoapp', 'backend', '-database', '127.0.0.1:1'] }],
  },
});

/** Rings of captures in the agent of a node: buffers that a process shares with packet sockets. */
function ringsOn(node: string, filter: string): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).reduce((sum, name) => {
    try {
      const inAgent = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(`NODE_NAME=${node}`);
      if (!inAgent || !readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').includes(filter)) return sum;
      return sum + readFileSync(`/proc/${name}/maps`, 'utf8').split('\n').filter((line) => line.includes('socket:[')).length;
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

  /** Requests from the other namespace, under a path that nobody else has. */
  async function call(to: string, count: number): Promise<string> {
    const path = `/m${randomBytes(6).toString('hex')}`;
    const text = await lab.it.kube.must('send requests', ['-n', kElsewhere, 'exec', 'caller', '--', '/demoapp', 'load', '-url', `http://${to}${path}`, '-count', String(count), '-rate', '100'], { timeout: 60 });
    expect(JSON.parse(text.trim().split('\n').at(-1) ?? '') as Told).toMatchObject({ sent: count, failed: 0, done: true });
    return path;
  }

  test('its endpoints whole, as they come and go, and its address at pods of every namespace, by one ring more per node', async () => {
    const address = ((await lab.it.kube.get(`/api/v1/namespaces/${kHere}/services/web`)) as Item).spec.clusterIP ?? '';
    const second = (await get(kHere, 'second')).status.podIP ?? '';
    const filter = `k8s.namespace == ${kHere} and k8s.service.name == web or ip.addr == ${address}`;
    const capture = new Capture(lab.it, join(lab.dir, 'service.pcapng'), ['--ebpf-filter', filter]);
    made = capture;
    await capture.running('node1', 'node2');
    const counted = async (path: string): Promise<Readonly<Record<string, number>>> => {
      const rows = await tsharkRows(capture.file, ['frame.interface_name', 'ip.dst'], ['-Y', `http.request.uri == "${path}"`]);
      return Object.fromEntries([...new Set(rows)].sort().map((row) => [row.replace('\t', ' > '), rows.filter((one) => one === row).length]));
    };
    const seen = (path: string, expected: Readonly<Record<string, number>>): Promise<true> => {
      let last = {};
      return until(20, async () => {
        last = await counted(path);
        return JSON.stringify(last) === JSON.stringify(expected) ? true : undefined;
      }, () => `${path}: ${JSON.stringify(last)} in place of ${JSON.stringify(expected)}`);
    };
    const [atCaller, atFirst, atSecond] = [`eth0@${kElsewhere}/caller > ${address}`, `eth0@${kHere}/first > ${(await get(kHere, 'first')).status.podIP ?? ''}`, `eth0@${kHere}/second > ${second}`];

    const through = await call(address, 40);
    await seen(through, { [atCaller]: 40, [atFirst]: 40 });
    // eth0 and lo of what is behind it; of all others together the links at their node's ends.
    expect([ringsOn('node1', filter), ringsOn('node2', filter)]).toEqual([3, 1]);
    // What does not go by the address is nobody's here.
    const past = await call(`${second}:8080`, 20);
    await seen(await call(address, 1), { [atCaller]: 1, [atFirst]: 1 });
    expect(await counted(past)).toEqual({});

    await lab.it.kube.must('put a pod behind it', ['-n', kHere, 'label', 'pod', 'second', 'app=web', '--overwrite']);
    await until(20, () => (ringsOn('node2', filter) === 3 ? true : undefined), () => `${String(ringsOn('node2', filter))} rings on node2`);
    await seen(await call(`${second}:8080`, 20), { [atSecond]: 20 });
    await lab.it.kube.must('take it away', ['-n', kHere, 'label', 'pod', 'second', 'app=spare', '--overwrite']);
    await until(20, () => (ringsOn('node2', filter) === 1 ? true : undefined), () => `${String(ringsOn('node2', filter))} rings on node2`);
    const after = await call(`${second}:8080`, 20);
    // The file is written in the order of time.
    await seen(await call(address, 10), { [atCaller]: 10, [atFirst]: 10 });
    expect(await counted(after)).toEqual({});

    expect(await capture.stop()).toEqual({ status: 0, stderr: '' });
    const names = await ourRows(capture.file, ['k8s.src.pod.name', 'k8s.src.namespace', 'k8s.dst.service.name', 'k8s.dst.pod.name'], `http.request.uri == "${through}" && ip.dst == ${address}`);
    expect(new Set(names)).toEqual(new Set([`caller\t${kElsewhere}\tweb\tfirst`]));
  });
});
