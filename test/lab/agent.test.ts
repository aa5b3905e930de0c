/** The agent of the DaemonSet: captures by name. What is right comes from the API server, tcpdump in the pod, and the generators. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AGENT_NAMESPACE, DEMO_NAMESPACE } from './addons.ts';
import { captureInAgent, copyFromAgent, inAgent, ourRows, tsharkRows, witness } from './agentLab.ts';
import { describeLab, type TestLab, useLab } from './testLab.ts';

/** What tells one packet of a short capture from another, in a field list of tshark. */
const packet = ['frame.time_epoch', 'ip.src', 'ip.dst', 'ip.id', 'tcp.seq_raw', 'tcp.ack_raw', 'udp.srcport', 'udp.dstport', 'frame.len'];

describeLab('the agent on the lab', () => {
  let it: TestLab;
  let dir: string;
  useLab('agent', (lab, folder) => { [it, dir] = [lab, folder]; });
  const otherNode = (node: string): string => it.lab.nodes.find(({ name }) => name !== node)?.name ?? '';

  test('one pod by name: all of its packets and no other, under its name', async () => {
    const pod = await it.onePod('dns-client');
    const [name, node, address] = [pod.metadata.name, pod.spec.nodeName ?? '', pod.status.podIP ?? ''];
    const marker = `m${randomBytes(6).toString('hex')}`;
    const seen = await witness(it, pod, join(dir, 'witness.pcap'));
    // As the manual has it, and to a file that is then copied.
    const capture = captureInAgent(it, node, ['capture', '--ebpf-filter', `k8s.pod.name == ${name}`, '--duration', '4s', '--output', '/tmp/one.pcapng']);
    await capture.started;
    // Its shell says which process it is, then becomes the generator.
    const said = await it.inPod('dns-client', ['/bin/sh', '-c', `echo $$; exec /demoapp dns -count 40 -rate 100 -names ${marker}.example.com`]);
    const [pid = '', ...reports] = said.trim().split('\n');
    const counts = JSON.parse(reports.at(-1) ?? '') as unknown;
    const { status, stderr } = await capture.result;
    await seen.stop();
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining(`Capturing 1 pod (${DEMO_NAMESPACE}/${name}) of ${node}.`) as string });
    expect(stderr).toContain(' 0 dropped by the kernel');
    const file = join(dir, 'one.pcapng');
    await copyFromAgent(it, node, '/tmp/one.pcapng', file);

    expect(counts).toMatchObject({ sent: 40 });
    expect(await tsharkRows(file, ['dns.qry.name'], ['-Y', `dns.flags.response == 0 && dns.qry.name contains "${marker}"`])).toHaveLength(40);
    const ends = await tsharkRows(file, ['ip.src', 'ip.dst'], ['-Y', 'ip && !icmp']);
    expect(ends.length).toBeGreaterThan(80);
    expect(ends.filter((row) => !row.split('\t').includes(address))).toEqual([]);
    expect(new Set(await tsharkRows(file, ['frame.interface_name'], ['-Y', 'ip']))).toEqual(new Set([`eth0@${DEMO_NAMESPACE}/${name}`]));
    // Between the first and the last packet of ours, tcpdump in the pod has seen the same.
    const own = await tsharkRows(file, packet, ['-Y', 'eth']);
    const [first = '', last = ''] = [own[0]?.split('\t')[0], own.at(-1)?.split('\t')[0]];
    const theirs = (await tsharkRows(join(dir, 'witness.pcap'), packet)).filter((row) => (row.split('\t')[0] ?? '') >= first && (row.split('\t')[0] ?? '') <= last);
    expect([...own].sort()).toEqual([...theirs].sort());
    // Whose they are, by our own reader: names as the API server has them, the process as it called itself.
    const questions = await ourRows(
      file, ['k8s.src.pod.name', 'k8s.src.namespace', 'k8s.src.node.name', 'ebpf.src.process.container_pid', 'ebpf.src.process.comm'],
      `dns.flags.response == 0 && dns.qry.name contains "${marker}"`,
    );
    expect(questions).toEqual(Array.from({ length: 40 }, () => [name, DEMO_NAMESPACE, node, pid, 'demoapp'].join('\t')));
    expect(new Set(await ourRows(file, ['k8s.dst.pod.name'], `ip.dst == ${address}`))).toEqual(new Set([name]));
    const labels = Object.entries(pod.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`).sort();
    const [shown = ''] = await ourRows(file, ['k8s.src.label'], `ip.src == ${address}`);
    expect(shown.split(',').sort()).toEqual(labels);
    // Names for programs that know nothing of pods.
    const hosts = new Set(await tsharkRows(file, ['ip.src_host'], ['-N', 'n', '-Y', `ip.src == ${address}`]));
    expect(hosts).toEqual(new Set([`${name}.${DEMO_NAMESPACE}`]));
  });

  test('a pod of the other node is refused, with the agent that has it; a name that nobody has, a term that cannot be decided', async () => {
    const pod = await it.onePod('frontend');
    const node = pod.spec.nodeName ?? '';
    const agents = await it.items(`/api/v1/namespaces/${AGENT_NAMESPACE}/pods`);
    const right = agents.find(({ spec }) => spec.nodeName === node)?.metadata.name ?? '?';
    const ask = (filter: string) => inAgent(it, otherNode(node), ['stratoshark', 'capture', '--ebpf-filter', filter, '--duration', '20s', '--output', '/tmp/refused.pcapng']);
    const [elsewhere, nobody, process] = await Promise.all([ask(`k8s.pod.name == ${pod.metadata.name}`), ask('k8s.pod.name == nobody-1'), ask('ebpf.process.name == nginx')]);
    expect(elsewhere.status).toBe(1);
    expect(elsewhere.stderr).toContain(`Pod ${DEMO_NAMESPACE}/${pod.metadata.name} runs on node ${node}, use its agent (${right})`);
    expect(nobody).toMatchObject({ status: 1, stderr: expect.stringContaining('No pod of the cluster matches') as string });
    expect(process).toMatchObject({ status: 64, stderr: expect.stringContaining('ebpf.process.name cannot be decided while capturing') as string });
    expect((await inAgent(it, otherNode(node), ['ls', '/tmp'])).stdout).not.toContain('refused');
  });

  test('labels and ports on every node, streamed: the pods the API server names, and the port only', async () => {
    const backends = await it.podsOf('backend');
    await Promise.all(it.lab.nodes.map(async ({ name: node }) => {
      const capture = captureInAgent(it, node, ['capture', '--ebpf-filter', 'k8s.label["app"] == "backend" and tcp.port == 8080', '--duration', '3s', '-w', '-']);
      await capture.started;
      await it.generate('frontend', ['load', '-url', 'http://backend:8080/', '-count', '30', '-rate', '100']);
      const { status, stdout } = await capture.result;
      expect(status).toBe(0);
      const file = join(dir, `${node}.pcapng`);
      writeFileSync(file, Buffer.from(stdout, 'latin1'));
      const here = backends.filter(({ spec }) => spec.nodeName === node).map(({ metadata }) => `eth0@${DEMO_NAMESPACE}/${metadata.name}`);
      expect(new Set(await tsharkRows(file, ['frame.interface_name'], ['-Y', 'eth']))).toEqual(new Set(here));
      expect(await tsharkRows(file, ['frame.number'], ['-Y', 'eth && !(tcp.port == 8080)'])).toEqual([]);
      // Each end that has a backend's address is that backend, which answers for the Service of that name.
      for (const { metadata, status } of backends.filter(({ spec }) => spec.nodeName === node)) {
        const rows = new Set(await ourRows(file, ['k8s.dst.pod.name', 'k8s.dst.service.name'], `ip.dst == ${status.podIP ?? ''}`));
        expect(rows).toEqual(new Set([`${metadata.name}\tbackend`]));
      }
    }));
  });

  test('it follows a pod that comes and goes, and ends with it when it was named', async () => {
    const node = 'node1';
    const name = `guest-${randomBytes(3).toString('hex')}`;
    const image = 'localhost/lab/demoapp:1';
    const capture = captureInAgent(it, node, ['capture', '--ebpf-filter', `k8s.label["guest"] == "${name}"`, '--duration', '25s', '--output', '/tmp/guest.pcapng']);
    await capture.started;
    await it.kube.apply('create a Secret', JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: DEMO_NAMESPACE }, stringData: { key: 'MARKER-secret' } }));
    await it.kube.apply('create a pod', JSON.stringify({
      apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: DEMO_NAMESPACE, labels: { guest: name }, annotations: { note: 'MARKER-annotation' } },
      spec: {
        nodeName: node, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false,
        containers: [{ name: 'guest', image, imagePullPolicy: 'Never', command: ['/bin/sh', '-c', 'exec /bin/sleep 600'], args: ['MARKER-args'], env: [{ name: 'NOTE', value: 'MARKER-env' }], envFrom: [{ secretRef: { name } }], volumeMounts: [{ name: 'key', mountPath: '/key' }] }],
        volumes: [{ name: 'key', secret: { secretName: name } }],
      },
    }));
    await it.kube.condition(`/api/v1/namespaces/${DEMO_NAMESPACE}/pods/${name}`, 'Ready', 30, () => `${name} was not Ready`);
    const named = captureInAgent(it, node, ['capture', '--ebpf-filter', `k8s.pod.name == ${name}`, '--duration', '40s', '-w', '-']);
    await named.started;
    const sent = await it.kube.must('send packets', ['-n', DEMO_NAMESPACE, 'exec', name, '--', '/demoapp', 'dns', '-count', '20', '-rate', '100', '-names', `${name}.example.com`]);
    expect(JSON.parse(sent.trim().split('\n').at(-1) ?? '')).toMatchObject({ sent: 20, done: true });
    const told = await inAgent(it, node, ['stratoshark', '--stats', '--json']);
    const stats = JSON.parse(told.stdout) as { readonly running: readonly { readonly file: string }[]; readonly packets: number; readonly dropped: number; readonly memoryBytes: number; readonly memoryLimit: number };
    expect(stats.running.map(({ file }) => file).sort()).toEqual(['-', '/tmp/guest.pcapng']);
    // Both have seen each of 20 questions.
    expect(stats.packets).toBeGreaterThanOrEqual(40);
    expect(stats).toMatchObject({ dropped: 0, memoryLimit: 2 * 1024 ** 3 });
    expect(stats.memoryBytes).toBeLessThan(512 * 1024 ** 2);
    await it.kube.must('delete the pod', ['-n', DEMO_NAMESPACE, 'delete', 'pod', name, '--wait=false']);
    const byName = await named.result;
    expect(byName.status).toBe(0);
    expect(byName.stderr).toContain(`${DEMO_NAMESPACE}/${name} has ended`);
    expect(byName.stderr).toContain('the capture ends');
    // The other one goes on; SIGTERM ends it.
    await inAgent(it, node, ['bash', '-c', 'for p in /proc/[0-9]*; do if tr "\\0" " " <$p/cmdline 2>/dev/null | grep -q "^/usr/bin/node .*/tmp/guest.pcapng"; then kill -TERM ${p#/proc/}; fi; done']);
    const byLabel = await capture.result;
    expect(byLabel).toMatchObject({ status: 0, stderr: expect.stringContaining(`${DEMO_NAMESPACE}/${name} has ended`) as string });
    const files = [join(dir, 'guest.pcapng'), join(dir, 'named.pcapng')];
    await copyFromAgent(it, node, '/tmp/guest.pcapng', files[0] ?? '');
    writeFileSync(files[1] ?? '', Buffer.from(byName.stdout, 'latin1'));
    for (const file of files) {
      const text = readFileSync(file).toString('latin1');
      expect(['annotation', 'args', 'env', 'secret'].filter((of) => text.includes(`MARKER-${of}`))).toEqual([]);
      expect(await tsharkRows(file, ['frame.interface_name'], ['-Y', `dns.flags.response == 0 && dns.qry.name contains "${name}"`])).toEqual(Array.from({ length: 20 }, () => `eth0@${DEMO_NAMESPACE}/${name}`));
    }
  });

  test('interfaces of the node, as the manual has them: a pod by its address, flannel.1; rotation and compression', async () => {
    const pod = await it.onePod('frontend');
    const [node, address] = [pod.spec.nodeName ?? '', pod.status.podIP ?? ''];
    const [byAddress, overlay, rotated] = await Promise.all([
      inAgent(it, node, ['stratoshark', '-i', 'any', '-f', `host ${address}`, '-w', '/tmp/nginx-pod.pcap', '-a', 'duration:3']),
      inAgent(it, node, ['stratoshark', '-i', 'flannel.1', '-w', '/tmp/flannel.pcapng', '-a', 'duration:3']),
      inAgent(it, node, ['sh', '-c', 'cd /var/log/captures && rm -f F_* && stratoshark capture --output F.pcapng --rotate-size 10K --rotate-files 2 --snaplen 96 --duration 3s && stratoshark capture --output /tmp/small --compress gzip --duration 1s && ls']),
    ]);
    expect([byAddress, overlay, rotated].map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(rotated.stdout.trim().split('\n').filter((name) => /^F_\d{5}_\d{14}\.pcapng/.test(name))).toHaveLength(2);
    await Promise.all(['nginx-pod.pcap', 'flannel.pcapng', 'small'].map((name) => copyFromAgent(it, node, `/tmp/${name}`, join(dir, name))));
    const ends = await tsharkRows(join(dir, 'nginx-pod.pcap'), ['ip.src', 'ip.dst'], ['-Y', 'tcp']);
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.filter((row) => !row.includes(address))).toEqual([]);
    expect(new Set(await tsharkRows(join(dir, 'flannel.pcapng'), ['frame.interface_name']))).toEqual(new Set(['flannel.1']));
    expect(readFileSync(join(dir, 'small')).subarray(0, 2).toString('hex')).toBe('1f8b');
    expect((await tsharkRows(join(dir, 'small'), ['frame.interface_name'], ['-Y', 'eth'])).length).toBeGreaterThan(0);
  });
});
