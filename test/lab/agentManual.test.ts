/**
 * The commands of the user's manual about capturing, as they are written there and typed into a shell. Only names,
 * addresses, file names and the length of captures (60 s there) are others.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { DEMO_NAMESPACE } from './addons.ts';
import { agentOn, ourRows, tsharkRows } from './agentLab.ts';
import { attempt, type Result } from './exec.ts';
import { clientEnv } from './kube.ts';
import { describeLab, TestLab, type Item } from './testLab.ts';

describeLab('the manual\'s commands', () => {
  let it: TestLab;
  let dir: string;
  let [pod, peer]: Item[] = [];
  let agent = '';
  beforeAll(async () => {
    it = new TestLab();
    dir = mkdtempSync(join(tmpdir(), 'stratoshark-manual-'));
    pod = await it.onePod('frontend');
    peer = await it.onePod('ingress-proxy');
    agent = await agentOn(it, pod.spec.nodeName ?? '');
  });
  afterAll(async () => {
    await shell(`kubectl exec -n monitoring ${agent} -- sh -c 'rm -f /tmp/m-*'`);
    it.kube.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A line as it is typed, in a shell where kubectl is the lab's. */
  async function shell(line: string): Promise<Result> {
    const env = clientEnv(it.lab);
    return attempt('sh', ['-c', line], { cwd: dir, env: { ...env, PATH: `${it.state.binaries}:${env['PATH'] ?? ''}` }, timeout: 50 });
  }
  async function done(line: string): Promise<Result> {
    const result = await shell(line);
    expect(result, line).toMatchObject({ status: 0 });
    return result;
  }

  test('2: the DaemonSet as it is deployed, its rights, and what an agent may', async () => {
    await done(`kubectl apply --dry-run=server -f ${join(root, 'bpf/deploy/stratoshark.yaml')}`);
    await done('kubectl rollout status daemonset/stratoshark -n monitoring --timeout=20s');
    const nodes = (await done('kubectl get nodes -o name')).stdout.trim().split('\n').map((line) => line.replace('node/', ''));
    const rows = (await done('kubectl get pods -n monitoring -l app=stratoshark --no-headers -o custom-columns=N:.spec.nodeName,P:.status.phase,H:.spec.hostNetwork,D:.spec.hostPID')).stdout.trim().split('\n').map((line) => line.split(/\s+/).join(' '));
    expect(rows.sort()).toEqual(nodes.map((one) => `${one} Running true true`).sort());
    const { metadata, spec } = JSON.parse((await done('kubectl get daemonset stratoshark -n monitoring -o json')).stdout) as {
      readonly metadata: { readonly labels: object; readonly annotations: object };
      readonly spec: { readonly template: { readonly spec: { readonly tolerations: readonly object[]; readonly containers: readonly { readonly resources: object }[] } } };
    };
    expect(metadata).toMatchObject({ labels: { app: 'stratoshark', component: 'network-analysis' }, annotations: { description: expect.any(String) as string } });
    for (const key of ['master', 'control-plane']) expect(spec.template.spec.tolerations).toContainEqual({ key: `node-role.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoSchedule' });
    expect(spec.template.spec.containers[0]?.resources).toEqual({ requests: { memory: '512Mi', cpu: '250m' }, limits: { memory: '2Gi', cpu: '1' } });
    const exec = `kubectl exec -n monitoring ${agent} --`;
    expect((await done(`${exec} sh -c 'echo $NODE_NAME $STRATOSHARK_KUBERNETES_ENABLED $STRATOSHARK_BUFFER_SIZE'`)).stdout.trim()).toBe(`${pod?.spec.nodeName ?? '?'} true 16M`);
    // linux/capability.h: NET_ADMIN 12, NET_RAW 13, SYS_PTRACE 19, SYS_ADMIN 21; the root is read-only.
    const held = BigInt(`0x${/^CapBnd:\s+([0-9a-f]+)$/m.exec((await done(`${exec} cat /proc/self/status`)).stdout)?.[1] ?? '0'}`);
    expect(held).toBe([12n, 13n, 19n, 21n].reduce((sum, bit) => sum | (1n << bit), 0n));
    expect(await shell(`${exec} mkdir /here`)).toMatchObject({ status: 1, stderr: expect.stringContaining('Read-only file system') as string });
    const may = async (verb: string, what: string): Promise<string> => (await shell(`kubectl auth can-i ${verb} ${what} --as=system:serviceaccount:monitoring:stratoshark -A`)).stdout.trim();
    const read = ['nodes', 'pods', 'services', 'endpoints', 'namespaces', 'deployments.apps', 'replicasets.apps', 'daemonsets.apps', 'statefulsets.apps', 'networkpolicies.networking.k8s.io', 'ingresses.networking.k8s.io', 'endpointslices.discovery.k8s.io'];
    expect(await Promise.all(read.map((what) => may('watch', what)))).toEqual(read.map(() => 'yes'));
    const not = [['get', 'secrets'], ['list', 'secrets'], ['watch', 'secrets'], ['get', 'configmaps'], ['create', 'pods'], ['create', 'pods/exec'], ['delete', 'pods'], ['patch', 'nodes']] as const;
    expect(await Promise.all(not.map(([verb, what]) => may(verb, what)))).toEqual(not.map(() => 'no'));
    // Each of our programs, tried on the kernel that the API server names.
    const { status } = (await it.kube.get(`/api/v1/nodes/${pod?.spec.nodeName ?? ''}`)) as { readonly status: { readonly nodeInfo: { readonly kernelVersion: string } } };
    const programs = [...readFileSync(join(root, 'bpf/programs/owner.bpf.c'), 'utf8').matchAll(/^SEC\("((?:tp_btf|iter)\/\w+)"\)/gm)].map(([, name]) => name ?? '');
    const { stdout: version } = await done(`${exec} stratoshark --version`);
    expect(version).toContain(`\neBPF on linux ${status.nodeInfo.kernelVersion}:\n`);
    expect([...version.matchAll(/^ {2}(yes|no) +(\S+)/gm)].map(([, works, name]) => `${works ?? ''} ${name ?? ''}`).sort()).toEqual(programs.map((name) => `yes ${name}`).sort());
    expect((await done(`kubectl logs -n monitoring ${agent}`)).stdout).toContain(`The agent of ${pod?.spec.nodeName ?? '?'} is ready`);
    // Copies in both directions.
    writeFileSync(join(dir, 'there'), 'there and back');
    await done(`kubectl cp there monitoring/${agent}:/tmp/m-there`);
    await done(`kubectl cp monitoring/${agent}:/tmp/m-there back`);
    expect(readFileSync(join(dir, 'back'), 'utf8')).toBe('there and back');
  });

  test('3: three ways to a pod, two pods, and the copies; 8: flannel.1; 12: load and upkeep', async () => {
    const [name, ip, other] = [pod?.metadata.name ?? '', pod?.status.podIP ?? '', peer?.status.podIP ?? ''];
    const exec = `kubectl exec -n monitoring ${agent} -- `;
    const commands = {
      'm-nginx-pod.pcap': `stratoshark -i any -f "host ${ip}" -w /tmp/m-nginx-pod.pcap -a duration:3`,
      'm-nginx-ebpf.pcap': `stratoshark capture --ebpf-filter "k8s.pod.name == ${name}" --duration 3s --output /tmp/m-nginx-ebpf.pcap`,
      'm-two.pcap': `stratoshark -i any -f "host ${ip} or host ${other}" -w /tmp/m-two.pcap -a duration:3`,
      'm-capture.pcap': 'stratoshark -i any -w /tmp/m-capture.pcap -a duration:3',
      'm-flannel.pcap': 'stratoshark -i flannel.1 -w /tmp/m-flannel.pcap -a duration:3',
      'm-load.pcapng': 'stratoshark capture --ebpf-filter "k8s.namespace == production" --buffer-size 64M --snaplen 96 --output /tmp/m-load.pcapng --duration 3s',
      'm-buffer.pcapng': 'sh -c "STRATOSHARK_BUFFER_SIZE=128M stratoshark capture --output /tmp/m-buffer.pcapng --duration 3s"',
      'm-rotated.pcapng': 'stratoshark capture --output /tmp/m-rotated.pcapng --rotate-size 100M --rotate-files 10 --compress gzip --duration 3s',
    };
    const [version, stats] = await Promise.all([`${exec}stratoshark --version | grep eBPF`, `${exec}stratoshark --stats`, ...Object.values(commands).map((command) => exec + command)].map(done));
    expect(version?.stdout).toMatch(/eBPF/);
    expect(stats?.stdout).toMatch(/^Captures running: {2}\d+ \(\d+ ended\)\nPackets captured: {2}\d+\nPackets dropped: {3}\d+ \(\d+\.\d\d %\)\nCPU: .*%.*\nMemory: .* MiB of 2048\.0 MiB \(\d+\.\d\d %\)$/m);
    for (const file of Object.keys(commands).filter((one) => !one.includes('rotated'))) await done(`kubectl cp monitoring/${agent}:/tmp/${file} ${file}`);
    const file = (of: string): string => join(dir, of);
    const between = async (of: string): Promise<readonly string[]> => tsharkRows(file(of), ['ip.src', 'ip.dst'], ['-Y', 'tcp && !icmp']);
    const has = (rows: readonly string[], ...addresses: readonly string[]): readonly string[] => rows.filter((row) => !row.split(/[\t,]/).some((part) => addresses.includes(part)));
    const [byAddress, byName, two] = await Promise.all(['m-nginx-pod.pcap', 'm-nginx-ebpf.pcap', 'm-two.pcap'].map(between));
    expect(byAddress?.length).toBeGreaterThan(0);
    expect(byName?.length).toBeGreaterThan(0);
    expect([has(byAddress ?? [], ip), has(byName ?? [], ip), has(two ?? [], ip, other)]).toEqual([[], [], []]);
    // The filters that the manual then has, on these files.
    expect((await ourRows(file('m-two.pcap'), ['frame.number'], `ip.src == ${other} && ip.dst == ${ip}`)).length).toBeGreaterThan(0);
    expect(await ourRows(file('m-nginx-ebpf.pcap'), ['frame.number'], `tcp && !(ebpf.k8s.pod == "${name}")`)).toEqual([]);
    expect(new Set(await tsharkRows(file('m-flannel.pcap'), ['frame.interface_name']))).toEqual(new Set(['flannel.1']));
    expect(new Set((await tsharkRows(file('m-capture.pcap'), ['frame.interface_name'])).map((row) => row.replace(/^veth.*/, 'veth')))).toContain('veth');
    const lengths = (await tsharkRows(file('m-load.pcapng'), ['frame.cap_len'], ['-Y', 'eth'])).map(Number);
    expect(Math.max(...lengths)).toBe(96);
    const listed = (await done(`${exec}sh -c 'ls /tmp'`)).stdout.split('\n').filter((one) => one.startsWith('m-rotated'));
    expect(listed).toHaveLength(1);
    await done(`kubectl cp monitoring/${agent}:/tmp/${listed[0] ?? ''} rotated`);
    expect(readFileSync(file('rotated')).subarray(0, 2).toString('hex')).toBe('1f8b');
  });

  test('3a: inside the pod, by an ephemeral container with the agent\'s image', async () => {
    const target = await it.onePod('secure');
    const name = `cap-${String(Date.now() % 100_000)}`;
    await done(`kubectl debug -n ${DEMO_NAMESPACE} ${target.metadata.name} --image=localhost/stratoshark/agent:local --image-pull-policy=Never --profile=netadmin -c ${name} -q --attach=false -- sh -c 'stratoshark -i any -w /tmp/capture.pcap -a duration:3; exec sleep 60'`);
    await it.generate('client', ['load', '-url', 'https://secure/', '-count', '4', '-rate', '1.5']);
    let file: Result = { status: 1, stdout: '', stderr: '' };
    for (let n = 0; n < 100 && !file.stderr.includes('packets captured'); n++) file = await shell(`kubectl logs -n ${DEMO_NAMESPACE} ${target.metadata.name} -c ${name} 2>&1 >/dev/null; kubectl logs -n ${DEMO_NAMESPACE} ${target.metadata.name} -c ${name} >&2`);
    await done(`kubectl exec -n ${DEMO_NAMESPACE} ${target.metadata.name} -c ${name} -- cat /tmp/capture.pcap >inside.pcap`);
    const rows = await tsharkRows(join(dir, 'inside.pcap'), ['ip.src', 'ip.dst'], ['-Y', 'tcp.port == 8443']);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((row) => !row.includes(target.status.podIP ?? '?'))).toEqual([]);
  });
});
