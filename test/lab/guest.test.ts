/** Capturing from inside of a pod, without an agent. What is right comes from the generators, tshark and the API server. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_IMAGE } from '../../src/build/image/agentImage.ts';
import { root } from '../../src/build/cache.mjs';
import { planGuest, startGuest } from '../../src/capture/guest.ts';
import { ApiClient } from '../../src/cluster/apiClient.ts';
import { DEMO_NAMESPACE } from './addons.ts';
import { ourRows, tsharkRows } from './agentLab.ts';
import { Capture } from './outerCapture.ts';
import { describeLab, TestLab } from './testLab.ts';

const never = new AbortController().signal;

describeLab('captures from inside of a pod', () => {
  let it: TestLab;
  let dir: string;
  let client: ApiClient;
  let before: string | undefined;
  const stem = `guest-${randomBytes(3).toString('hex')}`;
  beforeAll(() => {
    it = new TestLab();
    dir = mkdtempSync(join(tmpdir(), 'stratoshark-guest-'));
    before = process.env['NO_PROXY'];
    process.env['NO_PROXY'] = it.lab.apiIp;
    client = ApiClient.open(undefined, it.lab.kubeconfig);
  });
  afterAll(async () => {
    for (const level of ['baseline', 'restricted']) await it.kube.kubectl(['delete', 'namespace', `${stem}-${level}`, '--ignore-not-found', '--wait=false']);
    await it.kube.kubectl(['-n', DEMO_NAMESPACE, 'delete', 'serviceaccount', stem, '--ignore-not-found']);
    if (before === undefined) delete process.env['NO_PROXY'];
    else process.env['NO_PROXY'] = before;
    it.kube.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A pod that a namespace of that PodSecurity level lets in. */
  async function podUnder(level: string): Promise<{ readonly namespace: string; readonly pod: string }> {
    const namespace = `${stem}-${level}`;
    const pod = {
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'idle', namespace },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{
          name: 'idle', image: AGENT_IMAGE, imagePullPolicy: 'Never', command: ['sleep', '3600'],
          securityContext: { runAsUser: 1000, runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
        }],
      },
    };
    await it.kube.apply(`a pod under ${level}`, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': level } } }, pod] }));
    await it.kube.must('wait for the pod', ['-n', namespace, 'wait', 'pod/idle', '--for=condition=Ready', '--timeout=60s'], { timeout: 70 });
    return { namespace, pod: 'idle' };
  }

  test('all packets of the pod and no others, with the names of its peers; the container is there once', async () => {
    const pod = await it.onePod('dns-client');
    const name = pod.metadata.name;
    const plan = await planGuest(client, DEMO_NAMESPACE, name, AGENT_IMAGE);
    expect(plan.add).toMatchObject({ securityContext: { capabilities: { drop: ['ALL'], add: ['NET_RAW'] } } });
    await startGuest(client, plan, never);
    expect(await planGuest(client, DEMO_NAMESPACE, name, AGENT_IMAGE)).toEqual({ namespace: DEMO_NAMESPACE, pod: name, container: plan.container });
    const object = (await it.kube.get(`/api/v1/namespaces/${DEMO_NAMESPACE}/pods/${name}`)) as { readonly spec: { readonly ephemeralContainers: readonly { readonly name: string }[] } };
    expect(object.spec.ephemeralContainers.filter((one) => one.name.startsWith('stratoshark-')).map((one) => one.name)).toEqual([plan.container]);
    const made = new Capture(it, join(dir, 'guest.pcapng'), ['--namespace', DEMO_NAMESPACE, '--ebpf-filter', `k8s.pod.name == ${name} and udp.port == 53`, '--guest', `${name}/${plan.container}`]);
    await made.running(name);
    expect(await it.generate('dns-client', ['dns', '-count', '50', '-rate', '50', '-names', 'guest.example.com'])).toMatchObject({ sent: 50 });
    expect(await made.stop()).toEqual({ status: 0, stderr: '' });
    const asked = 'dns.flags.response == 0 && dns.qry.name contains "guest.example"';
    const sent = await tsharkRows(made.file, ['ip.src'], ['-Y', asked]);
    // Some resolvers ask for both kinds of addresses.
    expect(sent.length).toBeGreaterThanOrEqual(50);
    expect(sent.length % 50).toBe(0);
    const ends = await tsharkRows(made.file, ['ip.src', 'ip.dst', 'udp.port'], ['-Y', 'ip']);
    expect(ends.filter((row) => !row.includes(pod.status.podIP ?? '?') || !/\b53\b/.test(row))).toEqual([]);
    expect(await ourRows(made.file, ['k8s.src.pod.name', 'k8s.dst.service.name'], asked)).toEqual(sent.map(() => `${name}\tkube-dns`));
    const left = await it.kube.must('look for sessions', ['-n', DEMO_NAMESPACE, 'exec', name, '-c', plan.container, '--', 'ls', '/tmp/.stratoshark/framed']);
    expect(left.trim()).toBe('');
  });

  test('under baseline with the default capabilities; under restricted refused, with the reason', async () => {
    const [baseline, restricted] = await Promise.all([podUnder('baseline'), podUnder('restricted')]);
    const plan = await planGuest(client, baseline.namespace, baseline.pod, AGENT_IMAGE);
    expect(plan.add?.securityContext).not.toHaveProperty('capabilities');
    await startGuest(client, plan, never);
    const address = ((await it.kube.get(`/api/v1/namespaces/${baseline.namespace}/pods/${baseline.pod}`)) as { readonly status: { readonly podIP: string } }).status.podIP;
    // A pod that has just begun sends packets of its own: its kernel looks for routers of IPv6.
    const made = new Capture(it, join(dir, 'baseline.pcapng'), ['--namespace', baseline.namespace, '--ebpf-filter', 'udp.port == 9', '--packets', '2', '--guest', `${baseline.pod}/${plan.container}`]);
    await made.running(baseline.pod);
    // To an address of documentation, where nobody answers.
    await it.kube.must('send', ['-n', baseline.namespace, 'exec', baseline.pod, '-c', 'idle', '--', 'bash', '-c', 'for n in 1 2; do echo $n >/dev/udp/192.0.2.1/9; done']);
    expect(await made.ended).toMatchObject({ status: 0 });
    expect((await tsharkRows(made.file, ['frame.number'], ['-Y', `ip.src == ${address} && ip.dst == 192.0.2.1`])).length).toBe(2);
    await expect(planGuest(client, restricted.namespace, restricted.pod, AGENT_IMAGE)).rejects.toThrow(/^PodSecurity of the namespace \S+ lets no container capture in idle \(violates PodSecurity "restricted:latest": .*\): capture it by an agent of its node\.$/);
  });

  test('who may not is told the missing right', async () => {
    await it.kube.must('make an account', ['-n', DEMO_NAMESPACE, 'create', 'serviceaccount', stem]);
    const token = (await it.kube.must('make a token', ['-n', DEMO_NAMESPACE, 'create', 'token', stem])).trim();
    const config = JSON.parse(await it.kube.must('read the kubeconfig', ['config', 'view', '--raw', '-o', 'json'])) as { users: { user: unknown }[] };
    const kubeconfig = join(dir, 'denied.kubeconfig');
    writeFileSync(kubeconfig, JSON.stringify({ ...config, users: config.users.map((one) => ({ ...one, user: { token } })) }), { mode: 0o600 });
    const name = (await it.onePod('dns-client')).metadata.name;
    await expect(planGuest(ApiClient.open(undefined, kubeconfig), DEMO_NAMESPACE, name, AGENT_IMAGE)).rejects.toThrow('it lacks the right to patch pods/ephemeralcontainers, get and create pods/exec in namespace production.');
  });

  test('its first process ends when nobody has captured for a while', () => {
    const started = Date.now();
    const { status } = spawnSync(process.execPath, [join(root, 'dist', 'cli.js'), 'guest', '2s'], { timeout: 30_000 });
    expect(status).toBe(0);
    expect(Date.now() - started).toBeGreaterThan(2000);
  });
});
