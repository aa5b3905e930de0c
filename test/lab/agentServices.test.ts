/**
 * Services in an agent's captures: the pod that a ClusterIP led to. What is right comes from the demo application, whose
 * servers say in each answer who they are and whose generator counts them, and from the API server.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEMO_NAMESPACE } from './addons.ts';
import { captureInAgent, copyFromAgent, ourRows } from './agentLab.ts';
import { describeLab, type TestLab, type Told, useLab } from './testLab.ts';

interface Report extends Told {
  readonly byServer: Readonly<Record<string, number>>;
}

describeLab('Services in an agent\'s captures', () => {
  let it: TestLab;
  let dir: string;
  useLab('services', (lab, folder) => { [it, dir] = [lab, folder]; });

  const clusterIp = async (namespace: string, name: string): Promise<string> =>
    ((await it.kube.get(`/api/v1/namespaces/${namespace}/services/${name}`)) as { readonly spec: { readonly clusterIP: string } }).spec.clusterIP;

  /** Loads a Service from the frontend while the frontend is captured; the file, and what the generator says. */
  async function captured(name: string, load: readonly string[]): Promise<{ readonly file: string; readonly report: Report; readonly ports: readonly string[] }> {
    const pod = await it.onePod('frontend');
    const node = pod.spec.nodeName ?? '';
    const path = `/tmp/${name}.pcapng`;
    const capture = captureInAgent(it, node, ['capture', '--ebpf-filter', `k8s.pod.name == ${pod.metadata.name}`, '--duration', '6s', '--output', path]);
    await capture.started;
    const lines = (await it.inPod('frontend', ['/demoapp', 'load', '-url', 'http://backend:8080/', ...load])).trim().split('\n').map((line) => JSON.parse(line) as Told);
    const { status, stderr } = await capture.result;
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining(' 0 dropped') as string });
    const file = join(dir, `${name}.pcapng`);
    await copyFromAgent(it, node, path, file);
    const report = lines.at(-1) as Report;
    expect(report).toMatchObject({ event: 'report', done: true, failed: 0 });
    return { file, report, ports: lines.filter(({ event }) => event === 'connected').map(({ local }) => String(local).split(':').at(-1) ?? '') };
  }
  const counted = (list: readonly string[]): Readonly<Record<string, number>> =>
    Object.fromEntries([...new Set(list)].map((one) => [one, list.filter((other) => other === one).length]));

  test('which of three backends answered, on both nodes, and the Service that was called', async () => {
    const address = await clusterIp(DEMO_NAMESPACE, 'backend');
    const { file, report, ports } = await captured('backends', ['-count', '60', '-rate', '100']);
    expect(Object.values(report.byServer).reduce((sum, n) => sum + n, 0)).toBe(60);
    expect(Object.keys(report.byServer).length).toBeGreaterThan(1);
    const ofLoad = `tcp.port in {${ports.join(', ')}}`;
    const asked = await ourRows(file, ['k8s.dst.pod.name', 'k8s.dst.service.name', 'k8s.dst.namespace', 'k8s.src.deployment'], `ip.dst == ${address} && tcp.flags.syn == 1 && ${ofLoad}`);
    expect(counted(asked)).toEqual(Object.fromEntries(Object.entries(report.byServer).map(([pod, n]) => [[pod, 'backend', DEMO_NAMESPACE, 'frontend'].join('\t'), n])));
    // Each answer says itself whose it is; each of its packets is that pod's.
    const answers = await ourRows(file, ['tcp.stream', 'k8s.src.pod.name', 'http.response.line'], `http.response && ip.src == ${address} && ${ofLoad}`);
    expect(answers).toHaveLength(60);
    for (const answer of answers) {
      const [, pod = '?', lines = ''] = answer.split('\t');
      expect(lines).toContain(`X-Served-By: ${pod}`);
    }
    const owners = await ourRows(file, ['tcp.stream', 'k8s.src.pod.name'], `tcp && ip.src == ${address} && ${ofLoad}`);
    expect(new Set(owners)).toEqual(new Set(answers.map((answer) => answer.split('\t').slice(0, 2).join('\t'))));
    // Names were asked of a Service of another namespace.
    const servers = (await it.items('/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns')).map(({ metadata }) => metadata.name);
    const dns = await ourRows(file, ['k8s.dst.pod.name', 'k8s.dst.service.name', 'k8s.dst.namespace'], `dns.flags.response == 0 && ip.dst == ${await clusterIp('kube-system', 'kube-dns')}`);
    expect(dns.length).toBeGreaterThan(0);
    expect(dns.filter((row) => !servers.some((name) => row === [name, 'kube-dns', 'kube-system'].join('\t')))).toEqual([]);
  });

  test('one port, one connection after the other, to pods that change: each is right in its time', async () => {
    const address = await clusterIp(DEMO_NAMESPACE, 'backend');
    const { file, report } = await captured('reuse', ['-count', '24', '-rate', '8', '-port', '45678']);
    expect(Object.keys(report.byServer).length).toBeGreaterThan(1);
    const answers = await ourRows(file, ['k8s.src.pod.name', 'http.response.line'], `http.response && ip.src == ${address} && tcp.dstport == 45678`);
    expect(answers).toHaveLength(24);
    for (const answer of answers) {
      const [pod = '?', lines = ''] = answer.split('\t');
      expect(lines).toContain(`X-Served-By: ${pod}`);
    }
    const streams = await ourRows(file, ['tcp.stream', 'k8s.dst.pod.name'], `ip.dst == ${address} && tcp.srcport == 45678`);
    expect(new Set(streams).size).toBe(24);
    expect(counted([...new Set(streams)].map((row) => row.split('\t')[1] ?? ''))).toEqual(report.byServer);
  });
});
