/** However a capture in an agent ends, its file is whole up to there and the user is told why; all of them leave room for each other. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { AGENT_NAMESPACE } from './addons.ts';
import { agentOn, copyFromAgent, inAgent, processOf, signalled, tsharkRows } from './agentLab.ts';
import { run, until } from './exec.ts';
import { describeLab, type TestLab, useLab } from './testLab.ts';

describeLab('captures in an agent end', () => {
  let it: TestLab;
  let dir: string;
  useLab('endings', (lab, folder) => { [it, dir] = [lab, folder]; });
  afterEach(async () => {
    await Promise.all(it.lab.nodes.map(({ name }) => inAgent(it, name, ['sh', '-c', 'for one in /tmp/*.pid; do kill $(cat $one 2>/dev/null) 2>/dev/null; done; rm -f /dev/shm/* /tmp/*.pcapng /tmp/*.pid /tmp/fill'])));
  });

  const node = 'node1';
  const copied = async (name: string, from = `/tmp/${name}`): Promise<string> => {
    await copyFromAgent(it, node, from, join(dir, name));
    return join(dir, name);
  };
  /** Packets, by a program that complains when a file is damaged. */
  const packets = async (file: string): Promise<number> => (await tsharkRows(file, ['frame.number'], ['-Y', 'eth'])).length;
  const restarts = async (): Promise<readonly number[]> =>
    ((await it.kube.get(`/api/v1/namespaces/${AGENT_NAMESPACE}/pods?labelSelector=app%3Dstratoshark`)) as
      { readonly items: readonly { readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] } }[] }).items.map(({ status }) => status.containerStatuses[0]?.restartCount ?? -1);

  test('by a signal, kill -9, an interface that goes, a full disk', async () => {
    const pod = (await it.podsOf('dns-client')).find(({ spec }) => spec.nodeName === node) ?? (await it.podsOf('backend')).find(({ spec }) => spec.nodeName === node);
    const process = await processOf(it, pod ?? await it.onePod('backend'));
    const sockets = (): number => readFileSync(`/proc/${String(process)}/net/packet`, 'utf8').trim().split('\n').length - 1;
    const before = sockets();
    const onNode = (...args: readonly string[]): Promise<string> => run('change a link of the node', 'nsenter', ['-t', String(it.state.nodes[node]?.pid), '--net', '--', 'ip', 'link', ...args]);
    const link = `gone${randomBytes(3).toString('hex')}`;
    await onNode('add', link, 'type', 'veth', 'peer', 'name', `${link}p`);
    await onNode('set', link, 'up');
    // Memory of 64 MiB that every container has; of it half a MiB is left.
    expect((await inAgent(it, node, ['sh', '-c', 'head -c 66584576 /dev/zero >/dev/shm/fill'])).status).toBe(0);
    const filter = ['capture', '--ebpf-filter', 'k8s.namespace == production'];
    const ended = signalled(it, node, 'term', [...filter, '--output', '/tmp/term.pcapng']);
    const killed = signalled(it, node, 'kill', [...filter, '--output', '/tmp/kill.pcapng']);
    // These end by themselves; where they do not, afterEach() ends them.
    const gone = signalled(it, node, 'gone', ['-i', link, '-w', '/tmp/gone.pcapng']);
    const full = signalled(it, node, 'full', ['-i', 'any', '-w', '/dev/shm/full.pcapng']);
    await Promise.all([ended.started, killed.started]);
    expect(sockets()).toBeGreaterThan(before);
    const reports = await it.generate('frontend', ['load', '-url', 'http://backend:8080/', '-count', '200', '-rate', '200']);
    expect(reports).toMatchObject({ sent: 200, failed: 0 });
    await onNode('del', link);
    await Promise.all([ended.signal('TERM'), killed.signal('KILL')]);
    const [term, kill, without, disk] = await Promise.all([ended.result, killed.result, gone.result, full.result]);
    expect(term).toMatchObject({ status: 0, stderr: expect.stringMatching(/\d+ packets captured, 0 dropped by the kernel; \/tmp\/term\.pcapng/) as string });
    expect(await packets(await copied('term.pcapng'))).toBe(Number(/(\d+) packets captured/.exec(term.stderr)?.[1]));
    expect(kill.status).toBe(137);
    expect(await packets(await copied('kill.pcapng'))).toBeGreaterThan(100);
    expect(sockets()).toBe(before);
    expect(without).toMatchObject({ status: 1, stderr: expect.stringContaining(`${link} is gone: it was removed while it was captured on.`) as string });
    await packets(await copied('gone.pcapng'));
    expect(disk).toMatchObject({ status: 1, stderr: expect.stringContaining('The disk of /dev/shm/full.pcapng is full: the capture ended') as string });
    expect(await packets(await copied('full.pcapng', '/dev/shm/full.pcapng'))).toBeGreaterThan(100);
  });

  test('when kubectl is killed: nobody takes the output any more', async () => {
    const pod = await it.onePod('frontend');
    const at = pod.spec.nodeName ?? '';
    const agent = await agentOn(it, at);
    const child = spawn(...it.kube.command(['-n', AGENT_NAMESPACE, 'exec', agent, '--', 'sh', '-c', `echo $$ >/tmp/left.pid; STRATOSHARK_PATIENCE=2 exec stratoshark capture --ebpf-filter "k8s.pod.name == ${pod.metadata.name}" -w -`]), { stdio: ['ignore', 'pipe', 'pipe'] });
    let [bytes, said] = [0, ''];
    child.stdout.on('data', (part: Buffer) => (bytes += part.length));
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    await until(30, () => (said.includes('Capturing 1 pod') && bytes > 0 ? true : undefined), () => `it does not capture: ${said}`);
    const runs = async (): Promise<boolean> => (await inAgent(it, at, ['sh', '-c', 'kill -0 $(cat /tmp/left.pid)'])).status === 0;
    expect(await runs()).toBe(true);
    child.kill('SIGKILL');
    // More than the pipes on the way hold.
    await it.generate('frontend', ['load', '-url', 'http://backend:8080/', '-count', '400', '-rate', '200']);
    await until(30, async () => (await runs() ? undefined : true), () => 'the capture goes on for nobody');
    expect(JSON.parse((await inAgent(it, at, ['stratoshark', '--stats', '--json'])).stdout)).toMatchObject({ running: [] });
  });

  test('memory and /tmp are shared: what is beyond 80 % is refused, and a capture that finds the folder full ends; no agent is ended for it', async () => {
    const before = await restarts();
    const pod = await it.onePod('frontend');
    const big = ['capture', '--ebpf-filter', `k8s.pod.name == ${pod.metadata.name}`, '--buffer-size', '600M'];
    const at = pod.spec.nodeName ?? '';
    const captures = ['one', 'two'].map((name) => signalled(it, at, name, [...big, '--output', `/tmp/${name}.pcapng`]));
    await Promise.all(captures.map(({ started }) => started));
    const third = await inAgent(it, at, ['stratoshark', ...big, '--duration', '1s', '--output', '/tmp/three.pcapng']);
    // The limit is 2 GiB: 1638 MiB. The agent 96, each capture 96 beside its buffer.
    expect(third).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('The agent has no memory for this: 2 captures have 1488 MiB of the 1638 MiB (80 % of its limit) that captures may take, 696 MiB more is asked for.') as string });
    const listed = (await inAgent(it, at, ['ls', '/tmp'])).stdout;
    expect(listed).not.toContain('three');
    // /tmp is an emptyDir of 1 GiB, 819 of which are for captures.
    expect((await inAgent(it, at, ['sh', '-c', 'head -c 840M /dev/zero >/tmp/fill'])).status).toBe(0);
    const outcomes = await Promise.all(captures.map(({ result }) => result));
    for (const { status, stderr } of outcomes) expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('Captures take 80 % of the 1024 MiB of /tmp: this one is the youngest there and ends') as string });
    const [refused, streamed] = await Promise.all([
      inAgent(it, at, ['stratoshark', '-i', 'any', '-a', 'duration:1', '-w', '/tmp/more.pcapng']),
      inAgent(it, at, ['sh', '-c', 'stratoshark -i any -a duration:1 -w - | wc -c']),
    ]);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/\/tmp holds 84\d MiB, all that captures may take of its 1024 MiB: delete some, or write to standard output/) as string });
    expect(Number(streamed.stdout)).toBeGreaterThan(500);
    await inAgent(it, at, ['rm', '/tmp/fill']);
    for (const name of ['one', 'two']) {
      await copyFromAgent(it, at, `/tmp/${name}.pcapng`, join(dir, name));
      await packets(join(dir, name));
    }
    expect(await restarts()).toEqual(before);
  });
});
