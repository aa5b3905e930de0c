/** Captures from outside of the cluster, through the API server. What is right comes from the generators' counts and tshark. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_NAMESPACE, DEMO_NAMESPACE } from './addons.ts';
import { agentOn, inAgent, ourRows, processOf, tsharkRows } from './agentLab.ts';
import { run, until } from './exec.ts';
import { Capture, flood, type Ended } from './outerCapture.ts';
import { powerOff, powerOn } from './power.ts';
import { restartApiServer } from './restart.ts';
import { describeLab, TestLab, type Told } from './testLab.ts';

describeLab('captures from outside of the cluster', () => {
  let it: TestLab;
  let dir: string;
  const begun: Capture[] = [];
  beforeAll(() => {
    it = new TestLab();
    dir = mkdtempSync(join(tmpdir(), 'stratoshark-capture-'));
  });
  afterAll(() => {
    for (const { child } of begun) child.kill('SIGKILL');
    it.kube.close();
    rmSync(dir, { recursive: true, force: true });
  });

  function capture(name: string, filter: string, ...more: readonly string[]): Capture {
    const made = new Capture(it, join(dir, `${name}.pcapng`), ['--namespace', DEMO_NAMESPACE, '--ebpf-filter', filter, ...more]);
    begun.push(made);
    return made;
  }

  /** Sends that many requests with a path that nobody else has. */
  async function ask(count: number, rate: number, host: string): Promise<{ readonly path: string; readonly report: Told }> {
    const path = `/m${randomBytes(6).toString('hex')}`;
    return { path, report: await it.generate('frontend', ['load', '-url', `http://${host}:8080${path}`, '-count', String(count), '-rate', String(rate)]) };
  }

  /** The same, each of which is answered; the path. */
  async function load(count: number, rate: number, host = 'backend'): Promise<string> {
    const { path, report } = await ask(count, rate, host);
    expect(report).toMatchObject({ sent: count, failed: 0 });
    return path;
  }

  /** Waits until requests come through: the cluster's rules for a new pod may take a while, a minute after a restart of the API server. The path of ten that did. */
  async function reach(host = 'backend'): Promise<string> {
    return until(60, async () => {
      const { path, report } = await ask(10, 100, host);
      return report['failed'] === 0 ? path : undefined;
    }, () => `${host} does not answer each of ten requests`);
  }

  const requests = (file: string, path: string): Promise<readonly string[]> => tsharkRows(file, ['frame.interface_name', 'frame.time_epoch'], ['-Y', `http.request.uri == "${path}"`]);
  const sessions = async (): Promise<number> => {
    const counts = await Promise.all(it.lab.nodes.map(async ({ name }) => (await inAgent(it, name, ['sh', '-c', 'ls /tmp/.stratoshark/framed 2>/dev/null | wc -l'])).stdout));
    return counts.reduce((sum, text) => sum + Number(text), 0);
  };

  test('two nodes in one file, in order, each request at both of its ends; nothing stays behind', async () => {
    const made = capture('both', 'k8s.label["app"] in {frontend, backend} and tcp.port == 8080');
    await made.running('node1', 'node2');
    const path = await load(300, 150);
    const ended = await made.stop();
    expect(ended).toEqual({ status: 0, stderr: '' });
    expect(made.last).toMatchObject({ state: 'ended', reason: 'stopped', dropped: 0 });
    const rows = await requests(made.file, path);
    const at = (app: string): readonly string[] => rows.filter((row) => row.includes(`@${DEMO_NAMESPACE}/${app}-`));
    // The client's pod sends each once, the pods behind the Service get each once.
    expect([at('frontend').length, at('backend').length, rows.length]).toEqual([300, 300, 600]);
    const backends = await it.podsOf('backend');
    expect(new Set(at('backend').map((row) => row.split('\t')[0]))).toEqual(new Set(backends.map(({ metadata }) => `eth0@${DEMO_NAMESPACE}/${metadata.name}`)));
    expect(new Set([...backends, await it.onePod('frontend')].map(({ spec }) => spec.nodeName)).size).toBe(2);
    const times = (await tsharkRows(made.file, ['frame.time_epoch'], ['-Y', 'eth'])).map((text) => BigInt(text.replace('.', '')));
    expect(times.length).toBe(made.last?.packets);
    // What a node tells too late stands where it came, and the ledger says so: on a busy machine a few, of which none is hidden.
    const outOfOrder = times.filter((time, n) => time < (times[n - 1] ?? 0n));
    const told = await tsharkRows(made.file, ['frame.number'], ['-Y', 'frame contains "came after later packets of other nodes"']);
    expect(outOfOrder.length === 0 || told.length > 0).toBe(true);
    expect(outOfOrder.length).toBeLessThan(times.length / 100);
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    await until(20, async () => ((await sessions()) === 0 ? true : undefined), () => 'sessions stay in the agents');
  });

  test('peers that no agent may name have the names that the user may list', async () => {
    const pod = await it.onePod('dns-client');
    const made = capture('peers', `k8s.pod.name == ${pod.metadata.name} and udp.port == 53`);
    await made.running(pod.spec.nodeName ?? '');
    expect(await it.generate('dns-client', ['dns', '-count', '40', '-rate', '40', '-names', 'peers.example.com'])).toMatchObject({ sent: 40 });
    expect(await made.stop()).toEqual({ status: 0, stderr: '' });
    const asked = 'dns.flags.response == 0 && dns.qry.name contains "peers.example"';
    const sent = (await tsharkRows(made.file, ['frame.number'], ['-Y', asked])).length;
    expect(sent).toBeGreaterThanOrEqual(40);
    const [dns] = await it.items('/api/v1/namespaces/kube-system/services?labelSelector=k8s-app%3Dkube-dns');
    expect(await ourRows(made.file, ['ip.dst', 'k8s.dst.service.name'], asked)).toEqual(Array.from({ length: sent }, () => `${dns?.spec.clusterIP ?? ''}\t${dns?.metadata.name ?? ''}`));
    // Wireshark's own table of names, which it shows for addresses.
    const names = await run('read names', 'tshark', ['-2', '-r', made.file, '-N', 'n', '-Y', asked, '-T', 'fields', '-e', 'ip.dst_host']);
    expect(new Set(names.trim().split('\n'))).toEqual(new Set([`${dns?.metadata.name ?? ''}.kube-system.svc`]));
  });

  test('a pod that is deleted: what came is kept, and the one in its place is captured from its first request on', { timeout: 240_000 }, async () => {
    const made = capture('deleted', 'k8s.label["app"] == backend and tcp.port == 8080');
    await made.running('node1', 'node2');
    await reach();
    const before = await load(60, 100);
    const old = (await it.podsOf('backend')).map(({ metadata }) => metadata.name);
    const gone = old[0] ?? '';
    await it.kube.must('delete a pod', ['-n', DEMO_NAMESPACE, 'delete', 'pod', gone, '--timeout=40s'], { timeout: 50 });
    await it.kube.rolledOut(DEMO_NAMESPACE, ['deployment/backend'], 60);
    // By the API server. Asked by its address: when the Service's rules on the client's node have it, is not the capture's matter.
    const fresh = (await it.podsOf('backend')).find(({ metadata }) => !old.includes(metadata.name));
    const first = await reach(fresh?.status.podIP);
    const after = await load(60, 100, fresh?.status.podIP);
    expect(await made.stop()).toMatchObject({ status: 0 });
    const podsOf = async (path: string): Promise<readonly string[]> => (await requests(made.file, path)).map((row) => row.split('\t')[0]?.split('/')[1] ?? '?');
    const seen = [await podsOf(before), await podsOf(first), await podsOf(after)];
    expect(seen.map(({ length }) => length)).toEqual([60, 10, 60]);
    expect(seen[0]).toContain(gone);
    expect(new Set(seen.slice(1).flat())).toEqual(new Set([fresh?.metadata.name]));
    expect(made.last).toMatchObject({ state: 'ended', dropped: 0 });
  });

  test('the API server restarts in mid-capture: no packet is missing', async () => {
    const made = capture('restart', 'k8s.label["app"] == backend and tcp.port == 8080');
    await made.running('node1', 'node2');
    const agent = await agentOn(it, 'node1');
    const before = await load(50, 100);
    // The generator does not need the API server once it runs.
    const name = (await it.onePod('frontend')).metadata.name;
    const path = `/m${randomBytes(6).toString('hex')}`;
    await it.kube.must('begin the load', ['-n', DEMO_NAMESPACE, 'exec', name, '--', 'sh', '-c', `/demoapp load -url http://backend:8080${path} -count 400 -rate 50 >/tmp/report 2>&1 &`]);
    await restartApiServer(it, 1000);
    expect(made.statuses.some(({ nodes }) => nodes?.some(({ state, message }) => state === 'reconnecting' && (message ?? '') !== '') === true)).toBe(true);
    await made.running('node1', 'node2');
    const report = await until(30, async () => {
      const text = await it.kube.must('read the report', ['-n', DEMO_NAMESPACE, 'exec', name, '--', 'cat', '/tmp/report']);
      return text.includes('"done":true') ? (JSON.parse(text.trim().split('\n').at(-1) ?? '') as unknown) : undefined;
    }, () => 'the load did not end');
    expect(report).toMatchObject({ sent: 400 });
    expect(await made.stop()).toMatchObject({ status: 0 });
    expect(await agentOn(it, 'node1')).toBe(agent);
    expect((await requests(made.file, before)).length).toBe(50);
    expect((await requests(made.file, path)).length).toBe(400);
    expect(made.last).toMatchObject({ dropped: 0 });
  });

  test('an agent that is killed: what came is kept, the node and the cause are told, a new agent goes on, the file says what may be missing', { timeout: 240_000 }, async () => {
    const made = capture('killed', 'k8s.label["app"] == backend and tcp.port == 8080');
    await made.running('node1', 'node2');
    await reach();
    const before = await load(60, 100);
    await until(10, async () => ((await requests(made.file, before)).length === 60 ? true : undefined), () => 'the packets did not arrive');
    const agent = await agentOn(it, 'node2');
    await it.kube.must('delete an agent', ['-n', AGENT_NAMESPACE, 'delete', 'pod', agent, '--grace-period=0', '--force']);
    await until(20, () => (made.states.includes('node2 reconnecting') ? true : undefined), () => `node2 is not told to be away: ${made.states}`);
    expect(made.last?.message).toMatch(/^node2: .+; connecting again$/);
    await it.kube.rolledOut(AGENT_NAMESPACE, ['daemonset/stratoshark'], 60);
    await made.running('node1', 'node2');
    const after = await load(60, 100);
    expect(await made.stop()).toMatchObject({ status: 0 });
    expect((await requests(made.file, before)).length).toBe(60);
    expect((await requests(made.file, after)).length).toBe(60);
    const ledger = (await tsharkRows(made.file, ['frame.number'], ['-Y', 'frame contains "Packets of node2 between these times may be missing"'])).length;
    expect(ledger).toBe(1);
  });

  test('a node that is switched off: what came is kept, the other node goes on, node and cause are told; on again, so are its packets', { timeout: 240_000 }, async () => {
    const [gone, survivor] = ['node1', 'node2'];
    const made = capture('off', 'k8s.label["app"] == backend and udp.port == 9999');
    /** Out of a pod of that node, without help of any other; told apart by their length. */
    const send = async (node: string, bytes: number): Promise<void> => {
      const pod = (await it.podsOf('backend')).find(({ spec }) => spec.nodeName === node);
      if (pod === undefined) throw new Error(`no backend on ${node}`);
      expect(await flood(await processOf(it, pod), 200, bytes)).toMatchObject({ sent: 200 });
    };
    const count = async (bytes: number): Promise<number> => (await tsharkRows(made.file, ['frame.number'], ['-Y', `udp.dstport == 9999 && udp.length == ${bytes + 8}`])).length;
    const arrived = (bytes: number): Promise<true> => until(20, async () => ((await count(bytes)) === 200 ? true : undefined), () => `the packets of ${bytes} bytes did not arrive`);
    await made.running('node1', 'node2');
    await send(gone, 101);
    await arrived(101);
    await powerOff(it, gone);
    try {
      await send(survivor, 102);
      await until(40, () => (made.states.includes(`${gone} reconnecting`) ? true : undefined), () => `${gone} is not told to be away: ${made.states}`);
      // Nobody waits for a node that is away.
      await arrived(102);
      expect(made.last?.message).toMatch(new RegExp(`^${gone}: .*the node may be off or cut off.*; connecting again$`));
      expect(made.states).toContain(`${survivor} running`);
    } finally {
      await powerOn(it, gone);
    }
    await made.running('node1', 'node2');
    await send(gone, 103);
    expect(await made.stop()).toMatchObject({ status: 0 });
    expect([await count(101), await count(102), await count(103)]).toEqual([200, 200, 200]);
    const missing = async (node: string): Promise<number> => (await tsharkRows(made.file, ['frame.number'], ['-Y', `frame contains "Packets of ${node} between these times may be missing"`])).length;
    expect([await missing(gone), await missing(survivor)]).toEqual([1, 0]);
  });

  test('a client that takes nothing: the agent keeps a bounded amount, what it cannot keep is counted, and nothing else is missing', async () => {
    const pod = await it.onePod('frontend');
    const node = pod.spec.nodeName ?? '';
    const made = capture('slow', `k8s.pod.name == ${pod.metadata.name} and udp.port == 9999`);
    await made.running(node);
    made.child.kill('SIGSTOP');
    const { sent } = await flood(await processOf(it, pod), 120_000);
    const peak = await inAgent(it, node, ['sh', '-c', 'for p in /proc/[0-9]*; do if tr "\\0" " " <$p/cmdline 2>/dev/null | grep -q "cli.js session .*9999"; then grep VmHWM $p/status; fi; done']);
    const kilobytes = Number(/VmHWM:\s+(\d+) kB/.exec(peak.stdout)?.[1]);
    expect(kilobytes).toBeGreaterThan(10_000);
    expect(kilobytes).toBeLessThan(250_000);
    made.child.kill('SIGCONT');
    await until(30, () => ((made.last?.packets ?? 0) + (made.last?.dropped ?? 0) >= sent ? true : undefined), () => `it does not catch up: ${JSON.stringify(made.last)}`);
    expect(await made.stop()).toMatchObject({ status: 0 });
    const { packets = 0, dropped = 0 } = made.last ?? {};
    expect(dropped).toBeGreaterThan(0);
    expect(packets + dropped).toBe(sent);
    expect((await tsharkRows(made.file, ['frame.number'], ['-Y', 'udp.dstport == 9999'])).length).toBe(packets);
    expect((await tsharkRows(made.file, ['frame.number'], ['-Y', `frame contains "The kernel of ${node} had no room for them"`])).length).toBe(1);
  });

  test('refusals are one sentence with what to do', async () => {
    const begin = async (words: readonly string[], kubeconfig = it.lab.kubeconfig): Promise<Ended> => {
      const made = new Capture(it, join(dir, `refused-${randomBytes(3).toString('hex')}.pcapng`), words, { kubeconfig });
      begun.push(made);
      return made.ended;
    };
    const ask = (...words: readonly string[]): Promise<Ended> => begin(words);
    const strangers = join(dir, 'stranger.kubeconfig');
    const config = JSON.parse(await it.kube.must('read the kubeconfig', ['config', 'view', '--raw', '-o', 'json'])) as { readonly users: readonly { readonly user: object }[] };
    writeFileSync(strangers, JSON.stringify({ ...config, users: config.users.map((one) => ({ ...one, user: { ...one.user, as: 'stranger' } })) }), { mode: 0o600 });
    const [stranger, nobody, term, context, agents] = await Promise.all([
      begin(['--namespace', DEMO_NAMESPACE], strangers),
      ask('--ebpf-filter', 'k8s.pod.name == nobody-1'), ask('--ebpf-filter', 'ebpf.process.name == nginx'), ask('--context', 'elsewhere'), ask('--agent-namespace', 'nowhere'),
    ]);
    expect(nobody).toEqual({ status: 1, stderr: 'stratoshark: No pod matches --ebpf-filter: is there one called nobody-1?\n' });
    expect(term.status).toBe(64);
    expect(term.stderr).toContain('ebpf.process.name cannot be decided while capturing');
    expect(context.stderr).toContain('There is no context "elsewhere"');
    expect(agents.stderr).toContain('There is no agent in the namespace nowhere');
    expect(stranger).toEqual({ status: 1, stderr: `stratoshark: You may not look for the agents of stratoshark-${it.lab.name}: ask for the rights to list pods, and to get and create pods/exec, in the namespace ${AGENT_NAMESPACE}.\n` });
  });
});
