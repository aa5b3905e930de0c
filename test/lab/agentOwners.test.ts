/**
 * Who sent each packet, while pods and containers come and go: the processes as they call themselves in the demo
 * application's log, containers and pods as the API server has them.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_NAMESPACE } from './addons.ts';
import { captureInAgent, copyFromAgent, inAgent, ourRows, processOf, signalled, tsharkRows } from './agentLab.ts';
import { run, until } from './exec.ts';
import { describeLab, TestLab, type Told } from './testLab.ts';

interface RunState {
  readonly running?: unknown;
  readonly terminated?: { readonly startedAt?: string };
}

interface GuestPod {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly containerID?: string; readonly restartCount: number; readonly ready: boolean; readonly state?: RunState; readonly lastState?: RunState }[];
  };
}

/** Another process of a container, by what it is called, as this machine sees it. */
function processBeside(pid: number, name: string): number | undefined {
  const groups = readFileSync(`/proc/${String(pid)}/cgroup`, 'utf8');
  const found = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).find((one) => {
    try {
      return readFileSync(`/proc/${one}/cgroup`, 'utf8') === groups && readFileSync(`/proc/${one}/comm`, 'utf8').trim() === name;
    } catch {
      return false; // It has ended.
    }
  });
  return found === undefined ? undefined : Number(found);
}

describeLab('who sent each packet', () => {
  let it: TestLab;
  let dir: string;
  const guests: string[] = [];
  let stop: (() => Promise<unknown>) | undefined;
  beforeAll(() => {
    it = new TestLab();
    dir = mkdtempSync(join(tmpdir(), 'stratoshark-owners-'));
  });
  afterAll(async () => {
    await stop?.();
    await it.kube.kubectl(['-n', 'default', 'delete', 'pod', '--wait=false', '--ignore-not-found', 'none', ...guests]);
    it.kube.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const path = (name: string): string => `/api/v1/namespaces/default/pods/${name}`;
  const object = async (name: string): Promise<GuestPod> => (await it.kube.get(path(name))) as GuestPod;
  /** A pod of this test's own on a node, with a container of that name for each command. */
  async function guest(tag: string, name: string, commands: Readonly<Record<string, readonly string[]>>, node = 'node1'): Promise<void> {
    guests.push(name);
    await it.kube.apply('create a pod', JSON.stringify({
      apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { guest: tag } },
      spec: {
        nodeName: node, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] },
        containers: Object.entries(commands).map(([container, command]) => ({
          name: container, image: 'localhost/lab/demoapp:1', imagePullPolicy: 'Never', command, ...(command.includes('backend') ? { readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } } : {}),
        })),
      },
    }));
    await it.kube.condition(path(name), 'Ready', 30, () => `${name} was not Ready`);
  }
  const inGuest = (name: string, container: string, command: readonly string[]): Promise<string> =>
    it.kube.must('run a program', ['-n', 'default', 'exec', name, '-c', container, '--', ...command], { timeout: 30 });
  const end = (side: string): readonly string[] => [`k8s.${side}.pod.name`, `k8s.${side}.container.name`, `ebpf.${side}.process.pid`, `ebpf.${side}.process.container_pid`];

  test('client and server: process, container and pod of 99.9 % of the packets and never a wrong one; nothing of the other node', async () => {
    const pod = await it.onePod('frontend');
    const node = pod.spec.nodeName ?? '';
    const other = it.lab.nodes.find(({ name }) => name !== node)?.name ?? '';
    const filter = 'k8s.label["app"] == "frontend" or k8s.label["app"] == "backend"';
    const captures = [node, other].map((at) => captureInAgent(it, at, ['capture', '--ebpf-filter', filter, '--duration', '7s', '--output', '/tmp/owners.pcapng']));
    await Promise.all(captures.map(({ started }) => started));
    const since = new Date().toISOString();
    const said = await it.inPod('frontend', ['/bin/sh', '-c', 'echo $$; exec /demoapp load -url http://backend:8080/ -count 400 -rate 200']);
    const [clientPid = '', ...lines] = said.trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as Told);
    expect(told.at(-1)).toMatchObject({ sent: 400, failed: 0 });
    const ports = new Set(told.filter(({ event }) => event === 'connected').map(({ local }) => String(local).split(':').at(-1) ?? ''));
    expect(ports.size).toBeGreaterThan(390);
    await Promise.all(captures.map(({ result }) => result));
    // Who accepted each connection, by its own word; and the process that this machine knows by the API's container id.
    const here = (await it.podsOf('backend')).filter(({ spec }) => spec.nodeName === node);
    const servers = new Map<string, string>();
    for (const backend of here) {
      const log = await it.kube.must('read the log', ['-n', DEMO_NAMESPACE, 'logs', backend.metadata.name, `--since-time=${since}`]);
      const process = await processOf(it, backend);
      for (const line of log.trim().split('\n').filter((text) => text.includes('"accepted"'))) {
        const { remote, pid } = JSON.parse(line) as { readonly remote: string; readonly pid: number };
        const port = remote.split(':').at(-1) ?? '';
        // Others, such as the kubelet, may have used the same port.
        if (ports.has(port) && remote === `${pod.status.podIP ?? ''}:${port}`) servers.set(port, [backend.metadata.name, 'backend', String(process), String(pid)].join(' '));
      }
    }
    expect(servers.size).toBeGreaterThan(50);
    const files = await Promise.all([node, other].map(async (at) => {
      await copyFromAgent(it, at, '/tmp/owners.pcapng', join(dir, at));
      return join(dir, at);
    }));
    const rows = (await ourRows(files[0] ?? '', ['tcp.srcport', 'tcp.dstport', ...end('src'), ...end('dst')], `((ip.src == ${pod.status.podIP ?? ''} && tcp.dstport == 8080) || (ip.dst == ${pod.status.podIP ?? ''} && tcp.srcport == 8080)) && tcp.port in {${[...servers.keys()].join(', ')}}`)).map((row) => row.split('\t'));
    let [right, wrong] = [0, 0];
    for (const [from = '', to = '', ...ends] of rows) {
      const port = servers.has(from) ? from : to;
      const [source, destination] = [ends.slice(0, 4), ends.slice(4)];
      const [client, server] = servers.has(from) ? [source, destination] : [destination, source];
      const [serverPod = '', container, process, pid] = (servers.get(port) ?? '').split(' ');
      const expected = [...[pod.metadata.name, 'frontend', undefined, clientPid], ...[serverPod, container, process, pid]];
      const found = [...client, ...server];
      if (expected.some((value, n) => value !== undefined && found[n] !== value && (found[n] ?? '') !== '')) wrong++;
      else if (expected.every((value, n) => value === undefined || found[n] === value)) right++;
    }
    // Each packet is seen at both ends: request, answer, and what opens and closes.
    expect(rows.length).toBeGreaterThan(servers.size * 12);
    expect(wrong).toBe(0);
    expect(right / rows.length).toBeGreaterThanOrEqual(0.999);
    console.log(`processes, containers and pods right at both ends for ${String(right)} of ${String(rows.length)} packets`);
    // The other node's agent: its own pods only, and of their peers on this node no process.
    const elsewhere = new Set((await ourRows(files[1] ?? '', ['frame.interface_name'], 'eth')).map((name) => name.replace(/^.*\//, '')));
    const own = (await it.podsOf('backend')).filter(({ spec }) => spec.nodeName === other).map(({ metadata }) => metadata.name);
    expect([...elsewhere].filter((name) => !own.includes(name))).toEqual([]);
    const strangers = await ourRows(files[1] ?? '', ['ebpf.src.process.pid'], `k8s.src.node.name == ${node} && ebpf.src.process.pid`);
    expect(strangers).toEqual([]);
  });

  test('tshark shows in a comment who is at the ends of a flow, once for what is known', async () => {
    const pod = await it.onePod('frontend');
    const node = pod.spec.nodeName ?? '';
    const server = (await it.podsOf('backend')).find(({ spec }) => spec.nodeName === node);
    if (server === undefined) throw new Error(`no backend on ${node}`);
    const capture = captureInAgent(it, node, ['capture', '--ebpf-filter', 'k8s.label["app"] == "frontend" or k8s.label["app"] == "backend"', '--duration', '6s', '--output', '/tmp/comments.pcapng']);
    await capture.started;
    const first = await processOf(it, pod);
    // A connection that says nothing for longer than it takes to learn whose it is, then asks, and asks again.
    const request = (more: string): string => `sleep 1; printf "GET / HTTP/1.1\\r\\nHost: backend\\r\\n${more}\\r\\n"`;
    const asked = it.inPod('frontend', ['/bin/sh', '-c', `(${request('')}; ${request('Connection: close\\r\\n')}; sleep 1) | nc ${server.status.podIP ?? ''} 8080`]);
    const client = await until(10, () => processBeside(first, 'nc'), () => 'nc does not run');
    expect((await asked).match(/X-Served-By: .*/g)?.map((line) => line.trim())).toEqual(Array.from({ length: 2 }, () => `X-Served-By: ${server.metadata.name}`));
    expect((await capture.result).status).toBe(0);
    const file = join(dir, 'comments');
    await copyFromAgent(it, node, '/tmp/comments.pcapng', file);
    const texts = await tsharkRows(file, ['frame.comment'], ['-Y', `frame.comment contains "(nc, pid ${String(client)}, "`]);
    const [from, to] = [`${DEMO_NAMESPACE}/${pod.metadata.name} (nc, pid ${String(client)}, container frontend)`, `${DEMO_NAMESPACE}/${server.metadata.name} (demoapp, pid ${String(await processOf(it, server))}, container backend)`];
    // Who has connected is known first; who serves then too, or when the request is taken.
    expect(texts.at(-1)).toBe(`${from} → ${to}`);
    expect(texts.filter((text, n) => !text.startsWith(`${from} → `) || texts.indexOf(text) !== n)).toEqual([]);
  });

  test('an address that goes to another pod, a container that is started anew, in mid-capture', async () => {
    const tag = `g${randomBytes(3).toString('hex')}`;
    const node = 'node1';
    const containerOf = async (name: string): Promise<string> => ((await object(name)).status.containerStatuses?.[0]?.containerID ?? '').replace(/^\w+:\/\//, '');
    const [asker, first, second] = [`${tag}-asker`, `${tag}-first`, `${tag}-second`];
    const server = { guest: ['/demoapp', 'backend', '-database', '127.0.0.1:1'] };
    await Promise.all([guest(tag, asker, { guest: ['/bin/sleep', '600'] }), guest(tag, first, server)]);
    const address = (await object(first)).status.podIP ?? '';
    const capture = signalled(it, node, 'reuse', ['capture', '--ebpf-filter', `k8s.label["guest"] == "${tag}"`, '--output', '/tmp/reuse.pcapng']);
    stop = () => capture.signal('TERM');
    await capture.started;
    const ask = async (): Promise<void> => {
      const text = await it.kube.must('ask', ['-n', 'default', 'exec', asker, '--', '/demoapp', 'load', '-url', `http://${address}:8080/`, '-count', '20', '-rate', '100']);
      expect(JSON.parse(text.trim().split('\n').at(-1) ?? '')).toMatchObject({ sent: 20, failed: 0 });
    };
    const containers = [await containerOf(first)];
    await ask();
    // It ends, and the kubelet starts another container in the same pod.
    await it.kube.must('end the program', ['-n', 'default', 'exec', first, '--', '/bin/sh', '-c', 'kill 1']);
    await until(30, async () => ((await object(first)).status.containerStatuses?.[0]?.restartCount === 1 && (await object(first)).status.containerStatuses?.[0]?.ready === true ? true : undefined), () => `${first} was not started anew`);
    containers.push(await containerOf(first));
    await ask();
    // The next pod of the node is made to get the address that this one leaves.
    await it.kube.must('delete the pod', ['-n', 'default', 'delete', 'pod', first, '--wait=true', '--timeout=20s']);
    const leases = `/proc/${String(it.state.nodes[node]?.pid)}/root/var/lib/cni/networks/lab`;
    await until(20, () => (existsSync(join(leases, address)) ? undefined : true), () => `${address} was not given back`);
    // Both neighbours would send to the old link address for half a minute.
    const asking = await processOf(it, { metadata: { name: asker } }, 'default');
    for (const process of [it.state.nodes[node]?.pid, asking]) await run('forget a neighbour', 'nsenter', ['-t', String(process), '--net', '--', 'ip', 'neigh', 'flush', 'to', address]);
    writeFileSync(join(leases, 'last_reserved_ip.0'), address.replace(/\d+$/, (last) => String(Number(last) - 1)));
    await guest(tag, second, server);
    expect((await object(second)).status.podIP).toBe(address);
    containers.push(await containerOf(second));
    expect(new Set(containers).size).toBe(3);
    await ask();
    await stop();
    stop = undefined;
    expect((await capture.result).status).toBe(0);
    const file = join(dir, 'reuse.pcapng');
    await copyFromAgent(it, node, '/tmp/reuse.pcapng', file);
    // Each answer says who gave it (seen twice, it is one answer); each packet of its connection, at either end, is his.
    const answers = (await ourRows(file, ['tcp.stream', 'k8s.src.pod.name', 'k8s.src.container.id', 'http.response.line'], `http.response && ip.src == ${address}`)).map((row) => row.split('\t'));
    expect(answers.map(([, pod = '?', , line = '']) => line.includes(`X-Served-By: ${pod}`))).toEqual(Array.from({ length: 60 }, () => true));
    expect(answers.map(([, , id]) => id)).toEqual(containers.flatMap((id) => Array.from({ length: 20 }, () => id)));
    const packets = await ourRows(file, ['tcp.stream', 'k8s.src.pod.name', 'k8s.src.container.id'], `tcp && ip.src == ${address} && ip.dst == ${(await object(asker)).status.podIP ?? ''}`);
    expect(packets.length).toBeGreaterThan(60 * 2 * 4);
    expect(new Set(packets)).toEqual(new Set(answers.map((answer) => answer.slice(0, 3).join('\t'))));
    const questions = await ourRows(file, ['k8s.dst.pod.name', 'k8s.src.pod.name'], `tcp.flags.syn == 1 && tcp.flags.ack == 0 && ip.dst == ${address} && frame.interface_name contains "${asker}"`);
    expect(questions).toEqual([first, first, second].flatMap((name) => Array.from({ length: 20 }, () => `${name}\t${asker}`)));
  });

  test('UDP sockets that are connected to nobody: process, container and pod at both ends of 99.9 % of the packets, never a wrong one', async () => {
    const tag = `u${randomBytes(3).toString('hex')}`;
    const [asker, answerer] = [`${tag}-asker`, `${tag}-echo`];
    await Promise.all([guest(tag, asker, { app: ['/bin/sleep', '600'], other: ['/bin/sleep', '600'] }), guest(tag, answerer, { app: ['/demoapp', 'echo'], other: ['/bin/sleep', '600'] })]);
    const address = (await object(answerer)).status.podIP ?? '';
    const capture = signalled(it, 'node1', 'udp', ['capture', '--ebpf-filter', `k8s.label["guest"] == "${tag}"`, '--output', '/tmp/udp.pcapng']);
    await capture.started;
    // One process after the other, in both containers.
    const clients = new Map<string, string[]>();
    for (const container of ['app', 'other', 'app']) {
      const [pid = '', ...lines] = (await inGuest(asker, container, ['/bin/sh', '-c', `echo $$; exec /demoapp datagrams -to ${address}:9053 -count 100 -rate 200`])).trim().split('\n');
      const told = lines.map((line) => JSON.parse(line) as Told);
      expect(told.at(-1)).toMatchObject({ sent: 100, answered: 100 });
      for (const { local } of told.filter(({ event }) => event === 'sent')) {
        const port = String(local).split(':').at(-1) ?? '';
        clients.set(port, [...(clients.get(port) ?? []), `${container} ${pid}`]);
      }
    }
    await capture.signal('TERM');
    expect((await capture.result).status).toBe(0);
    const file = join(dir, 'udp.pcapng');
    await copyFromAgent(it, 'node1', '/tmp/udp.pcapng', file);
    // By its own word, and as this machine knows the process of the container that the API server names.
    const log = (await it.kube.must('read the log', ['-n', 'default', 'logs', answerer, '-c', 'app'])).trim().split('\n').map((line) => JSON.parse(line) as Told);
    expect(log.filter(({ event }) => event === 'answered')).toHaveLength(300);
    const echo = [answerer, 'app', String(await processOf(it, { metadata: { name: answerer } }, 'default', 'app')), String(log[0]?.['pid'])];
    const rows = (await ourRows(file, ['udp.srcport', ...end('src'), 'udp.dstport', ...end('dst')], 'udp.port == 9053 && !icmp')).map((row) => row.split('\t'));
    // Each datagram and its answer at both pods; of a port that was used again the first four are the first process's.
    expect(rows).toHaveLength(300 * 4);
    const times = new Map<string, number>();
    let [right, wrong] = [0, 0];
    for (const row of rows) {
      const [client, server] = row[0] === '9053' ? [row.slice(5), row.slice(0, 5)] : [row.slice(0, 5), row.slice(5)];
      const port = client[0] ?? '';
      const time = times.get(port) ?? 0;
      times.set(port, time + 1);
      const [container, pid] = (clients.get(port)?.[Math.floor(time / 4)] ?? '').split(' ');
      const expected = [asker, container, undefined, pid, ...echo];
      const found = [...client.slice(1), ...server.slice(1)];
      if (expected.some((value, n) => value !== undefined && found[n] !== value && (found[n] ?? '') !== '')) wrong++;
      else if (expected.every((value, n) => value === undefined || found[n] === value)) right++;
    }
    expect(wrong).toBe(0);
    console.log(`unconnected UDP: right at both ends for ${String(right)} of ${String(rows.length)} packets`);
    expect(right / rows.length).toBeGreaterThanOrEqual(0.999);
  });

  /** Sends five datagrams to an echo and ends. In Kubernetes one $ is made of two. */
  const brief = (address: string, before = ''): Readonly<Record<string, unknown>> => ({
    name: 'main', image: 'localhost/lab/demoapp:1', imagePullPolicy: 'Never', command: ['/bin/sh', '-c', `${before} echo $$$$; exec /demoapp datagrams -to ${address}:9053 -count 5 -rate 100`],
  });
  async function create(name: string, labels: Readonly<Record<string, string>>, spec: Readonly<Record<string, unknown>>): Promise<void> {
    guests.push(name);
    await it.kube.apply('create a pod', JSON.stringify({
      apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec: { nodeName: 'node1', terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, ...spec },
    }));
  }
  /** By the word of the pod's last container: port, pod, container and process id of each datagram; then as the file has those. */
  async function sentBy(file: string, name: string): Promise<readonly [readonly string[], readonly string[]]> {
    const [pid = '', ...lines] = (await it.kube.must('read the log', ['-n', 'default', 'logs', name])).trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as Told);
    expect(told.at(-1)).toMatchObject({ sent: 5, answered: 5 });
    const ports = told.filter(({ event }) => event === 'sent').map(({ local }) => String(local).split(':').at(-1) ?? '');
    const filter = `udp.dstport == 9053 && udp.srcport in {${ports.join(', ')}} && frame.interface_name contains "${name}"`;
    return [ports.map((port) => [port, name, 'main', pid].join('\t')), await ourRows(file, ['udp.srcport', 'k8s.src.pod.name', 'k8s.src.container.name', 'ebpf.src.process.container_pid'], filter)];
  }

  test('pods that are over before the API server tells that they run: each of their packets, with who sent it', async () => {
    const tag = `e${randomBytes(3).toString('hex')}`;
    await guest(tag, `${tag}-echo`, { app: ['/demoapp', 'echo'] });
    const address = (await object(`${tag}-echo`)).status.podIP ?? '';
    const capture = signalled(it, 'node1', 'early', ['capture', '--ebpf-filter', `k8s.label["early"] == "${tag}"`, '--output', '/tmp/early.pcapng']);
    await capture.started;
    const names = [`${tag}-one`, `${tag}-two`];
    for (const name of names) await create(name, { early: tag }, { restartPolicy: 'Never', containers: [brief(address, 'sleep 0.4;')] });
    for (const name of names) await it.kube.must('wait for it', ['-n', 'default', 'wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=40s'], { timeout: 50 });
    await capture.signal('TERM');
    expect((await capture.result).status).toBe(0);
    const file = join(dir, 'early.pcapng');
    await copyFromAgent(it, 'node1', '/tmp/early.pcapng', file);
    for (const name of names) {
      const [told, found] = await sentBy(file, name);
      expect(found).toEqual(told);
    }
  });

  test('a container that ends at once, again and again: each of its packets, with who sent it, though no container runs when the capture begins', { timeout: 120_000 }, async () => {
    const tag = `l${randomBytes(3).toString('hex')}`;
    const [failing, answerer] = [`${tag}-failing`, `${tag}-echo`];
    await guest(tag, answerer, { app: ['/demoapp', 'echo'] });
    const address = (await object(answerer)).status.podIP ?? '';
    await create(failing, {}, { containers: [brief(address)] });
    /** When its last run began, seconds since 1970, while it does not run. */
    const lastRun = async (): Promise<number | undefined> => {
      const [main] = (await object(failing)).status.containerStatuses ?? [];
      if (main === undefined || main.restartCount === 0 || main.state?.running !== undefined) return undefined;
      return Date.parse((main.state?.terminated ?? main.lastState?.terminated)?.startedAt ?? '') / 1000;
    };
    await until(40, lastRun, () => `${failing} is not started again`);
    const capture = signalled(it, 'node1', 'failing', ['capture', '--ebpf-filter', `k8s.pod.name == ${failing}`, '--output', '/tmp/failing.pcapng']);
    await capture.started;
    const since = Date.now() / 1000;
    await until(60, async () => ((await lastRun() ?? 0) > since ? true : undefined), () => `${failing} is not started once more`);
    await capture.signal('TERM');
    expect((await capture.result).status).toBe(0);
    const file = join(dir, 'failing.pcapng');
    await copyFromAgent(it, 'node1', '/tmp/failing.pcapng', file);
    const [told, found] = await sentBy(file, failing);
    expect(found).toEqual(told);
  });

  test('a pod of the other node that came in mid-capture has its name', async () => {
    const tag = `o${randomBytes(3).toString('hex')}`;
    const [asker, far] = [`${tag}-asker`, `${tag}-far`];
    await guest(tag, asker, { app: ['/bin/sleep', '600'] });
    const capture = signalled(it, 'node1', 'far', ['capture', '--ebpf-filter', `k8s.pod.name == ${asker}`, '--output', '/tmp/far.pcapng']);
    await capture.started;
    await guest(tag, far, { web: ['/demoapp', 'backend', '-database', '127.0.0.1:1'] }, 'node2');
    const address = (await object(far)).status.podIP ?? '';
    expect((await inGuest(asker, 'app', ['/demoapp', 'load', '-url', `http://${address}:8080/`, '-count', '5', '-rate', '50'])).trim().split('\n').at(-1)).toContain('"failed":0');
    // Nothing changes on its own node: the pods elsewhere are asked for again after ten seconds, and named in the file for others.
    await until(25, async () => ((await inAgent(it, 'node1', ['grep', '-qF', `${far}.default`, '/tmp/far.pcapng'])).status === 0 ? true : undefined), () => `${far} is not in the capture`);
    await capture.signal('TERM');
    expect((await capture.result).status).toBe(0);
    const file = join(dir, 'far.pcapng');
    await copyFromAgent(it, 'node1', '/tmp/far.pcapng', file);
    expect(new Set(await ourRows(file, ['k8s.dst.pod.name', 'k8s.dst.node.name'], `ip.dst == ${address} && tcp`))).toEqual(new Set([`${far}\tnode2`]));
  });

  test('the cluster\'s name server, which was there before it was captured', async () => {
    const [server] = await it.items('/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns');
    if (server === undefined) throw new Error('there is no name server');
    const node = server.spec.nodeName ?? '';
    const process = await processOf(it, server, 'kube-system');
    const capture = captureInAgent(it, node, ['capture', '--ebpf-filter', `k8s.pod.name == ${server.metadata.name}`, '--duration', '4s', '--output', '/tmp/dns.pcapng']);
    await capture.started;
    expect(await it.generate('dns-client', ['dns', '-count', '40', '-rate', '100'])).toMatchObject({ sent: 40 });
    expect((await capture.result).status).toBe(0);
    const file = join(dir, 'dns.pcapng');
    await copyFromAgent(it, node, '/tmp/dns.pcapng', file);
    for (const [side, filter] of [['src', 'udp.srcport == 53 && ip.src'], ['dst', 'udp.dstport == 53 && ip.dst']] as const) {
      const rows = await ourRows(file, end(side).slice(0, 3), `${filter} == ${server.status.podIP ?? ''}`);
      expect(rows.length).toBeGreaterThanOrEqual(40);
      expect(new Set(rows)).toEqual(new Set([`${server.metadata.name}\tcoredns\t${String(process)}`]));
    }
  });

  test('k8s.container.name: of two containers of a pod, the packets of the one that is meant', async () => {
    const tag = `c${randomBytes(3).toString('hex')}`;
    const [asker, answerer] = [`${tag}-asker`, `${tag}-server`];
    await Promise.all([
      guest(tag, asker, { app: ['/bin/sleep', '600'], other: ['/bin/sleep', '600'] }),
      guest(tag, answerer, { web: ['/demoapp', 'backend', '-database', '127.0.0.1:1'], echo: ['/demoapp', 'echo'] }),
    ]);
    const address = (await object(answerer)).status.podIP ?? '';
    const capture = signalled(it, 'node1', 'container', ['capture', '--ebpf-filter', `k8s.label["guest"] == "${tag}" and k8s.container.name == app`, '--output', '/tmp/container.pcapng']);
    await capture.started;
    const ports = async (container: string, command: readonly string[], event: string): Promise<readonly string[]> =>
      (await inGuest(asker, container, ['/demoapp', ...command])).trim().split('\n').map((line) => JSON.parse(line) as Told).filter((told) => told.event === event).map(({ local }) => String(local).split(':').at(-1) ?? '');
    const tcp = (container: string): Promise<readonly string[]> => ports(container, ['load', '-url', `http://${address}:8080/`, '-count', '40', '-rate', '100'], 'connected');
    const udp = (container: string): Promise<readonly string[]> => ports(container, ['datagrams', '-to', `${address}:9053`, '-count', '40', '-rate', '100'], 'sent');
    const [wanted, others] = [[await tcp('app'), await udp('app')], [await tcp('other'), await udp('other')]];
    await capture.signal('TERM');
    expect((await capture.result).status).toBe(0);
    const file = join(dir, 'container.pcapng');
    await copyFromAgent(it, 'node1', '/tmp/container.pcapng', file);
    const seen = (await tsharkRows(file, ['tcp.srcport', 'udp.srcport'], ['-Y', `ip.dst == ${address} && (tcp.flags.syn == 1 || udp) && !icmp`])).map((row) => row.trim());
    expect([...seen].sort()).toEqual([...wanted.flat()].sort());
    expect(others.flat()).toHaveLength(80);
    // Whole connections: what opens them, the request, the answer, what closes them.
    expect(await tsharkRows(file, ['tcp.stream'], ['-Y', 'http.response'])).toHaveLength(40);
  });
});
