/** What keeps an agent small and in order: its image, its memory, rotated files, old captures, the operator's filter. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { AGENT_NAMESPACE, DEMO_NAMESPACE } from './addons.ts';
import { agentOn, captureInAgent, inAgent, ourRows, processOf, tsharkRows } from './agentLab.ts';
import { run, until } from './exec.ts';
import { describeLab, TestLab } from './testLab.ts';

const kImageBytes = 180e6;
const kIdleBytes = 80e6;
const kDay = 24 * 3600;

describeLab('an agent in order', () => {
  let it: TestLab;
  let dir: string;
  let node = '';
  beforeAll(async () => {
    it = new TestLab();
    dir = mkdtempSync(join(tmpdir(), 'stratoshark-upkeep-'));
    node = (await it.onePod('frontend')).spec.nodeName ?? '';
  });
  afterAll(() => {
    it.kube.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('the image has at most 180 MB, the idle agent takes at most 80 MB, and Debian\'s programs are listed with their sources', async () => {
    const name = await agentOn(it, node);
    const [files, list] = await Promise.all([inAgent(it, node, ['find', '/', '-xdev', '-type', 'f', '-printf', '%s\n']), inAgent(it, node, ['cat', '/usr/share/doc/stratoshark/programs'])]);
    const bytes = files.stdout.trim().split('\n').reduce((sum, size) => sum + Number(size), 0);
    expect(bytes).toBeGreaterThan(50e6);
    expect(bytes).toBeLessThan(kImageBytes);
    const process = await processOf(it, { metadata: { name } }, AGENT_NAMESPACE);
    const resident = 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(process)}/status`, 'utf8'))?.[1]);
    expect(resident).toBeGreaterThan(10e6);
    expect(resident).toBeLessThan(kIdleBytes);
    console.log(`image ${(bytes / 1e6).toFixed(0)} MB, idle agent ${(resident / 1e6).toFixed(0)} MB`);
    for (const program of ['sh', 'bash', 'ip', 'find', 'uname', 'tar']) expect(list.stdout).toMatch(new RegExp(`^/(?:usr/)?s?bin/${program} [a-z0-9.+-]+ \\d\\S* https://deb\\.debian\\.org/debian/pool/main/\\S+\\.dsc$`, 'm'));
  });

  test('it is alive while the agent touches a file again and again; asking that starts no Node', async () => {
    const { spec: { template } } = (await it.kube.get(`/apis/apps/v1/namespaces/${AGENT_NAMESPACE}/daemonsets/stratoshark`)) as
      { readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly livenessProbe: { readonly exec: { readonly command: readonly string[] } } }[] } } } };
    const [shell = '', option = '', script = ''] = template.spec.containers[0]?.livenessProbe.exec.command ?? [];
    const asked = await inAgent(it, node, [shell, '-x', option, script]);
    expect(asked.status).toBe(0);
    expect(asked.stderr.match(/^\++ \S+/gm)?.map((line) => line.replace(/^\++ /, ''))).toEqual(['find', 'test']);
    // As the file of an agent that has hung for so many seconds.
    const beat = `/proc/${String(await processOf(it, { metadata: { name: await agentOn(it, node) } }, AGENT_NAMESPACE))}/root/tmp/beat`;
    for (const [seconds, status] of [[40, 0], [80, 1]] as const) {
      writeFileSync(beat, '');
      utimesSync(beat, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
      expect((await inAgent(it, node, [shell, option, script.replaceAll('/tmp/heartbeat', '/tmp/beat')])).status).toBe(status);
    }
    rmSync(beat);
    const touched = async (): Promise<number> => Number((await inAgent(it, node, ['stat', '-c', '%Y', '/tmp/heartbeat'])).stdout);
    const before = await touched();
    await until(20, async () => (await touched() > before ? true : undefined), () => 'the agent does not touch it');
  });

  test('the Dockerfile makes the same image: its files run, and are those of the agent', async () => {
    const context = join(dir, 'context');
    await run('collect the files', process.execPath, [join(root, 'src/build/image/agentImage.ts'), '--context', context]);
    const lines = readFileSync(join(context, 'Dockerfile'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(' '));
    expect(lines.map(([word = '']) => word)).toEqual(['FROM', 'ADD', 'ADD', 'ENTRYPOINT']);
    const tree = join(dir, 'tree');
    mkdirSync(tree);
    // As docker does with ADD of an archive.
    for (const [word, archive = ''] of lines) if (word === 'ADD') await run('unpack a layer', 'tar', ['-xf', join(context, archive), '-C', tree]);
    const inTree = (await run('list the files', 'find', [tree, '-type', 'f', '-printf', '/%P %s %m\n'])).trim().split('\n');
    const inAgents = (await inAgent(it, node, ['find', '/', '-xdev', '-type', 'f', '-printf', '/%P %s %m\n'])).stdout.trim().split('\n');
    expect(inTree.length).toBeGreaterThan(30);
    // The kubelet and the runtime add files of their own, and mount points.
    const ofPods = /^\/(?:etc\/(?:hosts|hostname|resolv\.conf) |dev\/)|^\S+ 0 /;
    expect(inAgents.filter((line) => !inTree.includes(line) && !ofPods.test(line))).toEqual([]);
    expect(inTree.filter((line) => !inAgents.includes(line))).toEqual([]);
    const entrypoint = JSON.parse(lines.at(-1)?.slice(1).join(' ') ?? '') as readonly string[];
    expect(entrypoint.slice(1)).toEqual(['agent']);
    expect(await run('run the program', 'chroot', [tree, entrypoint[0] ?? '', '--version'])).toMatch(/^stratoshark \d/);
  });

  test('rotated files: each opens alone, with its names', async () => {
    const folder = '/tmp/rotated';
    expect((await inAgent(it, node, ['mkdir', '-p', folder])).status).toBe(0);
    const capture = captureInAgent(it, node, ['capture', '--ebpf-filter', 'k8s.label["app"] == "frontend"', '--rotate-size', '400K', '--rotate-files', '20', '--duration', '4s', '--output', `${folder}/F.pcapng`]);
    await capture.started;
    const report = await it.generate('frontend', ['load', '-url', 'http://backend:8080/', '-count', '300', '-rate', '150']);
    expect(report).toMatchObject({ failed: 0 });
    expect((await capture.result).status).toBe(0);
    await it.kube.must('copy the captures', ['-n', AGENT_NAMESPACE, 'cp', `${await agentOn(it, node)}:${folder}`, dir], { timeout: 30 });
    await inAgent(it, node, ['rm', '-r', folder]);
    const files = readdirSync(dir).filter((name) => name.startsWith('F_')).sort();
    expect(files.length).toBeGreaterThan(1);
    const frontend = (await it.onePod('frontend')).metadata.name;
    const backends = (await it.podsOf('backend')).map(({ metadata }) => metadata.name);
    let [named, all] = [0, 0];
    for (const [n, file] of files.map((name) => join(dir, name)).entries()) {
      // The newest may just have been begun, and connections of before may fill the first; that they open is asked of them too.
      const packets = await tsharkRows(file, ['frame.number'], ['-Y', 'tcp']);
      if (n > 0 && n < files.length - 1) expect(packets.length).toBeGreaterThan(0);
      const rows = (await ourRows(file, ['frame.time_epoch', 'k8s.dst.pod.name', 'k8s.src.pod.name'], 'tcp.srcport == 8080 && ip.src == 10.96.0.0/12')).map((row) => row.split('\t'));
      // Never another's name.
      expect(rows.filter(([, asker = '', server = '']) => !['', frontend].includes(asker) || !['', ...backends].includes(server))).toEqual([]);
      named += rows.filter(([, asker, server]) => asker !== '' && server !== '').length;
      all += rows.length;
    }
    console.log(`of ${String(all)} packets from the Service, ${String(named)} have their pod in files of 400 kB`);
    expect(all).toBeGreaterThan(500);
    expect(named / all).toBeGreaterThanOrEqual(0.95);
  });

  test('captures older than seven days are deleted, no others', async () => {
    const captures = `/proc/${String(it.state.nodes[node]?.pid)}/root/var/log/captures`;
    for (const [name, days] of [['old.pcapng', 8], ['new.pcapng', 6], ['old.txt', 8]] as const) {
      writeFileSync(join(captures, name), 'x');
      utimesSync(join(captures, name), Date.now() / 1000 - days * kDay, Date.now() / 1000 - days * kDay);
    }
    // An agent that starts, beside the one that runs.
    const script = 'STRATOSHARK_HEARTBEAT=/tmp/beat stratoshark agent & while ! [ -s /tmp/beat ]; do sleep 0.1; done; sleep 0.5; kill $!; wait $!; rm /tmp/beat';
    expect((await inAgent(it, node, ['sh', '-c', script])).stderr).toContain('/var/log/captures/old.pcapng was older than 7 days and is deleted.');
    expect(readdirSync(captures).filter((name) => /^(?:old|new)\./.test(name)).sort()).toEqual(['new.pcapng', 'old.txt']);
    for (const name of ['new.pcapng', 'old.txt']) rmSync(join(captures, name));
  });

  test('no capture is wider than the operator\'s filter; one that is not valid lets nothing through', async () => {
    const held = (filter: string, command: string): readonly string[] =>
      ['sh', '-c', `echo '${filter}' >/tmp/operator; STRATOSHARK_FILTER_FILE=/tmp/operator stratoshark ${command}; status=$?; rm /tmp/operator; exit $status`];
    const [port, backend] = [6379, (await it.podsOf('backend')).find(({ spec }) => spec.nodeName === node)];
    const capture = inAgent(it, node, held(`tcp.port == ${String(port)}`, `capture --ebpf-filter "k8s.namespace == ${DEMO_NAMESPACE}" --duration 3s --output /tmp/held.pcapng`));
    await it.generate('frontend', ['load', '-url', `http://${backend?.status.podIP ?? ''}:8080/`, '-count', '40', '-rate', '20']);
    expect((await capture).status).toBe(0);
    await it.kube.must('copy the capture', ['-n', AGENT_NAMESPACE, 'cp', `${await agentOn(it, node)}:/tmp/held.pcapng`, join(dir, 'held')]);
    expect((await tsharkRows(join(dir, 'held'), ['frame.number'], ['-Y', `tcp.port == ${String(port)}`])).length).toBeGreaterThan(20);
    expect(await tsharkRows(join(dir, 'held'), ['frame.number'], ['-Y', `eth && !(tcp.port == ${String(port)})`])).toEqual([]);
    const wrong = await inAgent(it, node, held('tcp.port ==', 'capture --duration 1s --output /tmp/wrong.pcapng'));
    expect(wrong).toMatchObject({ status: 64, stderr: expect.stringContaining('The filter of the ConfigMap stratoshark-filter is not valid, so nothing is captured') as string });
    const ofPods = await inAgent(it, node, held('k8s.namespace == production', '-i any -a duration:1 -w /tmp/wrong.pcapng'));
    expect(ofPods).toMatchObject({ status: 1, stderr: expect.stringContaining('which a capture of interfaces cannot be held to') as string });
    expect((await inAgent(it, node, ['ls', '/tmp'])).stdout).not.toContain('wrong');
    await inAgent(it, node, ['rm', '/tmp/held.pcapng']);
  });
});
