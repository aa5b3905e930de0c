/**
 * Two hundred pods of one node in one session. What was sent comes from the generators and from tcpdump in pods, memory
 * from the kernel, names from the API server.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_NAMESPACE } from './addons.ts';
import { agentOn, copyFromAgent, ourRows, processOf, signalled, tsharkRows, witness } from './agentLab.ts';
import { until } from './exec.ts';
import { labFolder } from './labFolder.ts';
import { describeLab, type Item, type Told } from './testLab.ts';

const kPods = 200;
const kServers = 4;
const kCrowd = 'crowd';
const kSession = 16 * 1024 ** 2;
const node = 'node1';

const replicas = (name: string, count: number, command: readonly string[]): object => ({
  apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace: kCrowd },
  spec: {
    replicas: count, selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        nodeName: node, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, enableServiceLinks: false, dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] },
        containers: [{ name: 'main', image: 'localhost/lab/demoapp:1', imagePullPolicy: 'Never', command }],
      },
    },
  },
});

/** The most memory the group of a process has taken, as the kernel counts it. */
function peakBytes(pid: number): number {
  const groups = readFileSync(`/proc/${String(pid)}/cgroup`, 'utf8').split('\n').map((line) => line.split(':'));
  const old = groups.find(([, controllers = '']) => controllers.split(',').includes('memory'));
  const file = old === undefined ? `/sys/fs/cgroup${groups.find(([number]) => number === '0')?.[2] ?? ''}/memory.peak` : `/sys/fs/cgroup/memory${old[2] ?? ''}/memory.max_usage_in_bytes`;
  return Number(readFileSync(file, 'utf8'));
}

/** Memory that a process shares with packet sockets: its rings. */
const ringBytes = (pid: number): number => readFileSync(`/proc/${String(pid)}/maps`, 'utf8').split('\n').filter((line) => line.includes('socket:['))
  .map((line) => line.split(' ')[0]?.split('-').map((hex) => Number.parseInt(hex, 16)) ?? []).reduce((sum, [from = 0, to = 0]) => sum + to - from, 0);

function captureProcess(file: string): number {
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return words.includes(file) && words.includes('capture') && ringBytes(Number(name)) > 0;
    } catch {
      return false;
    }
  });
  return Number(found[0] ?? NaN);
}

interface AgentPod {
  readonly spec: { readonly containers: readonly { readonly resources: { readonly limits: { readonly memory: string } } }[] };
  readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] };
}

describeLab('a crowd of pods', () => {
  const lab = labFolder('crowd');
  const podsOf = async (app: string): Promise<readonly Item[]> => (await lab.it.items(`/api/v1/namespaces/${kCrowd}/pods?labelSelector=app%3D${app}`)).filter(({ status }) => status.podIP !== undefined);
  const ready = (name: string, count: number): Promise<true> => until(240, async () => {
    const { status } = (await lab.it.kube.get(`/apis/apps/v1/namespaces/${kCrowd}/replicasets/${name}`)) as { readonly status: { readonly readyReplicas?: number } };
    return status.readyReplicas === count ? true : undefined;
  }, () => `the ${String(count)} pods of ${name} were not ready`);

  beforeAll(async () => {
    await lab.it.kube.apply('create a namespace', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: kCrowd } }));
    for (const one of [replicas('sleeper', kPods - kServers, ['/bin/sleep', '3600']), replicas('server', kServers, ['/demoapp', 'backend', '-database', '127.0.0.1:1'])]) await lab.it.kube.apply('create pods', JSON.stringify(one));
    await Promise.all([ready('sleeper', kPods - kServers), ready('server', kServers)]);
  }, 250_000);
  afterAll(async () => {
    await lab.it.kube.kubectl(['delete', 'namespace', kCrowd, '--wait=false']);
  });

  const agentPod = async (name: string): Promise<AgentPod> => (await lab.it.kube.get(`/api/v1/namespaces/${AGENT_NAMESPACE}/pods/${name}`)) as AgentPod;

  async function load(from: Item, to: Item, count: number): Promise<number> {
    const text = await lab.it.kube.must('send requests', ['-n', kCrowd, 'exec', from.metadata.name, '--', '/demoapp', 'load', '-url', `http://${to.status.podIP ?? ''}:8080/`, '-count', String(count), '-rate', '50'], { timeout: 60 });
    const last = JSON.parse(text.trim().split('\n').at(-1) ?? '') as Told;
    expect(last).toMatchObject({ sent: count, failed: 0, done: true });
    return Number(last['connections']);
  }

  test('two hundred in one session: all and only their packets, in the memory of one', async () => {
    const [sleepers, servers] = await Promise.all([podsOf('sleeper'), podsOf('server')]);
    expect(sleepers.length + servers.length).toBe(kPods);
    const talkers = sleepers.slice(0, kServers);
    const [first, server] = [talkers[0], servers[0]];
    if (first === undefined || server === undefined) throw new Error('there are no pods');
    const seen = await Promise.all([first, server].map(async (pod, n) => witness(lab.it, pod, join(lab.dir, `witness${String(n)}.pcap`), kCrowd)));
    const restarts = (await agentPod(await agentOn(lab.it, node))).status.containerStatuses[0]?.restartCount;
    const capture = signalled(lab.it, node, 'crowd', ['capture', '--ebpf-filter', `k8s.namespace == ${kCrowd}`, '--output', '/tmp/crowd.pcapng']);
    await capture.started;
    const rings = ringBytes(captureProcess('/tmp/crowd.pcapng'));
    const sent = await Promise.all(talkers.map(async (talker, n) => load(talker, servers[n] ?? server, 25)));
    // One goes, another comes: it is among them at once.
    await lab.it.kube.must('delete a pod', ['-n', kCrowd, 'delete', 'pod', sleepers.at(-1)?.metadata.name ?? '', '--wait=true', '--timeout=30s']);
    const known = new Set(sleepers.map(({ metadata }) => metadata.name));
    // What the ReplicaSet says of itself may be of before.
    const late = await until(60, async () => (await podsOf('sleeper')).find(({ metadata }) => !known.has(metadata.name)), () => 'no pod came');
    await ready('sleeper', kPods - kServers);
    sent.push(await load(late, servers[1] ?? server, 10));
    await capture.signal('TERM');
    const { status, stderr } = await capture.result;
    await Promise.all(seen.map(({ stop }) => stop()));
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining(`Capturing ${String(kPods)} pods`) as string });
    expect(stderr).toContain(' 0 dropped by the kernel');
    const file = join(lab.dir, 'crowd.pcapng');
    await copyFromAgent(lab.it, node, '/tmp/crowd.pcapng', file);

    // Memory: of the rings what the session may have, of all of it what the agent may.
    expect(rings).toBeGreaterThan(kSession / 2);
    expect(rings).toBeLessThanOrEqual(kSession);
    const name = await agentOn(lab.it, node);
    const agent = await agentPod(name);
    expect(agent.spec.containers[0]?.resources.limits.memory).toBe('2Gi');
    // A node that was switched off has started its agent anew before.
    expect(agent.status.containerStatuses[0]?.restartCount).toBe(restarts);
    const peak = peakBytes(await processOf(lab.it, { metadata: { name } }, AGENT_NAMESPACE));
    expect(peak + rings).toBeLessThan(0.8 * 2 * 1024 ** 3);
    console.log(`${String(kPods)} pods: ${(rings / 1e6).toFixed(0)} MB of rings, the agent at most ${(peak / 1e6).toFixed(0)} MB`);

    // Every connection at both of its ends, with its direction there; nothing at anybody's that is another's.
    const interfaceOf = (pod: Item): string => `eth0@${kCrowd}/${pod.metadata.name}`;
    const opened = await tsharkRows(file, ['frame.interface_name', 'frame.packet_flags_direction', 'ip.src', 'ip.dst'], ['-Y', 'tcp.flags.syn == 1 && tcp.flags.ack == 0 && tcp.dstport == 8080']);
    const expected = [...talkers, late].flatMap((talker, n) => {
      const to = servers[n === kServers ? 1 : n] ?? server;
      const ends = `${talker.status.podIP ?? ''}\t${to.status.podIP ?? ''}`;
      return Array.from({ length: sent[n] ?? 0 }, () => [`${interfaceOf(talker)}\t0x00000002\t${ends}`, `${interfaceOf(to)}\t0x00000001\t${ends}`]).flat();
    });
    expect(expected).toHaveLength(2 * (kServers * 25 + 10));
    expect([...opened].sort()).toEqual([...expected].sort());
    const addresses = new Map([...sleepers, ...servers, late].map((pod) => [interfaceOf(pod), pod.status.podIP ?? '?']));
    const all = (await tsharkRows(file, ['frame.interface_name', 'ip.src', 'ip.dst'], ['-Y', 'ip'])).map((row) => row.split('\t'));
    expect(all.filter(([at = '', ...ends]) => !ends.includes(addresses.get(at) ?? '?'))).toEqual([]);
    // tcpdump in two of the pods has seen the same packets.
    for (const [n, pod] of [first, server].entries()) {
      const fields = ['ip.src', 'ip.dst', 'ip.id', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.flags', 'frame.len'];
      const conversation = `tcp.port == 8080 && ip.addr == ${first.status.podIP ?? ''} && ip.addr == ${server.status.podIP ?? ''}`;
      const own = await tsharkRows(file, fields, ['-Y', `${conversation} && frame.interface_name == "${interfaceOf(pod)}"`]);
      expect(own.length).toBeGreaterThan(25 * 8);
      expect([...own].sort()).toEqual([...await tsharkRows(join(lab.dir, `witness${String(n)}.pcap`), fields, ['-Y', conversation])].sort());
    }
    const names = new Set(await ourRows(file, ['k8s.src.pod.name', 'k8s.dst.pod.name'], `tcp.dstport == 8080 && ip.src == ${late.status.podIP ?? ''}`));
    expect(names).toEqual(new Set([`${late.metadata.name}\t${(servers[1] ?? server).metadata.name}`]));
    // What was not looked at stands in the file.
    expect(stderr).toContain('what they send to themselves on lo');
    expect(readFileSync(file).includes(`lo of ${String(kPods)} pods of ${node}`)).toBe(true);
  }, 120_000);
});
