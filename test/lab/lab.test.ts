/** The lab itself: a cluster from nothing, looked at through its API server and on its wires, and nothing left after it. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { DEMO_NAMESPACE } from './addons.ts';
import { KUBERNETES_VERSION, labConfig } from './config.ts';
import { kubernetesInModule } from './binaries.ts';
import { attempt, sleep, until } from './exec.ts';
import { clientEnv, Kube } from './kube.ts';
import { added, belongings, machine, remaining, type Belongings, type Machine } from './leftovers.ts';
import { meaning, tryAllPairs } from './policyMatrix.ts';
import { watchWire } from './wire.ts';
import { downWhenGone, whyNot } from './suite.ts';
import { loadState, type LabState } from './state.ts';
import { tearDown } from './teardown.ts';
import { bringUp } from './up.ts';

const reason = await whyNot();
/** A cold machine compiles Kubernetes first. */
const COLD = 45 * 60_000;
const MINUTE = 60_000;
const program = join(root, 'test/lab/main.ts');

interface Item {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string; readonly clusterIP?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: { readonly kubeletVersion: string; readonly containerRuntimeVersion: string };
  };
}

describe.skipIf(reason !== undefined)(`the lab cluster${reason === undefined ? '' : ` (${reason})`}`, () => {
  const lab = labConfig('test');
  let before: Machine;
  let mine: Belongings;
  let state: LabState;
  let kube: Kube;
  let watcher: (() => void) | undefined;

  const items = async (path: string): Promise<readonly Item[]> => ((await kube.get(path)) as { readonly items: readonly Item[] }).items;
  const podsOf = async (app: string): Promise<readonly Item[]> => items(`/api/v1/namespaces/${DEMO_NAMESPACE}/pods?labelSelector=app%3D${app}`);
  const onePod = async (app: string): Promise<Item> => {
    const [pod] = await podsOf(app);
    if (pod === undefined) throw new Error(`no pod of ${app}`);
    return pod;
  };
  const inPod = async (app: string, command: readonly string[]): Promise<string> =>
    kube.must(`run ${command[0] ?? ''} in ${app}`, ['-n', DEMO_NAMESPACE, 'exec', (await onePod(app)).metadata.name, '--', ...command], { timeout: 60 });
  /** The last report of a generator run in a pod. */
  const generate = async (app: string, args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
    const lines = (await inPod(app, ['/demoapp', ...args])).trim().split('\n').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const last = lines.at(-1);
    expect(last).toMatchObject({ event: 'report', done: true });
    return last ?? {};
  };

  beforeAll(async () => {
    tearDown(lab);
    before = machine();
    watcher = downWhenGone(lab);
    state = await bringUp(lab);
    mine = belongings(lab);
    kube = new Kube(lab, state.binaries);
  }, COLD);

  afterAll(() => {
    tearDown(lab);
    watcher?.();
  });

  test('two nodes are Ready, of the version the sources name, with containerd', async () => {
    expect(kubernetesInModule()).toBe(KUBERNETES_VERSION);
    const nodes = await items('/api/v1/nodes');
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['node1', 'node2']);
    for (const { status } of nodes) {
      expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
      expect(status.nodeInfo?.kubeletVersion).toBe(KUBERNETES_VERSION);
      expect(status.nodeInfo?.containerRuntimeVersion).toMatch(/^containerd:\/\//);
    }
  });

  test('the kubeconfig works from this machine, a second up says that it is up, status agrees', async () => {
    const env = { ...clientEnv(lab), STRATOSHARK_LAB: lab.name };
    const asked = await attempt('node', [program, 'kubeconfig'], { env });
    expect(asked.stdout.trim()).toBe(lab.kubeconfig);
    const version = await attempt(join(state.binaries, 'kubectl'), ['--kubeconfig', asked.stdout.trim(), 'get', '--raw', '/version'], { env: { ...env, KUBECONFIG: '' } });
    expect(JSON.parse(version.stdout)).toMatchObject({ gitVersion: KUBERNETES_VERSION });
    const again = await attempt('node', [program, 'up'], { env });
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain('test is up since');
    const status = await attempt('node', [program, 'status', '--json'], { env });
    expect(status.status).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ up: true, ended: [], nodes: [{ name: 'node1', ready: true }, { name: 'node2', ready: true }] });
  }, MINUTE);

  test('names of Services resolve to their addresses, a typo does not', async () => {
    const service = (await kube.get(`/api/v1/namespaces/${DEMO_NAMESPACE}/services/backend`)) as Item;
    const answer = await inPod('frontend', ['nslookup', `backend.${DEMO_NAMESPACE}.svc.cluster.local`]);
    expect(answer).toContain(`Address: ${service.spec.clusterIP ?? '?'}`);
    const counts = await generate('dns-client', ['dns', '-count', '10', '-rate', '50', '-names', `backend.${DEMO_NAMESPACE}.svc.cluster.local,bakcend.${DEMO_NAMESPACE}.svc.cluster.local`]);
    expect(counts).toMatchObject({ sent: 10, byResult: { Success: 5, NameError: 5 } });
  }, MINUTE);

  test('a Service reaches all of its replicas, on both nodes', async () => {
    const backends = await podsOf('backend');
    expect(backends).toHaveLength(3);
    expect(new Set(backends.map(({ spec }) => spec.nodeName))).toEqual(new Set(['node1', 'node2']));
    // 60 independent choices of 3 miss one of them once in ten thousand million runs.
    const counts = await generate('frontend', ['load', '-url', 'http://backend:8080/', '-count', '60', '-rate', '200']);
    expect(counts).toMatchObject({ sent: 60, failed: 0, connections: 60, byStatus: { 200: 60 } });
    expect(Object.keys(counts.byServer as object).sort()).toEqual(backends.map(({ metadata }) => metadata.name).sort());
  }, MINUTE);

  test('the way in: client, ingress proxy, frontend, backend, database; and the TLS service', async () => {
    const web = await generate('client', ['load', '-url', 'http://ingress-proxy/', '-host', 'app.example.com', '-count', '5', '-rate', '50']);
    expect(web).toMatchObject({ sent: 5, byStatus: { 200: 5 } });
    const secure = await generate('client', ['load', '-url', 'https://secure/', '-count', '3', '-rate', '50', '-keylog', '/tmp/test-keys.log']);
    expect(secure).toMatchObject({ sent: 3, byStatus: { 200: 3 }, byServer: { [(await onePod('secure')).metadata.name]: 3 } });
    const keys = (await inPod('client', ['cat', '/tmp/test-keys.log'])).split('\n').filter((line) => line.startsWith('CLIENT_TRAFFIC_SECRET_0 '));
    expect(keys).toHaveLength(3);
  }, MINUTE);

  test('what is sent between the nodes goes through flannel.1: inner packets there, VXLAN outside', async () => {
    const client = await onePod('frontend');
    const far = (await podsOf('backend')).find(({ spec }) => spec.nodeName !== client.spec.nodeName);
    const [here, there] = [client, far].map((pod) => lab.nodes.find(({ name }) => name === pod?.spec.nodeName));
    if (far === undefined || here === undefined || there === undefined) throw new Error('no backend on the other node');
    const address = far.status.podIP ?? '';
    const node = state.nodes[here.name];
    if (node === undefined) throw new Error(`${here.name} has no first process`);
    const filter = `host ${address} and tcp port 8080 and tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn`;
    const inner = await watchWire(node, 'flannel.1', filter);
    const outer = await watchWire(node, 'eth0', `udp port 8472 and host ${there.ip}`);
    await generate('frontend', ['load', '-url', `http://${address}:8080/`, '-count', '20', '-rate', '100']);
    const [innerLines, outerLines] = [await inner.stop(), await outer.stop()];
    // The steady traffic of the demo goes there too: at least what the generator counted, each with both ends right.
    const opened = innerLines.filter((line) => line.includes(`${client.status.podIP ?? '?'}.`) && line.includes(`> ${address}.8080:`));
    expect(opened.length).toBeGreaterThanOrEqual(20);
    const wrapped = outerLines.filter((line) => line.includes(`IP ${here.ip}.`) && line.includes(`> ${there.ip}.8472:`));
    expect(wrapped.length).toBeGreaterThanOrEqual(20 * 3);
  }, MINUTE);

  test('generators count what is on the wire', async () => {
    const pod = await onePod('dns-client');
    const node = state.nodes[pod.spec.nodeName ?? ''];
    if (node === undefined) throw new Error('the pod is on no node of the lab');
    const marker = `m${randomBytes(6).toString('hex')}`;
    const wire = await watchWire(node, 'cni0', `udp and src host ${pod.status.podIP ?? ''} and dst port 53`);
    const counts = await generate('dns-client', ['dns', '-count', '40', '-rate', '100', '-names', `${marker}.example.com`]);
    const seen = (await wire.stop()).filter((line) => line.includes(marker));
    expect(counts).toMatchObject({ sent: 40 });
    expect(seen).toHaveLength(40);
  }, MINUTE);

  test('policies: every pair of pods connects or not as src/policy says of the same objects', async () => {
    const ports = [53, 80, 8080, 6379, 8443, 8444, 9999];
    const attempts = await tryAllPairs(kube, [DEMO_NAMESPACE, 'kube-system'], ports);
    const disagree = attempts.filter(({ outcome, verdict }) => meaning(outcome) !== verdict);
    expect(disagree).toEqual([]);
    const pods = (await Promise.all([DEMO_NAMESPACE, 'kube-system'].map((namespace) => items(`/api/v1/namespaces/${namespace}/pods`)))).flat().length;
    expect(attempts).toHaveLength(pods * (pods - 1) * ports.length);
    // Both answers occur, and both kinds of allowed: a port somebody listens on and one nobody does.
    expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['connected', 'refused', 'timeout']));
    process.stderr.write(`policies: ${attempts.length} connections tried, ${attempts.filter(({ verdict }) => verdict === 'allow').length} allowed\n`);
  }, 3 * MINUTE);

  test('a change of policies is in force within seconds, and agrees again', async () => {
    await kube.apply('allow the client to the database', JSON.stringify({
      apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'test-open', namespace: DEMO_NAMESPACE },
      spec: { podSelector: {}, ingress: [{}], egress: [{ ports: [{ protocol: 'TCP', port: 'redis' }] }], policyTypes: ['Ingress', 'Egress'] },
    }));
    const database = `${(await onePod('database')).status.podIP ?? ''}:6379`;
    await until(30, async () => ((await inPod('client', ['/demoapp', 'probe', '-timeout', '1s', database])).includes('connected') ? true : undefined), () => 'the new policy was not in force after 30 s');
    const attempts = await tryAllPairs(kube, [DEMO_NAMESPACE], [8080, 6379]);
    expect(attempts.filter(({ outcome, verdict }) => meaning(outcome) !== verdict)).toEqual([]);
    await kube.must('delete the policy', ['-n', DEMO_NAMESPACE, 'delete', 'networkpolicy', 'test-open']);
  }, 3 * MINUTE);

  test('exec, cp and logs', async () => {
    const pod = (await onePod('frontend')).metadata.name;
    const dir = mkdtempSync(join(tmpdir(), 'stratoshark-lab-'));
    try {
      const data = randomBytes(300_000);
      writeFileSync(join(dir, 'there'), data);
      await kube.must('copy into the pod', ['-n', DEMO_NAMESPACE, 'cp', join(dir, 'there'), `${pod}:/tmp/copied`]);
      expect(await inPod('frontend', ['sha256sum', '/tmp/copied'])).toContain((await attempt('sha256sum', [join(dir, 'there')])).stdout.slice(0, 64));
      await kube.must('copy from the pod', ['-n', DEMO_NAMESPACE, 'cp', `${pod}:/tmp/copied`, join(dir, 'back')]);
      expect(readFileSync(join(dir, 'back')).equals(data)).toBe(true);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    expect(await kube.must('read logs', ['-n', DEMO_NAMESPACE, 'logs', pod])).toContain('"event":"listening"');
    expect((await inPod('frontend', ['hostname'])).trim()).toBe(pod);
  }, MINUTE);

  test('down leaves nothing: processes, namespaces, mounts, links, rules, cgroups, settings, files', async () => {
    kube.close();
    expect(mine.processes.length).toBeGreaterThan(20);
    expect(mine.namespaces.length).toBeGreaterThan(20);
    const all = belongings(lab);
    const down = await attempt('node', [program, '--name', lab.name, 'down']);
    expect(down).toMatchObject({ status: 0 });
    for (const was of [mine, all]) expect(remaining(was)).toEqual({ processes: [], namespaces: [] });
    expect(existsSync(lab.dir)).toBe(false);
    expect(added(before, machine())).toEqual([]);
  }, MINUTE);

  test.each([['SIGINT', 130], ['SIGKILL', null]] as const)('up that is ended by %s half-way leaves nothing, or the next command clears it', async (signal, status) => {
    const child = spawn('node', [program, '--name', lab.name, 'up'], { stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await until(60, () => (Object.keys(loadState(lab)?.daemons ?? {}).includes('node2/containerd') ? true : undefined), () => 'up did not get as far as containerd within 60 s');
    const half = belongings(lab);
    expect(half.processes.length).toBeGreaterThan(5);
    child.kill(signal);
    expect(await ended).toBe(status);
    if (signal === 'SIGKILL') {
      await sleep(500);
      expect(remaining(half).processes.length).toBeGreaterThan(0);
      await attempt('node', [program, '--name', lab.name, 'down']);
    }
    expect(remaining(half)).toEqual({ processes: [], namespaces: [] });
    expect(added(before, machine())).toEqual([]);
  }, 2 * MINUTE);
});
