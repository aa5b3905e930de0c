/** Captures left on nodes, by the user's kubeconfig. What is right comes from kubectl. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteAgentFile, fetchAgentFile, listAgentFiles, type AgentFile, type AgentPlace } from '../../src/capture/agentFiles.ts';
import { AGENT_NAMESPACE } from './addons.ts';
import { agentOn, inAgent, tsharkRows } from './agentLab.ts';
import { describeLab, TestLab } from './testLab.ts';

const kNode = 'node1';
const kMegabytes = 40;

describeLab('captures left on nodes', () => {
  let it: TestLab;
  let dir: string;
  let place: AgentPlace;
  let before: string | undefined;
  const stem = `left-${randomBytes(4).toString('hex')}`;
  const hostile = `/tmp/${stem} it's; $(rm -rf *)\n"x".pcap.gz`;
  beforeAll(async () => {
    it = new TestLab();
    dir = mkdtempSync(join(tmpdir(), 'stratoshark-left-'));
    before = process.env['NO_PROXY'];
    process.env['NO_PROXY'] = it.lab.apiIp;
    place = { kubeconfig: it.lab.kubeconfig, context: `stratoshark-${it.lab.name}`, namespace: AGENT_NAMESPACE, pod: await agentOn(it, kNode) };
    const made = await inAgent(it, kNode, ['sh', '-c', `head -c ${kMegabytes}000000 /dev/urandom >/var/log/captures/${stem}.pcapng && head -c 5 /dev/urandom >"$1" && head -c 5 /dev/urandom >/tmp/${stem}.txt`, 'sh', hostile]);
    expect(made.status).toBe(0);
  });
  afterAll(async () => {
    await inAgent(it, kNode, ['sh', '-c', `rm -f /tmp/${stem}* /var/log/captures/${stem}*`]);
    if (before === undefined) delete process.env['NO_PROXY'];
    else process.env['NO_PROXY'] = before;
    it.kube.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const listed = async (): Promise<readonly AgentFile[]> => (await listAgentFiles(place)).filter(({ path }) => path.includes(stem));
  const never = (): AbortSignal => new AbortController().signal;

  test('are listed by size and time, whatever their names are, and nothing else is', async () => {
    const files = await listed();
    expect(files.map(({ path, size }) => ({ path, size })).sort((a, b) => a.size - b.size)).toEqual([{ path: hostile, size: 5 }, { path: `/var/log/captures/${stem}.pcapng`, size: kMegabytes * 1_000_000 }]);
    const stat = await inAgent(it, kNode, ['stat', '-c', '%Y', hostile]);
    expect(Math.floor((files.find(({ path }) => path === hostile)?.changed ?? 0) / 1000)).toBe(Number(stat.stdout));
  });

  test('are fetched byte by byte with progress, for this user alone; what is called off leaves nothing', async () => {
    const file = (await listed()).find(({ size }) => size > 5);
    if (file === undefined) throw new Error('it is not listed');
    const steps: number[] = [];
    const path = await fetchAgentFile(place, file, { folder: dir, name: 'whole.pcapng', signal: never(), onBytes: (bytes) => steps.push(bytes) });
    // kubectl hands its bytes on as they are; text would not survive.
    const sum = await it.kube.must('read the file', ['-n', AGENT_NAMESPACE, 'exec', place.pod, '--', 'sh', '-c', `node -e "const h = require('crypto').createHash('sha256'); require('fs').createReadStream(process.argv[1]).on('data', (c) => h.update(c)).on('end', () => console.log(h.digest('hex')))" "$1"`, 'sh', file.path]);
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sum.trim());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(steps.at(-1)).toBe(file.size);
    expect(steps.length).toBeGreaterThan(100);
    expect(steps.every((bytes, at) => bytes > (steps[at - 1] ?? 0))).toBe(true);
    const ended = new AbortController();
    const called = fetchAgentFile(place, file, { folder: dir, name: 'called-off.pcapng', signal: ended.signal, onBytes: (bytes) => { if (bytes > 1_000_000) ended.abort(); } });
    await expect(called).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(dir)).toEqual(['whole.pcapng']);
    await expect(fetchAgentFile(place, { ...file, path: `/tmp/${stem}-none.pcap` }, { folder: dir, name: 'none.pcap', signal: never(), onBytes: () => undefined })).rejects.toThrow(/cannot be fetched \(.*No such file or directory\)/);
    expect(readdirSync(dir)).toEqual(['whole.pcapng']);
  });

  test('are deleted by their very name', async () => {
    await deleteAgentFile(place, hostile);
    expect((await listed()).map(({ path }) => path)).toEqual([`/var/log/captures/${stem}.pcapng`]);
    expect((await inAgent(it, kNode, ['sh', '-c', `ls /tmp/${stem}.txt`])).status).toBe(0);
  });

  test('a capture that an agent has written opens here', async () => {
    const name = `/tmp/${stem}-real.pcapng`;
    expect((await inAgent(it, kNode, ['stratoshark', '-i', 'lo', '-c', '4', '-w', name, '-a', 'duration:20'])).status).toBe(0);
    const file = (await listed()).find(({ path }) => path === name);
    if (file === undefined) throw new Error('it is not listed');
    const path = await fetchAgentFile(place, file, { folder: dir, name: 'real.pcapng', signal: never(), onBytes: () => undefined });
    expect((await tsharkRows(path, ['frame.number'])).length).toBe(4);
  });

  test('who may not exec into the agent is told so in one sentence', async () => {
    await it.kube.must('make an account', ['-n', 'default', 'create', 'serviceaccount', stem]);
    try {
      const token = (await it.kube.must('make a token', ['-n', 'default', 'create', 'token', stem])).trim();
      const kubeconfig = join(dir, 'denied.kubeconfig');
      const admin = await it.kube.must('read the kubeconfig', ['config', 'view', '--raw', '-o', 'json']);
      const config = JSON.parse(admin) as { users: { user: unknown }[] };
      writeFileSync(kubeconfig, JSON.stringify({ ...config, users: config.users.map((one) => ({ ...one, user: { token } })) }), { mode: 0o600 });
      const denied = { ...place, kubeconfig };
      await expect(listAgentFiles(denied)).rejects.toThrow(/^You may not see which captures are on this node: it takes the right to get and create pods\/exec in the agents' namespace, and where/);
      await expect(deleteAgentFile(denied, '/tmp/x')).rejects.toThrow(/^You may not delete files of this agent/);
      await expect(fetchAgentFile(denied, { path: '/tmp/x', size: 1, changed: 0 }, { folder: dir, name: 'denied.pcap', signal: never(), onBytes: () => undefined })).rejects.toThrow(/^You may not fetch files of this agent/);
    } finally {
      await it.kube.must('delete the account', ['-n', 'default', 'delete', 'serviceaccount', stem]);
    }
  });
});
