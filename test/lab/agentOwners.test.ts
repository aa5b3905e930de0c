/**
 * Who sent each packet, while pods and containers come and go: the processes as they call themselves in the demo
 * application's log, containers and pods as the API server has them.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_NAMESPACE } from './addons.ts';
import { captureInAgent, copyFromAgent, ourRows, processOf, signalled } from './agentLab.ts';
import { run, until } from './exec.ts';
import { describeLab, TestLab, type Told } from './testLab.ts';

interface GuestPod {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly containerID?: string; readonly restartCount: number; readonly ready: boolean }[];
  };
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
    const end = (side: string): readonly string[] => [`k8s.${side}.pod.name`, `k8s.${side}.container.name`, `ebpf.${side}.process.pid`, `ebpf.${side}.process.container_pid`];
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

  test('an address that goes to another pod, a container that is started anew, in mid-capture', async () => {
    const tag = `g${randomBytes(3).toString('hex')}`;
    const node = 'node1';
    const path = (name: string): string => `/api/v1/namespaces/default/pods/${name}`;
    const guest = async (name: string, command: readonly string[]): Promise<void> => {
      guests.push(name);
      await it.kube.apply('create a pod', JSON.stringify({
        apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { guest: tag } },
        spec: {
          nodeName: node, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] },
          containers: [{ name: 'guest', image: 'localhost/lab/demoapp:1', imagePullPolicy: 'Never', command, ...(command.includes('backend') ? { readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } } : {}) }],
        },
      }));
      await it.kube.condition(path(name), 'Ready', 30, () => `${name} was not Ready`);
    };
    const object = async (name: string): Promise<GuestPod> => (await it.kube.get(path(name))) as GuestPod;
    const containerOf = async (name: string): Promise<string> => ((await object(name)).status.containerStatuses?.[0]?.containerID ?? '').replace(/^\w+:\/\//, '');
    const [asker, first, second] = [`${tag}-asker`, `${tag}-first`, `${tag}-second`];
    const server = ['/demoapp', 'backend', '-database', '127.0.0.1:1'];
    await Promise.all([guest(asker, ['/bin/sleep', '600']), guest(first, server)]);
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
    await guest(second, server);
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
});
