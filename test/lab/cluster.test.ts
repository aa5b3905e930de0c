/** The lab's cluster through its API server and on its wires. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { DEMO_NAMESPACE } from './addons.ts';
import { kubernetesInModule } from './binaries.ts';
import { KUBERNETES_VERSION } from './config.ts';
import { attempt } from './exec.ts';
import { clientEnv } from './kube.ts';
import { describeLab, type Item, TestLab } from './testLab.ts';
import { watchWire } from './wire.ts';

const program = join(root, 'test/lab/main.ts');

describeLab('the lab cluster', () => {
  let it: TestLab;
  beforeAll(() => {
    it = new TestLab();
  });
  afterAll(() => {
    it.kube.close();
  });

  test('two nodes are Ready, of the version the sources name, with containerd', async () => {
    expect(kubernetesInModule()).toBe(KUBERNETES_VERSION);
    const nodes = await it.items('/api/v1/nodes');
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['node1', 'node2']);
    for (const { status } of nodes) {
      expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
      expect(status.nodeInfo?.kubeletVersion).toBe(KUBERNETES_VERSION);
      expect(status.nodeInfo?.containerRuntimeVersion).toMatch(/^containerd:\/\//);
    }
  });

  test('the kubeconfig works from this machine, a second up says that it is up, status agrees', async () => {
    const env = { ...clientEnv(it.lab), STRATOSHARK_LAB: it.lab.name };
    const asked = await attempt('node', [program, 'kubeconfig'], { env });
    expect(asked.stdout.trim()).toBe(it.lab.kubeconfig);
    const version = await attempt(join(it.state.binaries, 'kubectl'), ['--kubeconfig', asked.stdout.trim(), 'get', '--raw', '/version'], { env: { ...env, KUBECONFIG: '' } });
    expect(JSON.parse(version.stdout)).toMatchObject({ gitVersion: KUBERNETES_VERSION });
    const again = await attempt('node', [program, 'up'], { env });
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain(`${it.lab.name} is up since`);
    const status = await attempt('node', [program, 'status', '--json'], { env });
    expect(status.status).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ up: true, ended: [], nodes: [{ name: 'node1', ready: true }, { name: 'node2', ready: true }] });
  });

  test('names of Services resolve to their addresses, a typo does not', async () => {
    const service = (await it.kube.get(`/api/v1/namespaces/${DEMO_NAMESPACE}/services/backend`)) as Item;
    const answer = await it.inPod('frontend', ['nslookup', `backend.${DEMO_NAMESPACE}.svc.cluster.local`]);
    expect(answer).toContain(`Address: ${service.spec.clusterIP ?? '?'}`);
    const counts = await it.generate('dns-client', ['dns', '-count', '10', '-rate', '50', '-names', `backend.${DEMO_NAMESPACE}.svc.cluster.local,bakcend.${DEMO_NAMESPACE}.svc.cluster.local`]);
    expect(counts).toMatchObject({ sent: 10, byResult: { Success: 5, NameError: 5 } });
  });

  test('a Service reaches all of its replicas, on both nodes', async () => {
    const backends = await it.podsOf('backend');
    expect(backends).toHaveLength(3);
    expect(new Set(backends.map(({ spec }) => spec.nodeName))).toEqual(new Set(['node1', 'node2']));
    // 60 independent choices of 3 miss one of them once in ten thousand million runs.
    const counts = await it.generate('frontend', ['load', '-url', 'http://backend:8080/', '-count', '60', '-rate', '200']);
    expect(counts).toMatchObject({ sent: 60, failed: 0, connections: 60, byStatus: { 200: 60 } });
    expect(Object.keys(counts.byServer as object).sort()).toEqual(backends.map(({ metadata }) => metadata.name).sort());
  });

  test('the way in: client, ingress proxy, frontend, backend, database; and the TLS service', async () => {
    const web = await it.generate('client', ['load', '-url', 'http://ingress-proxy/', '-host', 'app.example.com', '-count', '5', '-rate', '50']);
    expect(web).toMatchObject({ sent: 5, byStatus: { 200: 5 } });
    const secure = await it.generate('client', ['load', '-url', 'https://secure/', '-count', '3', '-rate', '50', '-keylog', '/tmp/test-keys.log']);
    expect(secure).toMatchObject({ sent: 3, byStatus: { 200: 3 }, byServer: { [(await it.onePod('secure')).metadata.name]: 3 } });
    const keys = (await it.inPod('client', ['cat', '/tmp/test-keys.log'])).split('\n').filter((line) => line.startsWith('CLIENT_TRAFFIC_SECRET_0 '));
    expect(keys).toHaveLength(3);
  });

  test('what is sent between the nodes goes through flannel.1: inner packets there, VXLAN outside', async () => {
    const client = await it.onePod('frontend');
    const far = (await it.podsOf('backend')).find(({ spec }) => spec.nodeName !== client.spec.nodeName);
    const [here, there] = [client, far].map((pod) => it.lab.nodes.find(({ name }) => name === pod?.spec.nodeName));
    if (far === undefined || here === undefined || there === undefined) throw new Error('no backend on the other node');
    const address = far.status.podIP ?? '';
    const node = it.nodeOf(client);
    const filter = `host ${address} and tcp port 8080 and tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn`;
    const inner = await watchWire(node, 'flannel.1', filter);
    const outer = await watchWire(node, 'eth0', `udp port 8472 and host ${there.ip}`);
    await it.generate('frontend', ['load', '-url', `http://${address}:8080/`, '-count', '20', '-rate', '100']);
    const [innerLines, outerLines] = [await inner.stop(), await outer.stop()];
    // The steady traffic of the demo goes there too: at least what the generator counted, each with both ends right.
    const opened = innerLines.filter((line) => line.includes(`${client.status.podIP ?? '?'}.`) && line.includes(`> ${address}.8080:`));
    expect(opened.length).toBeGreaterThanOrEqual(20);
    const wrapped = outerLines.filter((line) => line.includes(`IP ${here.ip}.`) && line.includes(`> ${there.ip}.8472:`));
    expect(wrapped.length).toBeGreaterThanOrEqual(20 * 3);
  });

  test('generators count what is on the wire', async () => {
    const pod = await it.onePod('dns-client');
    const node = it.nodeOf(pod);
    const marker = `m${randomBytes(6).toString('hex')}`;
    const wire = await watchWire(node, 'cni0', `udp and src host ${pod.status.podIP ?? ''} and dst port 53`);
    const counts = await it.generate('dns-client', ['dns', '-count', '40', '-rate', '100', '-names', `${marker}.example.com`]);
    const seen = (await wire.stop()).filter((line) => line.includes(marker));
    expect(counts).toMatchObject({ sent: 40 });
    expect(seen).toHaveLength(40);
  });

  test('exec, cp and logs', async () => {
    const pod = (await it.onePod('frontend')).metadata.name;
    const dir = mkdtempSync(join(tmpdir(), 'stratoshark-lab-'));
    try {
      const data = randomBytes(300_000);
      writeFileSync(join(dir, 'there'), data);
      await it.kube.must('copy into the pod', ['-n', DEMO_NAMESPACE, 'cp', join(dir, 'there'), `${pod}:/tmp/copied`]);
      expect(await it.inPod('frontend', ['sha256sum', '/tmp/copied'])).toContain((await attempt('sha256sum', [join(dir, 'there')])).stdout.slice(0, 64));
      await it.kube.must('copy from the pod', ['-n', DEMO_NAMESPACE, 'cp', `${pod}:/tmp/copied`, join(dir, 'back')]);
      expect(readFileSync(join(dir, 'back')).equals(data)).toBe(true);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    expect(await it.kube.must('read logs', ['-n', DEMO_NAMESPACE, 'logs', pod])).toContain('"event":"listening"');
    expect((await it.inPod('frontend', ['hostname'])).trim()).toBe(pod);
  });
});
