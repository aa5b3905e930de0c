/** Captures on a slow disk, and with rights and credentials that end in mid-capture. What is right comes from the generators and tshark. */
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_NAMESPACE, DEMO_NAMESPACE } from './addons.ts';
import { processOf, tsharkRows } from './agentLab.ts';
import { until } from './exec.ts';
import { Capture, flood, setMtu } from './outerCapture.ts';
import { restartApiServer } from './restart.ts';
import { describeLab, TestLab } from './testLab.ts';

/** Datagrams that take several packets, in jumbo frames: so that one generator sends more than 200 MB/s on a busy machine. */
const kDatagrams = 10_000;
const kBytes = 60_000;
const kMtu = 9000;
/** With 8 bytes of UDP's header, in fragments of a multiple of 8 bytes behind 20 of IP's. */
const kFragments = Math.ceil((kBytes + 8) / (Math.floor((kMtu - 20) / 8) * 8));
/** Of slowDisk.mjs, MB/s. */
const kDisk = 5;

describeLab('captures in trouble', () => {
  let it: TestLab;
  let dir: string;
  const stem = `trouble-${randomBytes(3).toString('hex')}`;
  const begun: Capture[] = [];
  beforeAll(() => {
    it = new TestLab();
    dir = mkdtempSync(join(tmpdir(), 'stratoshark-trouble-'));
  });
  afterAll(async () => {
    for (const { child } of begun) child.kill('SIGKILL');
    for (const [namespace, kind] of [[AGENT_NAMESPACE, 'role,rolebinding,serviceaccount'], [DEMO_NAMESPACE, 'role,rolebinding']] as const) await it.kube.kubectl(['-n', namespace, 'delete', kind, '-l', `test=${stem}`]);
    it.kube.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('a source faster than the disk: memory stays bounded, what had no room is counted, and nothing else is missing', { timeout: 120_000 }, async () => {
    const pod = await it.onePod('frontend');
    const node = pod.spec.nodeName ?? '';
    const made = new Capture(it, join(dir, 'disk.pcapng'), ['--namespace', DEMO_NAMESPACE, '--ebpf-filter', `k8s.pod.name == ${pod.metadata.name} and ip.addr == 192.0.2.1`, '--buffer-size', '4M'], { preload: pathToFileURL(join(import.meta.dirname, 'slowDisk.mjs')).href });
    begun.push(made);
    await made.running(node);
    const first = await processOf(it, pod);
    const before = await setMtu(it, pod, first, kMtu);
    const { sent: datagrams, milliseconds } = await flood(first, kDatagrams, kBytes).finally(() => setMtu(it, pod, first, before));
    expect(datagrams).toBe(kDatagrams);
    const sent = datagrams * kFragments;
    const rate = (datagrams * kBytes) / 1000 / milliseconds;
    await until(90, () => ((made.last?.packets ?? 0) + (made.last?.dropped ?? 0) >= sent ? true : undefined), () => `it does not catch up: ${JSON.stringify(made.last)}`);
    const kilobytes = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${made.child.pid ?? 0}/status`, 'utf8'))?.[1]);
    expect(await made.stop()).toMatchObject({ status: 0 });
    const { packets = 0, dropped = 0 } = made.last ?? {};
    console.log(`${sent} packets at ${rate.toFixed(0)} MB/s: ${packets} captured, ${dropped} dropped, at most ${kilobytes} kB of memory`);
    expect(rate).toBeGreaterThan(40 * kDisk);
    expect(packets + dropped).toBe(sent);
    // The disk took a part of it only, and that is a whole file.
    expect(dropped).toBeGreaterThan(sent / 4);
    expect((await tsharkRows(made.file, ['frame.number'], ['-Y', 'ip.dst == 192.0.2.1'])).length).toBe(packets);
    expect((await tsharkRows(made.file, ['frame.number'], ['-Y', `frame contains "The kernel of ${node} had no room for them"`])).length).toBe(1);
    // Far below what was sent, and what was captured.
    expect(kilobytes).toBeLessThan(190_000);
  });

  /** An account that may do what capturing takes, and a kubeconfig that uses it. */
  async function account(): Promise<{ readonly kubeconfig: string; readonly use: (token: string) => void; readonly token: string }> {
    const labels = { test: stem };
    const role = (name: string, namespace: string, rules: readonly object[]): readonly object[] => [
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, namespace, labels }, rules },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name, namespace, labels }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }, subjects: [{ kind: 'ServiceAccount', name: stem, namespace: AGENT_NAMESPACE }] },
    ];
    const list = { apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list', 'watch'] };
    const items = [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: stem, namespace: AGENT_NAMESPACE, labels } },
      ...role(`${stem}-list`, AGENT_NAMESPACE, [list]), ...role(`${stem}-list`, DEMO_NAMESPACE, [list]),
      ...role(`${stem}-exec`, AGENT_NAMESPACE, [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] }]),
    ];
    await it.kube.apply('an account', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const token = (await it.kube.must('make a token', ['-n', AGENT_NAMESPACE, 'create', 'token', stem])).trim();
    const config = JSON.parse(await it.kube.must('read the kubeconfig', ['config', 'view', '--raw', '-o', 'json'])) as { users: { user: unknown }[] };
    const kubeconfig = join(dir, 'account.kubeconfig');
    const use = (now: string): void => { writeFileSync(kubeconfig, JSON.stringify({ ...config, users: config.users.map((one) => ({ ...one, user: { token: now } })) }), { mode: 0o600 }); };
    use(token);
    return { kubeconfig, use, token };
  }

  test('credentials that expire are named with the node, new ones go on; a right that is taken away ends it, and what came is kept', { timeout: 120_000 }, async () => {
    const { kubeconfig, use, token } = await account();
    const made = new Capture(it, join(dir, 'rights.pcapng'), ['--namespace', DEMO_NAMESPACE, '--ebpf-filter', 'k8s.label["app"] == backend and tcp.port == 8080'], { kubeconfig });
    begun.push(made);
    await made.running('node1', 'node2');
    const load = async (path: string): Promise<void> => { expect(await it.generate('frontend', ['load', '-url', `http://backend:8080/${path}`, '-count', '40', '-rate', '100'])).toMatchObject({ sent: 40 }); };
    await load('before');
    use('expired');
    await restartApiServer(it, 500);
    await until(30, () => (made.last?.nodes?.some(({ message }) => message?.includes('does not accept the credentials') === true && message.includes('log in again')) === true ? true : undefined), () => `the cause is not told: ${JSON.stringify(made.last)}`);
    expect(made.last?.message).toMatch(/^node[12]: /);
    use(token);
    await made.running('node1', 'node2');
    await load('between');
    const arrived = async (path: string): Promise<number> => (await tsharkRows(made.file, ['frame.number'], ['-Y', `http.request.uri == "/${path}"`])).length;
    await until(20, async () => ((await arrived('between')) === 40 ? true : undefined), () => 'packets did not arrive');
    await it.kube.must('take the right away', ['-n', AGENT_NAMESPACE, 'delete', 'rolebinding', `${stem}-exec`]);
    await restartApiServer(it, 500);
    const { status, stderr } = await made.ended;
    expect(status).toBe(1);
    for (const node of ['node1', 'node2']) expect(`${stderr}${JSON.stringify(made.last)}`).toContain(`You may not exec into the agent of ${node}: ask for the verbs get and create on pods/exec in the namespace ${AGENT_NAMESPACE}.`);
    expect(made.last?.nodes?.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect([await arrived('before'), await arrived('between')]).toEqual([40, 40]);
    expect((await tsharkRows(made.file, ['frame.number'], ['-Y', 'frame contains "It was not captured to the end: You may not exec"'])).length).toBe(1);
  });
});
